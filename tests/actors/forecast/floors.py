"""Floors for tests: lines and chairs said in minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

from actors.forecast.floor import (
    Chair,
    Floor,
    Habits,
    Line,
    Pace,
    Returning,
    Standing,
    Table,
)

MINUTE = 60_000.0


def quantiles(inverse: Callable[[float], float], count: int = 400) -> Table:
    """A distribution as a table, by its inverse."""
    return tuple(inverse((step + 0.5) / count) for step in range(count))


def exactly(value: float) -> Table:
    return (value, value)


EXACT = Habits(
    shape=exactly(0.0),
    pause=exactly(0.0),
    missed=exactly(MINUTE),
    examination=exactly(60 * MINUTE),
    recall=exactly(10 * MINUTE),
    absence=exactly(0.0),
    start=exactly(0.0),
)


def pace(
    minutes: float, doubt: float = 0.0, missed: float = 0.0, examined: float = 0.0
) -> Pace:
    return Pace(log(minutes * MINUTE), doubt, missed, examined)


def chair(
    minutes: float,
    *,
    busy: float | None = None,
    back: float | None = None,
    prefers: Sequence[int | None] = (0,),
    examined: float = 0.0,
    missed: float = 0.0,
) -> Chair:
    return Chair(
        pace(minutes, missed=missed, examined=examined),
        tuple(prefers),
        busy=None if busy is None else busy * MINUTE,
        line=0,
        back=None if back is None else back * MINUTE,
    )


def line(
    count: int,
    *,
    chairs: int = 1,
    name: str = "t",
    returning: Sequence[Returning] = (),
    first: int = 2,
) -> Line:
    standing = (
        Standing(f"{name}{place}", chairs, since=float(place)) for place in range(count)
    )
    return Line(tuple(standing), tuple(returning), first)


def floor(
    chairs: Sequence[Chair], lines: Sequence[Line], habits: Habits = EXACT
) -> Floor:
    return Floor(tuple(chairs), tuple(lines), habits)
