"""Time that passes when everybody waits: coroutines on a heap of moments.

What runs here awaits nothing but `until` and its bells. Two moments alike come in the
order in which they were asked for, so a run is the same each time.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Coroutine, Generator
from heapq import heappop, heappush
from typing import Any

from realtime.simulate.days import Ms


@types.coroutine
def _park() -> Generator[None, bool, bool]:
    return (yield)


class _Task:
    __slots__ = ("coroutine", "turn")

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.coroutine = coroutine
        self.turn = 0


class VirtualTime:
    """A scheduler of its own: no threads, no sockets, no trio."""

    def __init__(self, now: Ms = 0) -> None:
        self._now = now
        self._count = 0
        self._moments: list[tuple[Ms, int, _Task, int]] = []
        self._ready: deque[tuple[_Task, int, bool | None]] = deque()
        self._current: _Task | None = None

    def now(self) -> Ms:
        return self._now

    def start_soon(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._ready.append((_Task(coroutine), 0, None))

    async def until(self, at: Ms) -> None:
        """At once when ``at`` is past."""
        if at > self._now:
            self.at(at)
            await _park()

    def bell(self) -> VirtualBell:
        return VirtualBell(self)

    def run(self, until: Ms | None = None) -> None:
        """Until nothing is left to happen, or the clock says ``until``. An error in
        one coroutine ends the run: there is nobody it could be hidden from."""
        while True:
            while self._ready:
                task, turn, rung = self._ready.popleft()
                if task.turn == turn:
                    self._step(task, rung)
            if not self._moments or (until is not None and self._moments[0][0] > until):
                return
            at, _, task, turn = heappop(self._moments)
            if task.turn == turn:
                self._now = at
                self._step(task, False)

    def close(self) -> None:
        """Let go of whoever still waits."""
        for _, _, task, _ in self._moments:
            task.coroutine.close()
        self._moments.clear()

    # for the bells

    def at(self, at: Ms) -> None:
        """The task that runs now goes on at this moment, unless it went on before."""
        task = self._running()
        self._count += 1
        heappush(self._moments, (at, self._count, task, task.turn))

    def ring(self, task: _Task, turn: int) -> None:
        self._ready.append((task, turn, True))

    def _running(self) -> _Task:
        assert self._current is not None, "awaited from outside"
        return self._current

    def _step(self, task: _Task, rung: bool | None) -> None:
        before, self._current = self._current, task
        task.turn += 1
        try:
            task.coroutine.send(rung)
        except StopIteration:
            task.turn = -1
        finally:
            self._current = before


class VirtualBell:
    """See world.Bell."""

    __slots__ = ("_rung", "_time", "_waiter")

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._rung = False
        self._waiter: tuple[_Task, int] | None = None

    def ring(self) -> None:
        if self._waiter is None:
            self._rung = True
        else:
            waiter, self._waiter = self._waiter, None
            self._time.ring(*waiter)

    async def wait(self, until: Ms | None = None) -> bool:
        if self._rung:
            self._rung = False
            return True
        if until is not None:
            if until <= self._time.now():
                return False
            self._time.at(until)
        task = self._time._running()
        self._waiter = (task, task.turn)
        rung = await _park()
        self._waiter = None
        return rung
