"""The floor as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

import msgspec

from actors.floor.commands import alarm_key
from actors.floor.events import Unit
from actors.floor.settings import FloorSettings
from actors.kernel.times import Millis

ALARMS_KEPT = 200
TICKETS_KEPT = 150
ROUNDS_KEPT = 21
MOVES_KEPT = 100
NOTES_KEPT = 50


def made_room(key: str, kept: int) -> str:
    """What goes when this one comes: so many before it."""
    return f"{key[0]}{int(key[1:]) - kept}"


class Alarm(msgspec.Struct, omit_defaults=True):
    """Open until ``ended_at``. ``since`` is when the trouble began, ``at`` when it was
    called one."""

    terminal: str
    device: str
    fault: str
    level: str
    since: Millis
    at: Millis
    name: str = ""
    places: tuple[str, ...] = ()
    detail: str = ""
    acked_at: Millis = 0
    acked_by: str = ""
    note: str = ""
    ended_at: Millis = 0
    ticket: str = ""

    @property
    def key(self) -> str:
        return alarm_key(self.terminal, self.device, self.fault)

    @property
    def open(self) -> bool:
        return not self.ended_at


class Noted(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A line of a ticket's history."""

    at: Millis
    by: str
    what: str
    note: str = ""


class Ticket(msgspec.Struct, omit_defaults=True):
    """``state``: open → answered → repaired → closed; back to answered when the
    repair did not hold."""

    target: str
    device: str
    fault: str
    level: str
    what: str
    state: str
    opened_at: Millis
    opened_by: str
    respond_by: Millis
    repair_by: Millis
    alarm: str = ""
    name: str = ""
    answered_at: Millis = 0
    answered_by: str = ""
    repaired_at: Millis = 0
    repaired_by: str = ""
    closed_at: Millis = 0
    closed_by: str = ""
    cause: str = ""
    measure: str = ""
    late: tuple[str, ...] = ()
    history: tuple[Noted, ...] = ()

    @property
    def key(self) -> str:
        return alarm_key(self.target, self.device, self.fault)

    @property
    def open(self) -> bool:
        return self.state != "closed"


class Seen(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """How a machine was found in a round."""

    at: Millis
    by: str
    bad: tuple[str, ...] = ()
    note: str = ""
    late: bool = False


class Round(msgspec.Struct, omit_defaults=True):
    """``key`` says which, ``2026-11-23/morning``. ``missed`` are those not seen when it
    was due; ``over`` says that it was."""

    key: str
    seen: dict[str, Seen] = {}
    over: Millis = 0
    missed: tuple[str, ...] = ()


class Stock(msgspec.Struct, omit_defaults=True):
    name: str
    unit: str = ""
    low: int = 0
    left: int = 0


class Move(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    at: Millis
    by: str
    kind: str
    change: int
    left: int
    serial: str = ""
    note: str = ""


class FloorState(msgspec.Struct):
    """``due_done`` is the last round's due that was looked at; 0 before there is a
    machine. ``alarm_of`` and ``ticket_of`` are the open ones by what they are of."""

    stream: str
    zone: tzinfo
    settings: FloorSettings = FloorSettings()
    alarms: dict[str, Alarm] = {}
    alarm_of: dict[str, str] = {}
    alarms_made: int = 0
    tickets: dict[str, Ticket] = {}
    ticket_of: dict[str, str] = {}
    tickets_made: int = 0
    units: dict[str, Unit] = {}
    serial_of: dict[str, str] = {}
    rounds: dict[str, Round] = {}
    rounds_made: int = 0
    due_done: Millis = 0
    stock: dict[str, Stock] = {}
    moves: dict[str, Move] = {}
    moves_made: int = 0

    @property
    def open_alarms(self) -> Iterator[tuple[str, Alarm]]:
        for alarm in self.alarm_of.values():
            yield alarm, self.alarms[alarm]

    @property
    def open_tickets(self) -> Iterator[tuple[str, Ticket]]:
        for ticket in self.ticket_of.values():
            yield ticket, self.tickets[ticket]

    def round_of(self, key: str) -> str | None:
        """Under which id a day's round is kept; there are only a few."""
        found = (n for n, one in self.rounds.items() if one.key == key)
        return next(found, None)

    def target(self, named: str) -> str:
        """The serial where the ledger has one for this terminal, else what it is."""
        return self.serial_of.get(named, named)


class _Kept(msgspec.Struct):
    """A state as a snapshot holds it."""

    settings: FloorSettings
    alarms: dict[str, Alarm]
    alarms_made: int
    tickets: dict[str, Ticket]
    tickets_made: int
    units: dict[str, Unit]
    rounds: dict[str, Round]
    rounds_made: int
    due_done: Millis
    stock: dict[str, Stock]
    moves: dict[str, Move]
    moves_made: int


def freeze(state: FloorState) -> bytes:
    # some hundred rows; a copy of what is changed in place would cost as much
    return msgspec.json.encode(
        {field: getattr(state, field) for field in _Kept.__struct_fields__}
    )


def encode(frozen: bytes) -> bytes:
    return frozen


def thaw(stream: str, body: bytes, zone: tzinfo) -> FloorState:
    kept: Any = msgspec.json.decode(body, type=_Kept)
    state = FloorState(stream, zone)
    for field in _Kept.__struct_fields__:
        setattr(state, field, getattr(kept, field))
    state.alarm_of = {a.key: n for n, a in state.alarms.items() if not a.ended_at}
    state.ticket_of = {t.key: n for n, t in state.tickets.items() if t.open}
    state.serial_of = {u.terminal: u.serial for u in kept.units.values() if u.terminal}
    return state
