"""What has happened on the floor. Kept for years; nothing in it is about a patient."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from actors.floor.settings import FloorSettings
from actors.kernel.times import Millis


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str


# Alarms


class AlarmRaised(_Event, frozen=True, tag="floor.alarm_raised"):
    """``device`` is empty for the terminal itself. Its name and places are those of
    that moment: a history is read when the machine has long been moved."""

    alarm: str
    terminal: str
    device: str
    fault: str
    level: str
    since: Millis
    name: str = ""
    places: tuple[str, ...] = ()
    detail: str = ""


class AlarmAcked(_Event, frozen=True, tag="floor.alarm_acked"):
    alarm: str
    note: str = ""


class AlarmEnded(_Event, frozen=True, tag="floor.alarm_ended"):
    alarm: str


# Fault tickets


class TicketOpened(_Event, frozen=True, tag="floor.ticket_opened"):
    ticket: str
    target: str
    device: str
    fault: str
    level: str
    what: str
    respond_by: Millis
    repair_by: Millis
    alarm: str = ""
    name: str = ""


class TicketAnswered(_Event, frozen=True, tag="floor.ticket_answered"):
    ticket: str
    note: str = ""


class TicketNoted(_Event, frozen=True, tag="floor.ticket_noted"):
    ticket: str
    note: str


class TicketLevelled(_Event, frozen=True, tag="floor.ticket_levelled"):
    ticket: str
    level: str
    respond_by: Millis
    repair_by: Millis
    reason: str


class TicketLate(_Event, frozen=True, tag="floor.ticket_late"):
    """A clock has run out: ``respond`` or ``repair``."""

    ticket: str
    clock: str


class TicketRepaired(_Event, frozen=True, tag="floor.ticket_repaired"):
    ticket: str
    cause: str
    measure: str


class TicketReopened(_Event, frozen=True, tag="floor.ticket_reopened"):
    ticket: str
    reason: str


class TicketClosed(_Event, frozen=True, tag="floor.ticket_closed"):
    ticket: str
    note: str = ""


# The ledger


class Unit(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A machine as it stands in the ledger. ``terminal`` is what it is to the server,
    where it is enrolled; days are the hospital's, ``2026-11-23``."""

    serial: str
    model: str
    name: str = ""
    place: str = ""
    terminal: str = ""
    since: str = ""
    warranty: str = ""
    note: str = ""


class UnitKept(_Event, frozen=True, tag="floor.unit_kept"):
    """New in the ledger, or changed."""

    unit: Unit


class UnitRetired(_Event, frozen=True, tag="floor.unit_retired"):
    serial: str
    reason: str


# Inspection rounds


class Checked(_Event, frozen=True, tag="floor.checked"):
    """Somebody has stood before it; ``bad`` are the lines that were not right."""

    round: str
    serial: str
    bad: tuple[str, ...] = ()
    note: str = ""
    late: bool = False


class RoundDue(_Event, frozen=True, tag="floor.round_due"):
    """Its time is over; these were missed."""

    round: str
    due: Millis
    missed: tuple[str, ...]


# What machines use up


class StockSet(_Event, frozen=True, tag="floor.stock_set"):
    kind: str
    name: str
    unit: str
    low: int


class StockMoved(_Event, frozen=True, tag="floor.stock_moved"):
    kind: str
    change: int
    left: int
    serial: str = ""
    note: str = ""


class SettingsChanged(_Event, frozen=True, tag="floor.settings_changed"):
    settings: FloorSettings


Event: TypeAlias = (
    AlarmRaised
    | AlarmAcked
    | AlarmEnded
    | TicketOpened
    | TicketAnswered
    | TicketNoted
    | TicketLevelled
    | TicketLate
    | TicketRepaired
    | TicketReopened
    | TicketClosed
    | UnitKept
    | UnitRetired
    | Checked
    | RoundDue
    | StockSet
    | StockMoved
    | SettingsChanged
)
