"""A clinic at one moment, as the walk needs it: who stands where, and who works.

There are no names, cards or numbers in it. Times are milliseconds from the moment.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Table = tuple[float, ...]
"""A distribution as its quantiles, evenly spaced from 0 to 1 and ascending: drawn
from by interpolating, so that nothing need be known of its form."""

Lane = Literal["normal", "returned", "other"]
"""Only normal calls are counted between two returned ones."""


class Pace(msgspec.Struct, frozen=True, gc=False):
    """How one doctor works today. A turn, from the call to the end of the visit, is
    ``exp(level + a draw from Habits.shape)`` ms; ``doubt`` is how sure ``level`` is."""

    level: float
    doubt: float = 0.0
    missed: float = 0.0
    examined: float = 0.0
    """The share of calls nobody answers, and of visits that go on to an examination."""


class Habits(msgspec.Struct, frozen=True):
    """What the doctors of a clinic have in common. ``pause`` is from the end of a
    visit to the next call while somebody waits: it holds the interruptions. ``missed``
    is what a call costs that nobody answers; ``comes_back`` the share of those
    patients who are there again after a draw from ``recall``. ``absence`` is how much
    later than promised a doctor is back, ``start`` than planned the first call is
    made. A returned patient's turn is ``exp(again)`` times a first one's. ``drift`` is
    how far all of them together may be off for a while, ``slower`` what an hour more
    of work adds (logarithms).

    ``rests`` is the share of doctors who take a break that was not announced, alike to
    one of ``breaks``: when, in ms of the day, and how long."""

    shape: Table
    pause: Table
    missed: Table
    examination: Table
    recall: Table
    absence: Table
    start: Table
    comes_back: float = 0.0
    again: float = 0.0
    drift: float = 0.0
    slower: float = 0.0
    rests: float = 0.0
    breaks: tuple[tuple[float, float], ...] = ()


class Chair(msgspec.Struct, frozen=True):
    """A doctor who calls. ``busy`` is how long ago whoever is in there was called;
    without, the chair is free: since ``paused`` ms, or when its doctor is back who
    promised it for ``back``, or begins who is expected at ``starts`` (ms from the
    moment). ``prefers`` has one number a line of
    the floor: a lower one is taken from first, and None is not served. ``line`` is
    the line of who is in there now, who is there ``again`` after an examination.
    ``rested``: this doctor has had today's break."""

    pace: Pace
    prefers: tuple[int | None, ...]
    busy: float | None = None
    line: int | None = None
    again: bool = False
    rested: bool = False
    back: float | None = None
    starts: float | None = None
    paused: float | None = None


class Standing(msgspec.Struct, frozen=True, gc=False):
    """One in a line. ``chairs`` are who may call it, as bits. ``since`` decides between
    the heads of two queues. Who is not here yet is expected at a draw from
    ``arrives`` (ms from the moment); then ``here`` is the chance to come at all.
    ``again``: back from an examination, whatever lane that gives."""

    ticket: str
    chairs: int
    since: float = 0.0
    lane: Lane = "normal"
    arrives: Table = ()
    here: float = 1.0
    again: bool = False


class Returning(msgspec.Struct, frozen=True, gc=False):
    """At an examination since ``gone`` ms, or back at a known time ``due``. Whoever
    serves the line may call them."""

    gone: float = 0.0
    due: float | None = None


class Line(msgspec.Struct, frozen=True):
    """One queue: in the order the rules call it, and who comes back into it.

    After ``first`` normal calls ``back`` returned patients are called, or one after
    each while they outnumber the others, if it ``evens`` out; ``called`` are the
    normal calls since the last returned one. Where ``returns_interleave`` is not
    set, returned patients go behind everybody, and nothing of it matters here.

    ``turns`` are how many calls in a row a chair takes from this line before it goes
    on to the next; 0: the line whose head waits longest is next. Who waits longer
    than ``over`` ms draws the whole line before the others. ``newcomers`` are graver
    emergencies to come: the rank they stand before, and how many in each hour ahead.
    ``arrivals`` are all others who join behind, an hour.
    """

    standing: tuple[Standing, ...]
    returning: tuple[Returning, ...] = ()
    first: int = 2
    back: int = 1
    evens: bool = False
    called: int = 0
    returns_interleave: bool = True
    recalls_interleave: bool = False
    turns: int = 0
    over: float = 0.0
    newcomers: tuple[tuple[int, tuple[float, ...]], ...] = ()
    arrivals: float = 0.0


class Floor(msgspec.Struct, frozen=True):
    """``at`` is the moment, in ms of the day as Habits.breaks has it."""

    chairs: tuple[Chair, ...]
    lines: tuple[Line, ...]
    habits: Habits
    at: float = 0.0
