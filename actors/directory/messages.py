"""What the directory is told, and what has changed in it.

HIS, or an administrator, tells it how things are: what is the same already changes
nothing. Events are kept for years: see docs/architecture.md.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.times import Millis

Key = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
Kind: TypeAlias = Literal["campus", "department", "doctor"]


class Campus(msgspec.Struct, frozen=True, gc=False):
    name: str
    name_en: str = ""
    address: str = ""


class Department(msgspec.Struct, frozen=True, gc=False):
    """``within`` is a department this one belongs to; ``about`` what patients read."""

    name: str
    campus: str = ""
    name_en: str = ""
    floor: str = ""
    within: str = ""
    about: str = ""
    about_en: str = ""


class Doctor(msgspec.Struct, frozen=True, gc=False):
    """``photo`` is an address the pages load; ``about`` what patients read of them."""

    name: str
    departments: tuple[str, ...] = ()
    title: str = ""
    photo: str = ""
    skill: str = ""
    name_en: str = ""
    skill_en: str = ""
    about: str = ""


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Put(_Command, frozen=True, tag="directory.put"):
    """These are so from now on; what is not named stays as it is."""

    campuses: dict[Key, Campus] = {}
    departments: dict[Key, Department] = {}
    doctors: dict[Key, Doctor] = {}


class Retire(_Command, frozen=True, tag="directory.retire"):
    """Nobody looks for this any more. Old days keep what they were opened with."""

    kind: Kind
    key: str


class NoteDay(_Command, frozen=True, tag="directory.note_day"):
    """A department's numbers of this day are laid out."""

    department: Key
    day: Day


Command: TypeAlias = Put | Retire | NoteDay


# Events


class _Deed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str


class CampusSet(_Deed, frozen=True, tag="directory.campus_set"):
    key: str
    campus: Campus


class DepartmentSet(_Deed, frozen=True, tag="directory.department_set"):
    key: str
    department: Department


class DoctorSet(_Deed, frozen=True, tag="directory.doctor_set"):
    key: str
    doctor: Doctor


class Retired(_Deed, frozen=True, tag="directory.retired"):
    kind: str
    key: str


class DayNoted(_Deed, frozen=True, tag="directory.day_noted"):
    """``over`` are earlier days that nobody looks for any more."""

    department: str
    day: str
    over: tuple[str, ...] = ()


Event: TypeAlias = CampusSet | DepartmentSet | DoctorSet | Retired | DayNoted
