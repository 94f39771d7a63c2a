"""The day, and what passes between clinics."""

from __future__ import annotations

import msgspec

from actors.clinic.events.base import Deed, Happening
from actors.clinic.plan import (
    ClinicPlan,
    DoctorPlan,
    HalfPlan,
    QueuePlan,
    RoomPlan,
    Traveller,
)
from actors.clinic.settings import Settings
from actors.kernel.times import Millis


class Opened(Deed, frozen=True, tag="clinic.opened"):
    """``provisional``: by tickets that came over midnight; it may be opened again."""

    clinic: ClinicPlan
    queues: dict[str, QueuePlan]
    rooms: dict[str, RoomPlan]
    settings: Settings
    doctors: dict[str, DoctorPlan] = msgspec.field(default_factory=dict)
    halves: dict[str, HalfPlan] = msgspec.field(default_factory=dict)
    rolls_over: Millis | None = None
    provisional: bool = False


class RulesChanged(Deed, frozen=True, tag="clinic.rules_changed"):
    settings: Settings


class HalfEnded(Deed, frozen=True, tag="clinic.half_ended"):
    """``moved`` go before the same doctor's next half, ``to``; ``asked`` wait for the
    nurse's word."""

    half: str
    doctor: str | None = None
    room: str | None = None
    to: str | None = None
    moved: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class DayClosed(Deed, frozen=True, tag="clinic.day_closed"):
    pass


class Settled(Deed, frozen=True, tag="clinic.settled"):
    """The nurse has said how a ticket ends that the day had left open."""

    ticket: str
    end: str


class RolledOver(Happening, frozen=True, tag="clinic.rolled_over"):
    """Midnight: these go on in the stream ``to``, and nothing else happens here."""

    to: str
    tickets: tuple[Traveller, ...]


class CarriedOver(Deed, frozen=True, tag="clinic.carried_over"):
    """All of the day before are here."""

    origin: str


class Leaving(Deed, frozen=True, tag="clinic.leaving"):
    """On its way to the stream ``to``; still here until that has taken it."""

    ticket: str
    leaving: str
    to: str
    traveller: Traveller
    room: str | None = None
    back: str | None = None


class HasLeft(Deed, frozen=True, tag="clinic.has_left"):
    ticket: str
    leaving: str


class TurnedBack(Deed, frozen=True, tag="clinic.turned_back"):
    """The other clinic refused: back where it stood."""

    ticket: str
    leaving: str
    code: str = ""


class Arrived(Deed, frozen=True, tag="clinic.arrived"):
    """From the stream ``origin``. ``back``: our own ticket has come home."""

    ticket: str
    number: str
    origin: str
    traveller: Traveller
    leaving: str = ""
    drawn: int = 0
    back: bool = False
    half: str = "all"


class AnnouncementExpired(Happening, frozen=True, tag="clinic.announcement_expired"):
    """These have been up long enough."""

    calls: tuple[str, ...]
