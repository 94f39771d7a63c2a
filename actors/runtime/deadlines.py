"""Deadlines of asks, swept by one task.

A cancel scope per ask costs more than the ask. Deadlines are rounded up to a
twentieth of a second, and whoever is past it is told that nobody answered in time.
"""

from __future__ import annotations

import math

import trio

from actors.kernel.errors import DeadlinePassed
from actors.runtime.mail import Mail

_TICK = 0.05


class Deadlines:
    def __init__(self) -> None:
        self._ticks: dict[int, list[Mail]] = {}
        self._earlier = trio.Event()
        self._next = math.inf
        self.passed = 0

    def watch(self, mail: Mail, deadline: float) -> None:
        """``deadline`` in trio's time."""
        tick = math.ceil(deadline / _TICK)
        mails = self._ticks.get(tick)
        if mails is None:
            self._ticks[tick] = [mail]
            if tick < self._next:
                self._next = tick
                self._earlier.set()
        else:
            mails.append(mail)

    async def run(self) -> None:
        while True:
            if not self._ticks:
                self._next = math.inf
                self._earlier = trio.Event()
                await self._earlier.wait()
                continue
            self._next = min(self._ticks)
            self._earlier = trio.Event()
            with trio.move_on_at(self._next * _TICK):
                await self._earlier.wait()
                continue
            for mail in self._ticks.pop(self._next, ()):
                if not mail.settled:
                    self.passed += 1
                    mail.settle(DeadlinePassed())
