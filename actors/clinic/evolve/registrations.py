"""Registrations and arrivals: who has a number here, and who has come."""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import standing
from actors.clinic.events import (
    CheckedIn,
    CheckInUndone,
    Exchanged,
    GaveUp,
    Merged,
    Postponed,
    Refunded,
    RefundNoted,
    RefundPassedOn,
    Registered,
    Renamed,
    Revived,
)
from actors.clinic.evolve import places
from actors.clinic.order.facts import ClassHeld
from actors.clinic.state import IN_LINE, ClinicState, Ticket
from actors.kernel.times import Millis


def number_key(half: str, number: str) -> str:
    """A number is shown once in a half; without halves, once a day."""
    return number if half == "all" else f"{half}/{number}"


def add_ticket(state: ClinicState, key: str, ticket: Ticket) -> None:
    state.tickets[key] = ticket
    if ticket.number:
        state.numbers[number_key(ticket.half, ticket.number)] = key
    state.cards[ticket.card] = (*state.cards.get(ticket.card, ()), key)
    if ticket.person is not None:
        known = state.persons.get(ticket.person, ())
        state.persons[ticket.person] = (*known, key)


def registered(state: ClinicState, event: Registered) -> None:
    key = event.ticket
    queue = state.queues[event.queue]
    slot, extra = event.slot, event.extra
    facts = standing.first_facts(state, key, event.queue, event.half)
    facts = replace(
        facts,
        slot_start=slot.start if slot else 0,
        slot_end=slot.end if slot else 0,
        booked=event.booked,
        classes=tuple(
            ClassHeld(special, facts.registered, calls=facts.calls)
            for special in event.special
        ),
        doctor=event.doctor or "",
        extra=(extra.where or "") if extra and extra.where != "after" else "",
        emergency=event.level or 0,
        triaged_at=event.at if event.level else 0,
    )
    ticket = Ticket(
        number=event.number,
        queue=event.queue,
        name=event.name,
        card=event.card,
        state="booked",
        since=event.at,
        facts=facts,
        person=event.person,
        half=event.half,
        extra=extra,
        linked=event.linked,
    )
    add_ticket(state, key, ticket)
    if slot is not None:
        standing.add_slot(queue, slot.start, slot.end)
    if extra is not None:
        state.extras += 1
        if extra.after is not None:
            standing.put_behind(state, ticket, extra.after)
    count_drawn(state, event.queue, event.drawn, event.doctor)
    if not state.settings.sign_in:
        comes(state, key, ticket, event.at)


def count_drawn(state: ClinicState, queue: str, drawn: int, doctor: str | None) -> None:
    if not drawn:
        return
    if state.settings.numbers.per == "doctor" and doctor:
        state.queues[queue].drawn_by[doctor] = drawn
    else:
        state.queues[queue].drawn = drawn


def give_number(
    state: ClinicState, key: str, ticket: Ticket, number: str | None, drawn: int
) -> None:
    if number is not None:
        ticket.number = number
        state.numbers[number_key(ticket.half, number)] = key
        count_drawn(state, ticket.queue, drawn, ticket.facts.doctor or None)


def comes(state: ClinicState, key: str, ticket: Ticket, at: Millis) -> None:
    """Here, and waiting from now on."""
    places.remember(ticket)
    standing.joins(state, ticket, "check_in", at)
    places.into_line(state, key, ticket, at)


def checked_in(state: ClinicState, event: CheckedIn) -> None:
    key = event.ticket
    ticket = state.tickets[key]
    give_number(state, key, ticket, event.number, event.drawn)
    before = ticket.facts
    if event.doctor is not None:
        ticket.facts = replace(before, doctor=event.doctor)
    comes(state, key, ticket, event.at)
    if event.doctor is not None and ticket.stood is not None:
        ticket.stood = replace(ticket.stood, facts=before)


def check_in_undone(state: ClinicState, event: CheckInUndone) -> None:
    ticket = state.tickets[event.ticket]
    standing.uncount(state, ticket)
    places.put_back(state, event.ticket, ticket, event.at)


def postponed(state: ClinicState, event: Postponed) -> None:
    """Joins again; also from a door."""
    ticket = state.tickets[event.ticket]
    standing.uncount(state, ticket)
    places.take_out(state, event.ticket, ticket)
    standing.joins(state, ticket, "postponed", event.at)
    places.into_line(state, event.ticket, ticket, event.at)
    ticket.stood = None


def gave_up(state: ClinicState, event: GaveUp) -> None:
    ticket = state.tickets[event.ticket]
    standing.uncount(state, ticket)
    places.remember(ticket)
    places.move(state, event.ticket, ticket, "gave_up", event.at)


def revived(state: ClinicState, event: Revived) -> None:
    """Who had never come is booked again; else waits, as who was recalled."""
    key = event.ticket
    ticket = state.tickets[key]
    stood, ticket.stood = ticket.stood, None
    ticket.void = False
    ticket.end = None
    never_came = stood is not None and stood.state == "booked"
    if ticket.state == "gave_up" and (never_came or not ticket.number):
        places.move(state, key, ticket, "booked", event.at)
        return
    standing.joins(state, ticket, "recall", event.at)
    places.into_line(state, key, ticket, event.at)


def refunded(state: ClinicState, event: Refunded) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.state in ("at_room", "called"):
        standing.uncount(state, ticket)
    ticket.stood = None
    places.move(state, event.ticket, ticket, "refunded", event.at)


def refund_noted(state: ClinicState, event: RefundNoted) -> None:
    state.tickets[event.ticket].refund = True


def refund_passed_on(state: ClinicState, event: RefundPassedOn) -> None:
    state.tickets[event.ticket].refund = True


def exchanged(state: ClinicState, event: Exchanged) -> None:
    """换号: another line, and the same place in it as far as the rules see it. Who was
    asked because of a stop has answered by it."""
    key = event.ticket
    ticket = state.tickets[key]
    slot = event.slot
    if ticket.state in IN_LINE:
        standing.leave_line(state, key, ticket)
    if ticket.state == "at_room":
        standing.uncount(state, ticket)
        for room in state.rooms.values():
            if key in room.door:
                room.door.remove(key)
        ticket.state = "waiting"
        ticket.room = None
    standing.to_queue(state, ticket, event.queue, event.doctor)
    ticket.facts = replace(
        ticket.facts,
        slot_start=slot.start if slot else 0,
        slot_end=slot.end if slot else 0,
    )
    if slot is not None:
        standing.add_slot(state.queues[event.queue], slot.start, slot.end)
    if ticket.state == "waiting":
        standing.join_line(state, key, ticket)
    stood = ticket.stood
    if stood is not None:
        door_left = replace(ticket.facts, at_room="", at_room_seq=0)
        state_was = "waiting" if stood.state == "at_room" else stood.state
        ticket.stood = replace(stood, facts=door_left, state=state_was)
    if ticket.state == "stopped":
        places.put_back(state, key, ticket, event.at)
        ticket.stop, ticket.answer = None, "exchanged"


def renamed(state: ClinicState, event: Renamed) -> None:
    for key in state.persons.get(event.person, ()):
        state.tickets[key].name = event.name


def merged(state: ClinicState, event: Merged) -> None:
    moved = state.persons.pop(event.person, ())
    for key in moved:
        state.tickets[key].person = event.into
    all_of_them = (*state.persons.get(event.into, ()), *moved)
    state.persons[event.into] = all_of_them
    if event.name is not None:
        for key in all_of_them:
            state.tickets[key].name = event.name
