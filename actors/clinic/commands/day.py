"""The clinic's day, and what the clock and the courier need of it."""

from __future__ import annotations

import msgspec

from actors.clinic.commands.base import Asked
from actors.clinic.plan import (
    ClinicPlan,
    DoctorPlan,
    End,
    Half,
    HalfPlan,
    Key,
    QueuePlan,
    RoomPlan,
    Text,
    Traveller,
)
from actors.clinic.settings import Settings
from actors.kernel.times import Millis


class Open(Asked, frozen=True, tag="clinic.open"):
    """Begin the day with these queues and rooms. ``rolls_over`` is the moment at
    which what still lives goes on in the next day. ``again``: on a day that has
    begun, what is new comes in and what is there is called so; nothing goes while
    somebody may be in it, and the day keeps its rules."""

    clinic: ClinicPlan
    queues: dict[Key, QueuePlan]
    rooms: dict[Key, RoomPlan]
    doctors: dict[Key, DoctorPlan] = msgspec.field(default_factory=dict)
    halves: dict[Half, HalfPlan] = msgspec.field(default_factory=dict)
    settings: Settings = Settings()
    rolls_over: Millis | None = None
    again: bool = False


class ChangeRules(Asked, frozen=True, tag="clinic.change_rules"):
    """From now on these rules; the orders follow from facts and are made anew."""

    settings: Settings
    reason: Text = ""


class PreviewRules(Asked, frozen=True, tag="clinic.preview_rules"):
    """What these rules would change. Nothing happens."""

    settings: Settings


class EndHalf(Asked, frozen=True, tag="clinic.end_half"):
    """This doctor, or the doctor in this room, has finished this half. Who of it was
    not seen goes before the same doctor's next half, else the nurse is asked."""

    half: Half
    doctor: str | None = None
    room: str | None = None


class PreviewHalf(Asked, frozen=True, tag="clinic.preview_half"):
    """Whom the end of this half would move, and where to. Nothing happens."""

    half: Half
    doctor: str | None = None
    room: str | None = None


class CloseDay(Asked, frozen=True, tag="clinic.close_day"):
    """End the day. While somebody is left, the reply says who, with a proposed end
    each, and the day stays open."""


class Settle(Asked, frozen=True, tag="clinic.settle"):
    """This is how a ticket that the day left open ends."""

    ticket: str
    end: End
    reason: Text = ""


class CarryOver(Asked, frozen=True, tag="clinic.carry_over"):
    """From the day before, idempotent: who was still being cared for at midnight.
    A day that is not open yet begins with the plan of the day before."""

    origin: str
    tickets: tuple[Traveller, ...]
    opening: Open | None = None


class Arrive(Asked, frozen=True, tag="clinic.arrive"):
    """From another clinic, idempotent by ``leaving``, the other's name for this
    departure. ``back`` is a ticket of ours coming home."""

    origin: str
    leaving: str
    ticket: Traveller
    reason: Text = ""
    back: str | None = None


class Left(Asked, frozen=True, tag="clinic.left"):
    """The other clinic has taken this ticket."""

    ticket: str
    leaving: str


class NotTaken(Asked, frozen=True, tag="clinic.not_taken"):
    """The other clinic has refused it: back to where it stood."""

    ticket: str
    leaving: str
    code: str = ""
    reason: Text = ""
