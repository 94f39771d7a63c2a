"""A HIS day as it is known here: what was said last, and how far it has come."""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.his.messages import (
    BaseSaid,
    Booking,
    Delivered,
    Doubted,
    Event,
    FeedRead,
    NotDelivered,
    NotSaidAnyMore,
    NotTold,
    Placing,
    RegistrationSaid,
    SaidBase,
    SaidRegistration,
    SaidSession,
    SaidStop,
    SessionSaid,
    StopSaid,
    Told,
)
from actors.kernel.times import Millis


class KeptRegistration(msgspec.Struct, gc=False):
    """``delivered`` is the version that has arrived; ``told`` what HIS was told last,
    ``not_told`` the code it refused that with."""

    said: SaidRegistration
    delivered: int = 0
    did: str = ""
    placing: Placing | None = None
    booking: Booking | None = None
    trouble: str = ""
    told: str = ""
    not_told: str = ""


class KeptSession(msgspec.Struct, gc=False):
    said: SaidSession
    delivered: int = 0
    trouble: str = ""


class Doubt(msgspec.Struct, gc=False):
    times: int
    at: Millis


class HisState(msgspec.Struct):
    """``pending`` hold what is still to be delivered, oldest first."""

    stream: str
    day: str
    registrations: dict[str, KeptRegistration] = {}
    sessions: dict[str, KeptSession] = {}
    stops: dict[int, SaidStop] = {}
    base: dict[str, dict[str, SaidBase]] = {}
    absent: dict[str, tuple[str, ...]] = {}
    after: dict[str, int] = {}
    doubts: dict[tuple[str, str], Doubt] = {}
    pending: dict[str, dict[str, None]] = {}
    heard_at: Millis = 0
    told: int = 0
    not_told: int = 0


def evolve(state: HisState, event: Event) -> None:
    match event:
        case RegistrationSaid():
            kept = state.registrations.get(event.said.register_no)
            if kept is None:
                state.registrations[event.said.register_no] = KeptRegistration(
                    event.said
                )
            else:
                kept.said = event.said
                kept.trouble = ""
            _wait(state, "registration", event.said.register_no)
            state.heard_at = event.at
        case SessionSaid():
            session = state.sessions.get(event.said.schedule_no)
            if session is None:
                state.sessions[event.said.schedule_no] = KeptSession(event.said)
            else:
                session.said = event.said
                session.trouble = ""
            _wait(state, "session", event.said.schedule_no)
        case StopSaid():
            state.stops[event.said.event_no] = event.said
        case BaseSaid():
            state.base.setdefault(event.said.kind, {})[event.said.id] = event.said
        case NotSaidAnyMore():
            state.absent[event.what] = event.ids
        case FeedRead():
            state.after[event.feed] = event.after
        case Doubted():
            state.doubts[event.feed, event.why] = Doubt(event.times, event.at)
        case Delivered():
            _delivered(state, event)
        case NotDelivered():
            _in_trouble(state, event)
        case Told():
            state.told += 1
            if (ours := state.registrations.get(event.register_no)) is not None:
                ours.told = event.what
                ours.not_told = ""
        case NotTold():
            state.not_told += 1
            if (ours := state.registrations.get(event.register_no)) is not None:
                ours.told = event.what
                ours.not_told = event.code
        case _:
            assert_never(event)


def _wait(state: HisState, what: str, key: str) -> None:
    """At the end of the line, also when an older version of it waits already."""
    line = state.pending.setdefault(what, {})
    line.pop(key, None)
    line[key] = None


def _delivered(state: HisState, event: Delivered) -> None:
    kept: KeptRegistration | KeptSession
    if event.what == "registration":
        kept = state.registrations[event.id]
        kept.did = event.did
        kept.placing, kept.booking = event.placing, event.booking
    else:
        kept = state.sessions[event.id]
    kept.delivered, kept.trouble = event.version, ""
    if kept.said.version == event.version:
        state.pending.get(event.what, {}).pop(event.id, None)


def _in_trouble(state: HisState, event: NotDelivered) -> None:
    if event.what == "registration":
        kept = state.registrations[event.id]
        kept.trouble = event.code
        kept.placing, kept.booking = event.placing, event.booking
    else:
        state.sessions[event.id].trouble = event.code
