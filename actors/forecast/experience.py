"""What is known of how long things take: learnt as it happens, kept for the next days.

A doctor's level (the mean of the logarithms of their turns) is estimated as a sum of
normals: the hospital's doctors differ, a clinic's differ less, one doctor's days differ
least. With nothing seen a doctor is like their clinic, a new clinic like its hospital;
every turn draws the level towards what was seen, today's more than the days before. How
unsure that is goes with it, or ranges far down a line would be too narrow. The form of
the spread around a level is nobody's assumption: it is what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import exp, log, sqrt
from statistics import fmean

import msgspec

from actors.forecast.floor import Habits, Pace, Table
from actors.forecast.kept import (
    ASSUMED,
    HOUR,
    LATELY,
    MINUTE,
    SPREAD,
    TURN_MS,
    Break,
    Doctor,
    Pool,
    Seen,
    Shares,
    Slope,
)
from actors.kernel.times import Millis

DOCTORS_DIFFER = 0.30
CLINICS_DIFFER = 0.60
DAYS_DIFFER = 0.12
DRIFT = 0.06
"""How far a clinic's next hours are off from what they were, all doctors together."""

_DAY_MS = 24 * HOUR
_SHIFTS_KEPT = 200.0
_SLOPE_KEPT = 20_000.0
_SLOPE_DOUBT = 1_000.0
"""Hours², of which a clinic must have seen this much before half is believed."""
_BATCH = 12
_KEPT_CLINIC = 300
_KEPT_HOSPITAL = 900
_ENOUGH = 120
_QUANTILES = 65
_SHORTEST, _LONGEST = 3_000.0, 4 * 60 * MINUTE
_WILD = 2.5
"""A turn further from its level than this (logarithms) is one forgotten button."""
_TABLES = (
    "shape",
    "pause",
    "missed",
    "examination",
    "recall",
    "absence",
    "start",
)


def doctor_key(clinic: str, doctor: str) -> str:
    """A pseudonym: how fast somebody works is kept under no name."""
    return blake2b(f"{clinic}/{doctor}".encode(), digest_size=9).hexdigest()


class Experience(msgspec.Struct):
    """``position`` is the journal's up to which it has learnt. Keys are pseudonyms of
    doctors, and names of clinics."""

    position: int = 0
    doctors: dict[str, Doctor] = {}
    clinics: dict[str, Pool] = {}
    hospital: Pool = msgspec.field(default_factory=Pool)

    def as_bytes(self) -> bytes:
        return msgspec.json.encode(self)

    @staticmethod
    def from_bytes(learnt: bytes) -> Experience:
        """Raises msgspec.DecodeError."""
        return msgspec.json.decode(learnt, type=Experience)

    # -- learning ----------------------------------------------------------------------

    def begins(
        self, clinic: str, doctor: str, day: str, at: Millis, planned: Millis | None
    ) -> None:
        """A doctor has called somebody: perhaps the day's first, for when they were
        ``planned``."""
        one = self._doctor(clinic, doctor, day)
        if not one.began:
            one.began = at
            if planned is not None and abs(at - planned) < 4 * HOUR:
                self._keep(clinic, "start", at - planned)
            pool = self._clinic(clinic)
            pool.shifts += 1.0

    def turn(
        self,
        clinic: str,
        doctor: str,
        day: str,
        at: Millis,
        ms: float,
        *,
        again: bool,
    ) -> None:
        """A visit has ended that was called at ``at``, ``ms`` ago. ``again``: the
        patient was back from an examination."""
        if not _SHORTEST <= ms <= _LONGEST:
            return
        one = self._doctor(clinic, doctor, day)
        level = one.level
        if level is None:
            level = self._level(clinic, doctor, day)[0]
        hours = one.hours(at)
        value = min(max(log(ms), level - _WILD), level + _WILD)
        if again:
            self._keep(clinic, "again", value - level)
            return
        self._learn_slope(clinic, one.slope, hours, value)
        one.today.add(value, most=LATELY)
        one.batch.append(value)
        if len(one.batch) == _BATCH:
            mean = fmean(one.batch)
            wider = sqrt(_BATCH / (_BATCH - 1))
            for value in one.batch:
                self._keep(clinic, "shape", (value - mean) * wider)
            one.batch = []

    def visit(self, clinic: str, doctor: str, day: str, *, examined: bool) -> None:
        """A first visit has ended, perhaps with an order for an examination."""
        one = self._doctor(clinic, doctor, day)
        one.visits += 1
        one.examined += examined
        for shares in self._shares(clinic):
            shares.visits += 1
            shares.examined += examined

    def call(self, clinic: str, *, missed: bool) -> None:
        for shares in self._shares(clinic):
            shares.calls += 1
            shares.missed += missed
            shares.fade()

    def recalled(self, clinic: str, ms: float) -> None:
        for shares in self._shares(clinic):
            shares.recalled += 1
        self._keep(clinic, "recall", ms)

    def pause(self, clinic: str, ms: float) -> None:
        self._keep(clinic, "pause", ms)

    def missed_took(self, clinic: str, ms: float) -> None:
        self._keep(clinic, "missed", ms)

    def examination(self, clinic: str, ms: float) -> None:
        self._keep(clinic, "examination", ms)

    def rested(self, clinic: str, at: Millis, ms: float) -> None:
        """A doctor was not there from ``at`` on, for longer than an interruption."""
        pool = self._clinic(clinic)
        pool.breaks.append(Break(at % _DAY_MS, round(ms)))
        if pool.shifts > _SHIFTS_KEPT:
            del pool.breaks[: len(pool.breaks) // 2]
            pool.shifts /= 2

    def triaged(self, clinic: str, day: str, level: int, at: Millis) -> None:
        pool = self._clinic(clinic)
        if day > pool.day:
            pool.end_of_day()
            pool.day = day
        hours = pool.urgent_today.setdefault(level, [0.0] * 24)
        hours[at % _DAY_MS // HOUR] += 1.0

    def absence(self, clinic: str, late_ms: float) -> None:
        self._keep(clinic, "absence", late_ms)

    def _doctor(self, clinic: str, doctor: str, day: str) -> Doctor:
        one = self.doctors.get(doctor)
        if one is None:
            one = self.doctors[doctor] = Doctor(clinic)
        one.begin(day, self._slope(clinic))
        return one

    def _learn_slope(self, clinic: str, day: Slope, hours: float, value: float) -> None:
        pool = self._clinic(clinic)
        covariance, variance = day.add(hours, value)
        pool.covariance += covariance
        pool.variance += variance
        if pool.variance > _SLOPE_KEPT:
            pool.covariance /= 2
            pool.variance /= 2

    def _slope(self, clinic: str) -> float:
        pool = self.clinics.get(clinic)
        if pool is None:
            return 0.0
        return pool.covariance / (pool.variance + _SLOPE_DOUBT)

    def _clinic(self, clinic: str) -> Pool:
        pool = self.clinics.get(clinic)
        if pool is None:
            pool = self.clinics[clinic] = Pool()
        return pool

    def _shares(self, clinic: str) -> tuple[Shares, Shares]:
        return self._clinic(clinic).shares, self.hospital.shares

    def _keep(self, clinic: str, kind: str, value: float) -> None:
        for pool, most in (
            (self._clinic(clinic), _KEPT_CLINIC),
            (self.hospital, _KEPT_HOSPITAL),
        ):
            values: list[float] = getattr(pool.spreads, kind)
            values.append(value)
            if len(values) > most:
                del values[: most // 3]

    # -- what is to be expected --------------------------------------------------------

    def pace(self, clinic: str, doctor: str, day: str, at: Millis = 0) -> Pace:
        """How this doctor is likely to work on ``day`` at ``at``; of one never seen,
        what the clinic's others do."""
        level, doubt = self._level(clinic, doctor, day)
        one = self.doctors.get(doctor)
        if one is not None and one.day == day:
            # what is known is as of the day's first hour
            level += self._slope(clinic) * one.hours(at)
        shares = self.clinics[clinic].shares if clinic in self.clinics else Shares()
        all_over = self.hospital.shares
        missed = _share(all_over.missed, all_over.calls, 0.04, 40)
        missed = _share(shares.missed, shares.calls, missed, 30)
        examined = _share(all_over.examined, all_over.visits, 0.05, 20)
        examined = _share(shares.examined, shares.visits, examined, 20)
        if one is not None:
            examined = _share(one.examined, one.visits, examined, 15)
        return Pace(level, doubt, missed, examined)

    def urgent_an_hour(self, clinic: str, at: Millis) -> dict[int, float]:
        """How many are triaged to each level in an hour of the day; of no day yet
        past, nothing is known."""
        pool = self.clinics.get(clinic)
        if pool is None or pool.days < 1.0:
            return {}
        hour = at % _DAY_MS // HOUR
        return {level: hours[hour] / pool.days for level, hours in pool.urgent.items()}

    def _level(self, clinic: str, doctor: str, day: str) -> tuple[float, float]:
        level, variance = self._usual(clinic, without=doctor)
        one = self.doctors.get(doctor)
        spread = self._variance(clinic)
        if one is None:
            return level, sqrt(variance + DAYS_DIFFER**2)
        past, days = one.past, one.days
        fresh = one.today.mean - self._slope(clinic) * one.slope.lately
        today = Seen(one.today.count, fresh)
        if day > one.day and today.count:
            # the day has not begun for them: yesterday is all there is
            past = Seen(past.count, past.mean)
            past.add(today.mean, today.count)
            days, today = days + 1.0, Seen()
        if past.count:
            of_days = DAYS_DIFFER**2 / max(days, 0.5)
            level, variance = _update(
                level, variance, past.mean, spread / past.count + of_days
            )
        variance += DAYS_DIFFER**2
        if today.count:
            level, variance = _update(level, variance, today.mean, spread / today.count)
        return level, sqrt(variance)

    def _usual(self, clinic: str, without: str) -> tuple[float, float]:
        """Of a doctor of this clinic about whom nothing is known, and its variance."""
        near, far = Seen(), Seen()
        for key, one in self.doctors.items():
            level = one.level
            if key == without or level is None:
                continue
            count = one.past.count + one.today.count
            seen = near if one.clinic == clinic else far
            seen.add(level, count / (count + 4.0))
        level, variance = log(TURN_MS) - SPREAD**2 / 2, CLINICS_DIFFER**2
        among = CLINICS_DIFFER**2 + DOCTORS_DIFFER**2
        if far.count:
            # one clinic tells little of another, however many doctors it has
            level, _ = _update(level, variance, far.mean, among / min(far.count, 4.0))
        if near.count:
            level, variance = _update(
                level, variance, near.mean, DOCTORS_DIFFER**2 / near.count
            )
        return level, variance + DOCTORS_DIFFER**2

    def _variance(self, clinic: str) -> float:
        values = self._blend(clinic, "shape")
        mean = sum(values) / len(values)
        return max(sum((v - mean) ** 2 for v in values) / len(values), 1e-6)

    def average(self, clinic: str) -> float:
        """What a visit takes here, on average, from one call to the next, ms."""
        habits = self.habits(clinic)
        level, _ = self._usual(clinic, without="")
        turn = fmean(exp(level + value) for value in habits.shape)
        return turn + fmean(habits.pause)

    def habits(self, clinic: str) -> Habits:
        tables = {kind: table(self._blend(clinic, kind)) for kind in _TABLES}
        shares = self.clinics[clinic].shares if clinic in self.clinics else Shares()
        all_over = self.hospital.shares
        comes_back = _share(all_over.recalled, all_over.missed, 0.6, 10)
        comes_back = _share(shares.recalled, shares.missed, comes_back, 10)
        again = fmean(self._blend(clinic, "again"))
        pool = self.clinics.get(clinic) or Pool()
        return Habits(
            **tables,
            comes_back=comes_back,
            again=again,
            drift=DRIFT,
            slower=self._slope(clinic),
            breaks=tuple((float(one.at), float(one.lasts)) for one in pool.breaks),
            rests=min(len(pool.breaks) / (pool.shifts + 2.0), 1.0),
        )

    def _blend(self, clinic: str, kind: str) -> list[float]:
        """The clinic's own values; while these are few, the hospital's beside them;
        while those are few, what is assumed."""
        own: list[float] = (
            getattr(self.clinics[clinic].spreads, kind)
            if clinic in self.clinics
            else []
        )
        if len(own) >= _ENOUGH:
            return own
        every: list[float] = getattr(self.hospital.spreads, kind)
        assumed: list[float] = getattr(ASSUMED, kind)
        others = _thinned(every, (_ENOUGH - len(own)) // 2)
        guesses = _thinned(assumed, (_ENOUGH - len(own) - len(others)) // 3)
        return [*own, *others, *guesses]


def table(values: Iterable[float]) -> Table:
    """Its quantiles, evenly spaced, ends included."""
    ordered = sorted(values)
    last = len(ordered) - 1
    steps = (last * step / (_QUANTILES - 1) for step in range(_QUANTILES))
    return tuple(
        ordered[int(at)]
        + (ordered[min(int(at) + 1, last)] - ordered[int(at)]) * (at % 1)
        for at in steps
    )


def _thinned(values: Sequence[float], most: int) -> list[float]:
    """At most so many, evenly taken."""
    if most <= 0 or not values:
        return []
    count = min(most, len(values))
    return [values[at * len(values) // count] for at in range(count)]


def _share(seen: float, of: float, usual: float, weight: float) -> float:
    return min((seen + usual * weight) / (of + weight), 1.0)


def _update(
    level: float, variance: float, seen: float, seen_variance: float
) -> tuple[float, float]:
    """A normal belief after a normal observation."""
    gain = variance / (variance + seen_variance)
    return level + gain * (seen - level), variance * (1.0 - gain)
