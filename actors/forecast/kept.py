"""What is kept of doctors, clinics and the hospital, and what is assumed before.

Everything here rests in the worker's file: fields are added with defaults.
"""

from __future__ import annotations

from math import exp, inf, log
from statistics import NormalDist

import msgspec

from actors.kernel.times import Millis

MINUTE = 60_000.0
HOUR = 3_600_000

# What is assumed where a hospital has seen nothing better.
TURN_MS = 8 * MINUTE
SPREAD = 0.55
"""Of a turn, around its doctor's level (logarithms)."""

FADING = 0.8
"""What a day before counts, of the day after it."""
LATELY = 25.0
"""So many turns are how somebody works today: as of late, not as of dawn."""
_RATES_FADE = 0.97
_REMEMBERED = 2_000.0


class Seen(msgspec.Struct):
    """``count`` logarithms and their mean."""

    count: float = 0.0
    mean: float = 0.0

    def add(self, value: float, weight: float = 1.0, most: float = inf) -> None:
        """``most``: what was seen before so many is forgotten, bit by bit."""
        self.count = min(self.count + weight, most)
        self.mean += (value - self.mean) * weight / self.count


class Slope(msgspec.Struct):
    """Means of one doctor's day: turns get longer, or shorter, with the hours."""

    count: float = 0.0
    hours: float = 0.0
    logs: float = 0.0
    lately: float = 0.0
    """The mean hour of what Doctor.today is of."""

    def add(self, hours: float, value: float) -> tuple[float, float]:
        """What it adds to the covariance, and to the variance of the hours."""
        self.count += 1
        off = hours - self.hours
        self.hours += off / self.count
        self.logs += (value - self.logs) / self.count
        self.lately += (hours - self.lately) / min(self.count, LATELY)
        return off * (value - self.logs), off * (hours - self.hours)


class Doctor(msgspec.Struct):
    """``past`` fades by the day; ``days`` are so many, faded likewise. It is of turns
    as they would have been in the day's first hour; ``today`` is of the last ones, as
    they were. ``began`` is the day's first call."""

    clinic: str
    day: str = ""
    past: Seen = msgspec.field(default_factory=Seen)
    days: float = 0.0
    today: Seen = msgspec.field(default_factory=Seen)
    began: Millis = 0
    slope: Slope = msgspec.field(default_factory=Slope)
    batch: list[float] = []
    visits: float = 0.0
    examined: float = 0.0

    @property
    def level(self) -> float | None:
        """What was seen of them, as it is; None when that is little."""
        count = self.past.count + self.today.count
        if count < 5:
            return None
        seen = self.past.mean * self.past.count + self.today.mean * self.today.count
        return seen / count

    def begin(self, day: str, slower: float) -> None:
        """A later day than any before; an earlier one is counted to the latest."""
        if day <= self.day:
            return
        self.past.count *= FADING
        self.days *= FADING
        if self.today.count:
            fresh = self.today.mean - slower * self.slope.lately
            self.past.add(fresh, self.today.count)
            self.days += 1.0
        self.visits *= FADING
        self.examined *= FADING
        self.today = Seen()
        self.began = 0
        self.slope = Slope()
        self.batch = []
        self.day = day

    def hours(self, at: Millis) -> float:
        """How long they have been at it."""
        return (at - self.began) / HOUR if 0 < self.began < at else 0.0


class Shares(msgspec.Struct):
    """Of calls, how many were missed; of these, who came back; of first visits, how
    many went on to an examination."""

    calls: float = 0.0
    missed: float = 0.0
    recalled: float = 0.0
    visits: float = 0.0
    examined: float = 0.0

    def fade(self) -> None:
        """What was seen long ago counts less."""
        if max(self.calls, self.visits) > _REMEMBERED:
            for field in self.__struct_fields__:
                setattr(self, field, getattr(self, field) / 2)


class Spreads(msgspec.Struct):
    """The last values of each kind, oldest first; ``again`` and ``shape`` are
    logarithms beside the doctor's level."""

    shape: list[float] = []
    again: list[float] = []
    pause: list[float] = []
    missed: list[float] = []
    examination: list[float] = []
    recall: list[float] = []
    absence: list[float] = []
    start: list[float] = []


class Break(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Longer than an interruption: when in the day (UTC), and how long, ms."""

    at: Millis
    lasts: Millis


class Pool(msgspec.Struct):
    """``covariance`` over ``variance`` is how turns change with the hours. ``breaks``
    are of the last days, ``shifts`` how many doctors' days these were; ``urgent`` how
    many were triaged in ``days`` past, by level and hour of the day (UTC)."""

    covariance: float = 0.0
    variance: float = 0.0
    breaks: list[Break] = []
    shifts: float = 0.0
    urgent: dict[int, list[float]] = {}
    urgent_today: dict[int, list[float]] = {}
    days: float = 0.0
    day: str = ""
    shares: Shares = msgspec.field(default_factory=Shares)
    spreads: Spreads = msgspec.field(default_factory=Spreads)

    def end_of_day(self) -> None:
        if not self.day:
            return
        none = [0.0] * 24
        for level in self.urgent | self.urgent_today:
            hours = self.urgent.get(level, none)
            today = self.urgent_today.get(level, none)
            pairs = zip(hours, today, strict=True)
            self.urgent[level] = [_RATES_FADE * before + new for before, new in pairs]
        self.urgent_today = {}
        self.days = _RATES_FADE * self.days + 1.0


_NORMAL = NormalDist()
_STEPS = [(step + 0.5) / 40 for step in range(40)]
ASSUMED = Spreads(
    shape=[SPREAD * _NORMAL.inv_cdf(step) for step in _STEPS],
    again=[log(0.7)] * 10,
    pause=[2_000.0] * 20 + [10_000.0] * 14 + [60_000.0] * 4 + [5 * MINUTE, 10 * MINUTE],
    missed=[60_000.0 + 60_000.0 * step for step in _STEPS],
    examination=[MINUTE * exp(log(50) + 0.5 * _NORMAL.inv_cdf(s)) for s in _STEPS],
    recall=[MINUTE * exp(log(10) + 0.7 * _NORMAL.inv_cdf(s)) for s in _STEPS],
    absence=[-2 * MINUTE + 12 * MINUTE * step for step in _STEPS],
    start=[-2 * MINUTE + 12 * MINUTE * step for step in _STEPS],
)
