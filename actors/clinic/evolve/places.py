"""Taking a ticket out of where it is, and putting it somewhere else.

Every event moves tickets by these two alone, so a ticket is in one place at every
moment, and what a place keeps (a room's current, a queue's line) agrees with it.
"""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import standing
from actors.clinic.order.facts import Waiting
from actors.clinic.state import (
    IN_LINE,
    IN_ROOM,
    ClinicState,
    Room,
    Stage,
    Stood,
    Ticket,
)
from actors.kernel.times import Millis


def take_out(state: ClinicState, key: str, ticket: Ticket) -> None:
    """Of its place, whichever that is; ``ticket.state`` still names it after."""
    match ticket.state:
        case "waiting":
            standing.leave_line(state, key, ticket)
        case "at_room":
            standing.leave_line(state, key, ticket)
            for room in state.rooms.values():
                if key in room.door:
                    room.door.remove(key)
        case "called" | "in":
            for room in state.rooms.values():
                if room.current == key:
                    room.current = None
        case "examination":
            if ticket.keeps is not None:
                room = state.rooms[ticket.keeps]
                if room.kept == key:
                    room.kept = None
                ticket.keeps = None
            state.timers.pop(f"back:{key}", None)
        case "held":
            for room in state.rooms.values():
                if key in room.held:
                    room.held.remove(key)
        case "missed":
            state.missed.pop(key, None)
        case "stopped":
            stop = state.stops.get(ticket.stop or "")
            if stop is not None and key in stop.open:
                stop.open.remove(key)
        case _:
            pass


def put(state: ClinicState, key: str, ticket: Ticket, stage: Stage, at: Millis) -> None:
    """Into a place that has no room and no line."""
    ticket.state = stage
    ticket.since = at
    if stage == "missed":
        state.missed[key] = at
    standing.watch(state, key, ticket)


def move(
    state: ClinicState, key: str, ticket: Ticket, stage: Stage, at: Millis
) -> None:
    take_out(state, key, ticket)
    put(state, key, ticket, stage, at)


def into_line(state: ClinicState, key: str, ticket: Ticket, at: Millis) -> None:
    """Into its queue's line, as its facts say."""
    take_out(state, key, ticket)
    ticket.state = "waiting"
    ticket.since = at
    ticket.room = ticket.called_at = None
    ticket.reports = ()
    standing.join_line(state, key, ticket)
    standing.watch(state, key, ticket)


def to_door(
    state: ClinicState,
    key: str,
    ticket: Ticket,
    room_key: str,
    at: Millis,
    lane: str,
) -> None:
    """To a room's door: still in the line, where it keeps its place."""
    if ticket.state == "at_room":
        for room in state.rooms.values():
            if key in room.door:
                room.door.remove(key)
    elif ticket.state != "waiting":
        into_line(state, key, ticket, at)
    ticket.state = "at_room"
    ticket.room = room_key
    state.rooms[room_key].door.append(key)
    standing.at_door(state, key, ticket, room_key, lane)


def from_door(state: ClinicState, room: Room) -> None:
    """Everybody at this door is back where they stood."""
    for key in room.door:
        ticket = state.tickets[key]
        ticket.state = "waiting"
        ticket.room = None
        standing.from_door(state, key, ticket)
    room.door.clear()


def into_room(
    state: ClinicState,
    key: str,
    ticket: Ticket,
    room_key: str,
    stage: Stage,
    at: Millis,
) -> None:
    """Current in this room. Whoever was current is the event's own business."""
    take_out(state, key, ticket)
    ticket.state = stage
    ticket.since = at
    ticket.room = room_key
    room = state.rooms[room_key]
    room.current = room.last = key
    standing.watch(state, key, ticket)


def remember(ticket: Ticket) -> None:
    """Where it stands, for a step that may be undone."""
    ticket.stood = Stood(
        state=ticket.state,
        since=ticket.since,
        room=ticket.room,
        called_at=ticket.called_at,
        facts=ticket.facts,
    )


def _as_it_stood(facts: Waiting, stood: Stood) -> Waiting:
    """Its place of then; what was said of the patient meanwhile is as true as ever."""
    then = stood.facts
    back = replace(
        facts,
        joined=then.joined,
        joined_at=then.joined_at,
        checked_in_at=then.checked_in_at,
        calls=then.calls,
        origin=then.origin,
        anchor=then.anchor,
        overtaken=then.overtaken,
        overdue=then.overdue,
        at_room=then.at_room,
        at_room_seq=then.at_room_seq,
    )
    if stood.state == "booked":
        back = replace(back, doctor=then.doctor, room=then.room)
    return back


def put_back(state: ClinicState, key: str, ticket: Ticket, at: Millis) -> None:
    """Where it stood before the step that is undone, with the facts it had, so its
    place in the line is the same. A place that is taken by now gives the next best."""
    stood = ticket.stood or Stood("waiting", at, ticket.facts)
    ticket.stood = None
    take_out(state, key, ticket)
    at_room = stood.facts.at_room
    ticket.facts = _as_it_stood(ticket.facts, stood)
    ticket.room, ticket.called_at = stood.room, stood.called_at
    ticket.since = stood.since
    room = state.rooms.get(stood.room or "")
    stage = stood.state
    if stage in IN_LINE:
        at_the_door = stage == "at_room" and room is not None and room.doctor
        if not at_the_door and at_room:
            ticket.facts = replace(ticket.facts, at_room="", at_room_seq=0)
            ticket.room = None
        ticket.state = "at_room" if at_the_door else "waiting"
        standing.join_line(state, key, ticket)
        if at_the_door and room is not None:
            room.door.append(key)
            room.door.sort(key=lambda one: state.tickets[one].facts.at_room_seq)
    elif stage in IN_ROOM and room is not None:
        if room.current is None:
            into_room(state, key, ticket, stood.room or "", stage, stood.since)
        else:
            put(state, key, ticket, "held", at)
            room.held.append(key)
    elif stage == "held" and room is not None:
        put(state, key, ticket, stage, stood.since)
        room.held.append(key)
    else:
        put(state, key, ticket, stage, stood.since)
    standing.watch(state, key, ticket)
