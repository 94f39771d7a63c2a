"""When something follows by itself, for each of many: the earliest is at hand.

An area has hundreds of announcements in sight when nobody speaks, and is asked after
every commit when it must be woken.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import msgspec

from actors.kernel.times import Millis

_STALE = 64
"""So many more entries than moments, and those that hold no more are let go."""


class Moments(msgspec.Struct):
    """What each waits for, and a heap of it in which those that have changed are left
    until they come up."""

    at: dict[int, Millis] = {}
    heap: list[tuple[Millis, int]] = []

    def put(self, which: int, at: Millis | None) -> None:
        """From now on this one waits for that moment; None: for nothing."""
        if self.at.get(which) == at:
            return
        if at is None:
            del self.at[which]
        else:
            self.at[which] = at
            heappush(self.heap, (at, which))
        self._let_go()

    @property
    def earliest(self) -> Millis | None:
        return self.heap[0][0] if self.heap else None

    def _let_go(self) -> None:
        if len(self.heap) > 2 * len(self.at) + _STALE:
            self.heap = [(at, which) for which, at in self.at.items()]
            heapify(self.heap)
        while self.heap and self.at.get(self.heap[0][1]) != self.heap[0][0]:
            heappop(self.heap)
