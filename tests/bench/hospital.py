"""The real server with a hospital of its own, and what is asked of it.

``houzhen serve`` in a process of its own, on a data directory that is thrown away; it
is set up and asked as anybody would, over its protocol. Only one setting is not what
runs out of the box: how many messages a connection may send in a second, which no
kiosk comes near, and a generator exceeds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.times import WallClock
from realtime.config import Settings
from realtime.keys import open_keys
from realtime.tokens import mint
from tests.bench.compiler import program
from tests.bench.processes import (
    BenchFailed,
    Server,
    answers,
    last_words,
    listening,
    run_generator,
    running,
)

SERVE = ("-m", "realtime.cli", "serve")
_ENVIRONMENT = {
    "HOUZHEN_LIVE__MESSAGES_PER_S": "100000",
    "HOUZHEN_LIVE__MESSAGES_BURST": "1000000",
    "HOUZHEN_LOG__LEVEL": "warning",
}
_TOKEN_MS = 12 * 3_600_000
_SETTINGS = Settings()
HOSPITAL = _SETTINGS.hospital.id


class Said(msgspec.Struct, frozen=True):
    """What native/asks.c measured. Times are of the reply, from its ask; ``shown`` is
    from the decision until a screen has the patch."""

    asks: int
    seconds: float
    asks_per_s: float
    cpu_us: float
    reply_p50_us: float
    reply_p99_us: float
    reply_max_us: float
    shown_p50_us: float
    shown_p99_us: float
    patches_per_ask: float
    patch_bytes: float
    views: int
    errors: int


class Hospital(msgspec.Struct, frozen=True):
    """A running server, and the tokens that open it."""

    server: Server
    folder: Path
    screen: str
    staff: str
    started_in_s: float


@contextmanager
def serving_hospital(
    folder: Path, *, serve: Iterable[str] = SERVE, **environment: str
) -> Iterator[Hospital]:
    """The server on ``folder``, which may hold the data of one before it. At the end
    it is asked to stop, and killed when it does not."""
    keys = open_keys(folder / "keys.toml", may_create=True).tokens

    def token(name: str, *roles: str) -> str:
        now = WallClock().now()
        return mint(keys, name, roles, ["*"], now=now, lasts_ms=_TOKEN_MS)

    with listening() as sock:
        port = int(sock.getsockname()[1])  # free again when this block ends
    settings = {
        **_ENVIRONMENT,
        "HOUZHEN_DATA_DIR": str(folder),
        "HOUZHEN_HTTP__PORT": str(port),
        **environment,
    }
    begun = time.monotonic()
    words = [sys.executable, *serve]
    with running(words, environment=settings, grace_s=10.0) as (process, errors):
        server = Server(process.pid, port, errors)
        while not answers(port, 1.0):
            if process.poll() is not None or time.monotonic() - begun > 60:
                raise BenchFailed(f"houzhen does not serve: {last_words(errors)}")
            time.sleep(0.01)
        yield Hospital(
            server,
            folder,
            token("bench-screen", "screen"),
            token("bench-staff", "nurse", "kiosk", "admin"),
            time.monotonic() - begun,
        )


# -- clinics -----------------------------------------------------------------------------


class Clinic(msgspec.Struct, frozen=True):
    """A clinic-day in which every room has a queue of its own, so that a doctor gets
    whom her own kiosk checked in."""

    name: str
    rooms: tuple[str, ...]

    @property
    def stream(self) -> str:
        today = datetime.now(_SETTINGS.hospital.zone).date().isoformat()
        return f"{HOSPITAL}/clinic/{self.name}/{today}"

    def topic(self, view: str) -> str:
        return f"{self.stream}:{view}"

    def opening(self) -> str:
        body = {
            "clinic": {
                "name": "内科二诊区",
                "name_en": "Internal Medicine Area 2",
                "hospital": "云岫市中心医院",
                "floor": "2",
            },
            "queues": {f"Q{room}": {"name": "心血管内科"} for room in self.rooms},
            "rooms": {
                room: {"doctor": "许安禾", "title": "主治", "queues": [f"Q{room}"]}
                for room in self.rooms
            },
        }
        return _ask(self.topic("setup"), "open", body)

    def registering(self, room: str, *, ticket: str | None = None) -> str:
        """The {n}th patient of this room; ``ticket`` names the ticket."""
        body = {"queue": f"Q{room}", "name": "张友三", "card": _card(room)}
        if ticket is not None:
            body["ticket"] = ticket
        return _ask(self.topic("setup"), "register", body)

    def visit(self, room: str, *, ticket: str = "{t}") -> list[str]:
        """One patient's whole visit, four asks: checks in, is called, comes in, is
        done. Afterwards the room and its queue are as they were."""
        about = {"room": room, "ticket": ticket}
        desk = self.topic("desk")
        return [
            _ask(self.topic("kiosk"), "check_in", {"card": _card(room)}),
            _ask(desk, "call_next", {"room": room}),
            _ask(desk, "start", about),
            _ask(desk, "finish", about),
        ]


def _card(room: str) -> str:
    return f"card-{room}-{{n}}"


def _ask(topic: str, name: str, body: Mapping[str, Any]) -> str:
    whole = {"topic": topic, "name": name, "body": body}
    # the generator adds the ref and the key, so without the braces
    return msgspec.json.encode(whole).decode()[1:-1]


# -- asking ------------------------------------------------------------------------------


def write_script(path: Path, seats: Iterable[Iterable[str]]) -> str:
    """See native/script.h. Returns the path."""
    with path.open("w") as file:
        for seat, lines in enumerate(seats):
            for line in lines:
                file.write(f"{seat}\t{line}\n")
    return str(path)


def ask_all(
    hospital: Hospital,
    what: str,
    seats: list[list[str]],
    *,
    rounds: int = 0,
    seconds: float = 0.0,
    warm_up: float = 1.0,
    screens: int = 0,
    topics: Iterable[str] = (),
) -> Said:
    """Each seat asks its script in a closed loop: for so many seconds, or with none
    for so many rounds. Raises BenchFailed when anything is refused or lost."""
    script = write_script(hospital.folder / "script", seats)
    words = [program("asks"), "--asks", script, "--connections", str(len(seats))]
    words += ["--port", str(hospital.server.port)]
    words += ["--server", str(hospital.server.pid)]
    words += ["--asker-token", hospital.staff, "--reader-token", hospital.screen]
    words += ["--rounds", str(rounds), "--seconds", str(seconds)]
    words += ["--warm-up", str(warm_up), "--screens", str(screens)]
    for topic in topics:
        words += ["--topic", topic]
    out = run_generator(words, what, hospital.server)
    return msgspec.json.decode(out, type=Said)
