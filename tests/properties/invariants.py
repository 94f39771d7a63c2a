"""What must hold of a clinic's day at every moment, whatever was asked of it."""

from __future__ import annotations

from collections import Counter

from actors.clinic import rules
from actors.clinic.state import ENDED, IN_LINE, IN_ROOM, ClinicState
from actors.kernel.times import Millis


def hold(state: ClinicState, now: Millis) -> None:
    _everybody_has_one_place(state)
    _rooms_and_doors_agree(state)
    _no_number_is_shown_twice(state)
    _nobody_is_live_twice_in_a_queue(state)
    _lines_hold_who_waits(state)
    _stops_ask_who_is_stopped(state)
    assert not rules.in_a_stopped_line(state, now), "waits where nobody calls"
    _timers_are_about_somebody(state)


def _everybody_has_one_place(state: ClinicState) -> None:
    """Every structure that keeps tickets, asked whom it keeps."""
    places: Counter[str] = Counter()
    for key, queue in state.queues.items():
        for ticket in queue.waiting:
            assert state.tickets[ticket].queue == key
            assert state.tickets[ticket].state in IN_LINE, ticket
            places[ticket] += 1
    for room in state.rooms.values():
        if room.current is not None:
            assert state.tickets[room.current].state in IN_ROOM, room
            places[room.current] += 1
        for ticket in room.held:
            assert state.tickets[ticket].state == "held"
            places[ticket] += 1
    for ticket in state.missed:
        assert state.tickets[ticket].state == "missed"
        places[ticket] += 1
    elsewhere = {"booked", "examination", "leaving", "stopped"} | ENDED
    for key, one in state.tickets.items():
        kept = 0 if one.state in elsewhere else 1
        assert places[key] == kept, (key, one.state, places[key])


def _rooms_and_doors_agree(state: ClinicState) -> None:
    """Nobody in two rooms, nobody at two doors; who is at a door is in the line."""
    currents = [r.current for r in state.rooms.values() if r.current is not None]
    assert len(currents) == len(set(currents)), "one ticket in two rooms"
    doors = [key for room in state.rooms.values() for key in room.door]
    assert len(doors) == len(set(doors)), "one ticket at two doors"
    assert set(doors) == {k for k, t in state.tickets.items() if t.state == "at_room"}
    for key, room in state.rooms.items():
        assert room.doctor is not None or not room.door, "at nobody's door"
        for ticket in room.door:
            assert state.tickets[ticket].facts.at_room == key
            assert state.tickets[ticket].room == key
        if room.current is not None:
            assert state.tickets[room.current].room == key
        if room.kept is not None:
            assert state.tickets[room.kept].state == "examination"
            assert state.tickets[room.kept].keeps == key
    doctors = [room.doctor for room in state.rooms.values() if room.doctor]
    assert len(doctors) == len(set(doctors)), "one doctor in two rooms"


def _no_number_is_shown_twice(state: ClinicState) -> None:
    """Who has no number yet gets one at check-in, or was never announced."""
    shown = Counter(
        (ticket.half, ticket.number)
        for ticket in state.tickets.values()
        if ticket.number
    )
    assert not [number for number, count in shown.items() if count > 1]
    for key, ticket in state.tickets.items():
        if ticket.state in (*IN_LINE, *IN_ROOM):
            assert ticket.number, f"{key} waits without a number"


def _nobody_is_live_twice_in_a_queue(state: ClinicState) -> None:
    live: Counter[tuple[str, str, str]] = Counter()
    for ticket in state.tickets.values():
        if ticket.state in ENDED:
            continue
        live[ticket.queue, ticket.half, "card " + ticket.card] += 1
        if ticket.person is not None:
            live[ticket.queue, ticket.half, "person " + ticket.person] += 1
    twice = [who for who, count in live.items() if count > 1]
    assert not twice, twice


def _lines_hold_who_waits(state: ClinicState) -> None:
    """An order is a permutation of who waits, and the same made anew."""
    for queue in state.queues.values():
        assert sorted(queue.order) == sorted(queue.waiting)
        for key, facts in queue.waiting.items():
            assert state.tickets[key].facts == facts
        kept = queue.order
        queue.__dict__.clear()
        assert queue.order == kept, "a line was kept too long"


def _stops_ask_who_is_stopped(state: ClinicState) -> None:
    asked = [key for stop in state.stops.values() for key in stop.open]
    assert len(asked) == len(set(asked))
    stopped = {k for k, t in state.tickets.items() if t.state == "stopped"}
    assert set(asked) == stopped, (asked, stopped)


def _timers_are_about_somebody(state: ClinicState) -> None:
    for name in state.timers:
        kind, _, key = name.partition(":")
        if kind == "back":
            assert state.tickets[key].state == "examination", name
        elif kind in ("retriage", "overdue"):
            assert state.tickets[key].state in IN_LINE, name
