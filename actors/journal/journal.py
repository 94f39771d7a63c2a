"""The journal as the loop sees it: append without waiting, load in worker threads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

import trio
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from actors.journal import reader, snapshots
from actors.journal.database import Database
from actors.journal.faults import JournalLost, Unreadable
from actors.journal.reader import Opened
from actors.journal.records import (
    Append,
    Chore,
    KeyedReply,
    Lineage,
    Recorded,
    SavedSnapshot,
)
from actors.journal.writer import Counters, Writer

log = logging.getLogger("houzhen.journal")

T = TypeVar("T")
Committed = Callable[[Append], None]


class Journal:
    """One journal, opened by one process at a time.

    ``run`` must be running while appends are made; it raises JournalLost when
    nothing can be promised any more, and with it the process ends.
    """

    def __init__(self, url: str, *, release: str, busy_s: float = 5.0) -> None:
        self.database = Database(url, busy_s)
        self._release = release
        self._writer: Writer | None = None
        self._lost: JournalLost | None = None
        self._something_lost = trio.Event()
        # as many short reads at a time as the reading engine has connections
        self._reads = trio.CapacityLimiter(4)
        self._listeners: list[Committed] = []
        self.top = 0
        """The position of the newest event that is on disk."""

    async def is_new(self) -> bool:
        """Nothing was ever written to it; may be asked before it is open."""
        return await trio.to_thread.run_sync(self.database.is_new)

    async def open(self, known_events: frozenset[str]) -> None:
        """Raises CannotStart with a message for an operator."""
        await trio.to_thread.run_sync(self.database.open, known_events, self._release)
        self.top = await self._read(reader.top_position)
        token = trio.lowlevel.current_trio_token()
        self._writer = Writer(
            self.database,
            self._release,
            token.run_sync_soon,
            self._settled,
            self._note_loss,
        )
        self._writer.start()

    async def run(self) -> None:
        """Ends only by raising: the journal is lost."""
        await self._something_lost.wait()
        assert self._lost is not None
        raise self._lost

    async def close(self) -> None:
        """Everything handed over is written first, even when this is cancelled."""
        with trio.CancelScope(shield=True):
            if self._writer is not None:
                await trio.to_thread.run_sync(self._writer.stop)
                self._writer = None
            self.database.close()

    @property
    def id(self) -> str:
        return self.database.journal_id

    @property
    def counters(self) -> Counters:
        return self._open_writer.counters

    @property
    def healthy(self) -> bool:
        return self._writer is not None and self._lost is None

    # -- writing -----------------------------------------------------------------

    def append(self, append: Append) -> None:
        """Hands it over and returns at once; ``append.done`` tells the outcome."""
        self._open_writer.submit(append)

    def append_bulk(self, append: Append) -> None:
        """As ``append``, after commands."""
        self._open_writer.submit_bulk(append)

    def save_cursors(self, positions: dict[str, int]) -> None:
        """Where each of these followers is, with the next commit."""
        self._open_writer.save_cursors(positions)

    async def write_beside(
        self, write: Callable[[Connection], None], lineage: Lineage | None = None
    ) -> None:
        """Do it in a transaction of its own, after the commands, and return when it
        is on disk. Raises AppendFailed when it is not. It may be done twice, and is
        done even if the waiting is cancelled."""
        over = trio.Event()
        chore = Chore(write, lambda _: over.set(), lineage)
        self._open_writer.submit_chore(chore)
        await over.wait()
        if chore.fault is not None:
            raise chore.fault

    async def save_snapshot(
        self, stream: str, snapshot: SavedSnapshot, lineage: Lineage
    ) -> None:
        """Raises AppendFailed: then the one before still counts. Cancelled, it may
        have left parts that the next one clears away."""
        digest = await trio.to_thread.run_sync(snapshots.digest_of, stream, snapshot)
        for step in snapshots.writing(stream, snapshot, digest):
            await self.write_beside(step, lineage)

    def on_commit(self, listener: Committed) -> None:
        """``listener`` is called on the loop with each append that is on disk, in
        the order of positions, before anybody else hears of it."""
        self._listeners.append(listener)

    async def flushed(self) -> None:
        """Returns when everything handed over so far has been settled."""
        reached = threading.Event()
        self._open_writer.barrier(reached)
        await trio.to_thread.run_sync(reached.wait, abandon_on_cancel=True)

    # -- reading -----------------------------------------------------------------

    async def open_stream(
        self, stream: str, after: int = 0, after_commit: int = 0
    ) -> tuple[Opened, list[Recorded]]:
        return await self._read(reader.open_stream, stream, after, after_commit)

    async def newest_snapshot(self, stream: str, version: int) -> SavedSnapshot | None:
        return await self._read(snapshots.newest, stream, version)

    async def look_beside(self, look: Callable[[Engine], T]) -> T:
        """A short read of what a follower has written; ``look`` runs in a thread."""
        return await self._read(look)

    async def next_chunk(self, stream: str, after: int) -> list[Recorded]:
        return await self._read(reader.next_chunk, stream, after)

    async def after_position(self, position: int, limit: int = 500) -> list[Recorded]:
        """Raises Unreadable: the database is away, or damaged in that place."""
        try:
            return await self._read(reader.after_position, position, limit)
        except DBAPIError as error:
            raise Unreadable(f"not read: {error.orig}") from error

    async def kept_reply(
        self, stream: str, principal: str, key: str
    ) -> tuple[KeyedReply, int] | None:
        return await self._read(reader.kept_reply, stream, principal, key)

    async def wakeups(self) -> list[tuple[str, int]]:
        return await self._read(reader.all_wakeups)

    async def cursor_of(self, follower: str) -> int:
        return await self._read(reader.cursor_of, follower)

    async def _read(self, function: Callable[..., T], *args: object) -> T:
        return await trio.to_thread.run_sync(
            function, self.database.reading, *args, limiter=self._reads
        )

    # -- outcomes, on the loop -----------------------------------------------------

    def _settled(self, appends: list[Append]) -> None:
        for append in appends:
            try:
                if append.fault is None and append.events:
                    self.top = append.position
                    for listener in self._listeners:
                        listener(append)
                append.done(append)
            except Exception:
                # one actor's neighbours are told all the same
                log.exception("telling the outcome of %s failed", append.stream)

    def _note_loss(self, reason: JournalLost) -> None:
        self._lost = reason
        self._something_lost.set()

    @property
    def _open_writer(self) -> Writer:
        if self._writer is None:
            raise RuntimeError("the journal is not open")
        return self._writer
