"""Where the patients of a HIS department wait here: one small file says it.

[departments]
0101 = "im2/A"        # clinic/queue
[experts]
0101 = "im2/Z"        # the department's expert numbers
[doctors]
D004 = "im2/Z/zhou"   # this doctor's numbers, pinned to the clinic's doctor zhou
[rooms]
201 = "3"             # HIS's room number and ours, where they differ
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

_TARGET = re.compile(
    r"([0-9A-Za-z_.\-]{1,64})/([0-9A-Za-z_.\-]{1,32})(?:/([0-9A-Za-z_.\-]{1,32}))?\Z"
)
_ROOM = re.compile(r"[0-9A-Za-z_.\-]{1,32}\Z")
_TABLES = ("departments", "experts", "doctors")


class BadPlaces(Exception):
    """The file cannot be used; the message says where and what is expected."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """``doctor`` is a key of the clinic's own; empty for whoever is free."""

    clinic: str
    queue: str
    doctor: str = ""


class Places(msgspec.Struct, frozen=True):
    departments: Mapping[str, Place] = {}
    experts: Mapping[str, Place] = {}
    doctors: Mapping[str, Place] = {}
    rooms: Mapping[str, str] = {}

    def place_of(self, department: str, doctor: str, kind: str) -> Place | None:
        """A doctor's own place goes before the experts', that before the
        department's."""
        if (own := self.doctors.get(doctor)) is not None:
            return own
        if kind == "expert" and (theirs := self.experts.get(department)) is not None:
            return theirs
        return self.departments.get(department)

    def room_of(self, room: str) -> str:
        return self.rooms.get(room, room)

    def clinics(self) -> tuple[str, ...]:
        tables = (self.departments, self.experts, self.doctors)
        return tuple(
            sorted({place.clinic for table in tables for place in table.values()})
        )


def read_places(file: Path) -> Places:
    """Raises BadPlaces. No file is no places: HIS is heard, and nothing placed."""
    try:
        tree = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Places()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadPlaces(f"{file}: {error}") from None
    if unknown := sorted(tree.keys() - {*_TABLES, "rooms"}):
        raise BadPlaces(
            f"{file}: there is no [{unknown[0]}]; there are [departments], "
            "[experts], [doctors] and [rooms]"
        )
    tables = {name: _places(file, name, tree.get(name, {})) for name in _TABLES}
    rooms = _table(file, "rooms", tree.get("rooms", {}))
    for key, room in rooms.items():
        if not _ROOM.match(room):
            raise BadPlaces(f"{file}: rooms.{key}: expected a room such as 3")
    return Places(rooms=rooms, **tables)


def _table(file: Path, name: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadPlaces(f"{file}: {name} is not a table")
    for key, value in table.items():
        if not isinstance(value, str):
            raise BadPlaces(f"{file}: {name}.{key}: expected text in quotes")
    return table


def _places(file: Path, name: str, table: Any) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for key, value in _table(file, name, table).items():
        found = _TARGET.match(value)
        if found is None:
            raise BadPlaces(
                f"{file}: {name}.{key}: expected clinic/queue or "
                f"clinic/queue/doctor, found {value!r}"
            )
        clinic, queue, doctor = found.groups()
        places[key] = Place(clinic, queue, doctor or "")
    return places
