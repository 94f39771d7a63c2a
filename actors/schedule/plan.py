"""What a department's day is made of: its doctors, sessions, slots, channels, rules.

All of it is written into the day, so that an old day replays alike whatever the
hospital has become since. Events hold these structs for years: no limits stand here,
fields are only added, with defaults.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.booker.messages import NoShowRule
from actors.kernel.times import Millis

Key = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
"""The short name of a session, a slot, a doctor or a channel."""

Half: TypeAlias = Literal["am", "pm", "night", "all"]
Fen: TypeAlias = int
"""Money: whole fen, never a fraction."""

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE


class DepartmentPlan(msgspec.Struct, frozen=True, gc=False):
    name: str
    name_en: str = ""
    campus: str = ""
    campus_name: str = ""
    floor: str = ""


class DoctorPlan(msgspec.Struct, frozen=True, gc=False):
    """``photo`` is an address the pages load, ``skill`` what patients read."""

    name: str
    title: str = ""
    photo: str = ""
    skill: str = ""
    name_en: str = ""
    skill_en: str = ""


class SlotPlan(msgspec.Struct, frozen=True, gc=False):
    """``count`` places between ``start`` and ``end``. Its numbers begin with
    ``prefix`` instead of the session's, or run from ``first`` on."""

    start: Millis
    end: Millis
    count: int
    prefix: str = ""
    first: int = 0


class Quota(msgspec.Struct, frozen=True, gc=False):
    """A channel's limit on a session's one pool: ``reserved`` places nobody else may
    take until ``release_ms`` before the session begins (never, when None), and
    ``at_most`` of all places for this channel."""

    reserved: int = 0
    release_ms: Millis | None = None
    at_most: int | None = None


class SessionPlan(msgspec.Struct, frozen=True, gc=False):
    """Somebody sees patients for half a day. Without ``doctor`` it is the
    department's. ``clinic`` and ``queue`` are where its numbers are called; numbers
    are drawn per clinic and prefix, so the prefixes say whether they run per
    department, per expert, per doctor or per slot. It sells from ``on_sale`` on."""

    half: Half
    slots: dict[str, SlotPlan]
    doctor: str = ""
    kind: str = "普"
    price: Fen = 0
    clinic: str = ""
    queue: str = ""
    prefix: str = ""
    quotas: dict[str, Quota] = {}
    on_sale: Millis = 0


class ChannelPlan(msgspec.Struct, frozen=True, gc=False):
    """A way to a number. A lock lasts ``lock_ms``; a slot is sold until ``closes_ms``
    before its end. ``walk_in``: for who stands here, so a ban on booking is none."""

    name: str
    lock_ms: Millis = 10 * MINUTE
    closes_ms: Millis = 0
    walk_in: bool = False


CHANNELS: dict[str, ChannelPlan] = {
    "window": ChannelPlan("窗口", walk_in=True),
    "kiosk": ChannelPlan("自助机", lock_ms=5 * MINUTE),
    "phone": ChannelPlan("电话", lock_ms=30 * MINUTE, closes_ms=30 * MINUTE),
    "wechat": ChannelPlan("微信", lock_ms=15 * MINUTE, closes_ms=30 * MINUTE),
    "web": ChannelPlan("网站", lock_ms=15 * MINUTE, closes_ms=30 * MINUTE),
    "reserve": ChannelPlan("预留"),
}


class Settings(msgspec.Struct, frozen=True, gc=False):
    """The rules' numbers; 0 switches a limit off.

    A person holds at most ``per_person_session`` numbers of a session,
    ``per_person_department`` of this day here, ``per_person_day`` of the day in the
    whole hospital, and ``locks_per_person`` unpaid at once. ``extra_daily`` is how many
    numbers a doctor may add in a day. A patient cancels until ``cancel_ms`` before the
    slot, and takes the number from ``take_from_ms`` before it (any time, when None)
    until ``take_late_ms`` after its end. Who has not come ``no_show_after_ms`` after
    the session's end is a no-show, if ``no_shows`` says so.
    """

    per_person_session: int = 1
    per_person_department: int = 2
    per_person_day: int = 0
    locks_per_person: int = 1
    extra_daily: int = 5
    extra_lock_ms: Millis = 2 * HOUR
    cancel_ms: Millis = 0
    take_from_ms: Millis | None = None
    take_late_ms: Millis = 4 * HOUR
    no_shows: bool = True
    no_show_after_ms: Millis = 0
    no_show: NoShowRule = NoShowRule()
