"""Registrations, a desk's or HIS's, and what the patient does."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from actors.clinic.commands.base import Asked, Level
from actors.clinic.plan import (
    BlindIndex,
    CheckedInAt,
    Extra,
    Half,
    Number,
    Person,
    Slot,
    Text,
    TicketId,
)
from actors.kernel.sealed import Sealed


class Register(Asked, frozen=True, tag="clinic.register"):
    """Somebody has a number here today. What is not given is drawn.

    ``linked`` is the earlier ticket this visit goes on from (回诊 over days);
    ``linked_day`` and ``linked_department`` are where that was, as whoever asks has
    looked it up. Without a day, HIS has seen to it that the visit may go on.
    """

    queue: str
    name: Sealed
    card: BlindIndex
    ticket: TicketId | None = None
    number: Number | None = None
    slot: Slot | None = None
    half: Half | None = None
    booked: bool = False
    doctor: str | None = None
    special: tuple[str, ...] = ()
    extra: Extra | None = None
    linked: TicketId | None = None
    linked_day: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?\Z")] = ""
    linked_department: Text = ""
    person: Person | None = None
    level: Level | None = None


class Refund(Asked, frozen=True, tag="clinic.refund"):
    """退号, in whatever state the ticket is. ``origin``: the ticket is known by its id
    there, in the clinic-day it came from."""

    ticket: str
    origin: str | None = None
    reason: Text = ""


class Exchange(Asked, frozen=True, tag="clinic.exchange"):
    """换号: another queue or doctor; the place is kept."""

    ticket: str
    queue: str | None = None
    doctor: str | None = None
    slot: Slot | None = None
    reason: Text = ""


class OpenedElsewhere(Asked, frozen=True, tag="clinic.opened_elsewhere"):
    """The doctor opened this patient in HIS without "next": a call and a start."""

    ticket: str
    room: str


class Rename(Asked, frozen=True, tag="clinic.rename"):
    """The patient index has corrected this person's name."""

    person: Person
    name: Sealed


class Merge(Asked, frozen=True, tag="clinic.merge"):
    """Two persons of the patient index are one."""

    person: Person
    into: Person
    name: Sealed | None = None


class CheckIn(Asked, frozen=True, tag="clinic.check_in"):
    """The patient with this card, or of this ticket, is here. ``own_clinic``: the
    kiosk is one of this clinic's."""

    card: BlindIndex | None = None
    ticket: str | None = None
    where: CheckedInAt = "kiosk"
    doctor: str | None = None
    reason: Text = ""
    own_clinic: bool = True


class UndoCheckIn(Asked, frozen=True, tag="clinic.undo_check_in"):
    """The wrong one was checked in."""

    ticket: str
    reason: Text = ""


class Postpone(Asked, frozen=True, tag="clinic.postpone"):
    """The patient asks to come later."""

    ticket: str


class Leave(Asked, frozen=True, tag="clinic.leave"):
    """The patient does not wait any longer."""

    ticket: str
