"""The walk forward: when everybody in the lines is called, over many replications.

The lines come as the clinic's rules have drawn them (actors/clinic/order), once; the
walk takes from their heads. All replications go on together, one call each at a time,
so what is done for a call is done for some hundred days at once.

Drawing a line once is right as long as nobody joins ahead of those who stand in it.
Who can is walked explicitly: patients back from an examination, after so many normal
calls as the rules say, those that the walk itself sends there included; those expected
whose place is known before they come; missed ones who are back, where these are
interleaved; emergencies graver than those who wait. What is left out — priority given
later, moves by a nurse, other rules — is nobody's to foresee. tests/actors/forecast
holds the walk against one that asks the rules anew before every call: they agree,
but where patients who want one doctor stand among interleaved ones (a place may be off
by one), and where a door is filled ahead of its doctor's next call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from actors.forecast.draws import Bools, Draws, Floats, Ints, Turns
from actors.forecast.floor import Chair, Floor
from actors.forecast.track import Offer, Track

REPLICATIONS = 200
HORIZON_MS = 16 * 3_600_000.0
_GROUP = 1e15
"""Between two preferences of a chair: more than any time between two heads."""
_LOOK_EVERY = 16


class Expected(msgspec.Struct, frozen=True, gc=False):
    """Called by ``p50`` in half of the replications, by ``p90`` in nine of ten; in ms
    from the moment."""

    p50: float
    p90: float


def look_ahead(
    floor: Floor, *, replications: int = REPLICATIONS, seed: int = 0
) -> dict[str, Expected]:
    """Everybody who waits and whom somebody will call. Missing is whom no chair may
    call, and who is not called within HORIZON_MS in nine of ten replications."""
    found: dict[str, Expected] = {}
    for chairs, lines in _parts(floor):
        draws = Draws(floor.habits, replications, seed)
        found.update(_Walk(floor, chairs, lines, draws).run())
    return found


def _parts(floor: Floor) -> Iterator[tuple[list[int], list[int]]]:
    """Chairs and lines that have nothing to do with the other ones."""
    serves = [
        {line for line, group in enumerate(chair.prefers) if group is not None}
        for chair in floor.chairs
    ]
    unseen = set(range(len(floor.lines)))
    while unseen:
        lines = {min(unseen)}
        chairs: set[int] = set()
        while more := {
            number
            for number, served in enumerate(serves)
            if number not in chairs and served & lines
        }:
            chairs |= more
            lines = lines.union(*(serves[number] for number in more))
        unseen -= lines
        if chairs and any(floor.lines[line].standing for line in lines):
            yield sorted(chairs), sorted(lines)


class _Walk:
    """Chairs and lines of one part. ``_free`` is when each chair calls next, and
    ``_idle`` where it found nobody and waits for somebody to come back."""

    def __init__(
        self, floor: Floor, chairs: list[int], lines: list[int], draws: Draws
    ) -> None:
        seats = [floor.chairs[chair] for chair in chairs]
        self._draws = draws
        self._rows: Ints = np.arange(draws.count)
        self._levels = draws.levels(seats)
        self._speed = np.exp(self._levels)
        self._again = float(np.exp(floor.habits.again))
        self._tracks = [Track(floor.lines[line], chairs, draws) for line in lines]
        self._prefers: Floats = np.array(
            [
                [np.inf if (p := seat.prefers[line]) is None else p for line in lines]
                for seat in seats
            ]
        )
        self._serves: Bools = np.isfinite(self._prefers)
        self._missed = np.array([seat.pace.missed for seat in seats])
        self._examined = np.array([seat.pace.examined for seat in seats])
        self._comes_back = floor.habits.comes_back
        self._sends = bool(self._examined.any())
        self._slower = floor.habits.slower / 3_600_000.0
        self._rests, self._resting = draws.breaks(seats, floor.at)
        self._free = np.empty((draws.count, len(seats)))
        self._idle = np.zeros((draws.count, len(seats)), dtype=np.bool_)
        for at, seat in enumerate(seats):
            if seat.busy is None:
                self._free[:, at] = self._first_call(seat)
                continue
            level = self._levels[:, at] + (floor.habits.again if seat.again else 0.0)
            left = draws.rest_of_turn(seat.busy, level)
            self._free[:, at] = left + draws.pause()
            if seat.line in lines and seat.pace.examined and not seat.again:
                goes = draws.uniform() < seat.pace.examined
                comes = left + draws.comes_back(0.0)
                self._tracks[lines.index(seat.line)].add_return(
                    np.where(goes, comes, np.inf)
                )

        late = self._free >= self._rests
        self._free = np.where(late, self._free + self._resting, self._free)
        self._rests[late] = np.inf

    def _first_call(self, seat: Chair) -> Floats | float:
        if seat.back is not None:
            return self._draws.absence(seat.back)
        if seat.starts is not None:
            return self._draws.start(seat.starts)
        if seat.paused is not None:
            return self._draws.rest_of_pause(seat.paused)
        return 0.0

    def run(self) -> Iterable[tuple[str, Expected]]:
        most = 4 * sum(len(track.waiting) for track in self._tracks) + 200
        for step in range(most):
            if not step % _LOOK_EVERY and self._over:
                break
            self._call()
        for track in self._tracks:
            yield from _ranges(track)

    @property
    def _over(self) -> bool:
        return float(self._free.min()) >= HORIZON_MS or all(
            track.over for track in self._tracks
        )

    def _call(self) -> None:
        """In each replication whichever chair is free first calls its next."""
        rows = self._rows
        chair = self._free.argmin(axis=1)
        now = self._free[rows, chair]
        offers = [track.offer(chair, now) for track in self._tracks]
        prefers = self._prefers[chair]
        keys = np.stack([one.key for one in offers], axis=1) + prefers * _GROUP
        pick = keys.argmin(axis=1)
        found = np.isfinite(keys[rows, pick]) & (now < HORIZON_MS)
        turns = self._draws.turns()
        missed = turns.chance < self._missed[chair]
        first_visits = [
            track.take(offer, found & (pick == at), now)
            for at, (track, offer) in enumerate(zip(self._tracks, offers, strict=True))
        ]
        first_visit = np.logical_or.reduce(first_visits)
        long = self._speed[rows, chair] * turns.size
        long = np.where(first_visit, long, long * self._again)
        if self._slower:
            hours_on = np.exp(self._slower * np.minimum(now, HORIZON_MS))
            long = long * hours_on
        ends = now + np.where(missed, turns.missed, long)
        wake = self._wake(offers, chair, now)
        free = np.where(found, ends + turns.pause, wake)
        rests = free >= self._rests[rows, chair]
        if rests.any():
            free = np.where(rests, free + self._resting[rows, chair], free)
            self._rests[rows[rests], chair[rests]] = np.inf
        self._free[rows, chair] = free
        self._idle[rows, chair] = ~found
        for at, track in enumerate(self._tracks):
            self._come_again(at, track, first_visits[at], chair, missed, ends, turns)

    def _wake(self, offers: list[Offer], chair: Ints, now: Floats) -> Floats:
        """When a chair that found nobody looks again."""
        wake: Floats = np.full(len(now), np.inf)
        for at, offer in enumerate(offers):
            if offer.wake is not None:
                served = self._serves[chair, at]
                wake = np.minimum(wake, np.where(served, offer.wake, np.inf))
        return np.maximum(wake, now + 1.0)

    def _come_again(
        self,
        at: int,
        track: Track,
        first_visit: Bools,
        chair: Ints,
        missed: Bools,
        ends: Floats,
        turns: Turns,
    ) -> None:
        """Some of those who were called stand in this line again, ahead of others:
        from an examination, or because they missed their call."""
        share = self._missed[chair]
        back: Floats = np.full(len(ends), np.inf)
        if self._sends and track.interleaves:
            limit = share + (1.0 - share) * self._examined[chair]
            goes = first_visit & ~missed & (turns.chance < limit)
            back = np.where(goes, ends + turns.away, back)
        if track.recalls_interleave and self._comes_back:
            comes = first_visit & missed & (turns.chance < share * self._comes_back)
            back = np.where(comes, ends + turns.back, back)
        if np.isfinite(back).any():
            track.add_return(back)
            sooner = self._idle & self._serves[:, at] & (back[:, None] < self._free)
            self._free = np.where(sooner, back[:, None], self._free)


def _ranges(track: Track) -> Iterable[tuple[str, Expected]]:
    times = np.sort(track.called_at[:, track.waiting], axis=0)
    count = len(times)
    middle = (times[(count - 1) // 2] + times[count // 2]) / 2
    late = times[-(-count * 9 // 10) - 1]
    for at, rank in enumerate(track.waiting):
        if np.isfinite(late[at]):
            p50, p90 = float(middle[at]), float(late[at])
            yield track.tickets[rank], Expected(p50, max(p50, p90))
