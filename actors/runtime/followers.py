"""Followers: whoever must hear of every event, in order, and goes on where it was.

A follower reads by position. While it keeps up it is handed events by the commit
itself; the database serves only catching up. Its cursor is saved after the effect,
at most once a second, so after a crash it may hear an event again: its effects are
idempotent.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from actors.journal.journal import Journal
from actors.journal.records import Append, Recorded

log = logging.getLogger("houzhen.followers")

T = TypeVar("T")

_BUFFER = 4096
_SAVE_S = 1.0
_BACKOFF_S = (0.05, 0.2, 1.0, 5.0, 15.0)

_TOGETHER = 200

Handle = Callable[[Recorded], Awaitable[None]]
HandleAll = Callable[[list[Recorded]], Awaitable[None]]


class Follower:
    """``handle`` may raise: the same event is tried again, after a while, for ever.
    ``stuck`` is how often in a row that was."""

    def __init__(self, name: str, handle: Handle) -> None:
        self.name = name
        self.handle = handle
        self.position = 0
        self.stuck = 0
        self._buffer: deque[Recorded] = deque()
        self._news = trio.Event()
        self._awaited: trio.Event | None = None
        self._saved = 0

    def hand(self, record: Recorded) -> None:
        """Called by the commit. When too much waits, the database has it anyway."""
        if len(self._buffer) < _BUFFER:
            self._buffer.append(record)
        self._news.set()

    async def run(self, journal: Journal) -> None:
        self._saved = await journal.cursor_of(self.name)
        self._move_to(self._saved)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._save, journal)
            while True:
                self._news = trio.Event()
                await self._work_off(await self._next(journal))
                if self.position >= journal.top:
                    await self._news.wait()

    async def reached(self, position: int) -> None:
        """Returns when the effects of everything up to there have happened."""
        while self.position < position:
            if self._awaited is None:
                self._awaited = trio.Event()
            await self._awaited.wait()

    async def _work_off(self, records: list[Recorded]) -> None:
        for record in records:
            await self._until_done(self.handle, record)
            self._move_to(record.position)

    def _move_to(self, position: int) -> None:
        self.position = position
        if self._awaited is not None:
            self._awaited.set()
            self._awaited = None

    async def _next(self, journal: Journal) -> list[Recorded]:
        """What follows the cursor: from the commit's hand if it is contiguous, else
        from the database."""
        buffer = self._buffer
        while buffer and buffer[0].position <= self.position:
            buffer.popleft()
        if buffer and buffer[0].position == self.position + 1:
            ready = [buffer.popleft()]
            while buffer and buffer[0].position == ready[-1].position + 1:
                ready.append(buffer.popleft())
            return ready
        if self.position >= journal.top:
            return []
        return await journal.after_position(self.position)

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

    async def _save(self, journal: Journal) -> None:
        while True:
            await trio.sleep(_SAVE_S)
            self.save(journal)

    def save(self, journal: Journal) -> None:
        if self.position != self._saved:
            self._saved = self.position
            journal.save_cursor(self.name, self.position)


class BatchFollower(Follower):
    """One that does many events at once better than one after the other: its effect
    gets what follows the cursor, in order, at most a few hundred."""

    def __init__(self, name: str, handle_all: HandleAll) -> None:
        super().__init__(name, self._alone)
        self._handle_all = handle_all

    async def _alone(self, record: Recorded) -> None:
        await self._handle_all([record])

    async def _work_off(self, records: list[Recorded]) -> None:
        for start in range(0, len(records), _TOGETHER):
            some = records[start : start + _TOGETHER]
            await self._until_done(self._handle_all, some)
            self._move_to(some[-1].position)


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
    ) -> None:
        """``lane_of`` gives None for what is of no interest."""
        super().__init__(name, handle)
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

    async def start(self, nursery: trio.Nursery) -> None:
        if not self._followers:
            return
        self._journal.on_commit(self._committed)
        for follower in self._followers:
            nursery.start_soon(self._run, follower)

    async def _run(self, follower: Follower) -> None:
        try:
            await follower.run(self._journal)
        finally:
            # the effects have happened; the cursor goes with what is still written
            if self._journal.healthy:
                follower.save(self._journal)

    def _committed(self, append: Append) -> None:
        position = append.position - len(append.events)
        seq = append.seq
        commit_seq = append.last_seq
        for name, body in append.events:
            position += 1
            seq += 1
            record = Recorded(
                position, append.stream, seq, commit_seq, append.at, name, body
            )
            for follower in self._followers:
                follower.hand(record)
