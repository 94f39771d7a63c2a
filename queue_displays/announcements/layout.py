"""An area as its announcer knows it: its zones, who speaks there, in which languages.

These rest in events: fields are only added, with defaults.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal[
    "called", "called_again", "prepare", "moved", "stopped", "broadcast"
]

MAIN_ZONE = "main"


class Zone(msgspec.Struct, frozen=True, omit_defaults=True):
    """As far as one voice carries. Where no ``speakers`` are named, whoever is there
    and can speak is one. When none of them speaks, those of ``fallback`` do."""

    name: str = ""
    speakers: tuple[str, ...] = ()
    fallback: str = ""


class Layout(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the hospital's plan says of one area. ``pace`` is in per cent of the usual;
    ``voice`` a variant of it, none: the house's own."""

    name: str = ""
    clinics: tuple[str, ...] = ()
    zones: dict[str, Zone] = {}
    languages: tuple[str, ...] = ("zh",)
    opening: str = ""
    pace: int = 100
    voice: str = ""


class Tone(msgspec.Struct, frozen=True):
    """How it is said: so loud (0 to 1), so fast, by which variant of the voice."""

    gain: float = 1.0
    pace: int = 100
    voice: str = ""


class Slide(msgspec.Struct, frozen=True, omit_defaults=True):
    """Health education, between calls."""

    title: str
    text: str = ""
    image: str = ""
    seconds: int = 12


def zone_of(layout: Layout, zone: str) -> str:
    """The zone a room is heard in: its own, or the area's first."""
    return zone if zone in layout.zones else next(iter(layout.zones), MAIN_ZONE)
