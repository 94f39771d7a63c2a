"""The policy of a clinic's day: pure answers over its state, with their reasons.

By check-in within a queue; a room takes from its queues in turn whoever has waited
longest at the head.
"""

from __future__ import annotations

from actors.clinic.commands import Open
from actors.clinic.settings import Settings, problems
from actors.clinic.state import LIVE, ClinicState, Queue, Room, Stage, Ticket
from actors.kernel.times import Millis

DIGITS = 3


def next_for(state: ClinicState, room: Room) -> str | None:
    """Who is called next into this room: of its queues' heads the one who has waited
    longest; between two alike, the queue named first."""
    heads = [order[0] for key in room.plan.queues if (order := state.queues[key].order)]
    return min(heads, key=lambda head: state.tickets[head].since, default=None)


def is_latest(state: ClinicState, room: Room, seen: str | None) -> bool:
    """Has nobody been called into this room since its caller saw ``seen`` there?

    Who was just finished or missed may still be on the caller's screen, and counts.
    Who was missed and waits again does not: pressed twice, that call would end the
    visit which the first press began.
    """
    if room.current is not None:
        return seen == room.current
    if seen is None:
        return True
    return seen == room.last and state.tickets[seen].state in ("done", "missed")


def draw(state: ClinicState, key: str) -> tuple[str, int]:
    """The queue's next number and the count behind it. A number is shown once a day
    in the whole clinic, so those given from outside are passed over."""
    queue = state.queues[key]
    count = queue.drawn + 1
    while (number := _number(key, queue, count)) in state.numbers:
        count += 1
    return number, count


def _number(key: str, queue: Queue, count: int) -> str:
    return f"{queue.plan.prefix or key}{count:0{DIGITS}d}"


def new_ticket_id(state: ClinicState) -> str:
    """Counted from the tickets there are; an id that came from outside is kept."""
    count = len(state.tickets) + 1
    while (ticket := f"t{count}") in state.tickets:
        count += 1
    return ticket


def of_card(state: ClinicState, card: str, *stages: Stage) -> str | None:
    """The first ticket of this card in one of these stages, in the stages' order."""
    tickets = state.cards.get(card, ())
    for stage in stages:
        for ticket in tickets:
            if state.tickets[ticket].state == stage:
                return ticket
    return None


def has_number_in(state: ClinicState, card: str, queue: str) -> bool:
    """A patient stands in a queue once; a number that is done is no hindrance."""
    return any(
        ticket.queue == queue and (ticket.state == "booked" or ticket.state in LIVE)
        for ticket in map(state.tickets.__getitem__, state.cards.get(card, ()))
    )


def ahead_of(state: ClinicState, ticket_id: str) -> int:
    """How many are called before; nobody, for who is not waiting."""
    ticket = state.tickets[ticket_id]
    if ticket.state != "waiting":
        return 0
    return state.queues[ticket.queue].order.index(ticket_id)


def wait_to_call_again(settings: Settings, ticket: Ticket, now: Millis) -> Millis:
    """How long until this one may be called again; not positive when at once."""
    return (ticket.called_at or 0) + settings.call_again_ms - now


def wait_to_miss(settings: Settings, ticket: Ticket, now: Millis) -> Millis:
    """How long this one must still be given to come; not positive when no more."""
    return (ticket.called_at or 0) + settings.missed_after_ms - now


def wrong_in(plan: Open) -> str | None:
    """The first field of a day's plan that cannot be, or None."""
    for key, room in plan.rooms.items():
        for queue in room.queues:
            if queue not in plan.queues:
                return f"rooms.{key}.queues"
    wrong = problems(plan.settings)
    return f"settings.{wrong[0].field}" if wrong else None
