"""What boards are made of: who is next in a room, what a missed patient does, names.

Pure, JSON-ready and without nulls. There is no clock here: who is next by the rules may
depend on the moment of the call, so a board shows who it is as the lines stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actors.clinic import rows
from actors.clinic.settings import Recall
from actors.clinic.state import IN_LINE, ClinicState, Room, Ticket
from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Sealed, Vault
from queue_displays.names import Names, names_for

NEXT = 5
LATE = "迟到"

Mask = Callable[[str], str]
ShownName = Callable[[ClinicState, Ticket], str]


def policy_of(state: ClinicState, ticket: Ticket) -> Names:
    queue = state.queues[ticket.queue].plan
    if state.plan is None:
        return "number"
    return names_for(
        queue.name, queue.department, state.plan.names, state.plan.usual_names
    )


def shown_names(vault: Vault, mask: Mask = mask_name) -> ShownName:
    """A name as a wall may show it; a star where that is the number alone, or where
    it cannot be opened: the desk shows what is wrong, the wall goes on by number."""

    def shown(state: ClinicState, ticket: Ticket) -> str:
        policy = policy_of(state, ticket)
        if policy == "number":
            return mask("")
        name = _opened(vault, ticket.name)
        return name if policy == "full" and name else mask(name)

    return shown


def _opened(vault: Vault, name: Sealed) -> str:
    try:
        return vault.open(name)
    except CannotOpen:
        return ""


def is_hidden(state: ClinicState, ticket: str) -> bool:
    """An extra number that is neither shown nor spoken."""
    extra = state.tickets[ticket].extra
    return extra is not None and extra.shown is False


def next_in(state: ClinicState, key: str, count: int = NEXT) -> list[str]:
    """Who waits at its door; then, of the queues it serves, who may be called here: of
    several queues whoever joined first, the doctor's own experts' before."""
    room = state.rooms[key]
    found = [ticket for ticket in room.door if not is_hidden(state, ticket)]
    if room.stopped is not None or len(found) >= count:
        return found[:count]
    lines: list[tuple[bool, list[str]]] = []
    for served in room.served:
        queue = state.queues.get(served)
        if queue is None or queue.calling != "open" or not _serves(room, queue.plan):
            continue
        line = []
        for ticket in queue.order:
            if _may_be_called(state, room, key, ticket):
                line.append(ticket)
                if len(line) == count:
                    break
        lines.append((not queue.plan.doctor, line))
    while len(found) < count and (heads := [one for one in lines if one[1]]):
        own_last = [(other, _joined(state, line[0]), line) for other, line in heads]
        _, _, line = min(own_last, key=lambda head: head[:2])
        found.append(line.pop(0))
    return found


def _serves(room: Room, plan: Any) -> bool:
    if plan.doctor:
        return bool(plan.doctor == room.doctor)
    return room.mode == "ordinary"


def _may_be_called(state: ClinicState, room: Room, key: str, ticket: str) -> bool:
    facts = state.tickets[ticket].facts
    return (
        not facts.at_room
        and facts.doctor in ("", room.doctor)
        and facts.room in ("", key)
        and not is_hidden(state, ticket)
    )


def _joined(state: ClinicState, ticket: str) -> tuple[int, int]:
    facts = state.tickets[ticket].facts
    return facts.joined_at, facts.joined


def note_of(note: dict[str, Any] | None) -> dict[str, Any] | None:
    """迟到 is an absence with a time of arrival, as the desk says it."""
    if note is not None and note["kind"] == "away" and LATE in note.get("reason", ""):
        return {**note, "kind": "late"}
    return note


def missed_guide(recall: Recall) -> dict[str, str]:
    """What who was missed does, and what happens then."""
    match recall.mode:
        case "interleave":
            then = f"每 {recall.every} 位后插 1 位"
            then_en = f"called after every {recall.every}"
        case "slot_end":
            then, then_en = "排到本时段末", "called at the end of the time slot"
        case "half_end":
            then, then_en = "排到最后", "called at the end"
        case _:
            then, then_en = "重新排队", "queued again"
    return {
        "zh": f"过号请到分诊台重新报到，{then}",
        "en": f"Missed? Please check in at the desk again: {then_en}",
    }


def patient(state: ClinicState, key: str, shown: ShownName) -> dict[str, Any] | None:
    """A patient as a card shows them."""
    ticket = state.tickets.get(key)
    if ticket is None or is_hidden(state, key):
        return None
    card: dict[str, Any] = {
        "ticket": key,
        "number": ticket.number,
        "name": shown(state, ticket),
        "state": ticket.state,
        "since": ticket.since,
    }
    if ticket.state in IN_LINE:
        card["joined"] = ticket.facts.joined_at
    if marks := rows.marks(state, ticket):
        card["marks"] = marks
    return card


def room_card(
    state: ClinicState, key: str, shown: ShownName, count: int
) -> dict[str, Any] | None:
    """A room, a seat, a chair or a window with its patients, whole."""
    row = rows.room_row(state, key)
    room = state.rooms.get(key)
    if row is None or room is None:
        return None
    if note := note_of(row.pop("note", None)):
        row["note"] = note
    if kinds := [k for k in (_kind(state, q) for q in row["queues"]) if k]:
        row["kinds"] = list(dict.fromkeys(kinds))
    if room.current is not None and (current := patient(state, room.current, shown)):
        row["current"] = current
    cards = [patient(state, ticket, shown) for ticket in next_in(state, key, count)]
    row["next"] = [card for card in cards if card is not None]
    return row


def _kind(state: ClinicState, queue: str) -> str:
    found = state.queues.get(queue)
    return found.plan.kind if found else ""


def queue_card(
    state: ClinicState, key: str, shown: ShownName, count: int
) -> dict[str, Any] | None:
    """A queue with those who wait in it, in the order in which they are called."""
    row = rows.queue_row(state, key)
    if row is None:
        return None
    line = [t for t in state.queues[key].order if not is_hidden(state, t)]
    row["waiting"] = len(line)
    if count:
        cards = [patient(state, ticket, shown) for ticket in line[:count]]
        row["line"] = [card for card in cards if card is not None]
    elif line:
        row["longest"] = min(_joined(state, ticket)[0] for ticket in line)
    return row
