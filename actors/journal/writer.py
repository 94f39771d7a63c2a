"""The one thread that writes: pipelined group commit.

The loop hands over appends and goes on; the thread commits whatever has gathered.
Outcomes come back through ``run_sync_soon`` in the order of the appends. Nothing is
told to anybody before its commit has returned from the disk.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from actors.journal.database import Database
from actors.journal.faults import (
    AppendFailed,
    Fenced,
    JournalLost,
    Kind,
    OutOfSequence,
    StoreBusy,
    StoreFull,
    kind_of,
)
from actors.journal.records import Append, Chore
from actors.journal.transaction import (
    Batch,
    Sequences,
    hold_the_fence,
    read_commits,
)

log = logging.getLogger("houzhen.journal")

BATCH = 512
BULK_ROWS = 200
_BULK_PATIENCE = 8
_RECONNECT_S = 15.0
_CHECKPOINT_COMMITS = 200

Item = Append | Chore | dict[str, int] | threading.Event | None
"""An append, a chore, followers' cursors, a barrier to set, or None to stop."""


class Counters:
    """Plain integers, read by metrics; written by the writer thread alone."""

    __slots__ = ("appends", "batches", "events", "failed", "seconds_in_commit")

    def __init__(self) -> None:
        self.appends = 0
        self.batches = 0
        self.events = 0
        self.failed = 0
        self.seconds_in_commit = 0.0


class Writer:
    """``settled`` gets each batch's appends on the loop; ``lost`` gets the reason
    when nothing can be promised any more, and then nothing else is written."""

    def __init__(
        self,
        database: Database,
        release: str,
        on_loop: Callable[..., None],
        settled: Callable[[list[Append]], None],
        lost: Callable[[JournalLost], None],
    ) -> None:
        self._database = database
        self._release = release
        self._on_loop = on_loop
        self._settled = settled
        self._lost = lost
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._bulk: deque[Append] = deque()
        self._chores: deque[Chore] = deque()
        self._cursors: dict[str, int] = {}
        self._sequences = Sequences()
        self._names: set[str] = set()
        self._connection: Connection | None = None
        self._passed_over = 0
        self._since_checkpoint = 0
        self._dead: JournalLost | None = None
        self.counters = Counters()
        self._thread = threading.Thread(
            target=self._run, name="journal-writer", daemon=True
        )

    # -- called on the loop ------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def submit(self, append: Append) -> None:
        self._inbox.put(append)

    def submit_bulk(self, append: Append) -> None:
        """Written after commands, at most 200 rows at a time."""
        append.lineage.bulk_waiting += 1
        self._inbox.put(append)

    def submit_chore(self, chore: Chore) -> None:
        """Written after what was handed over before it, one chore at a time."""
        self._inbox.put(chore)

    def save_cursors(self, positions: dict[str, int]) -> None:
        self._inbox.put(positions)

    def barrier(self, reached: threading.Event) -> None:
        """Set when everything handed over before it has been settled."""
        self._inbox.put(reached)

    def stop(self) -> None:
        """Writes what was handed over, then ends. Blocks: call it from a thread."""
        self._inbox.put(None)
        self._thread.join()

    # -- the thread --------------------------------------------------------------

    def _run(self) -> None:
        stopping = False
        while not stopping:
            appends, barriers, stopping = self._gather()
            try:
                if appends or (self._cursors and not self._dead):
                    self._commit(appends)
                    self._on_loop(self._settled, appends)
            except JournalLost as reason:
                self._dead = reason
                for append in appends:
                    append.fault = append.fault or AppendFailed(str(reason))
                self._on_loop(self._settled, appends)
                self._on_loop(self._lost, reason)
            self._do_chores(all_of_them=stopping or bool(barriers))
            for reached in barriers:
                reached.set()
            self._checkpoint()
        if self._connection is not None:
            self._connection.close()

    def _gather(self) -> tuple[list[Append], list[threading.Event], bool]:
        appends: list[Append] = []
        barriers: list[threading.Event] = []
        stopping = False
        wait = not (self._bulk or self._chores)
        try:
            while len(appends) < BATCH and not barriers:
                item = self._inbox.get() if wait else self._inbox.get_nowait()
                wait = False
                if isinstance(item, Append):
                    if item.lineage.bulk_waiting:
                        # behind its own bulk: a stream's order is sacred
                        self._bulk.append(item)
                    else:
                        appends.append(item)
                elif isinstance(item, Chore):
                    self._chores.append(item)
                elif isinstance(item, dict):
                    self._cursors.update(item)
                elif item is None:
                    stopping = True
                else:
                    barriers.append(item)
        except queue.Empty:
            pass
        self._passed_over += 1
        all_of_it = stopping or bool(barriers)
        if all_of_it or not appends or self._passed_over >= _BULK_PATIENCE:
            self._passed_over = 0
            appends.extend(self._take_bulk(None if all_of_it else BULK_ROWS))
        return appends, barriers, stopping

    def _do_chores(self, *, all_of_them: bool) -> None:
        """One, so that commands have the next turn; or all, before a barrier."""
        while self._chores and (all_of_them or not self._bulk):
            chore = self._chores.popleft()
            try:
                self._do(chore)
            except JournalLost as reason:
                self._dead = reason
                chore.fault = AppendFailed(str(reason))
                self._on_loop(self._lost, reason)
            self._on_loop(chore.done, chore)
            if not all_of_them:
                return

    def _do(self, chore: Chore) -> None:
        if self._dead is not None:
            chore.fault = AppendFailed(str(self._dead))
            return
        if chore.lineage is not None and chore.lineage.broken:
            chore.fault = AppendFailed("an earlier append of this actor failed")
            return
        try:
            connection = self._connected()
            with connection.begin():
                hold_the_fence(connection, self._database.epoch)
                chore.write(connection)
        except DBAPIError as error:
            kind = kind_of(error)
            if kind is Kind.BROKEN:
                raise JournalLost(f"the storage failed: {error.orig}") from error
            if kind is Kind.LOST_CONNECTION and self._connection is not None:
                self._connection.invalidate()
            chore.fault = AppendFailed(f"not written: {error.orig}")
        except JournalLost:
            raise
        except Exception as error:
            log.exception("a chore crashed")
            chore.fault = AppendFailed(f"not written: {error}")

    def _take_bulk(self, limit: int | None) -> list[Append]:
        taken: list[Append] = []
        rows = 0
        while self._bulk:
            append = self._bulk[0]
            rows += len(append.events) + 1
            if taken and limit is not None and rows > limit:
                break
            append.lineage.bulk_waiting = max(0, append.lineage.bulk_waiting - 1)
            taken.append(self._bulk.popleft())
        return taken

    def _commit(self, appends: list[Append]) -> None:
        """Settle every append: on disk, or with a fault that says it is not."""
        if self._dead is not None:
            raise self._dead
        started = time.perf_counter()
        waiting = self._sound(appends)
        cursors, self._cursors = self._cursors, {}
        while waiting or cursors:
            try:
                self._write(waiting, cursors)
                break
            except OutOfSequence as fault:
                self._fail(waiting[fault.place], fault)
            except AppendFailed as fault:
                # nothing of the batch is on disk, and it is nobody's offence
                for append in waiting:
                    self._fail(append, fault)
                self._cursors = cursors | self._cursors
                break
            except DBAPIError as error:
                if len(waiting) <= 1:
                    for append in waiting:
                        self._fail(append, AppendFailed(f"refused: {error.orig}"))
                    break
                self._one_by_one(waiting, cursors)
                break
            waiting = self._sound(waiting)
        self.counters.appends += len(appends)
        self.counters.failed += sum(1 for a in appends if a.fault is not None)
        self.counters.seconds_in_commit += time.perf_counter() - started

    def _sound(self, appends: list[Append]) -> list[Append]:
        """Those that stand on a state that was; the rest are refused."""
        sound = []
        for append in appends:
            if append.fault is not None:
                continue
            if append.lineage.broken:
                append.fault = AppendFailed("an earlier append of this actor failed")
            else:
                sound.append(append)
        return sound

    def _fail(self, append: Append, fault: AppendFailed) -> None:
        append.fault = fault
        append.lineage.broken = True

    def _one_by_one(self, appends: list[Append], cursors: dict[str, int]) -> None:
        """The batch has an offender the database cannot name: find it by trying."""
        for append in appends:
            if append.lineage.broken:
                append.fault = AppendFailed("an earlier append of this actor failed")
                continue
            try:
                self._write([append], cursors)
                cursors = {}
            except OutOfSequence as fault:
                self._fail(append, fault)
            except DBAPIError as error:
                log.exception("an append of %s was refused", append.stream)
                self._fail(append, AppendFailed(f"refused: {error.orig}"))
            except AppendFailed as fault:
                self._fail(append, fault)

    def _write(self, appends: list[Append], cursors: dict[str, int]) -> None:
        """One transaction. Returns when it is on disk; raises AppendFailed or
        OutOfSequence when it is not; DBAPIError for an offence of the statements;
        JournalLost when it cannot be known or the storage cannot be trusted."""
        batch = Batch(appends, cursors, self._database.epoch, self._release)
        committing = False
        try:
            connection = self._connected()
            with connection.begin() as transaction:
                batch.write(connection, self._sequences, self._names)
                committing = True
                transaction.commit()
        except DBAPIError as error:
            kind = kind_of(error)
            if kind is Kind.FULL:
                raise StoreFull(f"no room: {error.orig}") from error
            if kind is Kind.BUSY:
                raise StoreBusy(f"locked: {error.orig}") from error
            if kind is Kind.BROKEN:
                raise JournalLost(f"the storage failed: {error.orig}") from error
            if kind is Kind.LOST_CONNECTION:
                if not self._happened(batch, committing, error):
                    raise StoreBusy("the database was away; nothing was written") from (
                        error
                    )
            else:
                raise
        self._sequences.advance(batch.seqs)
        self._names.update(name for a in appends for name, _ in a.events)
        self.counters.batches += 1
        self.counters.events += sum(len(append.events) for append in appends)
        self._since_checkpoint += 1

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.invalidated:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._database.writing.connect()
        return self._connection

    def _happened(self, batch: Batch, committing: bool, cause: DBAPIError) -> bool:
        """The connection is gone. Ask the journal itself whether the commit is there:
        we alone write under our epoch, so its number tells."""
        if self._connection is not None:
            self._connection.invalidate()
        if not committing:
            return False
        log.warning("connection lost during a commit: %s", cause.orig)
        until = time.monotonic() + _RECONNECT_S
        while True:
            try:
                with self._connected().begin():
                    commits, epoch = read_commits(self._connected())
            except DBAPIError as error:
                if self._connection is not None:
                    self._connection.invalidate()
                if time.monotonic() > until:
                    raise JournalLost(
                        f"the database stayed away after a commit: {error.orig}"
                    ) from error
                time.sleep(0.2)
                continue
            if epoch != self._database.epoch:
                raise Fenced("another process took this journal over")
            return commits == batch.commits

    def _checkpoint(self) -> None:
        """Fold the write-ahead log back while nobody waits for it, or when it has
        grown long anyway."""
        if not self._database.is_sqlite or self._dead or self._connection is None:
            return
        overdue = self._since_checkpoint > 20 * _CHECKPOINT_COMMITS
        if overdue or (
            self._since_checkpoint > _CHECKPOINT_COMMITS and self._inbox.empty()
        ):
            self._since_checkpoint = 0
            try:
                driver = self._connection.connection.driver_connection
                assert driver is not None
                driver.execute("pragma wal_checkpoint(passive)").fetchall()
            except Exception:
                log.exception("a checkpoint failed; the next one tries again")
