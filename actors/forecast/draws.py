"""What the walk forward draws: numbers for all its replications at once.

Half of the replications are the mirror image of the other half, so that their middle
lies still with few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from actors.forecast.floor import Chair, Habits, Table

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]

_BLOCK = 128
"""So many calls are drawn for at once."""
_HOUR_MS = 3_600_000.0
_BREAK_LATE_MS = 30 * 60_000.0
_MOST_NEWCOMERS = 120
_RATES_DIFFER = 0.25
_OVERTIME = 0.35
"""Of the usual turn: what is left, on average, of one longer than was ever seen."""


def quantile(table: Table, u: Floats) -> Floats:
    """What the distribution is at ``u`` of 0 … 1."""
    return np.interp(u, np.linspace(0.0, 1.0, len(table)), table)


def share_below(table: Table, value: Floats) -> Floats:
    """How much of the distribution lies below ``value``."""
    return np.interp(
        value, table, np.linspace(0.0, 1.0, len(table)), left=0.0, right=1.0
    )


class Turns:
    """One call each: how long its turn is, what follows, for every replication."""

    __slots__ = ("away", "back", "chance", "missed", "pause", "size")

    def __init__(
        self,
        size: Floats,
        pause: Floats,
        missed: Floats,
        away: Floats,
        back: Floats,
        chance: Floats,
    ) -> None:
        self.size = size
        self.pause = pause
        self.missed = missed
        self.away = away
        self.back = back
        self.chance = chance


class Draws:
    def __init__(self, habits: Habits, count: int, seed: int) -> None:
        self._habits = habits
        self._rng = np.random.default_rng(seed)
        self._half = (count + 1) // 2
        self.count = 2 * self._half
        self._blocks: tuple[Floats, ...] = ()
        self._at = _BLOCK

    def uniform(self, *shape: int) -> Floats:
        """Of this shape, and one column a replication."""
        one = self._rng.random((*shape, self._half))
        return np.concatenate((one, 1.0 - one), axis=-1)

    def levels(self, chairs: list[Chair]) -> Floats:
        """Each doctor's level in each replication: [replication, chair]."""
        one = self._rng.standard_normal((self._half, len(chairs)))
        doubt = np.array([chair.pace.doubt for chair in chairs])
        level = np.array([chair.pace.level for chair in chairs])
        # what makes an hour slow for one mostly does for all
        all_alike = self._habits.drift * self._rng.standard_normal((self._half, 1))
        drift = np.concatenate((all_alike, -all_alike))
        levels: Floats = level + drift + doubt * np.concatenate((one, -one))
        return levels

    def turns(self) -> Turns:
        """The next call's."""
        if self._at == _BLOCK:
            habits = self._habits
            self._blocks = (
                np.exp(quantile(habits.shape, self.uniform(_BLOCK))),
                quantile(habits.pause, self.uniform(_BLOCK)),
                quantile(habits.missed, self.uniform(_BLOCK)),
                quantile(habits.examination, self.uniform(_BLOCK)),
                quantile(habits.recall, self.uniform(_BLOCK)),
                self.uniform(_BLOCK),
            )
            self._at = 0
        at = self._at
        self._at = at + 1
        return Turns(*(block[at] for block in self._blocks))

    def first_turn(self, level: Floats) -> Floats:
        return np.exp(level + quantile(self._habits.shape, self.uniform()))

    def rest_of_turn(self, busy: float, level: Floats) -> Floats:
        """What is left of a turn that has lasted ``busy`` ms already."""
        shape = self._habits.shape
        if busy <= 0.0:
            return self.first_turn(level)
        below = share_below(shape, np.log(busy) - level)
        u = self.uniform()
        whole = np.exp(level + quantile(shape, below + (1.0 - below) * u))
        overtime = -np.log1p(-np.minimum(u, 0.999)) * _OVERTIME * np.exp(level)
        return np.where(below < 1.0, np.maximum(whole - busy, 0.0), overtime)

    def comes_back(self, gone: float) -> Floats:
        """How long until one comes back who has been at an examination for ``gone``."""
        return self._rest(self._habits.examination, gone)

    def absence(self, due: float) -> Floats:
        """When a doctor is back who promised it for ``due`` ms from now; negative, when
        that has passed."""
        return self._promised(self._habits.absence, due)

    def start(self, due: float) -> Floats:
        """When a doctor begins who was expected at ``due``, ms from now."""
        return self._promised(self._habits.start, due)

    def _promised(self, table: Table, due: float) -> Floats:
        back = due + quantile(table, self.uniform())
        return (
            np.maximum(back, 0.0) if due > 0 else self._rest(self._habits.absence, -due)
        )

    def _rest(self, table: Table, gone: float) -> Floats:
        """What is left of a draw that is more than ``gone`` already."""
        below = share_below(table, np.full(self.count, gone))
        left = quantile(table, below + (1.0 - below) * self.uniform()) - gone
        late = self.uniform() * max(table[-1] - table[0], 60_000.0) * _OVERTIME
        return np.where(below < 1.0, np.maximum(left, 0.0), late)

    def pause(self) -> Floats:
        return quantile(self._habits.pause, self.uniform())

    def rest_of_pause(self, paused: float) -> Floats:
        return self._rest(self._habits.pause, paused)

    def newcomers(self, rates: Sequence[float]) -> Floats:
        """When each of so many in each hour comes: [replication, newcomer]. How busy
        the hours will be is itself uncertain, for all of them together."""
        expected = sum(rates)
        count = min(_MOST_NEWCOMERS, round(expected + 3 * expected**0.5) + 1)
        busier = np.exp(_RATES_DIFFER * self._normal())[:, None]
        units = -np.log1p(-self.uniform(count).T * 0.999999) / busier
        sums = np.cumsum(units, axis=1)
        hours = np.concatenate(([0.0], np.cumsum(rates)))
        at = np.interp(sums, hours, np.arange(len(hours)) * _HOUR_MS)
        came: Floats = np.where(sums < hours[-1], at, np.inf)
        return came

    def breaks(self, chairs: list[Chair], at: float) -> tuple[Floats, Floats]:
        """When each doctor has a break that nobody has announced, and how long it is:
        [replication, chair]. One that should have begun long ago is not had."""
        shape = (self.count, len(chairs))
        begins = np.full(shape, np.inf)
        lasts = np.zeros(shape)
        habits = self._habits
        usual = [one for one in habits.breaks if one[0] > at - _BREAK_LATE_MS]
        if not usual:
            return begins, lasts
        share = habits.rests * len(usual) / len(habits.breaks)
        for place, chair in enumerate(chairs):
            if chair.rested:
                continue
            which = self._rng.integers(0, len(usual), self.count)
            one = np.array(usual)[which]
            has = self.uniform() < share
            begins[:, place] = np.where(has, np.maximum(one[:, 0] - at, 0.0), np.inf)
            lasts[:, place] = one[:, 1]
        return begins, lasts

    def _normal(self) -> Floats:
        one = self._rng.standard_normal(self._half)
        return np.concatenate((one, -one))

    def arrival(self, table: Table, here: float) -> Floats:
        """When one who is not here yet comes; never, in some replications."""
        at = np.maximum(quantile(table, self.uniform()), 0.0)
        return np.where(self.uniform() < here, at, np.inf)
