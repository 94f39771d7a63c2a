"""What a person may see of their own record, and a desk of anybody's: ids and times."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from actors.booker.messages import Closed, Event, Noted, Reopened
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

    def touches(self, state: BookerState, event: Event) -> Iterable[Path]:
        match event:
            case Noted():
                yield "bookings", event.ref
                yield "standing", "no_shows"
            case Closed() | Reopened():
                yield "standing", "closed_until"
                yield "standing", "no_shows"
            case _:
                assert_never(event)

    def row(self, state: BookerState, section: str, key: str) -> Any:
        match section, key:
            case "standing", "closed_until":
                return state.closed_until or None
            case "standing", "no_shows":
                return len(state.counted) or None
            case "bookings", ref if booking := state.bookings.get(ref):
                return {
                    "day": booking.day,
                    "outcome": booking.outcome,
                    "since": booking.since,
                }
            case _:
                return None
