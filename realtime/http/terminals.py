"""Where a device without a token asks for one, and leaves a picture of itself.

Over HTTP, for a live connection begins with the token that it has not got yet.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta
from quart import Blueprint, Response, request

from actors.kernel.errors import BadRequest, Forbidden
from actors.kernel.times import Clock
from actors.terminal.messages import Role
from realtime.beats import Shot
from realtime.door_codes import Applied, DoorCodes
from realtime.http.asked import json_body, only_ours
from realtime.http.bearer import answered, bearer
from realtime.http.openapi import Described, Parameter
from realtime.terminals import SHOT_BYTES, Admitted
from realtime.tokens import Gate, Principal

_LONGEST = 1024
_Pixels = Annotated[int, Meta(ge=0, le=100_000)]
_KINDS = ("image/jpeg", "image/png")


class Apply(msgspec.Struct, frozen=True):
    """What a new device says of itself."""

    role: Role = "screen"
    width: _Pixels = 0
    height: _Pixels = 0


class Secret(msgspec.Struct, frozen=True):
    secret: Annotated[str, Meta(max_length=128)]


class Kept(msgspec.Struct, frozen=True):
    kept: bool = True


class TerminalsDoor(Protocol):
    """What lies behind the routes; realtime.terminals is it."""

    @property
    def codes(self) -> DoorCodes: ...
    async def token(self, terminal: str, secret: str) -> Any: ...
    def keep_shot(self, terminal: str, kind: str, image: bytes) -> None: ...
    def shot(self, terminal: str) -> Shot: ...


class TerminalRoutes(msgspec.Struct, frozen=True):
    """What the routes need."""

    door: TerminalsDoor
    gate: Gate
    clock: Clock


_TERMINAL = Parameter("terminal", "path", "the name the device was given, t…")
DESCRIBED = (
    Described(
        path="/terminals",
        name="apply",
        summary="A new device asks to be let in, and shows the code it gets",
        answer=Applied,
        method="post",
        body=Apply,
    ),
    Described(
        path="/terminals/{terminal}/token",
        name="terminal_token",
        summary="An enrolled device gets a token; before that it hears that it waits",
        answer=Admitted,
        method="post",
        parameters=(_TERMINAL,),
        body=Secret,
    ),
)


def terminal_routes(terminals: TerminalRoutes, base: str) -> Blueprint:
    routes = Blueprint("terminals", __name__, url_prefix=base)
    door = terminals.door

    def who() -> Principal:
        return bearer(terminals.gate, terminals.clock)

    @routes.post("/terminals")
    async def apply() -> Response:
        async def do() -> Applied:
            asked = await json_body(Apply, _LONGEST)
            client = request.scope.get("client")
            address = client[0] if client else ""
            return door.codes.apply(asked.role, asked.width, asked.height, address)

        return await only_ours(do)

    @routes.post("/terminals/<terminal>/token")
    async def token(terminal: str) -> Response:
        async def do() -> Any:
            shown = await json_body(Secret, _LONGEST)
            return await door.token(terminal, shown.secret)

        return await only_ours(do)

    @routes.post("/terminals/<terminal>/screenshot")
    async def keep(terminal: str) -> Response:
        async def do() -> Kept:
            if who().name != terminal:
                raise Forbidden
            image: bytes = await request.get_data(as_text=False)  # type: ignore[assignment]
            kind = request.mimetype
            if kind not in _KINDS or not 0 < len(image) <= SHOT_BYTES:
                raise BadRequest(
                    f"截图要是 JPEG 或 PNG，最大 {SHOT_BYTES // 1000} KB。"
                )
            door.keep_shot(terminal, kind, image)
            return Kept()

        return await only_ours(do)

    @routes.get("/terminals/<terminal>/screenshot")
    async def shot(terminal: str) -> Response:
        async def do() -> Shot:
            if who().roles.isdisjoint(("admin", "nurse", "operator")):
                raise Forbidden
            return door.shot(terminal)

        return await _picture(do())

    return routes


async def _picture(do: Awaitable[Shot]) -> Response:
    found: list[Shot] = []

    async def look() -> Kept:
        found.append(await do)
        return Kept()

    told = await answered(look())
    if not found:
        return told
    answer = Response(found[0].image, content_type=found[0].kind)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Taken-At"] = str(found[0].at)
    return answer
