"""A clinic's day as it stands, and how each event changes it, in place.

Every ticket has one place: ``booked`` (not here yet), ``waiting`` (in its queue's
order), ``called`` or ``in`` (current in its room), ``missed``, ``done``.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from actors.clinic.events import (
    AnnouncementExpired,
    Called,
    CalledAgain,
    CheckedIn,
    Event,
    Finished,
    Missed,
    Opened,
    Recalled,
    Registered,
    Started,
)
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.clinic.settings import Settings
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

Stage: TypeAlias = Literal["booked", "waiting", "called", "in", "missed", "done"]

LIVE: frozenset[Stage] = frozenset({"waiting", "called", "in", "missed"})
"""Has come, and is not done."""


class Ticket(msgspec.Struct, gc=False):
    """``room`` is the last one it was called to; ``since`` when this stage began."""

    number: str
    queue: str
    name: Sealed
    card: str
    state: Stage
    since: Millis
    room: str | None = None
    called_at: Millis | None = None
    times: int = 0


class Queue(msgspec.Struct):
    """``order`` is who is called next: by check-in, so by ``since``."""

    plan: QueuePlan
    rooms: tuple[str, ...]
    order: list[str] = []
    drawn: int = 0


class Room(msgspec.Struct):
    """``last`` was called here last, and is current until finished or missed."""

    plan: RoomPlan
    current: str | None = None
    last: str | None = None


class Call(msgspec.Struct, gc=False):
    """An announcement. It outlives its ticket's visit, so five are five."""

    ticket: str
    room: str
    at: Millis
    expires: Millis
    times: int


class ClinicState(msgspec.Struct):
    """``calls`` are in the order of their expiry: all live equally long, and ``at``
    never runs backwards in a stream."""

    stream: str
    day: str
    plan: ClinicPlan | None = None
    settings: Settings = Settings()
    queues: dict[str, Queue] = {}
    rooms: dict[str, Room] = {}
    tickets: dict[str, Ticket] = {}
    numbers: dict[str, str] = {}
    cards: dict[str, tuple[str, ...]] = {}
    missed: dict[str, Millis] = {}
    calls: dict[str, Call] = {}
    calls_made: int = 0


def evolve(state: ClinicState, event: Event) -> None:
    """What has happened has happened: total over whatever ``decide`` has written."""
    match event:
        case CheckedIn():
            _wait(state, event.ticket, event.at)
        case Called():
            ticket = state.tickets[event.ticket]
            state.queues[ticket.queue].order.remove(event.ticket)
            ticket.state = "called"
            ticket.since = event.at
            ticket.room = event.room
            ticket.times = 0
            room = state.rooms[event.room]
            room.current = room.last = event.ticket
            _announce(state, event)
        case CalledAgain():
            _announce(state, event)
        case Started():
            ticket = state.tickets[event.ticket]
            ticket.state = "in"
            ticket.since = event.at
        case Finished():
            _leave_room(state, event, "done")
        case Missed():
            _leave_room(state, event, "missed")
            state.missed[event.ticket] = event.at
        case Recalled():
            del state.missed[event.ticket]
            ticket = state.tickets[event.ticket]
            ticket.room = ticket.called_at = None
            _wait(state, event.ticket, event.at)
        case AnnouncementExpired():
            for call in event.calls:
                state.calls.pop(call, None)
        case Registered():
            _register(state, event)
        case Opened():
            _open(state, event)
        case _:
            pass


def _open(state: ClinicState, event: Opened) -> None:
    state.plan = event.clinic
    state.settings = event.settings
    state.rooms = {key: Room(plan) for key, plan in event.rooms.items()}
    state.queues = {
        key: Queue(
            plan,
            rooms=tuple(r for r, room in event.rooms.items() if key in room.queues),
        )
        for key, plan in event.queues.items()
    }


def _register(state: ClinicState, event: Registered) -> None:
    state.tickets[event.ticket] = Ticket(
        number=event.number,
        queue=event.queue,
        name=event.name,
        card=event.card,
        state="booked",
        since=event.at,
    )
    state.numbers[event.number] = event.ticket
    state.cards[event.card] = (*state.cards.get(event.card, ()), event.ticket)
    if event.drawn:
        state.queues[event.queue].drawn = event.drawn


def _wait(state: ClinicState, ticket_id: str, at: Millis) -> None:
    ticket = state.tickets[ticket_id]
    ticket.state = "waiting"
    ticket.since = at
    state.queues[ticket.queue].order.append(ticket_id)


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


def _leave_room(state: ClinicState, event: Finished | Missed, stage: Stage) -> None:
    ticket = state.tickets[event.ticket]
    ticket.state = stage
    ticket.since = event.at
    state.rooms[event.room].current = None
