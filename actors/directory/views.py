"""The directory as everybody sees it: where, which department, whom, on which days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from actors.directory.messages import (
    CampusSet,
    DayNoted,
    DepartmentSet,
    DoctorSet,
    Event,
    Retired,
)
from actors.directory.state import DirectoryState
from actors.runtime.shape import Path

_SECTION = {"campus": "campuses", "department": "departments", "doctor": "doctors"}


class PublicView:
    name = "public"
    version = 1

    def paths(self, state: DirectoryState) -> Iterable[Path]:
        for section in (*_SECTION.values(), "days"):
            for key in getattr(state, section):
                yield section, key

    def touches(self, state: DirectoryState, event: Event) -> Iterable[Path]:
        match event:
            case CampusSet():
                yield "campuses", event.key
            case DepartmentSet():
                yield "departments", event.key
            case DoctorSet():
                yield "doctors", event.key
            case Retired():
                yield _SECTION[event.kind], event.key
            case DayNoted():
                yield "days", event.department
            case _:
                assert_never(event)

    def row(self, state: DirectoryState, section: str, key: str) -> Any:
        if section == "days":
            days = state.days.get(key)
            return None if days is None else list(days)
        if section not in _SECTION.values():
            return None
        entry = getattr(state, section).get(key)
        if entry is None:
            return None
        row = {
            name: value
            for name in entry.__struct_fields__
            if (value := getattr(entry, name))
        }
        if "departments" in row:
            row["departments"] = list(row["departments"])
        return row
