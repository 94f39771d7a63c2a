"""When inspection rounds are. Pure.

A round is named by its day and its name, ``2026-11-23/morning``. It is open from its
beginning until the next one begins, so that the late one is kept, too, and said late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

import msgspec

from actors.floor.settings import FloorSettings, RoundTimes
from actors.kernel.times import Millis

CAUGHT_UP_DAYS = 2
"""After a longer standstill nobody is told what was missed on days long gone."""


class Open(msgspec.Struct, frozen=True, gc=False):
    key: str
    begins: Millis
    due: Millis


def open_at(settings: FloorSettings, zone: tzinfo, now: Millis) -> Open | None:
    """The round that is under way; the last of yesterday in the early morning."""
    today = _day(now, zone)
    begun = [
        one
        for day in (today - timedelta(days=1), today)
        for one in rounds_of(settings, zone, day)
        if one.begins <= now
    ]
    return max(begun, key=lambda one: one.begins, default=None)


def due_after(settings: FloorSettings, zone: tzinfo, after: Millis) -> Open | None:
    """The next round that falls due after this moment."""
    first = _day(after, zone)
    found = [
        one
        for plus in (0, 1)
        for one in rounds_of(settings, zone, first + timedelta(days=plus))
        if one.due > after
    ]
    return min(found, key=lambda one: one.due, default=None)


def due_until(
    settings: FloorSettings, zone: tzinfo, after: Millis, now: Millis
) -> Iterator[Open]:
    """Those that fell due since ``after``, in order."""
    after = max(after, now - CAUGHT_UP_DAYS * 86_400_000)
    while (one := due_after(settings, zone, after)) is not None and one.due <= now:
        yield one
        after = one.due


def rounds_of(settings: FloorSettings, zone: tzinfo, day: date) -> list[Open]:
    return [
        Open(
            f"{day.isoformat()}/{name}",
            _at(day, times.begins, zone),
            _at(day, times.due, zone),
        )
        for name, times in settings.rounds.items()
    ]


def wrong_times(rounds: Iterable[RoundTimes]) -> bool:
    """Whether a round is due before it begins, or two overlap."""
    spans = sorted((one.begins, one.due) for one in rounds)
    flat = [moment for span in spans for moment in span]
    return any(a >= b for a, b in pairwise(flat))


def is_quiet(settings: FloorSettings, zone: tzinfo, now: Millis) -> bool:
    """Whether machines may be off at this hour."""
    begins, ends = settings.quiet_from, settings.quiet_to
    clock = datetime.fromtimestamp(now / 1000, zone).strftime("%H:%M")
    if begins <= ends:
        return begins <= clock < ends
    return clock >= begins or clock < ends


def _day(at: Millis, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at / 1000, zone).date()


def _at(day: date, clock: str, zone: tzinfo) -> Millis:
    moment = datetime.combine(day, time.fromisoformat(clock), zone)
    return int(moment.timestamp() * 1000)
