"""What a hospital may set for the health of its floor.

These structs rest in events: fields are only added, with defaults, never renamed.
Level I is the gravest. A moment of the day is the hospital's own clock, ``07:30``.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.times import Millis

Level: TypeAlias = Literal["I", "II", "III"]
LEVELS: tuple[Level, ...] = ("I", "II", "III")
RoundName: TypeAlias = Literal["morning", "noon", "evening"]
ROUNDS: tuple[RoundName, ...] = ("morning", "noon", "evening")

MINUTE: Millis = 60_000
_Minutes = Annotated[int, Meta(ge=1, le=30 * 24 * 60)]
_Seconds = Annotated[int, Meta(ge=0, le=86_400)]
_Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
ItemKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Fault = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]


class Clocks(msgspec.Struct, frozen=True):
    """From the opening of a ticket: until when somebody is at it, until when it is
    repaired."""

    respond_min: _Minutes
    repair_min: _Minutes


class RoundTimes(msgspec.Struct, frozen=True):
    """A round is open from ``begins`` until the next one begins; what has not been
    looked at by ``due`` was missed."""

    begins: _Clock
    due: _Clock


class Item(msgspec.Struct, frozen=True):
    """One line of the check list."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    name_en: Annotated[str, Meta(max_length=60)] = ""


class Patience(msgspec.Struct, frozen=True):
    """How long something is wrong before it is an alarm: cables are knocked, covers
    are opened to change the paper, machines start."""

    lost_s: _Seconds = 90
    device_s: _Seconds = 20
    paper_out_s: _Seconds = 60
    warning_s: _Seconds = 60
    starting_s: _Seconds = 90
    stale_s: _Seconds = 120


def _clocks() -> dict[Level, Clocks]:
    return {"I": Clocks(10, 120), "II": Clocks(30, 480), "III": Clocks(240, 2880)}


def _rounds() -> dict[RoundName, RoundTimes]:
    return {
        "morning": RoundTimes("07:00", "08:30"),
        "noon": RoundTimes("11:30", "13:30"),
        "evening": RoundTimes("16:30", "18:30"),
    }


def _items() -> dict[ItemKey, Item]:
    return {
        "power": Item("开机，屏幕清楚", "On, the picture is clear"),
        "touch": Item("触摸准确", "Touch is exact"),
        "reader": Item("读卡、扫码正常", "Reads cards and codes"),
        "paper": Item("打印清楚，纸够", "Prints clearly, enough paper"),
        "network": Item("网络、时间正确", "Network and clock are right"),
        "clean": Item("外壳、线缆、卫生", "Case, cables, clean"),
    }


class FloorSettings(msgspec.Struct, frozen=True):
    """``levels`` are those of faults that are not as grave as usual."""

    clocks: dict[Level, Clocks] = msgspec.field(default_factory=_clocks)
    levels: dict[Fault, Level] = {}
    patience: Patience = Patience()
    hot_c: Annotated[int, Meta(ge=30, le=120)] = 80
    unsteady: Annotated[int, Meta(ge=2, le=50)] = 3
    """So often in an hour a device fails, and it is an alarm of its own."""
    clock_off_s: Annotated[int, Meta(ge=1, le=3600)] = 30
    quiet_from: _Clock = "00:00"
    quiet_to: _Clock = "00:00"
    """Between them machines may be off: nobody is told then that one is lost."""
    rounds: dict[RoundName, RoundTimes] = msgspec.field(default_factory=_rounds)
    items: dict[ItemKey, Item] = msgspec.field(default_factory=_items)


LEVEL_OF: dict[str, Level] = {
    "lost": "I",
    "stale": "II",
    "down": "II",
    "paper_out": "II",
    "paper_low": "III",
    "cover_open": "II",
    "hot": "II",
    "unsteady": "III",
    "clock_off": "III",
    "mute": "II",
    "stock_low": "III",
}


def level_of(settings: FloorSettings, fault: str) -> Level:
    """How grave it is: as set, as usual, and II for what nobody thought of."""
    return settings.levels.get(fault) or LEVEL_OF.get(fault, "II")
