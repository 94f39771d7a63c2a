"""Between queues, doctors and clinics."""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import standing
from actors.clinic.events import Arrived, HasLeft, Leaving, Transferred, TurnedBack
from actors.clinic.evolve import places
from actors.clinic.evolve.registrations import add_ticket, comes, count_drawn
from actors.clinic.order.facts import ClassHeld
from actors.clinic.state import ClinicState, Ticket


def transferred(state: ClinicState, event: Transferred) -> None:
    """Who has not come yet stays booked, in the other queue."""
    key = event.ticket
    ticket = state.tickets[key]
    if ticket.state in ("at_room", "called"):
        standing.uncount(state, ticket)
    booked = ticket.state == "booked"
    places.take_out(state, key, ticket)
    standing.to_queue(state, ticket, event.queue, event.doctor)
    ticket.stood = ticket.counted = None
    ticket.overtook = ()
    ticket.home = event.home
    if booked:
        places.put(state, key, ticket, "booked", ticket.since)
        return
    # taken out already: what is left is to join
    ticket.state = "done"
    standing.joins(state, ticket, "check_in", event.at)
    places.into_line(state, key, ticket, event.at)


def leaving(state: ClinicState, event: Leaving) -> None:
    key = event.ticket
    ticket = state.tickets[key]
    state.departures += 1
    if ticket.state in ("at_room", "called"):
        standing.uncount(state, ticket)
    places.remember(ticket)
    places.move(state, key, ticket, "leaving", event.at)
    ticket.leaving = event.leaving
    ticket.gone_to = event.to


def has_left(state: ClinicState, event: HasLeft) -> None:
    ticket = state.tickets[event.ticket]
    places.move(state, event.ticket, ticket, "left", event.at)
    ticket.leaving = ticket.stood = None


def turned_back(state: ClinicState, event: TurnedBack) -> None:
    ticket = state.tickets[event.ticket]
    ticket.leaving = ticket.gone_to = None
    places.put_back(state, event.ticket, ticket, event.at)


def mark_of(origin: str, ticket: str, leaving: str = "") -> str:
    """By which an arrival is known, however often it is told."""
    return f"{origin}#{ticket}#{leaving}" if leaving else f"{origin}#{ticket}"


def arrived(state: ClinicState, event: Arrived) -> None:
    key, guest = event.ticket, event.traveller
    state.arrived[mark_of(event.origin, guest.ticket, event.leaving)] = key
    state.arrived[mark_of(event.origin, guest.ticket)] = key
    if event.back:
        ticket = state.tickets[key]
        ticket.gone_to = None
        standing.joins(state, ticket, "return", event.at)
        places.into_line(state, key, ticket, event.at)
        return
    facts = standing.first_facts(state, key, guest.queue, event.half)
    ticket = Ticket(
        number=event.number,
        queue=guest.queue,
        name=guest.name,
        card=guest.card,
        state="booked",
        since=event.at,
        facts=replace(
            facts,
            classes=tuple(
                ClassHeld(special, facts.registered, calls=facts.calls)
                for special in guest.special
            ),
            doctor=guest.doctor or "",
            emergency=guest.level or 0,
            triaged_at=guest.triaged_at or 0,
        ),
        person=guest.person,
        half=event.half,
        linked=guest.linked,
        origin=guest.home,
    )
    add_ticket(state, key, ticket)
    count_drawn(state, guest.queue, event.drawn, guest.doctor)
    comes(state, key, ticket, event.at)
    ticket.stood = None
    if guest.stage != "waiting":
        _as_before_midnight(state, event)


def _as_before_midnight(state: ClinicState, event: Arrived) -> None:
    """In the room, at examination, set aside: as it was, where that still can be."""
    key, guest = event.ticket, event.traveller
    ticket = state.tickets[key]
    room = state.rooms.get(guest.room or "")
    if guest.stage in ("called", "in"):
        if room is not None and guest.room is not None and room.current is None:
            places.into_room(state, key, ticket, guest.room, "in", event.at)
    elif guest.stage == "examination":
        places.move(state, key, ticket, "examination", event.at)
        ticket.room = guest.room if room is not None else None
        ticket.reports = guest.reports
        ticket.back_at = guest.back_at
        if guest.back_at is not None:
            state.timers[f"back:{key}"] = guest.back_at
    elif guest.stage == "held" and room is not None:
        places.move(state, key, ticket, "held", event.at)
        ticket.room = guest.room
        room.held.append(key)
    elif guest.stage == "missed":
        places.move(state, key, ticket, "missed", event.at)
