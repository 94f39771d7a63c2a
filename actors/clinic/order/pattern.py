"""The one pattern of a queue: its stream, and the lanes interleaved with it.

A lane is due when so many normal calls were made since its head joined and since the
lane was last called. Empty lanes are skipped; with no normal patient waiting the next
lane goes at once. Of two that are due, the one that has been due longer goes first,
then in the order the lanes are given in.
"""

from __future__ import annotations

from collections.abc import Iterator

from actors.clinic.order.counting import NORMAL, Counters, normal_up_to
from actors.clinic.order.facts import Waiting
from actors.clinic.order.places import Spot

Placed = tuple[Spot, Waiting]


class Lane:
    """An interleaved lane while a line is drawn: ``back`` calls after ``every`` normal
    ones; ``evens``: after each one, as long as it outnumbers the normal ones."""

    __slots__ = (
        "_at",
        "_back",
        "_bases",
        "_called",
        "_every",
        "_items",
        "_normal",
        "evens",
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
        """``items`` in order; ``doctor`` when only this one's calls count."""
        normal = counters.of(NORMAL, doctor)
        self._items = items
        self._bases = [normal_up_to(normal, spot.calls) for spot, _ in items]
        self._normal = len(normal)
        self._called = [
            normal_up_to(normal, ordinal) for ordinal in counters.of(name, doctor)
        ]
        self._every = every
        self._back = back
        self.evens = evens
        self._at = 0

    def left(self) -> int:
        return len(self._items) - self._at

    def due(self, normal_left: int) -> int:
        """After how many normal calls, counted from the line's beginning."""
        every = self._every
        if self.evens and every > 1 and self.left() > normal_left:
            every = 1
        base = self._bases[self._at]
        if len(self._called) >= self._back:
            base = max(base, self._called[-self._back])
        return base + every - self._normal

    def take(self, called: int) -> Placed:
        item = self._items[self._at]
        self._at += 1
        self._called.append(self._normal + called)
        return item


def merged(stream: list[Placed], lanes: list[Lane]) -> Iterator[Placed]:
    """Everybody of the stream and of the lanes, each once."""
    normal_left = sum(spot.lane == NORMAL for spot, _ in stream)
    called = 0
    at = 0
    while lanes := [lane for lane in lanes if lane.left()]:
        due, chosen = min(
            ((lane.due(normal_left), i) for i, lane in enumerate(lanes)),
        )
        if due <= called or normal_left == 0:
            yield lanes[chosen].take(called)
            continue
        # nothing changes before the lane is due, or the returns outnumber
        stop = min(due - called, _steps_until_even(lanes, normal_left))
        while stop:
            placed = stream[at]
            at += 1
            if placed[0].lane == NORMAL:
                stop -= 1
                called += 1
                normal_left -= 1
            yield placed
    yield from stream[at:]


def _steps_until_even(lanes: list[Lane], normal_left: int) -> int:
    """How many normal calls until a lane that evens out outnumbers the rest."""
    steps = normal_left
    for lane in lanes:
        if lane.evens and (more := normal_left - lane.left() + 1) > 0:
            steps = min(steps, more)
    return steps
