"""What has happened in a department's day. Written once, read for years: fields are
only added, with defaults, and never renamed; a changed meaning is a new event."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Fen,
    SessionPlan,
    Settings,
)


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis


class _Deed(_Event, frozen=True, kw_only=True):
    by: str


class ExtraPlace(msgspec.Struct, frozen=True, gc=False):
    """Where an extra number stands, and why there is one."""

    where: str
    reason: str
    after: str | None = None


class Opened(_Deed, frozen=True, tag="schedule.opened"):
    department: DepartmentPlan
    doctors: dict[str, DoctorPlan]
    sessions: dict[str, SessionPlan]
    channels: dict[str, ChannelPlan]
    settings: Settings


class RulesChanged(_Deed, frozen=True, tag="schedule.rules_changed"):
    settings: Settings


class SessionAdded(_Deed, frozen=True, tag="schedule.session_added"):
    session: str
    plan: SessionPlan
    doctor: DoctorPlan | None = None


class SessionsRemoved(_Deed, frozen=True, tag="schedule.sessions_removed"):
    """As if they had never been; ``slots`` are theirs, ``session/slot``."""

    sessions: tuple[str, ...]
    slots: tuple[str, ...]


class CountSet(_Deed, frozen=True, tag="schedule.count_set"):
    session: str
    slot: str
    count: int
    reason: str


class Locked(_Deed, frozen=True, tag="schedule.locked"):
    """A place is held. ``extra`` and ``over`` ones came on top of the pool; the
    latter because somebody outside had given them out."""

    booking: str
    session: str
    slot: str
    channel: str
    person: str
    name: Sealed
    card: str
    price: Fen
    expires: Millis
    extra: ExtraPlace | None = None
    over: bool = False
    ref: str = ""
    instead_of: str = ""


class Confirmed(_Deed, frozen=True, tag="schedule.confirmed"):
    """``drawn`` is the count behind the number; 0 when it was given."""

    booking: str
    number: str
    drawn: int
    paid: Fen
    trade: str


class Taken(_Deed, frozen=True, tag="schedule.taken"):
    booking: str


class Expired(_Event, frozen=True, tag="schedule.expired"):
    """These were not paid in time; their places are free again."""

    bookings: tuple[str, ...]


class Cancelled(_Deed, frozen=True, tag="schedule.cancelled"):
    booking: str
    reason: str


class Changed(_Deed, frozen=True, tag="schedule.changed"):
    """``booking`` has become ``to``, with its payment."""

    booking: str
    to: str
    reason: str


class ReservesReleased(_Event, frozen=True, tag="schedule.reserves_released"):
    """What these channels had kept for themselves is everybody's now."""

    session: str
    channels: tuple[str, ...]


class SessionEnded(_Event, frozen=True, tag="schedule.session_ended"):
    """The cut-off has passed: these had a number and did not come."""

    session: str
    no_shows: tuple[str, ...]


class Excused(_Deed, frozen=True, tag="schedule.excused"):
    booking: str
    reason: str


class Stopped(_Deed, frozen=True, tag="schedule.stopped"):
    """``ended`` were held and unpaid; ``affected`` have a number and are asked. ``to``
    is what a moved session proposes."""

    session: str
    slots: tuple[str, ...]
    reason: str
    ended: tuple[str, ...]
    affected: tuple[str, ...]
    to: str = ""


class Replaced(_Deed, frozen=True, tag="schedule.replaced"):
    session: str
    doctor: str
    reason: str
    affected: tuple[str, ...]
    plan: DoctorPlan | None = None


class Resumed(_Deed, frozen=True, tag="schedule.resumed"):
    """``back`` had not answered, and keep their numbers."""

    session: str
    reason: str
    back: tuple[str, ...]


class Answered(_Deed, frozen=True, tag="schedule.answered"):
    """``to`` is the booking they have instead, here or elsewhere."""

    booking: str
    answer: str
    to: str = ""


class Undelivered(_Deed, frozen=True, tag="schedule.undelivered"):
    """The clinic refused it with this code; empty: it has it now."""

    booking: str
    code: str


class PersonChanged(_Deed, frozen=True, tag="schedule.person_changed"):
    bookings: tuple[str, ...]
    person: str


Event: TypeAlias = (
    Opened
    | RulesChanged
    | SessionAdded
    | SessionsRemoved
    | CountSet
    | Locked
    | Confirmed
    | Taken
    | Expired
    | Cancelled
    | Changed
    | ReservesReleased
    | SessionEnded
    | Excused
    | Stopped
    | Replaced
    | Resumed
    | Answered
    | Undelivered
    | PersonChanged
)
