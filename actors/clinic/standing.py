"""Where a ticket stands: the facts its place in a line follows from, kept as it goes.

The order itself is made by ``actors.clinic.order`` from these and the rules.
"""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic.order.facts import (
    Anchor,
    ClassHeld,
    Origin,
    Waiting,
    put_after,
    put_before,
)
from actors.clinic.state import IN_LINE, ClinicState, Queue, Ticket
from actors.kernel.times import Millis


def next_seq(state: ClinicState) -> int:
    state.seq += 1
    return state.seq


# In and out of the line


def join_line(state: ClinicState, key: str, ticket: Ticket) -> None:
    queue = state.queues[ticket.queue]
    queue.waiting[key] = ticket.facts
    queue.touched()


def leave_line(state: ClinicState, key: str, ticket: Ticket) -> None:
    queue = state.queues[ticket.queue]
    queue.waiting.pop(key, None)
    queue.touched()
    if ticket.facts.at_room:
        ticket.facts = replace(ticket.facts, at_room="", at_room_seq=0)


def change(state: ClinicState, key: str, ticket: Ticket, facts: Waiting) -> None:
    """Other facts; in the line too, if it stands there."""
    ticket.facts = facts
    if ticket.state in IN_LINE:
        join_line(state, key, ticket)


def joins(state: ClinicState, ticket: Ticket, origin: Origin, at: Millis) -> None:
    """From now on it counts as joining at this moment, behind who is there."""
    ticket.facts = joining(state, ticket, origin, at)
    state.seq += 1


def joining(state: ClinicState, ticket: Ticket, origin: Origin, at: Millis) -> Waiting:
    """The facts it has when it joins now."""
    facts = ticket.facts
    comes = origin == "check_in"
    return replace(
        facts,
        origin=origin,
        joined=state.seq + 1,
        joined_at=at,
        checked_in_at=facts.checked_in_at or at if comes else facts.checked_in_at,
        calls=state.queues[ticket.queue].counters.calls,
        overtaken=0,
        overdue=False,
        anchor=_behind(facts.anchor) if comes else None,
    )


def _behind(anchor: Anchor | None) -> Anchor | None:
    """An extra number stays behind the ticket it was given after."""
    return anchor if anchor is not None and anchor.side > 0 else None


def to_queue(
    state: ClinicState, ticket: Ticket, queue: str, doctor: str | None
) -> None:
    """Of another queue and doctor; when it stands in a line, take it out before."""
    calls = state.queues[queue].counters.calls
    facts = replace(ticket.facts, doctor=doctor or "", room="")
    if queue != ticket.queue:
        facts = replace(
            facts,
            calls=calls,
            anchor=None,
            classes=tuple(replace(held, calls=calls) for held in facts.classes),
        )
    ticket.queue = queue
    ticket.facts = facts


def add_slot(queue: Queue, start: Millis, end: Millis) -> None:
    if start and (start, end) not in queue.slots:
        queue.slots = tuple(sorted((*queue.slots, (start, end))))
        queue.touched()


# At the door


def at_door(state: ClinicState, key: str, ticket: Ticket, room: str, lane: str) -> None:
    """Drawn to a door, it has had its turn in the line; called from there it does
    not count again."""
    count_call(state, ticket, room, lane)
    facts = replace(ticket.facts, at_room=room, at_room_seq=next_seq(state))
    change(state, key, ticket, facts)


def from_door(state: ClinicState, key: str, ticket: Ticket) -> None:
    uncount(state, ticket)
    change(state, key, ticket, replace(ticket.facts, at_room="", at_room_seq=0))


# Counting calls


def count_call(state: ClinicState, ticket: Ticket, room: str, lane: str) -> None:
    """Once for each time it leaves the line."""
    if ticket.counted is not None:
        return
    queue = state.queues[ticket.queue]
    doctor = state.rooms[room].doctor or ""
    queue.counters, ticket.counted = queue.counters.count(lane, doctor)
    ticket.counted_in = ticket.queue
    queue.touched()


def uncount(state: ClinicState, ticket: Ticket) -> None:
    """It did not happen: undone, missed, given back."""
    if ticket.counted is not None:
        queue = state.queues[ticket.counted_in]
        queue.counters = queue.counters.take_back(ticket.counted)
        queue.touched()
    ticket.counted = None
    for other_key in ticket.overtook:
        other = state.tickets[other_key]
        overtaken = max(0, other.facts.overtaken - 1)
        change(state, other_key, other, replace(other.facts, overtaken=overtaken))
    ticket.gave_back, ticket.overtook = ticket.overtook, ()


def overtakes(state: ClinicState, ticket: Ticket, passed: tuple[str, ...]) -> None:
    """These stood before it and are overtaken once more."""
    for key in passed:
        other = state.tickets[key]
        facts = replace(other.facts, overtaken=other.facts.overtaken + 1)
        change(state, key, other, facts)
    ticket.overtook = passed


# What the nurse says of it


def set_class(
    state: ClinicState, key: str, ticket: Ticket, special: str, level: int | None
) -> None:
    classes: tuple[ClassHeld, ...] = ()
    if special:
        held = ClassHeld(
            special,
            next_seq(state),
            -1 if level is None else level,
            state.queues[ticket.queue].counters.calls,
        )
        others = tuple(one for one in ticket.facts.classes if one.key != special)
        classes = (*others, held)
    change(state, key, ticket, replace(ticket.facts, classes=classes))


def move(state: ClinicState, key: str, ticket: Ticket, before: str | None) -> None:
    if before is None:
        change(state, key, ticket, replace(ticket.facts, anchor=None))
        return
    other = state.tickets[before].facts
    change(state, key, ticket, put_before(ticket.facts, other, next_seq(state)))


def put_behind(state: ClinicState, ticket: Ticket, after: str) -> None:
    other = state.tickets.get(after)
    if other is not None:
        ticket.facts = put_after(ticket.facts, other.facts, next_seq(state))


def pin(
    state: ClinicState,
    key: str,
    ticket: Ticket,
    doctor: str | None,
    room: str | None,
) -> None:
    facts = replace(ticket.facts, doctor=doctor or "", room=room or "")
    change(state, key, ticket, facts)


def triage(
    state: ClinicState, key: str, ticket: Ticket, level: int, at: Millis
) -> None:
    if ticket.facts.emergency == level:
        # the same again: its target starts anew, and nobody passes it for that
        facts = replace(ticket.facts, looked_at=at)
    else:
        facts = replace(ticket.facts, emergency=level, triaged_at=at, looked_at=at)
    change(state, key, ticket, facts)


def first_facts(state: ClinicState, key: str, queue: str, half: str) -> Waiting:
    return Waiting(
        ticket=key,
        registered=next_seq(state),
        half=half,  # type: ignore[arg-type]
        calls=state.queues[queue].counters.calls,
    )


# The clock's share


def watch(state: ClinicState, key: str, ticket: Ticket) -> None:
    """Set or clear the times at which somebody must look at this ticket."""
    facts, settings, timers = ticket.facts, state.settings, state.timers
    in_line = ticket.state in IN_LINE
    level = facts.emergency
    seen = facts.origin == "return"
    if in_line and level and not seen and not ticket.alarmed:
        target = settings.emergency.targets_ms[level - 1]
        looked_at = max(facts.triaged_at, facts.looked_at)
        timers[f"retriage:{key}"] = looked_at + target
    elif f"retriage:{key}" in timers:
        del timers[f"retriage:{key}"]
    longest = settings.fairness.longest_ms
    if longest and in_line and not facts.overdue:
        timers[f"overdue:{key}"] = facts.joined_at + longest
    elif f"overdue:{key}" in timers:
        del timers[f"overdue:{key}"]


def overdue(state: ClinicState, key: str) -> None:
    ticket = state.tickets[key]
    state.timers.pop(f"overdue:{key}", None)
    change(state, key, ticket, replace(ticket.facts, overdue=True))


def rooms_of_queues(state: ClinicState) -> None:
    """Which rooms serve a queue: by who is logged in, else as it was planned."""
    for key, queue in state.queues.items():
        queue.rooms = tuple(
            room_key
            for room_key, room in state.rooms.items()
            if key in (room.plan.queues if room.doctor is None else room.served)
        )
