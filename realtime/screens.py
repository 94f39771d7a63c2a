"""What the hospital's plan says of one device on the floor. Pure.

A terminal's profile is a layout, or names a screen of the plan; then the plan says
what it shows. Areas, and those in which it speaks, follow from its places either way.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from actors.hospital.plan import Plan, ScreenPlan, areas_of
from queue_displays.announcements.floor import Floor, floor_of

LAYOUTS = frozenset(
    {"auto", "hall", "door", "dental", "examination", "pharmacy", "overview", "led"}
)
_OF_BOARD = {"hall": "hall", "door": "door", "seats": "dental", "notice": "overview"}


class Hung(msgspec.Struct, frozen=True):
    """``places`` are clinics and rooms that it shows, ``areas`` those whose calls are
    heard there, ``voices`` the areas in which it speaks."""

    layout: str
    places: tuple[str, ...]
    areas: tuple[str, ...]
    voices: tuple[str, ...]


def hung(
    plan: Plan | None, terminal: str, profile: str, places: tuple[str, ...]
) -> Hung:
    """As it hangs today. A profile that no plan knows any more is left to the page."""
    floor = Floor() if plan is None else floor_of(plan)
    screen = None if plan is None else plan.screens.get(profile)
    if plan is None or screen is None:
        layout = profile if profile in LAYOUTS else "auto"
        areas = _areas(floor, places)
        return Hung(layout, places, areas, _voices(floor, areas, terminal, True))
    shown = planned_places(plan, profile) or places
    areas = (screen.area,) if screen.area else _areas(floor, shown)
    voices = _voices(floor, areas, terminal, screen.speaks)
    return Hung(_layout(screen), shown, areas, voices)


def planned_places(plan: Plan | None, profile: str) -> tuple[str, ...]:
    """What a screen of the plan shows; nothing where the plan leaves it open."""
    screen = None if plan is None else plan.screens.get(profile)
    if plan is None or screen is None:
        return ()
    if screen.clinics or screen.rooms:
        return (*screen.clinics, *screen.rooms)
    area = areas_of(plan).get(screen.area)
    return () if area is None else area.rooms or area.clinics


def _layout(screen: ScreenPlan) -> str:
    return screen.layout if screen.layout in LAYOUTS else _OF_BOARD[screen.board]


def _areas(floor: Floor, places: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for place in places:
        clinic, _, room = place.partition("/")
        found |= dict.fromkeys(floor.areas_of(clinic, room or None))
    return tuple(found)


def _voices(
    floor: Floor, areas: tuple[str, ...], terminal: str, speaks: bool
) -> tuple[str, ...]:
    """Where a zone names it, it speaks; else, if it may, in the first of its areas,
    for it has one mouth."""
    named = tuple(
        area
        for area in areas
        if any(terminal in zone.speakers for zone in floor.layout(area).zones.values())
    )
    return named or (areas[:1] if speaks else ())
