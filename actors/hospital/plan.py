"""What a hospital's plan is made of.

These structs rest in events and stand in files that people write: fields are only
added, with defaults, never renamed, and no default ever changes, for what is as the
default says is not written down. What may not be is for problems.py to say.

A moment of the day is the hospital's own clock, ``08:00``. A clinic that no area names
is an area of its own, with the one zone ``main`` (``area_of``).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from actors.clinic.plan import Half
from actors.clinic.settings import Settings

NamesPolicy: TypeAlias = Literal["full", "masked", "number"]
Language: TypeAlias = Literal["zh", "en", "yue"]
Board: TypeAlias = Literal["hall", "door", "seats", "notice"]
Occasion: TypeAlias = Literal[
    "called", "called_again", "prepare", "missed", "moved", "stopped", "broadcast"
]

HOSPITAL_RULES = "hospital"
"""The rule set of every clinic that names none."""
MAIN_ZONE = "main"
MAIN = "main"
"""The key of what there is one of."""


class _Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is as it usually is need not be said."""


class QueuePlan(_Entry, frozen=True):
    """A queue; its numbers begin with ``prefix``, or with its key. An expert's names
    its ``doctor``. Patients move only inside a ``department`` and a ``fee`` class. An
    examination's says how one has to ``prepare`` (空腹), what one does ``afterwards``,
    and at which queues (``lab/L``) one has to have been ``first``."""

    name: str
    kind: str = "普"
    prefix: str = ""
    department: str = ""
    doctor: str = ""
    fee: str = ""
    name_en: str = ""
    prepare: str = ""
    prepare_en: str = ""
    afterwards: str = ""
    afterwards_en: str = ""
    first: tuple[str, ...] = ()


class RoomPlan(_Entry, frozen=True):
    """What calls: a room, or one seat of a shared one, which names its ``door`` and
    its ``seat``. ``doctor`` sits there from the opening on: a doctor's key, or just a
    name. ``levels`` are the emergency levels it takes; none: all."""

    queues: tuple[str, ...] = ()
    doctor: str = ""
    title: str = ""
    way: str = ""
    way_en: str = ""
    door: str = ""
    seat: str = ""
    zone: str = ""
    levels: tuple[int, ...] = ()


class DoctorPlan(_Entry, frozen=True):
    """Somebody who may log in. ``starts`` is when they are expected."""

    name: str
    title: str = ""
    photo: str = ""
    starts: str = ""


class HalfPlan(_Entry, frozen=True):
    begins: str
    ends: str


class ClinicPlan(_Entry, frozen=True):
    """诊区. ``rules`` names its rule set; none: the hospital's. ``days`` are the
    weekdays on which it opens, Monday being 1. ``rolls_over``: its emergency
    patients go on at midnight in the next day. ``names`` overrides the hospital's."""

    name: str
    name_en: str = ""
    floor: str = ""
    campus: str = ""
    rules: str = ""
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    halves: dict[Half, HalfPlan] = {}
    rolls_over: bool = False
    names: NamesPolicy | Literal[""] = ""
    queues: dict[str, QueuePlan] = {}
    rooms: dict[str, RoomPlan] = {}
    doctors: dict[str, DoctorPlan] = {}


class AreaPlan(_Entry, frozen=True):
    """Where people wait together: whose calls are heard there. ``rooms`` (``im2/3``)
    narrow it; none: all of its clinics'. Its ``zones`` are where they are said."""

    name: str
    name_en: str = ""
    clinics: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    languages: tuple[Language, ...] = ()


class ZonePlan(_Entry, frozen=True):
    """As far as one voice carries. ``speakers`` are terminals; when none of them
    speaks, ``fallback``, another zone, does."""

    name: str
    speakers: tuple[str, ...] = ()
    fallback: str = ""


class ScreenPlan(_Entry, frozen=True):
    """A screen's profile: terminals name it. What it shows, and how."""

    name: str
    board: Board = "hall"
    area: str = ""
    clinics: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    layout: str = ""
    speaks: bool = False


class RulesPlan(_Entry, frozen=True):
    """A rule set. The table of special classes is the hospital's for all of them."""

    name: str
    settings: Settings = Settings()


class TemplatePlan(_Entry, frozen=True):
    """The words of an occasion, for queues of a ``kind`` (专); none: for all. In
    braces: {number} {name} {room} {queue} {clinic} {doctor} {seat} {text}."""

    occasion: Occasion
    kind: str = ""
    zh: str = ""
    en: str = ""
    yue: str = ""


class VolumePlan(_Entry, frozen=True):
    """From this moment of the day on, so loud: 0 to 100."""

    begins: str
    volume: int


class SpeechPlan(_Entry, frozen=True):
    """How calls are said and shown everywhere."""

    names: NamesPolicy = "masked"
    languages: tuple[Language, ...] = ("zh",)
    times: int = 2
    rate: int = 100
    voice: str = ""
    volumes: tuple[VolumePlan, ...] = ()


class Plan(_Entry, frozen=True):
    """The whole of it, as it stands in a file."""

    clinics: dict[str, ClinicPlan] = {}
    areas: dict[str, AreaPlan] = {}
    zones: dict[str, ZonePlan] = {}
    screens: dict[str, ScreenPlan] = {}
    rules: dict[str, RulesPlan] = {}
    templates: dict[str, TemplatePlan] = {}
    speech: SpeechPlan = SpeechPlan()


def settings_of(plan: Plan, clinic: str) -> Settings:
    """The rules of this clinic's day: its own set or the hospital's, whole, with the
    hospital's table of special classes."""
    hospitals = plan.rules.get(HOSPITAL_RULES)
    named = plan.clinics[clinic].rules
    own = plan.rules.get(named) if named else None
    chosen = own or hospitals
    if chosen is None:
        return Settings()
    if hospitals is None:
        return chosen.settings
    return msgspec.structs.replace(chosen.settings, classes=hospitals.settings.classes)


def areas_of(plan: Plan) -> dict[str, AreaPlan]:
    """Every area there is: those planned, and one for each clinic that none names."""
    named = {clinic for area in plan.areas.values() for clinic in area.clinics}
    named |= {
        room.partition("/")[0] for area in plan.areas.values() for room in area.rooms
    }
    own = {
        key: AreaPlan(
            name=clinic.name,
            name_en=clinic.name_en,
            clinics=(key,),
            zones=(MAIN_ZONE,),
        )
        for key, clinic in plan.clinics.items()
        if key not in named and key not in plan.areas
    }
    return {**plan.areas, **own}


def names_of(plan: Plan, clinic: str) -> NamesPolicy:
    """How far patients' names are shown and said here."""
    return plan.clinics[clinic].names or plan.speech.names
