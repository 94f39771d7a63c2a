"""The one task that delivers: what audiences have gathered, and errands in between.

It goes round in small portions, so a hall of four thousand screens never keeps the
twenty screens of another clinic waiting, nor the event loop.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

import trio

SENDS_AT_ONCE = 128  # about a millisecond, and half the turns of the loop that 64 took
ERRANDS_AT_ONCE = 8

logger = logging.getLogger(__name__)


class Round(Protocol):
    """Someone with something to deliver to many."""

    def deliver(self, portion: int) -> int:
        """Write to at most `portion` sockets; returns how many were tried."""

    @property
    def dirty(self) -> bool:
        """Whether another call of `deliver` is wanted."""


class Courier:
    def __init__(self) -> None:
        self._rounds: deque[Round] = deque()
        self._errands: deque[Callable[[], None]] = deque()
        self._bell: trio.Event | None = None

    def has_mail(self, one: Round) -> None:
        """To be called once when `one` turns dirty."""
        self._rounds.append(one)
        self._ring()

    def errand(self, errand: Callable[[], None]) -> None:
        """Have something done soon, outside the call that is going on. An errand
        raises nothing."""
        self._errands.append(errand)
        self._ring()

    def _ring(self) -> None:
        if self._bell is not None:
            self._bell.set()
            self._bell = None

    def run_errands(self) -> None:
        """Do all that is waiting to be done, now."""
        while self._errands:
            self._errands.popleft()()

    async def run(self) -> None:
        """Serves until cancelled."""
        rounds, errands = self._rounds, self._errands
        while True:
            if not rounds and not errands:
                self._bell = trio.Event()
                await self._bell.wait()
            # Those that come up meanwhile wait for the next round: an errand may well
            # send itself again.
            for _ in range(min(len(errands), ERRANDS_AT_ONCE)):
                errands.popleft()()
            left = SENDS_AT_ONCE
            while rounds and left > 0:
                one = rounds.popleft()
                left -= one.deliver(left)
                if one.dirty:
                    rounds.append(one)
            await trio.lowlevel.checkpoint()
