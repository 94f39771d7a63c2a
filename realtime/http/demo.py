"""What only the demo has: tokens for whoever sits at this machine, and its cards.

A token is a right, so these are answered to this machine alone: the peer's address is
loopback, and so is the Host it asked for. Without the second a page of somebody else's,
whose name was made to point at 127.0.0.1, could ask through this machine's browser.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import msgspec
from quart import Blueprint, Response, request
from werkzeug.datastructures import Headers

from actors.kernel.times import Clock
from realtime.http.answers import json_answer, refusal
from realtime.keys import TokenKeys
from realtime.tokens import mint

ROLES = frozenset({"screen", "kiosk", "doctor", "nurse", "admin", "operator"})
LASTS_MS = 12 * 3600 * 1000
# A proxy on this machine would make the whole network look like loopback.
_OWN_NAME = re.compile(r"[a-z0-9]{1,16}\Z")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


class BenchDoor(msgspec.Struct, frozen=True):
    """Where a page finds the devices: what `houzhen edge` prints."""

    edge: str
    pair: str


class Deed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a hand does. ``card`` is a demo patient's; ``text`` what is scanned."""

    what: Literal[
        "lay",
        "lift",
        "insert",
        "pull",
        "misread",
        "scan",
        "tear",
        "load",
        "jam",
        "unjam",
        "unplug",
        "plug",
    ]
    card: str = ""
    text: str = ""
    device: Literal["id_reader", "scanner", "social_card", "printer"] = "id_reader"


class Bench(Protocol):
    """What the routes need of realtime/demo_bench.py."""

    async def door(self) -> BenchDoor | None: ...
    async def do(self, deed: Deed) -> bool: ...
    def slips(self) -> list[str]: ...


class Demo(msgspec.Struct, frozen=True):
    """What the demo hands out. `cards()` lists cards a kiosk will know."""

    keys: TokenKeys
    clock: Clock
    cards: Callable[[], Any]
    bench: Bench | None = None


def from_this_machine(peer: str | None, headers: Headers) -> bool:
    """Whether a request was made on this machine, by a page of this server or by
    no page at all."""
    if not _is_loopback(peer):
        return False
    if any(name in headers for name in _FORWARDED):
        return False
    host = headers.get("Host", "")
    if not _is_loopback(_host_of(host)):
        return False
    if headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
        return False
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host


def _host_of(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def demo_routes(demo: Demo) -> Blueprint:
    routes = Blueprint("demo", __name__, url_prefix="/demo")

    @routes.before_request
    async def only_here() -> Response | None:
        client = request.scope.get("client")
        if from_this_machine(client[0] if client else None, request.headers):
            return None
        return refusal(403, message="演示功能只能在运行它的那台电脑上使用。")

    @routes.get("/token")
    async def token() -> Response:
        role = request.args.get("role", "")
        place = request.args.get("place", "")
        if role not in ROLES:
            roles = "、".join(sorted(ROLES))
            return refusal(400, message=f"role 应是其中之一：{roles}。")
        # each page that is a kiosk is a terminal of its own
        own = request.args.get("name", "")
        if own and not _OWN_NAME.match(own):
            return refusal(400, message="name 应是小写字母和数字，最多 16 个。")
        name = "-".join(filter(None, ("demo", role, own)))
        now = demo.clock.now()
        try:
            text = mint(demo.keys, name, [role], [place], now=now, lasts_ms=LASTS_MS)
        except ValueError:
            return refusal(400, message="place 应是诊区，如 im2，或诊室，如 im2/3。")
        return json_answer({"token": text, "expires": now + LASTS_MS})

    @routes.get("/cards")
    async def cards() -> Response:
        return json_answer({"cards": demo.cards()})

    if demo.bench is not None:
        _bench_routes(routes, demo.bench)
    return routes


def _bench_routes(routes: Blueprint, bench: Bench) -> None:
    """The simulated devices of one kiosk, for the page that stands before them."""

    @routes.get("/bench")
    async def door() -> Response:
        found = await bench.door()
        if found is None:
            return refusal(404, message="这台电脑上搭不起模拟设备。")
        return json_answer({"edge": found.edge, "pair": found.pair})

    @routes.post("/bench")
    async def deed() -> Response:
        try:
            asked = msgspec.json.decode(
                await request.get_data(as_text=False), type=Deed
            )
        except msgspec.DecodeError:
            return refusal(400)
        if not await bench.do(asked):
            return refusal(404, message="这台电脑上搭不起模拟设备。")
        return json_answer({"slips": bench.slips()})

    @routes.get("/bench/slips")
    async def slips() -> Response:
        return json_answer({"slips": bench.slips()})
