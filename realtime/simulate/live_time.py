"""The simulated day's time, beside a server that has its own."""

from __future__ import annotations

import math

import trio

from actors.kernel.times import Millis, WallClock
from realtime.simulate.days import Ms


class Clock:
    """The simulated day's time: ``speed`` of its seconds pass in each real one."""

    def __init__(self, starts: Ms, speed: float) -> None:
        self.speed = speed
        self._starts = starts
        self._since = trio.current_time()
        self._wall = WallClock().now()

    def now(self) -> Ms:
        return self._starts + round(
            (trio.current_time() - self._since) * 1000 * self.speed
        )

    async def until(self, at: Ms) -> None:
        await trio.sleep_until(self.moment(at))

    def on_the_wall(self, at: Ms) -> Millis:
        """When it is so late by the clock that the server goes by."""
        return self._wall + round((at - self._starts) / self.speed)

    def moment(self, at: Ms) -> float:
        """In trio's time; just after, so that it is past when it has come."""
        return self._since + (at - self._starts + 1) / 1000 / self.speed


class LiveBell:
    """See world.Bell."""

    __slots__ = ("_clock", "_event")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = trio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, until: Ms | None = None) -> bool:
        ends = math.inf if until is None else self._clock.moment(until)
        with trio.move_on_at(ends):
            await self._event.wait()
        rung = self._event.is_set()
        if rung:
            self._event = trio.Event()
        return rung
