"""One line, in all replications of the walk at once.

Who stands in it is kept in sub-lines, one for each set of chairs that may call: only
the heads of these can be next. Beside them, in no order: those expected whose place is
known, and those at an examination.
"""

from __future__ import annotations

import numpy as np

from actors.forecast.draws import Bools, Draws, Floats, Ints
from actors.forecast.floor import Line

_LANES = ("normal", "returned", "other")
_POOL = 64
_URGENT = -1e13
_FIRST = -1e14
_HOUR_MS = 3_600_000.0
_LONG_MS = 24 * _HOUR_MS


class Offer:
    """Whom a line would give to the chair of each replication.

    ``key`` decides between lines (inf: nobody). Where ``returned``, it is the one in
    ``column`` of those at an examination; where ``late``, one of the expected; else
    the head of sub-line ``sub``. ``wake`` is when somebody may come who is not here.
    """

    __slots__ = ("column", "key", "late", "rank", "returned", "sub", "wake")

    def __init__(self, rank: Floats, sub: Ints) -> None:
        self.rank = rank
        self.sub = sub
        self.key = rank
        self.late: Bools | None = None
        self.returned: Bools | None = None
        self.column: Ints | None = None
        self.wake: Floats | None = None


class Track:
    def __init__(self, line: Line, chairs: list[int], draws: Draws) -> None:
        count = draws.count
        masks = [_here(one.chairs, chairs) for one in line.standing]
        present: dict[int, list[int]] = {}
        expected: list[int] = []
        for rank, one in enumerate(line.standing):
            if masks[rank] and one.arrives:
                expected.append(rank)
            elif masks[rank]:
                present.setdefault(masks[rank], []).append(rank)
        self.tickets = [one.ticket for one in line.standing]
        self.waiting = sorted(rank for ranks in present.values() for rank in ranks)
        self.called_at = np.full((count, len(line.standing)), np.inf)
        self.recalls_interleave = line.recalls_interleave
        self.interleaves = line.returns_interleave
        self._rows: Ints = np.arange(count)
        self._first = line.first
        self._back = line.back
        self._evens = line.evens and line.first > 1
        self._arrivals = line.arrivals / _HOUR_MS
        self._over = line.over
        self._turns = line.turns
        self._taken = np.zeros(count)
        self._lanes = np.array([_LANES.index(one.lane) for one in line.standing] or [0])
        self._again = np.array([one.again for one in line.standing] or [False])
        self._since = np.array([one.since for one in line.standing] or [0.0])
        self._lay_out(present, len(chairs))
        self._expect(line, expected, masks, len(chairs), draws)
        waiting = [line.standing[rank].lane for rank in self.waiting]
        self._normal_left = np.full(count, waiting.count("normal"))
        self._returned_left = np.full(count, waiting.count("returned"))
        # since when whoever waits longest has, of those from a rank on
        self._oldest = np.minimum.accumulate(self._since[::-1])[::-1]
        self._pool = np.full((count, _POOL), np.inf)
        self._pool_size = 0
        self._called = np.full(count, line.called, dtype=np.int64)
        self._seen = np.full(count, -1, dtype=np.int64)
        self._in_a_row = np.zeros(count, dtype=np.int64)
        for one_away in line.returning if line.returns_interleave else ():
            if one_away.due is None:
                self.add_return(draws.comes_back(one_away.gone))
            else:
                self.add_return(np.full(count, max(one_away.due, 0.0)))

    def _lay_out(self, present: dict[int, list[int]], chairs: int) -> None:
        """Ranks by sub-line, padded so that a head beyond the end is never least."""
        longest = max(map(len, present.values()), default=0)
        self._ranks = np.full((len(present), longest + 1), np.inf)
        for at, ranks in enumerate(present.values()):
            self._ranks[at, : len(ranks)] = ranks
        self._subs: Ints = np.arange(len(present))
        self._heads = np.zeros((len(self._rows), len(present)), dtype=np.int64)
        self._may = _may(list(present), chairs)
        everyone = (1 << chairs) - 1
        self._plain = list(present) == [everyone]

    def _expect(
        self,
        line: Line,
        expected: list[int],
        masks: list[int],
        chairs: int,
        draws: Draws,
    ) -> None:
        """Those with a place that they take when they come, and behind them, at ranks
        between the others', those whom nobody knows yet."""
        everyone = (1 << chairs) - 1
        comes = []
        for rank in expected:
            one = line.standing[rank]
            comes.append(draws.arrival(one.arrives, one.here)[:, None])
        ranks: list[float] = [float(rank) for rank in expected]
        may = [masks[rank] for rank in expected]
        for rank, rates in line.newcomers:
            at = draws.newcomers(rates)
            comes.append(at)
            ranks += [rank - 0.5 + place / 1000 for place in range(at.shape[1])]
            may += [everyone] * at.shape[1]
        self._coming = np.array(ranks)
        self._comes = np.concatenate([np.empty((draws.count, 0)), *comes], axis=1)
        self._known = len(expected)
        self._coming_may = _may(may, chairs)

    @property
    def over(self) -> bool:
        """Everybody who waits has been called, in every replication."""
        return bool(np.isfinite(self.called_at[:, self.waiting]).all())

    def add_return(self, at: Floats) -> None:
        """One a replication is back at ``at``; ``inf`` where nobody is."""
        if self._pool_size == self._pool.shape[1]:
            self._pack_pool()
        self._pool[:, self._pool_size] = at
        self._pool_size += 1

    def _pack_pool(self) -> None:
        """Those called since have left gaps; a row is as long as its fullest."""
        self._pool.sort(axis=1)
        kept = int(np.isfinite(self._pool).sum(axis=1).max())
        pool = np.full((len(self._rows), max(_POOL, 2 * kept)), np.inf)
        pool[:, :kept] = self._pool[:, :kept]
        self._pool, self._pool_size = pool, kept

    # -- who is next -------------------------------------------------------------------

    def offer(self, chair: Ints, now: Floats) -> Offer:
        """Changes nothing but what is known of who has come back by ``now``."""
        offer = self._head(chair)
        if self._coming.size:
            self._or_expected(offer, chair, now)
        found = np.isfinite(offer.rank)
        rank = np.where(found, offer.rank, 0.0).astype(np.int64)
        since = self._taken // self._turns if self._turns else self._since[rank]
        if self._over:
            since = np.where(now - self._oldest[rank] > self._over, _FIRST, since)
        if offer.late is not None and len(self._coming) > self._known:
            since = np.where(offer.late & (offer.sub >= self._known), _URGENT, since)
        offer.key = np.where(found, since, np.inf)
        if self._pool_size:
            self._or_returned(offer, found, now)
        return offer

    def _head(self, chair: Ints) -> Offer:
        rows = self._rows
        if not self._subs.size:
            return Offer(np.full(len(rows), np.inf), np.zeros_like(rows))
        if self._plain:
            return Offer(self._ranks[0][self._heads[:, 0]], np.zeros_like(rows))
        heads = np.where(self._may[chair], self._ranks[self._subs, self._heads], np.inf)
        sub = heads.argmin(axis=1)
        return Offer(heads[rows, sub], sub)

    def _or_expected(self, offer: Offer, chair: Ints, now: Floats) -> None:
        """Who has come meanwhile stands where their place is."""
        may = self._coming_may[chair]
        here = np.where(may & (self._comes <= now[:, None]), self._coming, np.inf)
        first = here.argmin(axis=1)
        rank = here[self._rows, first]
        offer.late = rank < offer.rank
        offer.rank = np.where(offer.late, rank, offer.rank)
        offer.sub = np.where(offer.late, first, offer.sub)
        # who has come already and goes to another chair wakes nobody
        waits = may & (self._comes > now[:, None])
        offer.wake = np.where(waits, self._comes, np.inf).min(axis=1)

    def _or_returned(self, offer: Offer, found: Bools, now: Floats) -> None:
        """The pattern of actors/clinic/order: the first of them is due when so many
        normal calls were made since it joined and since the last of its kind."""
        pool = self._pool[:, : self._pool_size]
        column = pool.argmin(axis=1)
        back_at = pool[self._rows, column]
        ready = back_at <= now
        new = ready & (self._seen < 0)
        self._seen[new] = self._called[new]
        if self._first:
            counted = self._called - np.maximum(self._seen, 0)
            enough = counted >= self._first
            if self._evens:
                enough |= (counted >= 1) & self._outnumber(pool, now)
            # who was back before is called before
            enough &= self._returned_left == 0
            ready &= enough | ~found | (self._in_a_row > 0)
        offer.returned = ready
        offer.column = column
        offer.key = np.where(ready, back_at, offer.key)
        offer.wake = back_at if offer.wake is None else np.minimum(offer.wake, back_at)

    def _outnumber(self, pool: Floats, now: Floats) -> Bools:
        """Do the returned outnumber the others, those who have come since included?"""
        back = (pool <= now[:, None]).sum(axis=1)
        joined = np.floor(self._arrivals * np.minimum(now, _LONG_MS))
        more: Bools = back > self._normal_left + joined
        return more

    # -- a call ------------------------------------------------------------------------

    def take(self, offer: Offer, mine: Bools, now: Floats) -> Bools:
        """Where ``mine``, the offer is called at ``now``. Returns where it is a first
        visit, nobody back from an examination."""
        rows = self._rows
        line = mine
        if offer.returned is not None:
            assert offer.column is not None
            back = mine & offer.returned
            if back.any():
                line = mine & ~offer.returned
                self._pool[rows[back], offer.column[back]] = np.inf
                self._count_returned(back)
        self._taken[mine] += 1
        first_visit = line.copy()
        if offer.late is not None:
            late = line & offer.late
            self._comes[rows[late], offer.sub[late]] = np.inf
            nobody_known = late & (offer.sub >= self._known)
            known = line & ~nobody_known
            line = line & ~offer.late
            self._heads[rows[line], offer.sub[line]] += 1
            line = known
        else:
            self._heads[rows[line], offer.sub[line]] += 1
        who = rows[line]
        rank = offer.rank[line].astype(np.int64)
        self.called_at[who, rank] = now[line]
        self._count(who, self._lanes[rank])
        first_visit[who] = ~self._again[rank]
        return first_visit

    def _count(self, who: Ints, lanes: Ints) -> None:
        normal = lanes == 0
        self._called[who] += normal
        self._normal_left[who] -= normal
        self._in_a_row[who[normal]] = 0
        returned = lanes == 1
        if returned.any():
            again = who[returned]
            self._called[again] = 0
            self._returned_left[again] -= 1
            self._seen[again] = np.minimum(self._seen[again], 0)

    def _count_returned(self, back: Bools) -> None:
        self._in_a_row[back] += 1
        enough = back & (self._in_a_row >= self._back)
        self._in_a_row[enough] = 0
        self._called[enough] = 0
        self._seen[enough] = -1


def _here(bits: int, chairs: list[int]) -> int:
    """The floor's bits as bits of these chairs."""
    return sum(1 << at for at, chair in enumerate(chairs) if bits >> chair & 1)


def _may(masks: list[int], chairs: int) -> Bools:
    rows = [[bool(mask >> at & 1) for mask in masks] for at in range(chairs)]
    return np.array(rows, dtype=np.bool_).reshape(chairs, len(masks))
