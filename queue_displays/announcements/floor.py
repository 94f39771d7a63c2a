"""What the announcer knows of the hospital's plan: where a call is heard, and how.

A clinic that no area names is an area of its own with one zone.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from actors.hospital.plan import AreaPlan, Plan
from queue_displays.announcements.layout import (
    MAIN_ZONE,
    Layout,
    Zone,
    zone_of,
)
from queue_displays.announcements.words import Templates


class Clinic(msgspec.Struct, frozen=True):
    """``rooms`` are the zones in which its rooms are heard, by room."""

    rooms: Mapping[str, str] = {}


class Area(msgspec.Struct, frozen=True):
    """``rooms`` (``im2/3``) narrow it; none: all of its clinics'."""

    layout: Layout
    rooms: frozenset[str] = frozenset()


class Loudness(msgspec.Struct, frozen=True):
    """From this moment of the day on (``08:00``), so loud: 0 to 1."""

    begins: str
    gain: float


class Floor(msgspec.Struct, frozen=True):
    """The whole of it."""

    areas: Mapping[str, Area] = {}
    clinics: Mapping[str, Clinic] = {}
    templates: Templates = Templates()
    times: int = 2
    loudness: tuple[Loudness, ...] = ()
    languages: tuple[str, ...] = ("zh",)
    pace: int = 100
    voice: str = ""

    def areas_of(self, clinic: str, room: str | None = None) -> tuple[str, ...]:
        """Where what happens in this room, or in the whole clinic, is heard."""
        found = tuple(
            key
            for key, area in self.areas.items()
            if clinic in area.layout.clinics and self._hears(area, clinic, room)
        )
        named = any(clinic in a.layout.clinics for a in self.areas.values())
        return found if named else (clinic,)

    def areas_with(self, clinic: str, zones: tuple[str, ...]) -> tuple[str, ...]:
        """Where what is said in these zones is heard. Zones that are nowhere any more
        mean everywhere: better heard twice than not at all."""
        areas = self.areas_of(clinic)
        found = tuple(a for a in areas if set(zones) & self.layout(a).zones.keys())
        return found or areas

    def _hears(self, area: Area, clinic: str, room: str | None) -> bool:
        here = {r for r in area.rooms if r.startswith(f"{clinic}/")}
        return not here or room is None or f"{clinic}/{room}" in here

    def layout(self, area: str, name: str = "") -> Layout:
        planned = self.areas.get(area)
        if planned is not None:
            return planned.layout
        return Layout(
            name=name,
            clinics=(area,),
            zones={MAIN_ZONE: Zone()},
            languages=self.languages,
            pace=self.pace,
            voice=self.voice,
        )

    def zone(self, area: str, clinic: str, room: str, zone: str = "") -> str:
        """The zone a room of this clinic is heard in, here."""
        planned = self.clinics.get(clinic, Clinic()).rooms.get(room, zone)
        return zone_of(self.layout(area), planned)

    def clinics_of(self, area: str) -> tuple[str, ...]:
        return self.layout(area).clinics

    def gain_at(self, moment: str) -> float:
        """``moment`` of the day, as ``08:00``; before the first it is the last of the
        day before."""
        if not self.loudness:
            return 1.0
        ordered = sorted(self.loudness, key=lambda one: one.begins)
        begun = [one for one in ordered if one.begins <= moment]
        return (begun or ordered)[-1].gain


def floor_of(plan: Plan) -> Floor:
    """As the hospital has planned it."""
    speech = plan.speech
    return Floor(
        areas={
            key: Area(_layout(plan, area), frozenset(area.rooms))
            for key, area in plan.areas.items()
        },
        clinics={
            key: Clinic(
                {room: there.zone for room, there in clinic.rooms.items()},
            )
            for key, clinic in plan.clinics.items()
        },
        templates=Templates(
            {
                (language, template.occasion, template.kind): text
                for template in plan.templates.values()
                for language in ("zh", "en", "yue")
                if (text := getattr(template, language))
            }
        ),
        times=min(max(speech.times, 1), 3),
        loudness=tuple(
            Loudness(one.begins, one.volume / 100) for one in speech.volumes
        ),
        languages=speech.languages or ("zh",),
        pace=speech.rate,
        voice=speech.voice,
    )


def _layout(plan: Plan, area: AreaPlan) -> Layout:
    inside = tuple(room.partition("/")[0] for room in area.rooms)
    zones = {
        key: Zone(planned.name, planned.speakers, planned.fallback)
        for key in area.zones
        if (planned := plan.zones.get(key)) is not None
    }
    return Layout(
        name=area.name,
        clinics=tuple(dict.fromkeys((*area.clinics, *inside))),
        zones=zones or {MAIN_ZONE: Zone()},
        languages=area.languages or plan.speech.languages or ("zh",),
        pace=plan.speech.rate,
        voice=plan.speech.voice,
    )
