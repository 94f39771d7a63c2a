"""Followers: whoever must hear of every event, in order, and goes on where it was.

A follower reads by position. While it keeps up it is handed events by the commit
itself; the database serves only catching up. Its cursor is saved after the effect,
at most once a second, so after a crash it may hear an event again: its effects are
idempotent. Events whose names it does not want cost it nothing: it rests, and stands
where the journal does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import trio

from actors.journal.faults import Unreadable
from actors.journal.journal import Journal
from actors.journal.records import Append, Recorded

log = logging.getLogger("houzhen.followers")

T = TypeVar("T")

_BUFFER = 4096
_SAVE_S = 1.0
_PASSED = 1000
"""So many events that nobody wanted are read again after a crash, and no more."""
_BACKOFF_S = (0.05, 0.2, 1.0, 5.0, 15.0)

_TOGETHER = 200
_TURN = 64
"""Between two checkpoints: effects that wait for nothing do not hold the loop."""

Handle = Callable[[Recorded], Awaitable[None]]
HandleAll = Callable[[list[Recorded]], Awaitable[None]]


class Follower:
    """``handle`` may raise: the same event is tried again, after a while, for ever.
    ``stuck`` is how often in a row that was. With ``names`` it hears of these events
    only; one with ``patience_s`` hears that much later of what has gathered by then.
    """

    def __init__(
        self,
        name: str,
        handle: Handle,
        *,
        names: Iterable[str] | None = None,
        patience_s: float = 0.0,
    ) -> None:
        self.name = name
        self.handle = handle
        self.names = None if names is None else frozenset(names)
        self.stuck = 0
        self._patience_s = patience_s
        self._followed: Journal | None = None
        self._position = 0
        self._resting = False
        self._buffer: list[Recorded] = []
        self._whole_after = 0
        """The buffer holds all that it wants of what came after this position."""
        self._news = trio.Event()
        self._awaited: trio.Event | None = None
        self._saved = 0
        self._worked = False

    @property
    def position(self) -> int:
        """The effects of everything up to there have happened."""
        if self._resting and self._followed is not None:
            return max(self._position, self._followed.top)
        return self._position

    def wants(self, name: str) -> bool:
        return self.names is None or name in self.names

    def follow(self, journal: Journal) -> None:
        """From now on it is handed what it wants of every commit."""
        self._followed = journal
        self._whole_after = journal.top

    def hand(self, record: Recorded) -> None:
        """Called by the commit. When too much waits, the database has it anyway."""
        if self._resting:
            self._resting = False
            # it may have read more from the disk than the loop had been told of
            self._position = max(self._position, record.position - 1)
            self._news.set()
        if len(self._buffer) < _BUFFER:
            self._buffer.append(record)
        else:
            self._buffer.clear()
            self._whole_after = record.position

    async def run(self, journal: Journal) -> None:
        self._saved = await journal.cursor_of(self.name)
        self._move_to(self._saved)
        while True:
            records, reached = await self._next(journal)
            if records:
                self._worked = True
                await self._work_off(records)
            self._move_to(reached)
            if not self._buffer and self._position >= self._whole_after:
                await self._rest()

    async def reached(self, position: int) -> None:
        """Returns when the effects of everything up to there, which is on disk, have
        happened."""
        while self.position < position:
            if self._awaited is None:
                self._awaited = trio.Event()
            await self._awaited.wait()

    async def _rest(self) -> None:
        """Until there is something for it: no event after its position is."""
        self._news = trio.Event()
        self._resting = True
        self._tell_awaiting()
        await self._news.wait()
        if self._patience_s:
            await trio.sleep(self._patience_s)

    async def _work_off(self, records: list[Recorded]) -> None:
        for done, record in enumerate(records, start=1):
            await self._until_done(self.handle, record)
            self._move_to(record.position)
            if done % _TURN == 0:
                await trio.lowlevel.checkpoint()

    def _move_to(self, position: int) -> None:
        self._position = position
        self._tell_awaiting()

    def _tell_awaiting(self) -> None:
        if self._awaited is not None:
            self._awaited.set()
            self._awaited = None

    async def _next(self, journal: Journal) -> tuple[list[Recorded], int]:
        """What it wants of what follows the cursor, and up to where that is all:
        from the commit's hand if it has it whole, else from the database."""
        if self._position >= self._whole_after:
            handed, self._buffer = self._buffer, []
            ready = [one for one in handed if one.position > self._position]
            return ready, max(self._position, journal.top)
        records = await self._read(journal)
        reached = records[-1].position if records else self._whole_after
        return [one for one in records if self.wants(one.name)], reached

    async def _read(self, journal: Journal) -> list[Recorded]:
        """However long the database is away. A damaged place holds up whoever must
        read it, for ever and loudly, and nobody else: it may be an old day's."""
        while True:
            try:
                records = await journal.after_position(self._position)
            except Unreadable as reason:
                wait = _BACKOFF_S[min(self.stuck, len(_BACKOFF_S) - 1)]
                self.stuck += 1
                log.error("%s: %s, again in %.2f s", self.name, reason, wait)
                await trio.sleep(wait)
            else:
                self.stuck = 0
                return records

    async def _until_done(
        self, handle: Callable[[T], Awaitable[None]], what: T
    ) -> None:
        while True:
            try:
                await handle(what)
            except Exception:
                wait = _BACKOFF_S[min(self.stuck, len(_BACKOFF_S) - 1)]
                self.stuck += 1
                log.exception("%s: %r failed, again in %.2f s", self.name, what, wait)
                await trio.sleep(wait)
            else:
                self.stuck = 0
                return

    def unsaved(self, *, at_the_end: bool = False) -> int | None:
        """Its position, when that is to be saved; it then counts as saved."""
        position = self.position
        passed = position - self._saved
        if not passed or not (self._worked or at_the_end or passed >= _PASSED):
            return None
        self._saved = position
        self._worked = not self._resting
        return position


class BatchFollower(Follower):
    """One that does many events at once better than one after the other: its effect
    gets what follows the cursor, in order, at most a few hundred."""

    def __init__(
        self,
        name: str,
        handle_all: HandleAll,
        *,
        names: Iterable[str] | None = None,
        patience_s: float = 0.0,
    ) -> None:
        super().__init__(name, self._alone, names=names, patience_s=patience_s)
        self._handle_all = handle_all

    async def _alone(self, record: Recorded) -> None:
        await self._handle_all([record])

    async def _work_off(self, records: list[Recorded]) -> None:
        for start in range(0, len(records), _TOGETHER):
            some = records[start : start + _TOGETHER]
            await self._until_done(self._handle_all, some)
            self._move_to(some[-1].position)
            await trio.lowlevel.checkpoint()


class Lanes(Follower):
    """A follower whose effects take long: what ``lane_of`` puts into different lanes
    goes side by side, ``at_once`` at most; a lane keeps its order. The cursor moves
    when all that was taken together is done, so more is heard again after a crash.
    """

    def __init__(
        self,
        name: str,
        handle: Handle,
        lane_of: Callable[[Recorded], str | None],
        at_once: int,
        *,
        names: Iterable[str] | None = None,
    ) -> None:
        """``lane_of`` gives None for what is of no interest."""
        super().__init__(name, handle, names=names)
        self._lane_of = lane_of
        self._at_once = at_once

    async def _work_off(self, records: list[Recorded]) -> None:
        lanes: dict[str, list[Recorded]] = {}
        for record in records:
            lane = self._lane_of(record)
            if lane is not None:
                lanes.setdefault(lane, []).append(record)
        turns = trio.CapacityLimiter(self._at_once)
        async with trio.open_nursery() as nursery:
            for lane_records in lanes.values():
                nursery.start_soon(self._in_order, lane_records, turns)
        if records:
            self._move_to(records[-1].position)

    async def _in_order(
        self, records: list[Recorded], turns: trio.CapacityLimiter
    ) -> None:
        for record in records:
            async with turns:
                await self._until_done(self.handle, record)


class Followers:
    """All followers of this process."""

    def __init__(self, journal: Journal, followers: list[Follower]) -> None:
        self._journal = journal
        self._followers = followers
        self._wanting: dict[str, list[Follower]] = {}

    async def start(self, nursery: trio.Nursery) -> None:
        if not self._followers:
            return
        for follower in self._followers:
            follower.follow(self._journal)
        self._journal.on_commit(self._committed)
        for follower in self._followers:
            nursery.start_soon(follower.run, self._journal)
        nursery.start_soon(self._save)

    async def _save(self) -> None:
        """All cursors together: they share a commit."""
        try:
            while True:
                await trio.sleep(_SAVE_S)
                self.save()
        finally:
            # the effects have happened; the cursors go with what is still written
            if self._journal.healthy:
                self.save(at_the_end=True)

    def save(self, *, at_the_end: bool = False) -> None:
        cursors = {
            follower.name: position
            for follower in self._followers
            if (position := follower.unsaved(at_the_end=at_the_end)) is not None
        }
        if cursors:
            self._journal.save_cursors(cursors)

    def _committed(self, append: Append) -> None:
        position = append.position - len(append.events)
        seq = append.seq
        commit_seq = append.last_seq
        for name, body in append.events:
            position += 1
            seq += 1
            wanting = self._wanting.get(name)
            if wanting is None:
                wanting = [one for one in self._followers if one.wants(name)]
                self._wanting[name] = wanting
            if wanting:
                record = Recorded(
                    position, append.stream, seq, commit_seq, append.at, name, body
                )
                for follower in wanting:
                    follower.hand(record)
