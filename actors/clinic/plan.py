"""What a clinic's day is made of: the words commands and events share.

Events rest in the journal for years: fields are only added, with defaults, and never
renamed. So the structs that events hold carry no limits of their own, or a limit made
stricter would make old days unreadable. Limits stand on commands.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

Key = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
"""A queue's, a room's or a doctor's short name: the A of A012, the 3 on the door."""

TicketId = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
Number = Annotated[str, Meta(max_length=12, pattern=r"^[0-9A-Za-z\-]+\Z")]
BlindIndex = Annotated[str, Meta(min_length=1, max_length=64)]
Person = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
Text = Annotated[str, Meta(max_length=200)]
"""What somebody typed for others to read: a reason, a note."""

Why = Annotated[str, Meta(max_length=200, pattern=r"\S")]
"""A reason that must be given."""

Half: TypeAlias = Literal["am", "pm", "night", "all"]
Mode: TypeAlias = Literal["ordinary", "expert", "trainee"]
CheckedInAt: TypeAlias = Literal["kiosk", "desk", "phone"]
ExtraWhere: TypeAlias = Literal["half_end", "slot_end", "after"]
End: TypeAlias = Literal["done", "gave_up", "missed", "no_show", "refunded"]
"""How the day's end closes a ticket that is still open."""


class ClinicPlan(msgspec.Struct, frozen=True, gc=False):
    """Where the clinic is and what it is called. ``names`` is how far walls and voices
    tell patients' names: full, masked, number. Empty: as is usual in the hospital
    (``usual_names``), and where a queue tells too much, by number."""

    name: str
    hospital: str
    name_en: str = ""
    floor: str = ""
    names: str = ""
    usual_names: str = ""


class QueuePlan(msgspec.Struct, frozen=True, gc=False):
    """A queue; its numbers begin with ``prefix``, or with its key. An expert's queue
    names its ``doctor``. A patient moves only between queues of one ``department``
    and one ``fee`` class; the rest needs 换号 in HIS first.

    Of an examination's: how one has to ``prepare`` for it (空腹), what one does
    ``afterwards``, and the queues (``lab/L``) where one has to have been ``first``."""

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


class RoomPlan(msgspec.Struct, frozen=True, gc=False):
    """What calls: a room, or one seat of a shared one. ``doctor`` sits in it from the
    opening on: a doctor's key, or just a name. ``door`` is the physical room that
    seats share, ``zone`` the speakers it is heard by, ``levels`` the emergency levels
    it takes (none: all)."""

    doctor: str
    queues: tuple[str, ...]
    title: str = ""
    way: str = ""
    way_en: str = ""
    door: str = ""
    seat: str = ""
    zone: str = ""
    levels: tuple[int, ...] = ()


class DoctorPlan(msgspec.Struct, frozen=True, gc=False):
    """Somebody who may log in. ``starts`` is when they are expected."""

    name: str
    title: str = ""
    photo: str = ""
    starts: Millis | None = None


class HalfPlan(msgspec.Struct, frozen=True, gc=False):
    """One of the day's halves."""

    begins: Millis
    ends: Millis


class Slot(msgspec.Struct, frozen=True, gc=False):
    """The time a registration is for, as HIS has it."""

    start: Millis
    end: Millis


class Extra(msgspec.Struct, frozen=True, gc=False):
    """加号: where it goes, and why it was given. What is not said is the rules'."""

    reason: str = ""
    where: ExtraWhere | None = None
    after: str | None = None
    shown: bool | None = None


class Target(msgspec.Struct, frozen=True, gc=False):
    """Where a transfer goes: a queue and perhaps a doctor, here or in ``clinic``."""

    queue: str | None = None
    doctor: str | None = None
    clinic: str | None = None


class Traveller(msgspec.Struct, frozen=True, gc=False):
    """A ticket as it goes from one clinic-day to another: all that the other needs.

    ``ticket`` is its id where it comes from; ``home`` the stream and the id it goes
    back to when it was sent to come back; over midnight it keeps its ``stage``.
    """

    ticket: str
    number: str
    queue: str
    name: Sealed
    card: str
    person: str | None = None
    special: tuple[str, ...] = ()
    level: int | None = None
    triaged_at: Millis | None = None
    doctor: str | None = None
    registered_at: Millis | None = None
    checked_in_at: Millis | None = None
    linked: str | None = None
    home: tuple[str, str] | None = None
    stage: str = "waiting"
    room: str | None = None
    reports: tuple[str, ...] = ()
    back_at: Millis | None = None


class Vitals(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What the nurse measured. Units: °C, /min, /min, mmHg, %, mmol/L, kg, cm."""

    temperature: float | None = None
    pulse: int | None = None
    breaths: int | None = None
    systolic: int | None = None
    diastolic: int | None = None
    oxygen: int | None = None
    glucose: float | None = None
    weight: float | None = None
    height: float | None = None
    pain: int | None = None
