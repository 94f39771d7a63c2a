"""Leave alone for a while what has failed too often: a HIS that is on its knees does
not get up while everybody asks it again."""

from __future__ import annotations

from collections.abc import Callable

import trio


class Breaker:
    """After ``after`` failures in a row it opens for ``rest_s``, then lets one through
    to look; each further failure doubles the rest, up to ``most_s``."""

    def __init__(
        self,
        after: int,
        rest_s: float,
        most_s: float = 60.0,
        now: Callable[[], float] = trio.current_time,
    ) -> None:
        self._after = after
        self._rest_s = rest_s
        self._most_s = most_s
        self._now = now
        self._failures = 0
        self._until = 0.0
        self._looking = False

    @property
    def is_open(self) -> bool:
        return self._failures >= self._after

    def closed_for_s(self) -> float:
        """0 when this one may ask; else how long to leave it alone. Whoever gets 0
        says ``well`` or ``failed`` afterwards, or ``let_go`` when it never asked."""
        if not self.is_open:
            return 0.0
        left = self._until - self._now()
        if left > 0:
            return left
        if self._looking:
            return self._rest_s
        self._looking = True
        return 0.0

    def well(self) -> None:
        """It answered, be it with no."""
        self._failures = 0
        self._looking = False

    def failed(self) -> None:
        self._failures += 1
        self._looking = False
        if self.is_open:
            doublings = min(self._failures - self._after, 10)
            self._until = self._now() + min(self._rest_s * 2**doublings, self._most_s)

    def let_go(self) -> None:
        """Whoever was let through to look did not find out."""
        self._looking = False
