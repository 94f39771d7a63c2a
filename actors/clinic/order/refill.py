"""The second stage: who goes to which room's door, so that work is even."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from actors.clinic.order.choice import Choice, draw_for
from actors.clinic.order.facts import QueueFacts, Seat
from actors.clinic.order.reason import Reason
from actors.clinic.settings import Settings
from actors.kernel.times import Millis


class Draw(msgspec.Struct, frozen=True, gc=False):
    """This ticket goes to this room's door, and is counted there as ``lane``."""

    ticket: str
    queue: str
    room: str
    lane: str
    why: tuple[Reason, ...]


def refill(
    seats: Iterable[Seat],
    queues: Mapping[str, QueueFacts],
    settings: Settings,
    now: Millis,
) -> tuple[Draw, ...]:
    """Whom the doors lack, in the order they are drawn: the doctor with the least work
    ahead first. Asked at log-in, at each call, at each check-in. Only where somebody
    is logged in, is not away and calls."""
    stage = settings.second_stage
    if stage.mode != "auto":
        return ()
    open_seats = {
        seat.room: seat
        for seat in seats
        if seat.doctor and not seat.away and seat.calling == "open"
    }
    queues = dict(queues)
    waiting = dict.fromkeys(open_seats, 0)
    for queue in queues.values():
        for who in queue.waiting:
            if who.at_room in waiting:
                waiting[who.at_room] += 1
    draws: list[Draw] = []
    while lacking := [
        seat for room, seat in open_seats.items() if waiting[room] < stage.at_most
    ]:
        seat = min(lacking, key=lambda seat: _work(seat, waiting[seat.room]))
        choice = draw_for(seat, queues, settings, now)
        if choice is None:
            del open_seats[seat.room]
            continue
        room = seat.room
        draws.append(Draw(choice.ticket, choice.queue, room, choice.lane, choice.why))
        waiting[room] += 1
        open_seats[room] = took(seat, choice.queue)
        queues[choice.queue] = _at_door(queues[choice.queue], choice, seat)
    return tuple(draws)


def took(seat: Seat, queue: str) -> Seat:
    """After it has taken somebody from this queue."""
    in_a_row = seat.in_a_row + 1 if queue == seat.last_queue else 1
    return replace(seat, last_queue=queue, in_a_row=in_a_row)


def _work(seat: Seat, at_door: int) -> tuple[int, int, str]:
    """What is ahead of it; then who has served fewer; then by the door's name. Where
    no pace is known, a consultation counts alike for all."""
    ahead = at_door + seat.busy
    return ahead * (seat.pace_ms or 600_000), seat.served, seat.room


def _at_door(queue: QueueFacts, choice: Choice, seat: Seat) -> QueueFacts:
    counters, _ = queue.counters.count(choice.lane, seat.doctor)
    last = max((who.at_room_seq for who in queue.waiting), default=0)
    waiting = tuple(
        replace(who, at_room=seat.room, at_room_seq=last + 1)
        if who.ticket == choice.ticket
        else who
        for who in queue.waiting
    )
    return replace(queue, counters=counters, waiting=waiting)
