"""What is shown of the floor: what needs somebody now, and the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.floor.events import (
    AlarmAcked,
    AlarmEnded,
    AlarmRaised,
    Checked,
    Event,
    RoundDue,
    SettingsChanged,
    StockMoved,
    StockSet,
    TicketOpened,
    UnitKept,
    UnitRetired,
)
from actors.floor.state import (
    ALARMS_KEPT,
    MOVES_KEPT,
    ROUNDS_KEPT,
    TICKETS_KEPT,
    FloorState,
    made_room,
)
from actors.runtime.shape import Path

MAIN = "main"


class BoardView:
    """``alarms`` and ``tickets`` by id, ``rounds`` by day and name, ``stock``, and the
    ``settings`` they go by."""

    name = "board"
    version = 1

    def paths(self, state: FloorState) -> Iterable[Path]:
        yield "settings", MAIN
        for section in ("alarms", "tickets", "rounds", "stock"):
            for key in getattr(state, section):
                yield section, key

    def touches(self, state: FloorState, event: Event) -> Iterable[Path]:
        match event:
            case SettingsChanged():
                yield "settings", MAIN
            case AlarmRaised() | AlarmAcked() | AlarmEnded():
                yield "alarms", event.alarm
                yield "alarms", made_room(event.alarm, ALARMS_KEPT)
            case Checked() | RoundDue():
                if round_ := state.round_of(event.round):
                    yield "rounds", round_
                    yield "rounds", made_room(round_, ROUNDS_KEPT)
            case StockSet() | StockMoved():
                yield "stock", event.kind
            case UnitKept() | UnitRetired():
                pass
            case TicketOpened():
                yield "tickets", event.ticket
                yield "tickets", made_room(event.ticket, TICKETS_KEPT)
                if event.alarm:
                    yield "alarms", event.alarm
            case _:
                yield "tickets", event.ticket

    def row(self, state: FloorState, section: str, key: str) -> Any:
        match section:
            case "settings":
                return msgspec.to_builtins(state.settings) if key == MAIN else None
            case "alarms":
                return _built(state.alarms.get(key))
            case "tickets":
                return _built(state.tickets.get(key))
            case "rounds":
                return _built(state.rounds.get(key))
            case "stock":
                return _built(state.stock.get(key))
        return None


class LedgerView:
    """``units`` by serial, ``moves`` of what they used up."""

    name = "ledger"
    version = 1

    def paths(self, state: FloorState) -> Iterable[Path]:
        for serial in state.units:
            yield "units", serial
        for move in state.moves:
            yield "moves", move

    def touches(self, state: FloorState, event: Event) -> Iterable[Path]:
        match event:
            case UnitKept():
                yield "units", event.unit.serial
            case UnitRetired():
                yield "units", event.serial
            case StockMoved():
                yield "moves", f"m{state.moves_made}"
                yield "moves", f"m{state.moves_made - MOVES_KEPT}"
            case _:
                pass

    def row(self, state: FloorState, section: str, key: str) -> Any:
        found = state.units if section == "units" else state.moves
        return _built(found.get(key)) if section in ("units", "moves") else None


def _built(row: Any) -> Any:
    return None if row is None else msgspec.to_builtins(row)
