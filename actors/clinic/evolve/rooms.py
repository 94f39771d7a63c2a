"""Rooms: who sits there, what they serve, who waits at the door."""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import standing
from actors.clinic.events import (
    CallingOpened,
    CallingStopped,
    GotBack,
    LoggedIn,
    LoggedOut,
    QueueTicked,
    RoomChanged,
    SentToRoom,
    WentAway,
)
from actors.clinic.evolve import places
from actors.clinic.state import Away, ClinicState


def logged_in(state: ClinicState, event: LoggedIn) -> None:
    room = state.rooms[event.room]
    if event.mode == "trainee":
        if event.doctor not in room.trainees:
            room.trainees = (*room.trainees, event.doctor)
        return
    room.doctor = event.doctor
    room.mode = event.mode
    room.served = event.queues
    room.away = None
    standing.rooms_of_queues(state)
    state.timers.pop(f"absent:{event.room}", None)
    for key, other in state.rooms.items():
        if other.plan.doctor == event.doctor:
            state.timers.pop(f"absent:{key}", None)
    for key, alarm in list(state.alarms.items()):
        if alarm.kind == "doctor_absent" and (
            alarm.room == event.room or alarm.doctor == event.doctor
        ):
            del state.alarms[key]


def logged_out(state: ClinicState, event: LoggedOut) -> None:
    room = state.rooms[event.room]
    if event.doctor != room.doctor:
        room.trainees = tuple(d for d in room.trainees if d != event.doctor)
        return
    places.from_door(state, room)
    room.doctor = None
    room.served = ()
    room.trainees = ()
    room.away = None
    standing.rooms_of_queues(state)


def room_changed(state: ClinicState, event: RoomChanged) -> None:
    """Who waits at the door, who was set aside and whose chair was kept come along."""
    room, to = state.rooms[event.room], state.rooms[event.to]
    to.doctor, room.doctor = room.doctor, None
    to.mode = room.mode
    to.served, room.served = room.served, ()
    to.trainees, room.trainees = room.trainees, ()
    to.away, room.away = room.away, None
    to.held += room.held
    room.held = []
    for key in to.held:
        state.tickets[key].room = event.to
    if room.kept is not None:
        to.kept, room.kept = room.kept, None
        state.tickets[to.kept].keeps = event.to
    door, room.door = room.door, []
    for key in door:
        ticket = state.tickets[key]
        ticket.room = event.to
        to.door.append(key)
        facts = replace(ticket.facts, at_room=event.to)
        standing.change(state, key, ticket, facts)
    standing.rooms_of_queues(state)


def queue_ticked(state: ClinicState, event: QueueTicked) -> None:
    room = state.rooms[event.room]
    if room.doctor is None:
        return  # written before it was refused: who logs in chooses anew
    served = tuple(q for q in room.served if q != event.queue)
    room.served = (*served, event.queue) if event.on else served
    standing.rooms_of_queues(state)


def went_away(state: ClinicState, event: WentAway) -> None:
    state.rooms[event.room].away = Away(event.reason, event.at, event.back_at)


def got_back(state: ClinicState, event: GotBack) -> None:
    state.rooms[event.room].away = None


def sent_to_room(state: ClinicState, event: SentToRoom) -> None:
    ticket = state.tickets[event.ticket]
    places.to_door(state, event.ticket, ticket, event.room, event.at, event.lane)


def calling_stopped(state: ClinicState, event: CallingStopped) -> None:
    _set_stopped(state, event, event.reason)


def calling_opened(state: ClinicState, event: CallingOpened) -> None:
    _set_stopped(state, event, None)


def _set_stopped(
    state: ClinicState, event: CallingStopped | CallingOpened, reason: str | None
) -> None:
    if event.doctor is not None:
        state.doctors[event.doctor].stopped = reason
    if event.queue is not None:
        queue = state.queues[event.queue]
        queue.stopped = reason
        queue.touched()
    if event.room is not None:
        state.rooms[event.room].stopped = reason
