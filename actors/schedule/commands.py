"""What a department's day is asked. Limits stand here, never on events."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.booker.messages import Standing
from actors.kernel.sealed import Sealed
from actors.runtime.shape import Wake
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Key,
    SessionPlan,
    Settings,
)

PersonId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\w.\-]+\Z")]
Reason = Annotated[str, Meta(max_length=200, pattern=r"\S")]
Remark = Annotated[str, Meta(max_length=200)]
Number = Annotated[str, Meta(max_length=12, pattern=r"^[0-9A-Za-z\-]+\Z")]
Reference = Annotated[str, Meta(max_length=120)]
Count = Annotated[int, Meta(ge=0, le=5000)]
Amount = Annotated[int, Meta(ge=0, le=100_000_00)]


class Patient(msgspec.Struct, frozen=True, gc=False):
    """For whom: the patient index's id, and what the clinic will want to know of
    them, sealed."""

    person: PersonId
    name: Sealed
    card: str


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class _AboutBooking(_Command, frozen=True, kw_only=True):
    """Where ``person`` is given, the booking must be theirs."""

    booking: str
    person: PersonId | None = None


# The plan of the day


class Open(_Command, frozen=True, tag="schedule.open"):
    """Begin a department's day."""

    department: DepartmentPlan
    doctors: dict[Key, DoctorPlan] = {}
    sessions: dict[Key, SessionPlan] = {}
    channels: dict[Key, ChannelPlan] | None = None
    settings: Settings = Settings()


class ChangeRules(_Command, frozen=True, tag="schedule.change_rules"):
    settings: Settings


class AddSession(_Command, frozen=True, tag="schedule.add_session"):
    """A further session, with its doctor if the day does not know them yet."""

    session: Key
    plan: SessionPlan
    doctor: DoctorPlan | None = None


class SeePlan(_Command, frozen=True, tag="schedule.see_plan"):
    """What was laid out, to be laid out on another day too. Nothing happens."""


class AddSessions(_Command, frozen=True, tag="schedule.add_sessions"):
    """These further sessions, all or none. ``dry``: only say what each would be."""

    sessions: Annotated[dict[Key, SessionPlan], Meta(min_length=1, max_length=500)]
    doctors: dict[Key, DoctorPlan] = {}
    dry: bool = False


class RemoveSessions(_Command, frozen=True, tag="schedule.remove_sessions"):
    """They were laid out by mistake: as if they had never been. Only while nobody has
    ever had a number of them; afterwards a session is stopped."""

    sessions: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=500)]


class SetCount(_Command, frozen=True, tag="schedule.set_count"):
    """More or fewer places in a slot; never fewer than are held."""

    session: str
    slot: str
    count: Count
    reason: Reason


# A number


class Lock(_Command, frozen=True, tag="schedule.lock"):
    """Hold a place while its patient pays. Without ``slot`` the earliest one.
    ``standing`` is what the person's record says of them; ``instead_of`` the stopped
    booking this one replaces (``department/day/booking``)."""

    session: str
    channel: str
    patient: Patient
    slot: str | None = None
    standing: Standing | None = None
    instead_of: Reference = ""


class Confirm(_AboutBooking, frozen=True, tag="schedule.confirm"):
    """It is paid, or to be paid when taken (``paid`` 0). ``trade`` names the payment;
    the same one twice confirms once. ``take``: the patient stands here."""

    paid: Amount = 0
    trade: Reference = ""
    number: Number | None = None
    take: bool = False


class Book(_Command, frozen=True, tag="schedule.book"):
    """Lock and confirm in one. ``outside``: somebody else (HIS) has given this number
    out already, so it is entered even where nothing is left; ``ref`` is its name
    there, and entered once."""

    session: str
    channel: str
    patient: Patient
    slot: str | None = None
    standing: Standing | None = None
    number: Number | None = None
    paid: Amount = 0
    trade: Reference = ""
    take: bool = False
    outside: bool = False
    ref: Reference = ""
    instead_of: Reference = ""


class Cancel(_AboutBooking, frozen=True, tag="schedule.cancel"):
    """Give a number back. ``staff`` may at any time before it is over."""

    reason: Remark = ""
    staff: bool = False


class Change(_AboutBooking, frozen=True, tag="schedule.change"):
    """Another session or slot of this day for a confirmed number, at the same price."""

    session: str
    slot: str | None = None
    reason: Remark = ""
    staff: bool = False


class Take(_AboutBooking, frozen=True, tag="schedule.take"):
    """The patient takes the number (取号). ``staff`` may outside the hours for it."""

    staff: bool = False


class Came(_Command, frozen=True, tag="schedule.came"):
    """The clinic says that this patient has checked in. Asked twice it is once."""

    booking: str


class Extra(_Command, frozen=True, tag="schedule.extra"):
    """A number beside the pool (加号): held for this patient until it is paid."""

    session: str
    patient: Patient
    reason: Reason
    slot: str | None = None
    where: Literal["half_end", "slot_end", "after"] = "half_end"
    after: str | None = None
    channel: str = "doctor"


class Excuse(_Command, frozen=True, tag="schedule.excuse"):
    """This no-show was none."""

    booking: str
    reason: Reason


# What happens to sessions


class Stop(_Command, frozen=True, tag="schedule.stop"):
    """停诊. Without ``slots`` the whole session. Whoever has paid is asked."""

    session: str
    reason: Reason
    slots: tuple[str, ...] = ()


class Move(_Command, frozen=True, tag="schedule.move"):
    """改诊: stopped here, and ``to`` (``session``, or ``department/day/session``) is
    proposed to everybody."""

    session: str
    to: Reference
    reason: Reason


class Replace(_Command, frozen=True, tag="schedule.replace"):
    """替诊: another doctor sees them; numbers stay good, and whoever does not want
    that may go elsewhere or have the money back."""

    session: str
    doctor: Key
    reason: Reason
    plan: DoctorPlan | None = None


class Resume(_Command, frozen=True, tag="schedule.resume"):
    """A stop was a mistake, or is over: who has not answered yet keeps the number."""

    session: str
    reason: Reason


class Answer(_AboutBooking, frozen=True, tag="schedule.answer"):
    """What somebody affected wants: another session today (``doctor``), another day
    or department (``day``, booked there as ``to``), the money back (``refund``), or
    to stay with the one who replaces (``stay``)."""

    answer: Literal["doctor", "day", "refund", "stay"]
    session: str | None = None
    slot: str | None = None
    to: Reference = ""


class NotDelivered(_Command, frozen=True, tag="schedule.not_delivered"):
    """The clinic would not take this number: somebody must look. An empty ``code``
    when it has after all."""

    booking: str
    code: str


class ChangePerson(_Command, frozen=True, tag="schedule.change_person"):
    """These are this person's: two of the patient index are one, or are two after
    all. Told twice it is once."""

    bookings: tuple[str, ...]
    person: str


Command: TypeAlias = (
    Open
    | ChangeRules
    | AddSession
    | SeePlan
    | AddSessions
    | RemoveSessions
    | SetCount
    | Lock
    | Confirm
    | Book
    | Cancel
    | Change
    | Take
    | Came
    | Extra
    | Excuse
    | Stop
    | Move
    | Replace
    | Resume
    | Answer
    | NotDelivered
    | ChangePerson
    | Wake
)
