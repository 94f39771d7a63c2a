"""Times as people write them: 08:05, 08:05:30, 24:10 (past midnight), +2m, 90s."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from actors.kernel.times import Millis

ZONE = timezone(timedelta(hours=8))
"""A story's clock hangs in China, wherever it is run."""

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?\Z")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|毫秒|s|秒|min|m|分钟|分|h|小时|d|天)")
_UNIT: dict[str, int] = {
    "ms": 1,
    "毫秒": 1,
    "s": 1000,
    "秒": 1000,
    "min": 60_000,
    "m": 60_000,
    "分钟": 60_000,
    "分": 60_000,
    "h": 3_600_000,
    "小时": 3_600_000,
    "d": 86_400_000,
    "天": 86_400_000,
}


def midnight(day: str) -> Millis:
    """When this day begins. Raises ValueError for what is no day."""
    begins = datetime.combine(date.fromisoformat(day), time(), ZONE)
    return round(begins.timestamp() * 1000)


def read_clock(text: object, begins: Millis) -> Millis | None:
    """A time of the day that began at ``begins``; None for what is no such time.
    Hours from 24 on are in the day after."""
    if isinstance(text, time):
        text = text.isoformat("seconds")
    found = _CLOCK.match(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 47 or minutes > 59 or seconds > 59:
        return None
    return begins + ((hours * 60 + minutes) * 60 + seconds) * 1000


def read_span(text: object) -> Millis | None:
    """``2m``, ``1h30m``, ``90 秒``; None for what is no such length."""
    if not isinstance(text, str) or not text.strip():
        return None
    rest, total = text.strip(), 0.0
    while rest:
        found = _PART.match(rest)
        if found is None:
            return None
        total += float(found[1]) * _UNIT[found[2]]
        rest = rest[found.end() :].lstrip()
    return round(total)


def say_clock(at: Millis, begins: Millis) -> str:
    """``08:05``, with seconds only when there are some."""
    seconds = (at - begins) // 1000
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text if seconds % 60 == 0 else f"{text}:{seconds % 60:02}"
