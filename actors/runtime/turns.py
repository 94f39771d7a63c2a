"""Turns: whoever has mail gets one, a few commands at a time.

One task goes round. A task for each actor with mail would cost more than many a command
does, to begin and to end, and a hundred that begin together would keep the loop from
everybody else.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

import trio

# between two checkpoints: a burst never holds the loop for long
_AT_ONCE = 32
_EACH = 16


class Busy(Protocol):
    """Somebody with mail."""

    def work(self, most: int) -> int:
        """Take at most so many errands; returns how many there were."""

    @property
    def has_mail(self) -> bool: ...


class Turns:
    def __init__(self) -> None:
        self._waiting: deque[Busy] = deque()
        self._bell: trio.Event | None = None

    def give(self, one: Busy) -> None:
        """To be called once when ``one`` has got mail."""
        self._waiting.append(one)
        if self._bell is not None:
            self._bell.set()
            self._bell = None

    async def run(self) -> None:
        """Until cancelled. Raises what an errand raises: the house is wrong then."""
        waiting = self._waiting
        while True:
            if not waiting:
                self._bell = trio.Event()
                await self._bell.wait()
            left = _AT_ONCE
            while waiting and left > 0:
                one = waiting.popleft()
                left -= max(1, one.work(min(left, _EACH)))
                if one.has_mail:
                    waiting.append(one)
            await trio.lowlevel.checkpoint()
