"""What a person may see of their own record, and a desk of anybody's: ids and times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from actors.booker.messages import (
    Closed,
    Event,
    GivenBack,
    Joined,
    Noted,
    Parted,
    Reopened,
    TakenIn,
)
from actors.booker.state import BookerState
from actors.runtime.shape import Path


class MineView:
    """``bookings`` by ``department/day/booking``; ``standing`` says whether booking is
    closed. The schedule's own topic tells the rest of a booking."""

    name = "mine"
    version = 1

    def paths(self, state: BookerState) -> Iterable[Path]:
        for ref in state.bookings:
            yield "bookings", ref
        if state.closed_until:
            yield "standing", "closed_until"
        if state.counted:
            yield "standing", "no_shows"
        if state.joined:
            yield "standing", "joined"

    def touches(self, state: BookerState, event: Event) -> Iterable[Path]:
        match event:
            case Noted():
                yield "bookings", event.ref
                yield "standing", "no_shows"
            case Closed() | Reopened():
                yield "standing", "closed_until"
                yield "standing", "no_shows"
            case TakenIn():
                for one in event.bookings:
                    yield "bookings", one.ref
                yield "standing", "closed_until"
                yield "standing", "no_shows"
            case GivenBack():
                for ref in event.refs:
                    yield "bookings", ref
                yield "standing", "closed_until"
                yield "standing", "no_shows"
            case Joined() | Parted():
                yield "standing", "joined"
            case _:
                assert_never(event)

    def row(self, state: BookerState, section: str, key: str) -> Any:
        match section, key:
            case "standing", "closed_until":
                return state.closed_until or None
            case "standing", "no_shows":
                return len(state.counted) or None
            case "standing", "joined":
                return state.joined or None
            case "bookings", ref if booking := state.bookings.get(ref):
                return {
                    "day": booking.day,
                    "outcome": booking.outcome,
                    "since": booking.since,
                }
            case _:
                return None
