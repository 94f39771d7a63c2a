"""What the events of clinics' days teach: each visit's times, as they end.

A turn is taken from the call, not from ``start``: many doctors never press that. A
pause counts when whoever was called next was there already. Nothing here holds a name:
of the events it reads none is about who a patient is.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias, assert_never

import msgspec

from actors.clinic.events import (
    Called,
    CallUndone,
    CameBack,
    CheckedIn,
    Finished,
    GaveUp,
    GotBack,
    Held,
    LoggedIn,
    LoggedOut,
    Missed,
    Opened,
    Recalled,
    Refunded,
    RoomChanged,
    Transferred,
    Triaged,
    WentAway,
    WentToExamination,
)
from actors.forecast.experience import Experience, doctor_key
from actors.forecast.kept import MINUTE
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis

Lesson: TypeAlias = (
    Opened
    | LoggedIn
    | LoggedOut
    | RoomChanged
    | CheckedIn
    | Called
    | CallUndone
    | Held
    | Finished
    | WentToExamination
    | CameBack
    | Missed
    | Recalled
    | Transferred
    | GaveUp
    | Refunded
    | WentAway
    | GotBack
    | Triaged
)

read_lesson = msgspec.json.Decoder(Lesson).decode
LESSONS: frozenset[str] = frozenset(
    str(kind.__struct_config__.tag) for kind in Lesson.__args__
)
"""The events' names; the others teach nothing here."""

HOUR = 60 * MINUTE
_RATE_MS = round(30 * MINUTE)
_INTERRUPTION = 15 * MINUTE
"""Longer, and it is a break: it has its time of the day, and is not had twice."""
_DAYS_KEPT = 2


class _Visit(msgspec.Struct, gc=False):
    ticket: str
    called_at: Millis


class _Day(msgspec.Struct):
    """One clinic's day under way. ``here`` is since when each waits, ``freed`` when a
    room's last visit ended, ``gone`` who is at an examination, ``missed`` who missed a
    call, since when; ``back`` are those who have been at an examination."""

    clinic: str
    day: str
    rooms: dict[str, str] = {}
    starts: dict[str, Millis] = {}
    here: dict[str, Millis] = {}
    inside: dict[str, _Visit] = {}
    freed: dict[str, Millis] = {}
    gone: dict[str, Millis] = {}
    missed: dict[str, Millis] = {}
    back: set[str] = set()
    promised: dict[str, Millis] = {}
    rested: set[str] = set()
    joined: deque[Millis] = msgspec.field(default_factory=deque)


class Lessons:
    """Learns into ``experience``. A ``rooms`` from before a restart goes on: who sits
    where is not said again; visits that were under way then teach nothing."""

    def __init__(
        self,
        experience: Experience,
        rooms: dict[str, dict[str, str]] | None = None,
    ) -> None:
        self.experience = experience
        self._days: dict[str, _Day] = {}
        for stream, doctors in (rooms or {}).items():
            self._day(stream).rooms = dict(doctors)

    @property
    def rooms(self) -> dict[str, dict[str, str]]:
        """Pseudonyms of who sits where, by stream."""
        return {stream: day.rooms for stream, day in self._days.items()}

    def learn(self, position: int, stream: str, event: Lesson) -> None:
        """Events in the journal's order; what was learnt already is passed over."""
        if position and position <= self.experience.position:
            return
        self.experience.position = max(position, self.experience.position)
        self._learn(self._day(stream), event)

    def checked_in_an_hour(self, stream: str, now: Millis) -> float:
        """As of late: a morning's crowd is no measure of its end."""
        day = self._days.get(stream)
        if day is None:
            return 0.0
        late = sum(at > now - _RATE_MS for at in day.joined)
        return late / (_RATE_MS / HOUR)

    def rested(self, stream: str, room: str) -> bool:
        """Has who sits there had a break?"""
        day = self._days.get(stream)
        return day is not None and room in day.rested

    def _day(self, stream: str) -> _Day:
        day = self._days.get(stream)
        if day is None:
            _, _, rest = parts_of(stream)
            day = self._days[stream] = _Day(rest[0], rest[-1])
            newest = sorted({one.day for one in self._days.values()})[-_DAYS_KEPT:]
            for name in [n for n, d in self._days.items() if d.day < newest[0]]:
                del self._days[name]
        return day

    def _learn(self, day: _Day, event: Lesson) -> None:
        match event:
            case Called():
                self._called(day, event)
            case CheckedIn():
                day.here[event.ticket] = event.at
                day.joined.append(event.at)
                _forget_before(day.joined, event.at - _RATE_MS)
            case Triaged():
                self.experience.triaged(day.clinic, day.day, event.level, event.at)
            case Finished():
                self._ended(day, event.room, event.at, examined=False)
            case WentToExamination():
                # a kept seat is not free: the same turn goes on
                if not event.keeps_seat:
                    self._ended(day, event.room, event.at, examined=True)
                    day.gone[event.ticket] = event.at
            case CameBack():
                gone = day.gone.pop(event.ticket, None)
                if gone is not None:
                    day.back.add(event.ticket)
                    day.here[event.ticket] = event.at
                    self.experience.examination(day.clinic, event.at - gone)
            case Missed():
                self._missed(day, event)
            case Recalled():
                missed = day.missed.pop(event.ticket, None)
                day.here[event.ticket] = event.at
                if missed is not None:
                    self.experience.recalled(day.clinic, event.at - missed)
            case Opened():
                for key, known in event.doctors.items():
                    if known.starts is not None:
                        day.starts[doctor_key(day.clinic, key)] = known.starts
                for room, plan in event.rooms.items():
                    if plan.doctor:
                        day.rooms[room] = doctor_key(day.clinic, plan.doctor)
            case LoggedIn():
                day.rooms[event.room] = doctor_key(day.clinic, event.doctor)
                self._unknown(day, event.room)
            case LoggedOut():
                self._unknown(day, event.room)
            case RoomChanged():
                if (doctor := day.rooms.get(event.room)) is not None:
                    day.rooms[event.to] = doctor
                if (visit := day.inside.get(event.room)) is not None:
                    day.inside[event.to] = visit
                self._unknown(day, event.room)
            case WentAway():
                # before it, nobody knew: to a forecast it is a longer pause
                if event.back_at is not None:
                    day.promised[event.room] = event.back_at
            case GotBack():
                promised = day.promised.pop(event.room, None)
                if promised is not None:
                    self.experience.absence(day.clinic, event.at - promised)
            case Held() | CallUndone():
                self._unknown(day, event.room)
            case Transferred() | GaveUp() | Refunded():
                if event.room is not None:
                    self._unknown(day, event.room)
            case _:
                assert_never(event)

    def _unknown(self, day: _Day, room: str) -> None:
        """Whatever was under way there has an end that tells nothing."""
        day.inside.pop(room, None)
        day.freed.pop(room, None)

    def _called(self, day: _Day, event: Called) -> None:
        freed = day.freed.pop(event.room, None)
        here = day.here.get(event.ticket)
        if freed is not None and here is not None and here <= freed:
            pause = event.at - freed
            if pause <= _INTERRUPTION:
                self.experience.pause(day.clinic, pause)
            else:
                self.experience.rested(day.clinic, freed, pause)
                day.rested.add(event.room)
        if (doctor := day.rooms.get(event.room)) is not None:
            planned = day.starts.get(doctor)
            self.experience.begins(day.clinic, doctor, day.day, event.at, planned)
        day.inside[event.room] = _Visit(event.ticket, event.at)

    def _visit(self, day: _Day, room: str, at: Millis) -> _Visit | None:
        day.freed[room] = at
        return day.inside.pop(room, None)

    def _ended(self, day: _Day, room: str, at: Millis, *, examined: bool) -> None:
        visit = self._visit(day, room, at)
        doctor = day.rooms.get(room)
        if visit is None or doctor is None:
            return
        again = visit.ticket in day.back
        self.experience.call(day.clinic, missed=False)
        self.experience.turn(
            day.clinic,
            doctor,
            day.day,
            visit.called_at,
            at - visit.called_at,
            again=again,
        )
        if not again:
            self.experience.visit(day.clinic, doctor, day.day, examined=examined)

    def _missed(self, day: _Day, event: Missed) -> None:
        visit = self._visit(day, event.room, event.at)
        self.experience.call(day.clinic, missed=True)
        day.missed[event.ticket] = event.at
        if visit is not None:
            self.experience.missed_took(day.clinic, event.at - visit.called_at)


def _forget_before(times: deque[Millis], at: Millis) -> None:
    while times and times[0] < at:
        times.popleft()
