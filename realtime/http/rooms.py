"""The five keys of a room for a hospital's own client: `/api/v1/rooms/…`.

A page of a browser cannot stay on top of other programs or take keys from them. What
the doctor works in can: it presses for them, by one request a key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType
from quart import Blueprint, Response, request

from actors.kernel.errors import BadRequest
from actors.kernel.times import Clock
from realtime.bodies import read_body
from realtime.http.answers import refusal
from realtime.http.bearer import answered, bearer
from realtime.http.openapi import Described, Parameter
from realtime.tokens import Gate, Principal

RoomKey: TypeAlias = Literal["next", "again", "missed", "start", "finish"]
_Ticket = Annotated[str, Meta(max_length=64)]

KEY_HEADER = "Idempotency-Key"
_SHORTEST, _LONGEST = 8, 64
_BODY_BYTES = 1024


class Seen(msgspec.Struct, frozen=True):
    """Whom the caller sees in the room: `after` of "next", `ticket` of the others.
    Nothing said means whoever is there; `after: null` is an empty room."""

    after: _Ticket | UnsetType | None = UNSET
    ticket: _Ticket | UnsetType = UNSET


class Pressed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of it. `call` is the announcement, where there is one."""

    room: str
    ticket: str
    number: str
    call: str = ""


class RoomsDoor(Protocol):
    """What lies behind the routes; realtime.room_keys is it."""

    async def press(
        self,
        who: Principal,
        clinic: str,
        room: str,
        what: RoomKey,
        seen: Seen,
        key: str,
    ) -> Pressed:
        """Once for one key. Raises a Refusal. Cancelled, it may still happen."""


class Rooms(msgspec.Struct, frozen=True):
    """What the routes need."""

    door: RoomsDoor
    gate: Gate
    clock: Clock


_SAYS: dict[RoomKey, str] = {
    "next": "Call the next patient; finishes the present one",
    "again": "Call the present patient once more",
    "missed": "The called patient did not come",
    "start": "The called patient has come in",
    "finish": "The consultation is over",
}
_PARAMETERS = (
    Parameter("clinic", "path", "the clinic, e.g. im2"),
    Parameter("room", "path", "the room or seat, e.g. 3"),
    Parameter(
        KEY_HEADER,
        "header",
        "new and random for each press; the same when the same press is sent again",
        _SHORTEST,
        _LONGEST,
    ),
)
ROOM_KEYS = tuple(
    Described(
        path=f"/rooms/{{clinic}}/{{room}}/{what}",
        name=f"room_{what}",
        summary=says,
        answer=Pressed,
        method="post",
        parameters=_PARAMETERS,
        body=Seen,
        token=True,
    )
    for what, says in _SAYS.items()
)


def room_routes(rooms: Rooms, base: str) -> Blueprint:
    routes = Blueprint("rooms", __name__, url_prefix=base)

    async def pressed(clinic: str, room: str, what: RoomKey) -> Pressed:
        who = bearer(rooms.gate, rooms.clock)
        key = request.headers.get(KEY_HEADER, "")
        if not _SHORTEST <= len(key) <= _LONGEST:
            raise BadRequest(
                f"请求头 {KEY_HEADER} 要有 {_SHORTEST} 到 {_LONGEST} 个字符。",
                field=KEY_HEADER,
            )
        raw = await request.get_data(as_text=False)
        if len(raw) > _BODY_BYTES:
            raise BadRequest
        seen: Seen = read_body(msgspec.Raw(raw or b"{}"), Seen)
        return await rooms.door.press(who, clinic, room, what, seen, key)

    def post(what: RoomKey) -> None:
        async def answer(**place: Any) -> Response:
            # a token in a header is no cookie, but no page of others needs this either
            if request.headers.get("Sec-Fetch-Site", "none") == "cross-site":
                return refusal(403)
            return await answered(pressed(what=what, **place))

        routes.add_url_rule(
            f"/rooms/<clinic>/<room>/{what}", what, answer, methods=["POST"]
        )

    for what in _SAYS:
        post(what)
    return routes
