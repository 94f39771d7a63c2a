"""The directory as it stands, and how each event changes it, in place."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from actors.directory.messages import (
    Campus,
    CampusSet,
    DayNoted,
    Department,
    DepartmentSet,
    Doctor,
    DoctorSet,
    Event,
    Retired,
)


class DirectoryState(msgspec.Struct):
    """``days`` are those whose numbers are laid out, per department, in order."""

    stream: str
    campuses: dict[str, Campus] = {}
    departments: dict[str, Department] = {}
    doctors: dict[str, Doctor] = {}
    days: dict[str, tuple[str, ...]] = {}


def evolve(state: DirectoryState, event: Event) -> None:
    match event:
        case CampusSet():
            state.campuses[event.key] = event.campus
        case DepartmentSet():
            state.departments[event.key] = event.department
        case DoctorSet():
            state.doctors[event.key] = event.doctor
        case Retired():
            entries(state, event.kind).pop(event.key, None)
        case DayNoted():
            known = set(state.days.get(event.department, ())) - set(event.over)
            state.days[event.department] = tuple(sorted(known | {event.day}))
        case _:
            assert_never(event)


def entries(state: DirectoryState, kind: str) -> dict[str, Any]:
    match kind:
        case "campus":
            return state.campuses
        case "department":
            return state.departments
        case _:
            return state.doctors
