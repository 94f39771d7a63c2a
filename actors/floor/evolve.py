"""How each event changes the floor, in place."""

from __future__ import annotations

from typing import assert_never

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
    TicketAnswered,
    TicketClosed,
    TicketLate,
    TicketLevelled,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketRepaired,
    UnitKept,
    UnitRetired,
)
from actors.floor.state import (
    ALARMS_KEPT,
    MOVES_KEPT,
    NOTES_KEPT,
    ROUNDS_KEPT,
    TICKETS_KEPT,
    Alarm,
    FloorState,
    Move,
    Noted,
    Round,
    Seen,
    Stock,
    Ticket,
    made_room,
)

_Ticket = (
    TicketOpened
    | TicketAnswered
    | TicketNoted
    | TicketLevelled
    | TicketLate
    | TicketRepaired
    | TicketReopened
    | TicketClosed
)


def evolve(state: FloorState, event: Event) -> None:
    match event:
        case AlarmRaised() | AlarmAcked() | AlarmEnded():
            _alarm(state, event)
        case UnitKept() | UnitRetired():
            _unit(state, event)
        case Checked() | RoundDue():
            _round(state, event)
        case StockSet() | StockMoved():
            _stock(state, event)
        case SettingsChanged():
            state.settings = event.settings
        case _:
            _ticket(state, event)


def _alarm(state: FloorState, event: AlarmRaised | AlarmAcked | AlarmEnded) -> None:
    match event:
        case AlarmRaised():
            alarm = Alarm(
                event.terminal,
                event.device,
                event.fault,
                event.level,
                event.since,
                event.at,
                event.name,
                event.places,
                event.detail,
            )
            state.alarms[event.alarm] = alarm
            state.alarm_of[alarm.key] = event.alarm
            state.alarms_made += 1
            _make_room(state.alarms, event.alarm, ALARMS_KEPT)
        case AlarmAcked():
            alarm = state.alarms[event.alarm]
            alarm.acked_at, alarm.acked_by = event.at, event.by
            alarm.note = event.note
        case AlarmEnded():
            alarm = state.alarms[event.alarm]
            alarm.ended_at = event.at
            state.alarm_of.pop(alarm.key, None)
            if int(event.alarm[1:]) <= state.alarms_made - ALARMS_KEPT:
                del state.alarms[event.alarm]
        case _:
            assert_never(event)


def _ticket(state: FloorState, event: _Ticket) -> None:
    if isinstance(event, TicketOpened):
        ticket = Ticket(
            event.target,
            event.device,
            event.fault,
            event.level,
            event.what,
            "open",
            event.at,
            event.by,
            event.respond_by,
            event.repair_by,
            event.alarm,
            event.name,
        )
        state.tickets[event.ticket] = ticket
        state.ticket_of[ticket.key] = event.ticket
        state.tickets_made += 1
        _make_room(state.tickets, event.ticket, TICKETS_KEPT)
        if alarm := state.alarms.get(event.alarm):
            alarm.ticket = event.ticket
        _note(ticket, event, "opened", event.what)
        return
    ticket = state.tickets[event.ticket]
    match event:
        case TicketAnswered():
            ticket.state = "answered"
            ticket.answered_at, ticket.answered_by = event.at, event.by
            _note(ticket, event, "answered", event.note)
        case TicketNoted():
            _note(ticket, event, "noted", event.note)
        case TicketLevelled():
            ticket.level = event.level
            ticket.respond_by, ticket.repair_by = event.respond_by, event.repair_by
            _note(ticket, event, f"level_{event.level}", event.reason)
        case TicketLate():
            ticket.late = (*ticket.late, event.clock)
            _note(ticket, event, f"late_{event.clock}", "")
        case TicketRepaired():
            ticket.state = "repaired"
            ticket.repaired_at, ticket.repaired_by = event.at, event.by
            ticket.cause, ticket.measure = event.cause, event.measure
            _note(ticket, event, "repaired", event.cause)
        case TicketReopened():
            ticket.state = "answered"
            ticket.repaired_at, ticket.repaired_by = 0, ""
            _note(ticket, event, "reopened", event.reason)
        case TicketClosed():
            ticket.state = "closed"
            ticket.closed_at, ticket.closed_by = event.at, event.by
            state.ticket_of.pop(ticket.key, None)
            _note(ticket, event, "closed", event.note)
            if int(event.ticket[1:]) <= state.tickets_made - TICKETS_KEPT:
                del state.tickets[event.ticket]
        case _:
            assert_never(event)


def _note(ticket: Ticket, event: _Ticket, what: str, note: str) -> None:
    # the opening stays; of a long history the oldest in between go
    history = (*ticket.history, Noted(event.at, event.by, what, note))
    if len(history) > NOTES_KEPT:
        history = (history[0], *history[-(NOTES_KEPT - 1) :])
    ticket.history = history


def _unit(state: FloorState, event: UnitKept | UnitRetired) -> None:
    serial = event.unit.serial if isinstance(event, UnitKept) else event.serial
    before = state.units.pop(serial, None)
    if before is not None and state.serial_of.get(before.terminal) == serial:
        del state.serial_of[before.terminal]
    if isinstance(event, UnitKept):
        if not state.units and before is None:
            # what fell due before there was anything to look at was not missed
            state.due_done = max(state.due_done, event.at)
        state.units[serial] = event.unit
        if event.unit.terminal:
            state.serial_of[event.unit.terminal] = serial


def _round(state: FloorState, event: Checked | RoundDue) -> None:
    found = state.round_of(event.round)
    if found is None:
        state.rounds_made += 1
        found = f"r{state.rounds_made}"
        state.rounds[found] = Round(event.round)
        state.rounds.pop(made_room(found, ROUNDS_KEPT), None)
    round_ = state.rounds[found]
    if isinstance(event, Checked):
        round_.seen[event.serial] = Seen(
            event.at, event.by, event.bad, event.note, event.late
        )
        round_.missed = tuple(one for one in round_.missed if one != event.serial)
    else:
        round_.over, round_.missed = event.at, event.missed
        state.due_done = max(state.due_done, event.due)


def _stock(state: FloorState, event: StockSet | StockMoved) -> None:
    if isinstance(event, StockSet):
        stock = state.stock.setdefault(event.kind, Stock(event.name))
        stock.name, stock.unit, stock.low = event.name, event.unit, event.low
        return
    state.stock[event.kind].left = event.left
    state.moves_made += 1
    state.moves[f"m{state.moves_made}"] = Move(
        event.at,
        event.by,
        event.kind,
        event.change,
        event.left,
        event.serial,
        event.note,
    )
    while len(state.moves) > MOVES_KEPT:
        del state.moves[next(iter(state.moves))]


def _make_room(
    rows: dict[str, Alarm] | dict[str, Ticket], fresh: str, kept: int
) -> None:
    """What is over goes, so many before the new one; what is open stays, and goes
    when it ends."""
    before = made_room(fresh, kept)
    if (row := rows.get(before)) is not None and not row.open:
        del rows[before]
