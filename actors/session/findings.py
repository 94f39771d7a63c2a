"""What a session knows of its patient, as its commands and events carry it.

It rests in the journal: fields are only added, with defaults. Who somebody is stands
here sealed; the rest is ids, numbers, places and times.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

Does: TypeAlias = Literal["check_in", "rejoin", "return", "place"]


class Whom(msgspec.Struct, frozen=True, gc=False):
    """Whose session it is. ``person`` is the patient index's id, empty for somebody
    known by a ticket only; ``about`` their sex and age (``2 76``), sealed; ``card`` the
    blind index that clinics know the card by."""

    name: Sealed
    person: str = ""
    about: Sealed | None = None
    card: str = ""


class Kin(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody for whom whoever laid the card may come; ``self`` is the holder."""

    whom: Whom
    relation: str = "self"


class RoomWay(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A room where the patient may be called, and how to get there."""

    room: str
    doctor: str = ""
    way: str = ""
    way_en: str = ""


class TicketRow(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A ticket of this patient. ``does`` is what the kiosk can do with it, ``note``
    the code of why it cannot. Of one that stands in line: how many are ``ahead``, and
    the rooms where it may be called. Of an examination: how to ``prepare`` for it, the
    queues where one has to have been ``first``, and where to ``go_first`` when one has
    not."""

    ticket: str
    clinic: str
    day: str
    number: str
    state: str
    queue: str = ""
    clinic_name: str = ""
    clinic_name_en: str = ""
    floor: str = ""
    doctor: str = ""
    room: str = ""
    half: str = ""
    slot: tuple[Millis, Millis] | None = None
    does: Does | Literal[""] = ""
    note: str = ""
    own: bool = False
    queue_en: str = ""
    ahead: int | None = None
    rooms: tuple[RoomWay, ...] = ()
    queue_key: str = ""
    prepare: str = ""
    prepare_en: str = ""
    first: tuple[str, ...] = ()
    go_first: str = ""
    go_first_en: str = ""


class BookingRow(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A number of this patient in some department's day. ``time`` is the slot as
    clocks there show it."""

    booking: str
    department: str
    day: str
    stage: str
    department_name: str = ""
    session: str = ""
    half: str = ""
    slot: tuple[Millis, Millis] | None = None
    doctor: str = ""
    title: str = ""
    number: str = ""
    price: int = 0
    does: tuple[str, ...] = ()
    note: str = ""
    overdue: bool = False
    ticket: str = ""
    time: str = ""
    department_name_en: str = ""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What this patient has here."""

    tickets: tuple[TicketRow, ...] = ()
    bookings: tuple[BookingRow, ...] = ()


class Held(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A place that is held for the patient until ``expires``."""

    department: str
    day: str
    session: str
    booking: str = ""
    slot: str = ""
    department_name: str = ""
    doctor: str = ""
    title: str = ""
    start: Millis = 0
    end: Millis = 0
    price: int = 0
    expires: Millis = 0
    department_name_en: str = ""


class Place(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Where the patient stands, and where to go."""

    ticket: str
    clinic: str
    day: str
    number: str
    queue: str = ""
    clinic_name: str = ""
    clinic_name_en: str = ""
    hospital: str = ""
    floor: str = ""
    doctor: str = ""
    ahead: int = 0
    state: str = ""
    rooms: tuple[RoomWay, ...] = ()
    queue_en: str = ""
    afterwards: str = ""
    afterwards_en: str = ""


class Foreseen(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """When a ticket is called, as far as anybody knows: in half of all cases before
    ``about``, in nine of ten before ``by``; and both as clocks there show them.
    Nothing, when nobody can know."""

    about: Millis = 0
    by: Millis = 0
    about_time: str = ""
    by_time: str = ""


class Given(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The number a booking has got."""

    booking: str
    number: str
    start: Millis = 0
    end: Millis = 0
