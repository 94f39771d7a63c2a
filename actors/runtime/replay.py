"""From the journal to an awake actor: its state, its feeds, its answered keys."""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

import trio

from actors.journal.journal import Journal
from actors.journal.reader import CHUNK
from actors.journal.records import Recorded
from actors.kernel.compact import CompactMap
from actors.kernel.times import Millis
from actors.runtime.answered import Answered
from actors.runtime.feed import KEPT, Feed, Feeds, epoch_of
from actors.runtime.keeper import Keeper, thawed
from actors.runtime.shape import Capability

log = logging.getLogger("houzhen.actors")

# between two checkpoints: a long stream never holds the loop for long
_TURN = 200

Commit = list[Recorded]


class Replay:
    """One stream, replayed. The last commits make their patches again, so that a
    reader from before a restart gets exactly what it missed."""

    def __init__(
        self, journal: Journal, capability: Capability[Any], stream: str
    ) -> None:
        self._journal = journal
        self._capability = capability
        self._stream = stream
        self.state: Any = None
        self.seq = 0
        self.at: Millis = 0
        self.wake: Millis | None = None
        self.known: Answered | None = None
        self.feeds: Feeds | None = None
        self.keeper: Keeper | None = None
        self._commit_no = 0

    async def run(self) -> None:
        """Raises what the capability raises for a name that cannot be, and whatever
        is wrong with the stream."""
        self.state = self._capability.new(self._stream)
        if self._capability.snapshots is not None:
            await self._start_from_snapshot()
        opened, chunk = await self._journal.open_stream(
            self._stream, self.seq, self._commit_no
        )
        shows = bool(self._capability.views)
        held: deque[Commit] = deque()
        turn = _TURN
        while chunk:
            for record in chunk:
                if not shows:
                    self._evolve(record)
                elif held and held[-1][0].commit_seq == record.commit_seq:
                    held[-1].append(record)
                else:
                    held.append([record])
                    if len(held) > KEPT:
                        for old in held.popleft():
                            self._evolve(old)
                turn -= 1
                if not turn:
                    turn = _TURN
                    await trio.lowlevel.checkpoint()
            if len(chunk) < CHUNK:
                break
            chunk = await self._journal.next_chunk(self._stream, chunk[-1].seq)
        if held:
            self._show(held)
        self.wake = opened.wake
        if opened.keys and self.known is None:
            self.known = Answered()
        for key in opened.keys:
            assert self.known is not None
            self.known.add(key)

    async def _start_from_snapshot(self) -> None:
        """From the newest snapshot that can be read, or from the beginning."""
        snapshots, stream = self._capability.snapshots, self._stream
        assert snapshots is not None
        self.known = Answered(CompactMap())
        saved = await self._journal.newest_snapshot(stream, snapshots.version)
        if saved is not None:
            try:
                self.state, self.known = await trio.to_thread.run_sync(
                    thawed, snapshots, stream, saved
                )
            except Exception:
                log.exception("%s: its snapshot at %d is not read", stream, saved.seq)
                self.state = self._capability.new(stream)
            else:
                self.seq, self.at = saved.seq, saved.at
                self._commit_no = saved.commit_no
        self.keeper = Keeper(snapshots, stream, self.seq, self._commit_no)

    def _evolve(self, record: Recorded) -> Any:
        event = self._capability.read_event(record.body)
        self._capability.evolve(self.state, event)
        self.seq = record.seq
        self.at = record.at
        return event

    def _show(self, commits: deque[Commit]) -> None:
        self.feeds = Feeds(
            {
                view.name: Feed(
                    view,
                    epoch_of(self._journal.id, self._stream, view),
                    self.state,
                    self.seq,
                )
                for view in self._capability.views.values()
                if getattr(view, "recovers", True)
            }
        )
        for commit in commits:
            events = [self._evolve(record) for record in commit]
            for feed in self.feeds.values():
                patch = feed.advance(self.state, events, self.seq, self.at)
                if patch is not None:
                    feed.show(patch)
