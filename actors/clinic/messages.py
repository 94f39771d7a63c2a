"""What a clinic's day is asked, what has happened in it, and what it answers.

Events rest in the journal for years: fields are only added, with defaults, and never
renamed; a changed meaning is a new event. So the structs that events hold carry no
limits of their own, or a limit made stricter would make old days unreadable. Limits
stand on commands.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.runtime.shape import Wake

Key = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
"""A queue's or a room's short name: the A of A012, the 3 on the door."""

TicketId = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
Number = Annotated[str, Meta(max_length=12, pattern=r"^[0-9A-Za-z\-]+\Z")]
BlindIndex = Annotated[str, Meta(min_length=1, max_length=64)]


# What a clinic is made of


class ClinicPlan(msgspec.Struct, frozen=True, gc=False):
    """Where the clinic is and what it is called."""

    name: str
    hospital: str
    name_en: str = ""
    floor: str = ""


class QueuePlan(msgspec.Struct, frozen=True, gc=False):
    """A queue; its numbers begin with ``prefix``, or with its key."""

    name: str
    kind: str = "普"
    prefix: str = ""


class RoomPlan(msgspec.Struct, frozen=True, gc=False):
    """A room: who sits in it today, whom it serves, and how to find it."""

    doctor: str
    queues: tuple[str, ...]
    title: str = ""
    way: str = ""
    way_en: str = ""


class Settings(msgspec.Struct, frozen=True, gc=False):
    """The rules' numbers. They are written into the day, so it replays alike."""

    announcement_ms: int = 60_000
    call_again_ms: int = 12_000
    missed_after_ms: int = 10_000


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Open(_Command, frozen=True, tag="clinic.open"):
    """Begin the day with these queues and rooms."""

    clinic: ClinicPlan
    queues: dict[Key, QueuePlan]
    rooms: dict[Key, RoomPlan]
    settings: Settings = Settings()


class Register(_Command, frozen=True, tag="clinic.register"):
    """Somebody has a number here today. What is not given is drawn."""

    queue: str
    name: Sealed
    card: BlindIndex
    ticket: TicketId | None = None
    number: Number | None = None


class CheckIn(_Command, frozen=True, tag="clinic.check_in"):
    """The patient with this card is here."""

    card: BlindIndex


class CallNext(_Command, frozen=True, tag="clinic.call_next"):
    """The next one to this room. ``after`` is whom the caller sees in it now."""

    room: str
    after: str | None = None


class CallAgain(_Command, frozen=True, tag="clinic.call_again"):
    """Whoever was called has not come: announce once more."""

    room: str
    ticket: str


class Start(_Command, frozen=True, tag="clinic.start"):
    """Whoever was called has come in."""

    room: str
    ticket: str


class Finish(_Command, frozen=True, tag="clinic.finish"):
    """The consultation is over."""

    room: str
    ticket: str


class Miss(_Command, frozen=True, tag="clinic.missed"):
    """Whoever was called did not come."""

    room: str
    ticket: str


class Recall(_Command, frozen=True, tag="clinic.recall"):
    """A missed patient is back, and waits again."""

    ticket: str


Command: TypeAlias = (
    Open
    | Register
    | CheckIn
    | CallNext
    | CallAgain
    | Start
    | Finish
    | Miss
    | Recall
    | Wake
)


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis


class _Deed(_Event, frozen=True, kw_only=True):
    by: str


class Opened(_Deed, frozen=True, tag="clinic.opened"):
    clinic: ClinicPlan
    queues: dict[str, QueuePlan]
    rooms: dict[str, RoomPlan]
    settings: Settings


class Registered(_Deed, frozen=True, tag="clinic.registered"):
    """``drawn`` is the count behind a number the clinic drew; 0 when it was given."""

    ticket: str
    number: str
    queue: str
    name: Sealed
    card: str
    drawn: int = 0


class CheckedIn(_Deed, frozen=True, tag="clinic.checked_in"):
    ticket: str


class Called(_Deed, frozen=True, tag="clinic.called"):
    """``call`` is the announcement; a wall shows it until ``expires``."""

    call: str
    ticket: str
    room: str
    expires: Millis


class CalledAgain(_Deed, frozen=True, tag="clinic.called_again"):
    call: str
    ticket: str
    room: str
    expires: Millis


class Started(_Deed, frozen=True, tag="clinic.started"):
    ticket: str
    room: str


class Finished(_Deed, frozen=True, tag="clinic.finished"):
    ticket: str
    room: str


class Missed(_Deed, frozen=True, tag="clinic.missed"):
    ticket: str
    room: str


class Recalled(_Deed, frozen=True, tag="clinic.recalled"):
    ticket: str


class AnnouncementExpired(_Event, frozen=True, tag="clinic.announcement_expired"):
    """These have been up long enough."""

    calls: tuple[str, ...]


Event: TypeAlias = (
    Opened
    | Registered
    | CheckedIn
    | Called
    | CalledAgain
    | Started
    | Finished
    | Missed
    | Recalled
    | AnnouncementExpired
)


# Replies: ids and numbers only, for they are kept with the key


class NumberGiven(msgspec.Struct, frozen=True, gc=False):
    ticket: str
    number: str


class PlaceInQueue(msgspec.Struct, frozen=True, gc=False):
    """Where the patient stands: ``ahead`` are called before, into ``rooms``."""

    ticket: str
    number: str
    queue: str
    queue_name: str
    ahead: int
    rooms: tuple[str, ...]


class Announced(msgspec.Struct, frozen=True, gc=False):
    """This ticket is called, and ``call`` announces it."""

    ticket: str
    number: str
    call: str


class AnnouncedAgain(msgspec.Struct, frozen=True, gc=False):
    ticket: str
    call: str


class ThisTicket(msgspec.Struct, frozen=True, gc=False):
    ticket: str
