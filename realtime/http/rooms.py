"""The five keys of a room for a hospital's own client: `/api/v1/rooms/…`.

A page of a browser cannot stay on top of other programs or take keys from them. What
the doctor works in can: it presses for them, by one request a key.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Protocol, TypeAlias

import msgspec
from msgspec import UNSET, Meta, UnsetType
from quart import Blueprint, Response

from actors.kernel.times import Clock
from realtime.http.asked import (
    KEY_HEADER,
    KEY_LONGEST,
    KEY_SHORTEST,
    body_if_any,
    idempotency_key,
    only_ours,
)
from realtime.http.bearer import bearer
from realtime.http.openapi import Described, Parameter
from realtime.tokens import Gate, Principal

RoomKey: TypeAlias = Literal["next", "again", "missed", "start", "finish"]
_Ticket = Annotated[str, Meta(max_length=64)]

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
        KEY_SHORTEST,
        KEY_LONGEST,
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
        key = idempotency_key()
        seen = await body_if_any(Seen, _BODY_BYTES)
        return await rooms.door.press(who, clinic, room, what, seen, key)

    def post(what: RoomKey) -> None:
        async def answer(**place: Any) -> Response:
            return await only_ours(lambda: pressed(what=what, **place))

        routes.add_url_rule(
            f"/rooms/<clinic>/<room>/{what}", what, answer, methods=["POST"]
        )

    for what in _SAYS:
        post(what)
    return routes
