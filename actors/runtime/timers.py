"""Wake-ups: one task sleeps for the earliest.

``wake_at`` of a state is written with each commit, so that start-up finds what is
overdue. Time is the wall's and may jump: the task looks at it at least every second.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable

import trio

from actors.kernel.times import Clock, Millis

log = logging.getLogger("houzhen.actors")

_LOOK_S = 1.0


class Timers:
    """``fire`` is called on the loop with a stream and the time it had named. It
    stays set until the stream's next commit names another time or none; a stream
    whose command did not get through is woken again after ``retry_ms``."""

    def __init__(
        self,
        clock: Clock,
        fire: Callable[[str, Millis], None],
        retry_ms: int = 5_000,
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._retry_ms = retry_ms
        self._due: dict[str, Millis] = {}
        self._heap: list[tuple[Millis, Millis, str]] = []
        self._changed = trio.Event()

    def set(self, stream: str, at: Millis | None) -> None:
        if at is None:
            self._due.pop(stream, None)
            return
        self._due[stream] = at
        heapq.heappush(self._heap, (at, at, stream))
        if self._heap[0][2] == stream:
            self._changed.set()

    def __len__(self) -> int:
        return len(self._due)

    def fire_due(self) -> int:
        """Fire what is due; how many there were."""
        now = self._clock.now()
        fired = 0
        while self._heap and self._heap[0][0] <= now:
            _, due, stream = heapq.heappop(self._heap)
            if self._due.get(stream) != due:
                continue  # it was set anew meanwhile
            heapq.heappush(self._heap, (now + self._retry_ms, due, stream))
            fired += 1
            self._fire(stream, due)
        return fired

    async def run(self) -> None:
        while True:
            self.fire_due()
            self._changed = trio.Event()
            wait = _LOOK_S
            if self._heap:
                wait = min(wait, max(0.0, (self._heap[0][0] - self._clock.now()) / 1e3))
            with trio.move_on_after(wait):
                await self._changed.wait()
