"""What the forecast is told of a clinic's state: facts by ticket, and no patient.

The lines are the clinic's own, drawn by its rules and kept in its state; taking an
outline copies them and asks nothing anew, so it is done in the server's loop.
"""

from __future__ import annotations

import msgspec

from actors.clinic.state import ClinicState, Room
from actors.forecast.experience import Experience, doctor_key
from actors.forecast.floor import (
    Chair,
    Floor,
    Lane,
    Line,
    Returning,
    Standing,
)
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis

# Why somebody who waits has no expected time.
ABSENT = "doctor_absent"
AWAY = "doctor_away"
STOPPED = "stopped"
NOBODY = "nobody_serves"


class Sitting(msgspec.Struct, frozen=True, gc=False):
    """A room that calls. ``doctor`` is a pseudonym. ``queue`` and ``called_at`` are of
    whoever is current; ``why`` says that it does not call, and for how long nobody
    knows; ``back_at`` that it will again."""

    room: str
    doctor: str
    queues: tuple[str, ...]
    queue: str | None = None
    called_at: Millis | None = None
    back_at: Millis | None = None
    why: str | None = None


class Waits(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """``rooms`` are the only ones that may call this one; empty: whoever serves the
    queue."""

    ticket: str
    since: Millis
    lane: Lane = "normal"
    rooms: tuple[str, ...] = ()


class Examined(msgspec.Struct, frozen=True, gc=False, array_like=True):
    gone: Millis
    due: Millis | None = None


class Queueing(msgspec.Struct, frozen=True, gc=False):
    """One queue's line; the other fields as in Line."""

    waits: tuple[Waits, ...]
    examined: tuple[Examined, ...] = ()
    first: int = 2
    back: int = 1
    called: int = 0
    recalls_interleave: bool = False
    why: str | None = None


class Outline(msgspec.Struct, frozen=True, gc=False):
    clinic: str
    day: str
    at: Millis
    sittings: tuple[Sitting, ...]
    queues: dict[str, Queueing]


def outline_of(state: ClinicState, now: Millis) -> Outline:
    _, _, rest = parts_of(state.stream)
    clinic = rest[0]
    return Outline(
        clinic,
        state.day,
        now,
        tuple(_sitting(state, clinic, key, room) for key, room in state.rooms.items()),
        {key: _queueing(state, key) for key in state.queues},
    )


def _sitting(state: ClinicState, clinic: str, key: str, room: Room) -> Sitting:
    doctor = room.plan.doctor
    current = None if room.current is None else state.tickets[room.current]
    return Sitting(
        key,
        doctor_key(clinic, doctor or key),
        room.plan.queues,
        queue=None if current is None else current.queue,
        called_at=None if current is None else current.called_at or current.since,
        why=None if doctor else ABSENT,
    )


def _queueing(state: ClinicState, key: str) -> Queueing:
    tickets = state.tickets
    return Queueing(
        tuple(
            Waits(ticket, tickets[ticket].since) for ticket in state.queues[key].order
        )
    )


def floor_of(outline: Outline, experience: Experience) -> tuple[Floor, dict[str, str]]:
    """The floor to walk, and why the others have no expected time, by ticket."""
    queues = list(outline.queues)
    working = [one for one in outline.sittings if one.why is None]
    bits = {one.room: 1 << at for at, one in enumerate(working)}
    chairs = tuple(_chair(outline, one, queues, experience) for one in working)
    why: dict[str, str] = {}
    lines = []
    for key in queues:
        queueing = outline.queues[key]
        everyone = sum(bits[one.room] for one in working if key in one.queues)
        standing = []
        for waits in queueing.waits:
            may = everyone
            if waits.rooms:
                may &= sum(bits.get(room, 0) for room in waits.rooms)
            if queueing.why is not None or not may:
                why[waits.ticket] = queueing.why or _why(outline, key, waits)
                continue
            since = float(waits.since - outline.at)
            standing.append(Standing(waits.ticket, may, since, waits.lane))
        lines.append(
            Line(
                tuple(standing),
                tuple(_returning(outline, one) for one in queueing.examined),
                queueing.first,
                queueing.back,
                queueing.called,
                queueing.recalls_interleave,
            )
        )
    return Floor(chairs, tuple(lines), experience.habits(outline.clinic)), why


def _chair(
    outline: Outline, one: Sitting, queues: list[str], experience: Experience
) -> Chair:
    pace = experience.pace(outline.clinic, one.doctor, outline.day)
    prefers = tuple(0 if key in one.queues else None for key in queues)
    if one.back_at is not None:
        return Chair(pace, prefers, back=float(one.back_at - outline.at))
    if one.called_at is None:
        return Chair(pace, prefers)
    line = queues.index(one.queue) if one.queue in queues else None
    return Chair(pace, prefers, busy=float(outline.at - one.called_at), line=line)


def _returning(outline: Outline, one: Examined) -> Returning:
    due = None if one.due is None else float(one.due - outline.at)
    return Returning(float(outline.at - one.gone), due)


def _why(outline: Outline, queue: str, waits: Waits) -> str:
    """Of whoever might have called: the reason that may pass the soonest."""
    reasons = {
        one.why
        for one in outline.sittings
        if queue in one.queues and (not waits.rooms or one.room in waits.rooms)
    }
    for reason in (AWAY, ABSENT, STOPPED):
        if reason in reasons:
            return reason
    return NOBODY
