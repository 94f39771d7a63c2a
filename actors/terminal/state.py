"""A terminal as it stands, and how each event changes it, in place."""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.kernel.times import Millis
from actors.terminal.messages import (
    Changed,
    Enrolled,
    Event,
    Noted,
    OrderDone,
    Ordered,
    Revoked,
)

ORDERS_KEPT = 8


class OrderState(msgspec.Struct):
    """Open until it is done or ``until`` has passed, whichever is first."""

    what: str
    at: Millis
    until: Millis
    by: str
    done_at: Millis = 0
    trouble: str = ""


class TerminalState(msgspec.Struct):
    """``role`` is empty before it is enrolled. ``rights_at`` is when its places last
    became others: tokens of before are void. ``since`` is when it went silent or was
    heard again."""

    stream: str
    role: str = ""
    name: str = ""
    number: str = ""
    profile: str = ""
    places: tuple[str, ...] = ()
    secret: str = ""
    enrolled_at: Millis = 0
    rights_at: Millis = 0
    revoked: str = ""
    online: bool = False
    audio: str = ""
    version: str = ""
    since: Millis = 0
    orders: dict[str, OrderState] = {}
    orders_given: int = 0

    @property
    def terminal(self) -> str:
        return self.stream.rpartition("/")[2]


def evolve(state: TerminalState, event: Event) -> None:
    match event:
        case Enrolled():
            state.role, state.name = event.role, event.name
            state.number, state.profile = event.number, event.profile
            state.places, state.secret = event.places, event.secret
            state.enrolled_at = event.at
        case Changed():
            if event.places != state.places:
                state.rights_at = event.at
            state.name, state.number = event.name, event.number
            state.profile, state.places = event.profile, event.places
        case Revoked():
            state.revoked, state.rights_at = event.reason, event.at
            state.online, state.since = False, event.at
        case Ordered():
            state.orders_given += 1
            state.orders[event.order] = OrderState(
                event.what, event.at, event.until, event.by
            )
            while len(state.orders) > ORDERS_KEPT:
                del state.orders[next(iter(state.orders))]
        case OrderDone():
            if order := state.orders.get(event.order):
                order.done_at, order.trouble = event.at, event.trouble
        case Noted():
            state.online, state.audio = event.online, event.audio
            state.version, state.since = event.version, event.since
        case _:
            assert_never(event)
