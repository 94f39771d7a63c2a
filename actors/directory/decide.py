"""What the directory says to each command. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import assert_never

from actors.directory.messages import (
    CampusSet,
    Command,
    DayNoted,
    DepartmentSet,
    DoctorSet,
    Event,
    NoteDay,
    Put,
    Retire,
    Retired,
)
from actors.directory.state import DirectoryState, entries
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing

KEPT_DAYS = 60
"""How far behind the newest a day is still listed: refunds, returns, questions."""


def decide(state: DirectoryState, command: Command, now: Millis) -> Decision:
    match command:
        case Put():
            return _put(state, command, now)
        case Retire():
            if command.key not in entries(state, command.kind):
                return Refused("unknown_entry", "目录里没有这一条，请看最新画面。")
            retired = Retired(at=now, by=command.by, kind=command.kind, key=command.key)
            return Accepted((retired,), Nothing())
        case NoteDay():
            return _note_day(state, command, now)
        case _:
            assert_never(command)


def _put(state: DirectoryState, put: Put, now: Millis) -> Decision:
    campuses = state.campuses.keys() | put.campuses.keys()
    departments = state.departments.keys() | put.departments.keys()
    for key, department in put.departments.items():
        if department.campus and department.campus not in campuses:
            return BadRequest(field=f"departments.{key}.campus")
        if department.within and department.within not in departments - {key}:
            return BadRequest(field=f"departments.{key}.within")
    for key, doctor in put.doctors.items():
        if not departments.issuperset(doctor.departments):
            return BadRequest(field=f"doctors.{key}.departments")
    events: list[Event] = [
        CampusSet(at=now, by=put.by, key=key, campus=campus)
        for key, campus in put.campuses.items()
        if state.campuses.get(key) != campus
    ]
    events += [
        DepartmentSet(at=now, by=put.by, key=key, department=department)
        for key, department in put.departments.items()
        if state.departments.get(key) != department
    ]
    events += [
        DoctorSet(at=now, by=put.by, key=key, doctor=doctor)
        for key, doctor in put.doctors.items()
        if state.doctors.get(key) != doctor
    ]
    return Accepted(tuple(events), Nothing())


def _note_day(state: DirectoryState, note: NoteDay, now: Millis) -> Decision:
    known = state.days.get(note.department, ())
    if note.day in known:
        return Accepted((), Nothing())
    oldest = (date.fromisoformat(note.day) - timedelta(KEPT_DAYS)).isoformat()
    noted = DayNoted(
        at=now,
        by=note.by,
        department=note.department,
        day=note.day,
        over=tuple(day for day in known if day < oldest),
    )
    return Accepted((noted,), Nothing())
