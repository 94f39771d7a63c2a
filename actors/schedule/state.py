"""A department's day as it stands: one pool of places, and who holds which.

Every place of a slot is at each moment exactly one of free, locked, confirmed, taken,
no_show, withdrawn, and ``Slot.total`` is their sum. Every booking has one stage.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.schedule.events import ExtraPlace
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Fen,
    SessionPlan,
    Settings,
    SlotPlan,
)

Stage: TypeAlias = Literal[
    "locked",
    "confirmed",
    "taken",
    "no_show",
    "stopped",
    "expired",
    "cancelled",
    "changed",
]
"""``stopped``: its session is, and its patient has been asked what to do."""

HOLDING: frozenset[Stage] = frozenset({"locked", "confirmed", "taken"})
"""The patient has this number, or is about to."""

WITH_NUMBER: frozenset[Stage] = frozenset({"confirmed", "taken"})

Place: TypeAlias = Literal[
    "free", "locked", "confirmed", "taken", "no_show", "withdrawn"
]
PLACES: tuple[Place, ...] = (
    "free",
    "locked",
    "confirmed",
    "taken",
    "no_show",
    "withdrawn",
)


class Slot(msgspec.Struct, gc=False):
    """``planned`` is what it was opened with, ``beside`` how many of ``total`` came on
    top of the pool."""

    plan: SlotPlan
    planned: int
    total: int
    free: int
    locked: int = 0
    confirmed: int = 0
    taken: int = 0
    no_show: int = 0
    withdrawn: int = 0
    beside: int = 0
    stopped: bool = False


class Session(msgspec.Struct):
    """``used`` counts the pool's places held per channel, extra ones apart."""

    plan: SessionPlan
    doctor: str
    slots: dict[str, Slot]
    start: Millis
    end: Millis
    used: dict[str, int] = {}
    released: tuple[str, ...] = ()
    ended: bool = False
    note: str = ""
    moved_to: str = ""
    replaces: str = ""
    bookings: list[str] = []

    @property
    def stopped(self) -> bool:
        return all(slot.stopped for slot in self.slots.values())


class Booking(msgspec.Struct, gc=False):
    """``since`` is when its stage began. An ``extra`` or ``over`` place does not count
    against its channel."""

    session: str
    slot: str
    channel: str
    person: str
    name: Sealed
    card: str
    stage: Stage
    since: Millis
    price: Fen
    expires: Millis
    extra: ExtraPlace | None = None
    over: bool = False
    ref: str = ""
    instead_of: str = ""
    number: str = ""
    paid: Fen = 0
    trade: str = ""
    reason: str = ""
    to: str = ""
    trouble: str = ""

    @property
    def beside(self) -> bool:
        """Its place came on top of the pool, and goes with it."""
        return self.extra is not None or self.over


class Case(msgspec.Struct, gc=False):
    """Somebody whose session was stopped, moved or replaced: what they were offered
    and what they answered. ``to`` is the booking they have instead."""

    kind: Literal["stopped", "moved", "replaced"]
    session: str
    at: Millis
    reason: str
    was: Stage = "confirmed"
    proposal: str = ""
    answer: str = ""
    answered_at: Millis = 0
    to: str = ""


class ScheduleState(msgspec.Struct):
    stream: str
    department_key: str
    day: str
    department: DepartmentPlan | None = None
    settings: Settings = Settings()
    channels: dict[str, ChannelPlan] = {}
    doctors: dict[str, DoctorPlan] = {}
    sessions: dict[str, Session] = {}
    bookings: dict[str, Booking] = {}
    locks: dict[str, Millis] = {}
    people: dict[str, tuple[str, ...]] = {}
    refs: dict[str, str] = {}
    numbers: dict[str, str] = {}
    drawn: dict[str, int] = {}
    extras: dict[str, int] = {}
    cases: dict[str, Case] = {}


def aside(state: ScheduleState, bookings: Iterable[str]) -> ScheduleState:
    """A copy in which the clock may change these ``bookings`` and every session; all
    else is shared. A whole copy of a full day would hold the loop for 75 ms."""
    replace = msgspec.structs.replace
    changing = {key: replace(state.bookings[key]) for key in bookings}
    return replace(
        state,
        bookings=state.bookings | changing,
        locks=dict(state.locks),
        extras=dict(state.extras),
        sessions={
            key: replace(
                session,
                used=dict(session.used),
                slots={name: replace(slot) for name, slot in session.slots.items()},
            )
            for key, session in state.sessions.items()
        },
    )


def series_of(plan: SessionPlan, slot: SlotPlan) -> tuple[str, str]:
    """The clinic and the prefix within which a number is shown once."""
    return plan.clinic, slot.prefix or plan.prefix


def number_key(clinic: str, number: str) -> str:
    return f"{clinic}/{number}"
