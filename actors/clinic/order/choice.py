"""Who is next for one seat, and why: of the queues it serves, the head it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from actors.clinic.order.facts import QueueFacts, Seat, Waiting
from actors.clinic.order.line import in_order
from actors.clinic.order.places import AT_ROOM, EMERGENCY, PROTECTED, Places, Spot
from actors.clinic.order.reason import Reason
from actors.clinic.order.why import Reasons
from actors.clinic.settings import Cross, Settings
from actors.kernel.times import Millis


class Choice(msgspec.Struct, frozen=True, gc=False):
    """``why`` says first why this queue, then why this ticket. ``lane`` is what the
    call counts as; who was at the room has been counted when drawn there."""

    ticket: str
    queue: str
    lane: str
    why: tuple[Reason, ...]


class Head(NamedTuple):
    """The first of a queue that a seat may take."""

    queue: QueueFacts
    places: Places
    spot: Spot
    who: Waiting
    waits_since: Millis


def next_for(
    seat: Seat, queues: Mapping[str, QueueFacts], settings: Settings, now: Millis
) -> Choice | None:
    """Whom this seat calls now. Who waits at its door goes first, unless by emergency;
    in the manual second stage nobody else does. None: nobody it may call."""
    if seat.calling == "frozen":
        return None
    door = _at_door(seat, queues, settings)
    if settings.second_stage.mode == "manual" and door is None:
        return None
    if door is not None and door.spot.section == EMERGENCY:
        # at the door too the graver level goes first
        line = _urgent(_heads(seat, queues, settings))
        best = door if line is None or door.spot.key <= line.spot.key else line
        return _chosen(best, settings, None)
    if door is not None:
        heads = _heads(seat, queues, settings)
        moved = _moved_before(door, heads)
        return _chosen(_urgent(heads) or moved or door, settings, None)
    return draw_for(seat, queues, settings, now)


def draw_for(
    seat: Seat, queues: Mapping[str, QueueFacts], settings: Settings, now: Millis
) -> Choice | None:
    """Whom this seat takes from the lines, whoever waits at its door."""
    heads = _heads(seat, queues, settings)
    if not heads:
        return None
    if (urgent := _urgent(heads)) is not None:
        return _chosen(urgent, settings, None)
    waited = [head for head in heads if head.spot.section == PROTECTED]
    waited = [head for head in waited if head.who.overdue]
    if waited:
        first = min(waited, key=lambda head: (head.who.joined_at, head.who.joined))
        return _chosen(first, settings, None)
    if len(heads) == 1:
        return _chosen(heads[0], settings, None)
    head, across = _across(seat, heads, settings.cross, now)
    return _chosen(head, settings, across)


def may_take(seat: Seat, queue: QueueFacts, who: Waiting, settings: Settings) -> bool:
    """May this seat call this ticket when its turn comes?"""
    return takes(seat, queue, who, Places(queue, settings))


def takes(seat: Seat, queue: QueueFacts, who: Waiting, places: Places) -> bool:
    """As ``may_take``, where the queue's rules are made ready already."""
    if "frozen" in (seat.calling, queue.calling):
        return False
    if who.at_room:
        return who.at_room == seat.room
    if not serves(seat, queue) or not _allowed(seat, who):
        return False
    if who.half in seat.not_halves:
        return False
    level = places.level(who)
    if level and seat.levels and level not in seat.levels:
        return False
    stopped = "stopped" in (seat.calling, queue.calling)
    return not stopped or who.origin == "return"


def serves(seat: Seat, queue: QueueFacts) -> bool:
    """An ordinary log-in serves ordinary queues and this doctor's own; an expert one
    only the latter."""
    if queue.key not in seat.queues:
        return False
    if queue.doctor:
        return queue.doctor == seat.doctor
    return seat.mode == "ordinary"


def _allowed(seat: Seat, who: Waiting) -> bool:
    """Is it pinned to nobody else?"""
    if who.doctor and who.doctor != seat.doctor:
        return False
    return not who.room or who.room == seat.room


def _at_door(
    seat: Seat, queues: Mapping[str, QueueFacts], settings: Settings
) -> Head | None:
    """The first at this seat's door, from whatever queue, ticked or not: whoever was
    sent here is not forgotten."""
    found: list[Head] = []
    for queue in queues.values():
        if queue.calling == "frozen":
            continue
        here = [who for who in queue.waiting if who.at_room == seat.room]
        if here:
            found.append(_head(queue, settings, here, seat.doctor))
    return min(found, key=_by_place, default=None)


def _heads(
    seat: Seat, queues: Mapping[str, QueueFacts], settings: Settings
) -> list[Head]:
    """The first of each queue, in the order the seat serves them."""
    found: list[Head] = []
    for key in seat.queues:
        queue = queues.get(key)
        if queue is None or queue.calling == "frozen" or not serves(seat, queue):
            continue
        eligible = _eligible(seat, queue, settings)
        if eligible:
            found.append(_head(queue, settings, eligible, seat.doctor))
    return found


def _eligible(seat: Seat, queue: QueueFacts, settings: Settings) -> list[Waiting]:
    doctor, room = seat.doctor, seat.room
    found = [
        who
        for who in queue.waiting
        if not who.at_room
        and (not who.doctor or who.doctor == doctor)
        and (not who.room or who.room == room)
        and who.half not in seat.not_halves
    ]
    if "stopped" in (seat.calling, queue.calling):
        found = [who for who in found if who.origin == "return"]
    if seat.levels:
        level = Places(queue, settings).level
        found = [who for who in found if level(who) in (0, *seat.levels)]
    return found


def _head(
    queue: QueueFacts, settings: Settings, waiting: Iterable[Waiting], doctor: str
) -> Head:
    waiting = tuple(waiting)
    places = Places(queue, settings)
    _, spot, who = next(in_order(queue, settings, places, waiting, doctor))
    return Head(queue, places, spot, who, min(one.joined_at for one in waiting))


def _urgent(heads: list[Head]) -> Head | None:
    """An emergency goes before everybody, from whichever queue."""
    urgent = [head for head in heads if head.spot.section == EMERGENCY]
    return min(urgent, key=_by_place, default=None)


def _moved_before(door: Head, heads: list[Head]) -> Head | None:
    """Whom a nurse has put before the first at the door."""
    moved = [head for head in heads if head.spot.section == AT_ROOM]
    first = min(moved, key=_by_place, default=None)
    if first is None or _by_place(first) > _by_place(door):
        return None
    return first


def _by_place(head: Head) -> tuple[int, tuple[int | str, ...]]:
    return head.spot.section, head.spot.key


def _across(
    seat: Seat, heads: list[Head], cross: Cross, now: Millis
) -> tuple[Head, Reason]:
    """From which of several queues, and why from this one."""
    by_key = {head.queue.key: head for head in heads}
    for rule in cross.rules:
        head = by_key.get(rule.queue)
        if head is not None and now - head.waits_since > rule.over_ms:
            minutes = rule.over_ms // 60_000
            args: dict[str, str | int] = {"queue": rule.queue, "minutes": minutes}
            return head, Reason("queue_waits_long", args)
    if cross.own_expert_first:
        for head in heads:
            if head.queue.doctor:
                return head, Reason("own_expert_first", {"queue": head.queue.key})
    match cross.mode:
        case "listed":
            return heads[0], Reason("queue_listed", {"queue": heads[0].queue.key})
        case "in_turn":
            head = _in_turn(seat, by_key, cross)
            return head, Reason("queue_in_turn", {"queue": head.queue.key})
        case _:
            # min keeps the queue named first of two that have waited alike
            head = min(heads, key=lambda head: head.who.joined_at)
            return head, Reason("queue_waits_longest", {"queue": head.queue.key})


def _in_turn(seat: Seat, by_key: Mapping[str, Head], cross: Cross) -> Head:
    """The queue it called from last until its share is taken, then the next one that
    has somebody, round and round."""
    last = seat.last_queue
    if last in by_key and seat.in_a_row < cross.turns.get(last, 1):
        return by_key[last]
    start = seat.queues.index(last) + 1 if last in seat.queues else 0
    around = seat.queues[start:] + seat.queues[:start]
    return next(by_key[key] for key in around if key in by_key)


def _chosen(head: Head, settings: Settings, across: Reason | None) -> Choice:
    why = Reasons(head.places, settings).of(head.who, head.spot)
    if across is not None:
        why = (across, *why)
    return Choice(head.who.ticket, head.queue.key, head.spot.lane, why)
