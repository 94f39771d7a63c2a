"""What is known of one person who books, and how each event changes it, in place."""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.booker.messages import (
    Closed,
    Event,
    GivenBack,
    Joined,
    Noted,
    Parted,
    Reopened,
    Standing,
    TakenIn,
)
from actors.kernel.times import Millis


class Booking(msgspec.Struct, gc=False):
    day: str
    outcome: str
    since: Millis


class BookerState(msgspec.Struct):
    """``closed_for`` are the no-shows that closed it; ``counted`` those that still
    count towards the next time. Once ``joined`` into another's, that one goes on."""

    stream: str
    bookings: dict[str, Booking] = {}
    counted: dict[str, Millis] = {}
    closed_until: Millis = 0
    closed_for: tuple[str, ...] = ()
    joined: str = ""


def evolve(state: BookerState, event: Event) -> None:
    match event:
        case Noted():
            state.bookings[event.ref] = Booking(event.day, event.outcome, event.since)
            if event.outcome == "no_show":
                state.counted[event.ref] = event.since
            else:
                state.counted.pop(event.ref, None)
        case Closed():
            state.closed_until = event.until
            state.closed_for = event.no_shows
            for ref in event.no_shows:
                state.counted.pop(ref, None)
        case Reopened():
            state.closed_until = 0
            state.closed_for = ()
            state.counted = {}
        case Joined():
            state.joined = event.into
        case Parted():
            state.joined = ""
        case TakenIn():
            _taken_in(state, event)
        case GivenBack():
            for ref in event.refs:
                state.bookings.pop(ref, None)
                state.counted.pop(ref, None)
            if state.closed_for and set(state.closed_for) <= set(event.refs):
                state.closed_until, state.closed_for = 0, ()
            if event.again:
                state.closed_until, state.closed_for = 0, ()
            for ref in event.again:
                state.counted[ref] = state.bookings[ref].since
        case _:
            assert_never(event)


def _taken_in(state: BookerState, event: TakenIn) -> None:
    for one in event.bookings:
        state.bookings[one.ref] = Booking(one.day, one.outcome, one.since)
        if one.counts:
            state.counted[one.ref] = one.since
    if event.closed_until:
        state.closed_until = event.closed_until
        state.closed_for = event.closed_for


def standing(state: BookerState, day: str, elsewhere_than: str) -> Standing:
    """For a lock in ``elsewhere_than`` (a department) on ``day``."""
    inside = f"{elsewhere_than}/"
    return Standing(
        closed_until=state.closed_until,
        that_day=sum(
            booking.outcome == "held"
            and booking.day == day
            and not ref.startswith(inside)
            for ref, booking in state.bookings.items()
        ),
    )
