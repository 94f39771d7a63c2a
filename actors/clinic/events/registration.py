"""Registrations, and what the patient did."""

from __future__ import annotations

from actors.clinic.events.base import Deed
from actors.clinic.plan import (
    Extra,
    Slot,
)
from actors.kernel.sealed import Sealed


class Registered(Deed, frozen=True, tag="clinic.registered"):
    """``drawn`` is the count behind a number the clinic drew; 0 when it was given."""

    ticket: str
    number: str
    queue: str
    name: Sealed
    card: str
    drawn: int = 0
    slot: Slot | None = None
    half: str = "all"
    booked: bool = False
    doctor: str | None = None
    special: tuple[str, ...] = ()
    extra: Extra | None = None
    linked: str | None = None
    person: str | None = None
    level: int | None = None


class Refunded(Deed, frozen=True, tag="clinic.refunded"):
    """退号. ``room`` is the room that is free again by it."""

    ticket: str
    room: str | None = None


class RefundNoted(Deed, frozen=True, tag="clinic.refund_noted"):
    """退号 of a ticket on its way to another clinic: settled when that has spoken."""

    ticket: str


class RefundPassedOn(Deed, frozen=True, tag="clinic.refund_passed_on"):
    """退号 of a ticket that is in the stream ``to`` now, known as ``ticket`` of the
    stream ``origin`` there."""

    ticket: str
    to: str
    origin: str


class Exchanged(Deed, frozen=True, tag="clinic.exchanged"):
    """换号: now of this queue and doctor; the number and the place stay."""

    ticket: str
    queue: str
    doctor: str | None = None
    slot: Slot | None = None


class Renamed(Deed, frozen=True, tag="clinic.renamed"):
    person: str
    name: Sealed


class Merged(Deed, frozen=True, tag="clinic.merged"):
    person: str
    into: str
    name: Sealed | None = None


class CheckedIn(Deed, frozen=True, tag="clinic.checked_in"):
    """``number`` when a new one was given at check-in, ``drawn`` the count behind it;
    ``doctor`` when one was chosen."""

    ticket: str
    number: str | None = None
    drawn: int = 0
    doctor: str | None = None


class CheckInUndone(Deed, frozen=True, tag="clinic.check_in_undone"):
    ticket: str


class Postponed(Deed, frozen=True, tag="clinic.postponed"):
    ticket: str


class GaveUp(Deed, frozen=True, tag="clinic.gave_up"):
    """弃号, by the nurse or (``left``) by the patient."""

    ticket: str
    left: bool = False
    room: str | None = None
