"""The one pattern of a queue: its stream, and the lanes interleaved with it.

A lane is due when so many normal calls were made since its head joined and since the
lane was last called. Empty lanes are skipped. Of two that are due, the one that has
been due longer goes first, then the one that was called longer ago, then in the order
the lanes are given in. With no normal patient waiting, and none due, they take turns:
the one called longest ago at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from actors.clinic.order.counting import NORMAL, Counters, normal_up_to
from actors.clinic.order.facts import Waiting
from actors.clinic.order.places import Key, Spot

Placed: TypeAlias = tuple[Key, Spot, Waiting]


class Lane:
    """An interleaved lane while a line is drawn: ``back`` calls after ``every`` normal
    ones; ``evens``: after each one, as long as it outnumbers the normal ones."""

    __slots__ = (
        "_at",
        "_back",
        "_called",
        "_items",
        "_normal",
        "evens",
        "every",
        "last",
        "left",
        "since",
    )

    def __init__(
        self,
        name: str,
        items: list[Placed],
        counters: Counters,
        *,
        every: int,
        back: int = 1,
        evens: bool = False,
        doctor: str = "",
    ) -> None:
        """``items`` in order, at least one; ``doctor`` when only this one's calls
        count."""
        self.every = every
        self.evens = evens and every > 1
        self.left = len(items)
        self._at = 0
        self._items = items
        self._back = back
        self._normal = counters.of(NORMAL, doctor)
        self._called = [
            self._normal_since(ordinal) for ordinal in counters.of(name, doctor)[-back:]
        ]
        self.last = max(counters.of(name, doctor), default=0)
        """When it was called last: an ordinal, those of the line after all others."""
        self.since = self._since()
        """The normal call its interval counts from; those of the line are 1, 2, …"""

    def due(self, normal_left: int) -> int:
        """After how many normal calls, counted from the line's beginning."""
        evened = self.evens and self.left > normal_left
        return self.since + (1 if evened else self.every)

    def take(self, called: int, ordinal: int) -> Placed:
        item = self._items[self._at]
        self._at += 1
        self.left -= 1
        self._called.append(called)
        self.last = ordinal
        if self.left:
            self.since = self._since()
        return item

    def _since(self) -> int:
        since = self._normal_since(self._items[self._at][1].calls)
        if len(self._called) >= self._back:
            return max(since, self._called[-self._back])
        return since

    def _normal_since(self, ordinal: int) -> int:
        """Where a call of the past stands before the line's beginning: 0 when no normal
        one came after it, -1 when one did."""
        return normal_up_to(self._normal, ordinal) - len(self._normal)


def merged(
    stream: list[Placed], lanes: list[Lane], counters: Counters
) -> Iterator[Placed]:
    """Everybody of the stream and of the lanes, each once."""
    normal_left = sum(spot.lane == NORMAL for _, spot, _ in stream)
    called = 0
    ordinal = counters.calls
    at = 0
    while lanes:
        first = lanes[0]
        due = first.due(normal_left)
        for lane in lanes[1:]:
            other = lane.due(normal_left)
            if other < due or (other == due and lane.last < first.last):
                first, due = lane, other
        if due > called and normal_left == 0:
            first = min(lanes, key=lambda lane: (lane.last, lane.due(0)))
            due = called
        if due <= called:
            ordinal += 1
            yield first.take(called, ordinal)
            if not first.left:
                lanes.remove(first)
            continue
        # nothing changes before the lane is due, or the returns outnumber
        stop = min(due - called, _steps_until_even(lanes, normal_left))
        while stop:
            placed = stream[at]
            at += 1
            if placed[1].lane == NORMAL:
                stop -= 1
                called += 1
                normal_left -= 1
            yield placed
    yield from stream[at:]


def _steps_until_even(lanes: list[Lane], normal_left: int) -> int:
    """How many normal calls until a lane that evens out outnumbers the rest."""
    steps = normal_left
    for lane in lanes:
        if lane.evens and (more := normal_left - lane.left + 1) > 0:
            steps = min(steps, more)
    return steps
