"""The day as order sees it: seats that call, and the queues they call from."""

from __future__ import annotations

from collections.abc import Iterable

from actors.clinic.order.bounds import blocks, overtaken_by
from actors.clinic.order.choice import Choice, next_for
from actors.clinic.order.facts import Calling, QueueFacts, Seat, Waiting
from actors.clinic.order.line import in_order, place_of
from actors.clinic.order.places import Places
from actors.clinic.state import IN_LINE, ClinicState, Room, Stop, Ticket
from actors.kernel.times import Millis


def who_is_next(state: ClinicState, room_key: str, now: Millis) -> Choice | None:
    """Whom this room calls now, and why; None when there is nobody."""
    room = state.rooms[room_key]
    keys = dict.fromkeys(room.served)
    for ticket in room.door:
        keys[state.tickets[ticket].queue] = None
    seat = seat_of(state, room_key, room)
    return next_for(seat, queues_of(state, keys), state.settings, now)


def seat_of(state: ClinicState, key: str, room: Room) -> Seat:
    return Seat(
        room=key,
        doctor=room.doctor or "",
        mode="expert" if room.mode == "expert" else "ordinary",
        queues=room.served,
        levels=room.plan.levels,
        calling=_calling(state, room),
        not_halves=tuple(
            stop.half for stop in _stops(state) if stop.doctor == room.doctor
        ),
        away=room.away is not None,
        last_queue=room.last_queue,
        in_a_row=room.in_a_row,
        busy=room.current is not None,
        served=room.calls,
    )


def _calling(state: ClinicState, room: Room) -> Calling:
    """A stop of one half is no freeze: see ``Seat.not_halves``."""
    if any(stop.doctor == room.doctor and stop.half == "all" for stop in _stops(state)):
        return "frozen"
    doctor = state.doctors.get(room.doctor or "")
    stopped = room.stopped or (doctor and doctor.stopped)
    return "stopped" if stopped else "open"


def _stops(state: ClinicState) -> list[Stop]:
    return [stop for stop in state.stops.values() if stop.doctor]


def queues_of(state: ClinicState, keys: Iterable[str]) -> dict[str, QueueFacts]:
    return {key: state.queues[key].facts for key in keys if key in state.queues}


def lane_of(state: ClinicState, ticket: Ticket) -> str:
    """What calling this ticket counts as."""
    queue = state.queues[ticket.queue]
    return place_of(queue.facts, state.settings, ticket.facts).lane


def ahead_if_joined(state: ClinicState, queue_key: str, facts: Waiting) -> int:
    """How many would be called before, if it joined like this."""
    queue = state.queues[queue_key]
    places = Places(queue.facts, state.settings)
    everybody = (*queue.facts.waiting, facts)
    line = in_order(queue.facts, state.settings, places, everybody, queue.facts.doctor)
    for ahead, (_, _, who) in enumerate(line):
        if who.ticket == facts.ticket:
            return ahead
    return len(queue.waiting)


def passed_over(state: ClinicState, room_key: str, key: str) -> tuple[str, ...]:
    """Whom calling this ticket into this room overtakes, where the rules count it."""
    ticket = state.tickets[key]
    if not state.settings.fairness.overtaken or ticket.state not in IN_LINE:
        return ()
    seat = seat_of(state, room_key, state.rooms[room_key])
    return overtaken_by(state.queues[ticket.queue].facts, state.settings, key, seat)


def protected_from(state: ClinicState, room_key: str, key: str) -> tuple[str, ...]:
    """Who must not be overtaken any more by a call of this ticket out of turn."""
    ticket = state.tickets[key]
    if ticket.state not in IN_LINE:
        return ()
    seat = seat_of(state, room_key, state.rooms[room_key])
    return blocks(state.queues[ticket.queue].facts, state.settings, key, seat)
