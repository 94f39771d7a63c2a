"""Times are integer milliseconds since 1970 UTC; days are the hospital's own."""

from __future__ import annotations

import time
from datetime import datetime, tzinfo
from typing import Protocol

Millis = int


class Clock(Protocol):
    """Where ``now`` comes from; rules never ask a clock themselves."""

    def now(self) -> Millis: ...


class WallClock:
    """The machine's clock. It may jump; streams do not (see runtime)."""

    def now(self) -> Millis:
        return time.time_ns() // 1_000_000


def day_of(at: Millis, zone: tzinfo) -> str:
    """The hospital's day, e.g. ``2026-11-23``."""
    return datetime.fromtimestamp(at / 1000, zone).date().isoformat()


def iso(at: Millis, zone: tzinfo) -> str:
    """``2026-11-23T09:42:00.123+08:00``."""
    return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="milliseconds")
