"""A clinic walked forward as it is lived: the rules are asked before every call.

Slow and exact, for days in which every turn takes what it takes. What the forecast
does for hundreds of days at once is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from actors.clinic.order.choice import next_for
from actors.clinic.order.facts import QueueFacts, Seat, Waiting
from actors.clinic.settings import Settings


class Return:
    """Back from an examination at ``at``, ms from the moment."""

    def __init__(self, at: int, queue: str, who: Waiting) -> None:
        self.at = at
        self.queue = queue
        self.who = who


def walk(
    seats: Sequence[Seat],
    turns: Sequence[int],
    queues: Mapping[str, QueueFacts],
    settings: Settings,
    now: int,
    returns: Sequence[Return] = (),
) -> dict[str, int]:
    """When each is called, ms from the moment; ``turns`` is how long each seat takes.
    All seats are free at the moment."""
    lines = dict(queues)
    free = [0] * len(seats)
    called: dict[str, int] = {}
    to_come = sorted(returns, key=lambda one: one.at)
    joined = 1 << 20
    while any(line.waiting for line in lines.values()) or to_come:
        at = min(free)
        while to_come and to_come[0].at <= at:
            one = to_come.pop(0)
            line = lines[one.queue]
            joined += 1
            who = replace(
                one.who,
                origin="return",
                joined=joined,
                joined_at=now + one.at,
                calls=line.counters.calls,
            )
            lines[one.queue] = replace(line, waiting=(*line.waiting, who), memo=None)
        place = free.index(at)
        seat = seats[place]
        choice = next_for(seat, lines, settings, now + at)
        if choice is None:
            later = [one.at for one in to_come]
            if not later:
                free[place] = 1 << 40
                if min(free) >= 1 << 40:
                    break
                continue
            free[place] = max(at + 1, min(later))
            continue
        line = lines[choice.queue]
        counters, _ = line.counters.count(choice.lane, seat.doctor)
        waiting = tuple(who for who in line.waiting if who.ticket != choice.ticket)
        lines[choice.queue] = replace(
            line, waiting=waiting, counters=counters, memo=None
        )
        called[choice.ticket] = at
        free[place] = at + turns[place]
    return called
