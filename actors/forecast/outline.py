"""What the forecast is told of a clinic's state: what its rules look at, no patient.

An outline is taken in the server's loop, so it copies and thinks nothing: the queues'
and seats' facts are what ``actors.clinic.order`` draws lines from, and hold neither
name nor number nor card.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from actors.clinic import rules
from actors.clinic.order.facts import QueueFacts, Seat, Waiting
from actors.clinic.seating import queues_of, seat_of
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState, Room
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis

_AT_AN_END = ("_end", "_end_checkin", "_end_registered")


class Inside(msgspec.Struct, frozen=True, gc=False):
    """Who is in a room, or whom its seat is kept for. ``again``: back from an
    examination."""

    queue: str
    called_at: Millis
    again: bool = False


class Sitting(msgspec.Struct, frozen=True, gc=False):
    """A seat that calls, or should. ``freed_at`` is when it was last left, ``back_at``
    what its doctor has promised who is away, ``starts`` when one is expected who has
    called nobody yet."""

    seat: Seat
    inside: Inside | None = None
    freed_at: Millis | None = None
    back_at: Millis | None = None
    starts: Millis | None = None


class Examined(msgspec.Struct, frozen=True, gc=False):
    """At an examination since ``gone``; back at ``due``, where that is known."""

    queue: str
    gone: Millis
    due: Millis | None = None


class Outline(msgspec.Struct, frozen=True, gc=False):
    """``expected`` have a place that they take when they come, ahead of others who are
    here: by their registration or their slot, because they are booked, or because those
    here stand at an end (加号)."""

    stream: str
    clinic: str
    day: str
    at: Millis
    settings: Settings
    queues: dict[str, QueueFacts]
    sittings: tuple[Sitting, ...]
    examined: tuple[Examined, ...] = ()
    expected: tuple[tuple[str, Waiting], ...] = ()


def outline_of(state: ClinicState, now: Millis) -> Outline:
    _, _, rest = parts_of(state.stream)
    places_are_known = _go_ahead(state)
    examined = []
    expected = []
    for ticket in state.tickets.values():
        if ticket.state == "examination" and ticket.keeps is None:
            examined.append(Examined(ticket.queue, ticket.since, ticket.back_at))
        elif places_are_known and ticket.state == "booked":
            expected.append((ticket.queue, ticket.facts))
    return Outline(
        state.stream,
        rest[0],
        state.day,
        now,
        state.settings,
        {
            key: replace(facts, memo=None)  # it is the clinic's, and no fact
            for key, facts in queues_of(state, state.queues).items()
        },
        tuple(_sitting(state, key, room, now) for key, room in state.rooms.items()),
        tuple(examined),
        tuple(expected),
    )


def _go_ahead(state: ClinicState) -> bool:
    """May somebody who is not here yet go before somebody who is?"""
    settings = state.settings
    order, late, recall = settings.order, settings.late, settings.recall
    return bool(
        order.base != "check_in"
        or order.booked_first
        or state.extras
        or late.mode.endswith(_AT_AN_END)
        or recall.mode.endswith(_AT_AN_END)
    )


def _sitting(state: ClinicState, key: str, room: Room, now: Millis) -> Sitting:
    seat = seat_of(state, key, room)
    inside = room.current or room.kept
    if inside is not None:
        ticket = state.tickets[inside]
        again = ticket.facts.origin == "return"
        called_at = ticket.called_at or ticket.since
        return Sitting(seat, Inside(ticket.queue, called_at, again))
    if room.away is not None:
        return Sitting(seat, back_at=room.away.back_at)
    if room.last is None:
        return Sitting(seat, starts=_starts(state, room, now))
    return Sitting(seat, freed_at=state.tickets[room.last].since)


def _starts(state: ClinicState, room: Room, now: Millis) -> Millis | None:
    doctor = state.doctors.get(room.doctor or "")
    if doctor is not None and doctor.plan.starts is not None:
        return doctor.plan.starts
    half = state.halves.get(rules.half_of(state, now))
    return None if half is None else half.begins
