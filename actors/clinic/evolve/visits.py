"""Visits: called, in, done, missed, away and back."""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import standing
from actors.clinic.events import (
    AnnouncementExpired,
    Called,
    CalledAgain,
    CallUndone,
    CameBack,
    Finished,
    Held,
    Missed,
    MissUndone,
    Recalled,
    ReportArrived,
    Resumed,
    Started,
    WentToExamination,
)
from actors.clinic.evolve import places
from actors.clinic.evolve.registrations import give_number
from actors.clinic.state import IN_LINE, Call, ClinicState, Ticket


def called(state: ClinicState, event: Called) -> None:
    key = event.ticket
    ticket = state.tickets[key]
    give_number(state, key, ticket, event.number, event.drawn)
    places.remember(ticket)
    if ticket.state in IN_LINE:
        standing.count_call(state, ticket, event.room, event.lane)
        standing.overtakes(state, ticket, event.overtook)
    room = state.rooms[event.room]
    room.calls += 1
    room.in_a_row = room.in_a_row + 1 if room.last_queue == ticket.queue else 1
    room.last_queue = ticket.queue
    places.into_room(state, key, ticket, event.room, "called", event.at)
    ticket.times = 0
    ticket.calls += 1
    if event.silent:
        ticket.called_at = event.at
        state.calls_made += 1
    else:
        _announce(state, event)


def called_again(state: ClinicState, event: CalledAgain) -> None:
    _announce(state, event)


def _announce(state: ClinicState, event: Called | CalledAgain) -> None:
    ticket = state.tickets[event.ticket]
    ticket.called_at = event.at
    ticket.times += 1
    state.calls_made += 1
    state.calls[event.call] = Call(
        ticket=event.ticket,
        room=event.room,
        at=event.at,
        expires=event.expires,
        times=ticket.times,
    )


def announcement_expired(state: ClinicState, event: AnnouncementExpired) -> None:
    for call in event.calls:
        state.calls.pop(call, None)


def started(state: ClinicState, event: Started) -> None:
    ticket = state.tickets[event.ticket]
    ticket.state = "in"
    ticket.since = event.at
    _counts_for_good(ticket)


def _counts_for_good(ticket: Ticket) -> None:
    """The next step has begun: the call is no longer to be undone."""
    ticket.stood = None
    ticket.counted = None
    ticket.overtook = ()


def finished(state: ClinicState, event: Finished) -> None:
    ticket = state.tickets[event.ticket]
    _counts_for_good(ticket)
    places.move(state, event.ticket, ticket, "done", event.at)


def missed(state: ClinicState, event: Missed) -> None:
    """Such a call does not count. Where the ticket stood is kept, should it have been
    a mistake."""
    ticket = state.tickets[event.ticket]
    standing.uncount(state, ticket)
    ticket.misses += 1
    ticket.void = event.void
    places.move(state, event.ticket, ticket, "missed", event.at)


def miss_undone(state: ClinicState, event: MissUndone) -> None:
    ticket = state.tickets[event.ticket]
    ticket.misses -= 1
    ticket.void = False
    places.put_back(state, event.ticket, ticket, event.at)


def call_undone(state: ClinicState, event: CallUndone) -> None:
    ticket = state.tickets[event.ticket]
    standing.uncount(state, ticket)
    places.put_back(state, event.ticket, ticket, event.at)


def recalled(state: ClinicState, event: Recalled) -> None:
    ticket = state.tickets[event.ticket]
    ticket.stood = None
    standing.joins(state, ticket, "recall", event.at)
    places.into_line(state, event.ticket, ticket, event.at)


def held(state: ClinicState, event: Held) -> None:
    ticket = state.tickets[event.ticket]
    _counts_for_good(ticket)
    places.move(state, event.ticket, ticket, "held", event.at)
    state.rooms[event.room].held.append(event.ticket)


def resumed(state: ClinicState, event: Resumed) -> None:
    ticket = state.tickets[event.ticket]
    places.into_room(state, event.ticket, ticket, event.room, "in", event.at)


def went_to_examination(state: ClinicState, event: WentToExamination) -> None:
    ticket = state.tickets[event.ticket]
    _counts_for_good(ticket)
    places.move(state, event.ticket, ticket, "examination", event.at)
    ticket.reports = event.reports
    ticket.back_at = event.back_at
    if event.keeps_seat:
        ticket.keeps = event.room
        state.rooms[event.room].kept = event.ticket
    if event.back_at is not None:
        state.timers[f"back:{event.ticket}"] = event.back_at


def report_arrived(state: ClinicState, event: ReportArrived) -> None:
    ticket = state.tickets[event.ticket]
    if event.report is None:
        ticket.reports = ()
    else:
        ticket.reports = tuple(r for r in ticket.reports if r != event.report)


def came_back(state: ClinicState, event: CameBack) -> None:
    """Back to the same doctor: to the chair that was kept, or as one who returns."""
    key = event.ticket
    ticket = state.tickets[key]
    ticket.back_at = None
    if event.room is not None:
        places.into_room(state, key, ticket, event.room, "in", event.at)
        return
    if ticket.home is not None and ticket.state == "done":
        queue, doctor = ticket.home
        ticket.home = None
        standing.to_queue(state, ticket, queue, doctor)
    elif ticket.room is not None and not ticket.facts.doctor:
        # back to who sent them
        doctor = state.rooms[ticket.room].doctor
        ticket.facts = replace(ticket.facts, doctor=doctor or "")
    standing.joins(state, ticket, "return", event.at)
    places.into_line(state, key, ticket, event.at)
