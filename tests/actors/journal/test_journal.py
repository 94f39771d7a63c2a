"""The journal: what is on disk, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from sqlalchemy import select, text

from actors.journal.faults import (
    AppendFailed,
    Damaged,
    Fenced,
    InUse,
    NewerData,
    OutOfSequence,
    StoreBusy,
    StoreFull,
    Unreachable,
)
from actors.journal.journal import Journal
from actors.journal.records import UNCHANGED, Append, KeyedReply, Lineage
from actors.journal.tables import audit, cursors, event_names, wakeups
from actors.runtime.shape import AuditRecord

KNOWN = frozenset({"a.happened"})


@asynccontextmanager
async def opened(url: str, busy_s: float = 0.3) -> AsyncIterator[Journal]:
    journal = Journal(url, release="1.0", busy_s=busy_s)
    try:
        await journal.open(KNOWN)
        yield journal
    finally:
        await journal.close()


class Outcomes:
    def __init__(self, expected: int) -> None:
        self._left = expected
        self._all = trio.Event()
        self.order: list[Append] = []

    def __call__(self, append: Append) -> None:
        self.order.append(append)
        self._left -= 1
        if not self._left:
            self._all.set()

    async def wait(self) -> list[Append]:
        with trio.fail_after(20):
            await self._all.wait()
        return self.order


def appending(
    stream: str,
    seq: int,
    done: Outcomes,
    *,
    count: int = 1,
    lineage: Lineage | None = None,
    kept: KeyedReply | None = None,
    wake: int | None = UNCHANGED,
    records: tuple[AuditRecord, ...] = (),
) -> Append:
    events = [("a.happened", f'{{"n":{seq + i}}}'.encode()) for i in range(count)]
    return Append(
        stream, seq, 1000 + seq, events, lineage or Lineage(), done, kept, wake, records
    )


async def test_what_is_acknowledged_is_there_after_opening_again(
    journal_url: str,
) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(3)
        journal.append(appending("h/k/a", 0, done, count=2))
        journal.append(appending("h/k/b", 0, done))
        journal.append(appending("h/k/a", 2, done))
        assert [a.fault for a in await done.wait()] == [None, None, None]
    async with opened(journal_url) as journal:
        head, events = await journal.open_stream("h/k/a")
        assert [(e.seq, e.commit_seq, e.body) for e in events] == [
            (1, 2, b'{"n":0}'),
            (2, 2, b'{"n":1}'),
            (3, 3, b'{"n":2}'),
        ]
        assert head.last_seq == 3
        assert journal.top == 4
        positions = [e.position for e in await journal.after_position(0)]
        assert positions == [1, 2, 3, 4]


async def test_a_gap_is_refused_and_neighbours_are_written(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(3)
        journal.append(appending("h/k/good", 0, done))
        journal.append(appending("h/k/bad", 1, done))
        journal.append(appending("h/k/fine", 0, done))
        good, bad, fine = await done.wait()
        assert good.fault is None
        assert fine.fault is None
        assert isinstance(bad.fault, OutOfSequence)
        assert len(await journal.after_position(0)) == 2


async def test_a_repeated_seq_is_refused(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(2)
        journal.append(appending("h/k/a", 0, done))
        journal.append(appending("h/k/a", 0, done))
        first, second = await done.wait()
        assert first.fault is None
        assert isinstance(second.fault, OutOfSequence)


async def test_after_a_failure_the_lineage_is_refused(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(3)
        lineage = Lineage()
        journal.append(appending("h/k/a", 7, done, lineage=lineage))
        journal.append(appending("h/k/a", 0, done, lineage=lineage))
        journal.append(appending("h/k/a", 0, done))
        first, second, third = await done.wait()
        assert isinstance(first.fault, AppendFailed)
        assert isinstance(second.fault, AppendFailed)
        assert third.fault is None


async def test_a_statement_the_database_refuses_hurts_only_its_own(
    journal_url: str,
) -> None:
    """What the tables refuse is found by the database, not by us."""
    async with opened(journal_url) as journal:
        done = Outcomes(3)
        journal.append(appending("h/k/x", 0, done))
        bad = appending("h/k/a", 0, done)
        nothing: Any = None
        bad.events = [("a.happened", nothing)]
        journal.append(bad)
        journal.append(appending("h/k/y", 0, done))
        faults = [a.fault for a in await done.wait()]
        assert faults[0] is None
        assert isinstance(faults[1], AppendFailed)
        assert faults[2] is None


async def test_keys_wakeups_and_audit_commit_with_the_events(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(2)
        kept = KeyedReply("dr", "key-1", b"print", b'{"ticket":"t1"}')
        record = AuditRecord("call", "dr", b"x")
        journal.append(
            appending("h/k/a", 0, done, kept=kept, wake=99, records=(record, record))
        )
        journal.append(appending("h/k/a", 1, done, wake=None))
        await done.wait()
        found = await journal.kept_reply("h/k/a", "dr", "key-1")
        assert found is not None
        assert (found[0].fingerprint, found[0].reply, found[1]) == (
            b"print",
            b'{"ticket":"t1"}',
            1,
        )
        assert await journal.kept_reply("h/k/a", "other", "key-1") is None
        with journal.database.reading.begin() as connection:
            assert connection.execute(select(wakeups)).all() == []
            rows = connection.execute(select(audit).order_by(audit.c.part)).all()
            assert [(row.action, row.seq) for row in rows] == [("call", 1)] * 2
            assert connection.execute(select(event_names)).all() == [
                ("a.happened", "1.0")
            ]


async def test_cursors_are_saved(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        journal.save_cursors({"reports": 5})
        journal.save_cursors({"reports": 9})
        await journal.flushed()
        assert await journal.cursor_of("reports") == 9
        assert await journal.cursor_of("nobody") == 0
        with journal.database.reading.begin() as connection:
            assert connection.execute(select(cursors)).all() == [("reports", 9)]


async def test_bulk_comes_after_commands_and_keeps_its_stream_in_order(
    journal_url: str,
) -> None:
    async with opened(journal_url) as journal:
        lineage = Lineage()
        done = Outcomes(42)
        for seq in range(0, 400, 10):
            journal.append_bulk(
                appending("h/k/bulk", seq, done, count=10, lineage=lineage)
            )
        # a command behind its own bulk may not overtake it; another's may
        journal.append(appending("h/k/bulk", 400, done, lineage=lineage))
        journal.append(appending("h/k/quick", 0, done))
        order = await done.wait()
        assert [a.fault for a in order] == [None] * 42
        bulk = [a.seq for a in order if a.stream == "h/k/bulk"]
        assert bulk == [*range(0, 400, 10), 400]
        quick = next(i for i, a in enumerate(order) if a.stream == "h/k/quick")
        assert quick < 41


async def test_a_writer_that_was_taken_over_is_fenced(postgres_url: str) -> None:
    async with opened(postgres_url) as old:
        done = Outcomes(1)
        old.append(appending("h/k/a", 0, done))
        await done.wait()
        async with opened(postgres_url) as new:
            done = Outcomes(1)
            old.append(appending("h/k/a", 1, done))
            (refused,) = await done.wait()
            assert isinstance(refused.fault, AppendFailed)
            with pytest.raises(Fenced), trio.fail_after(5):
                await old.run()
            assert not old.healthy
            done = Outcomes(1)
            new.append(appending("h/k/a", 1, done))
            assert [a.fault for a in await done.wait()] == [None]


async def test_an_epoch_that_moved_fences_on_either_database(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        with journal.database.reading.begin() as connection:
            connection.execute(text("update head set epoch = epoch + 1"))
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        (refused,) = await done.wait()
        assert isinstance(refused.fault, AppendFailed)
        with pytest.raises(Fenced), trio.fail_after(5):
            await journal.run()


async def test_a_second_process_on_one_file_is_told_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    async with opened(url):
        with pytest.raises(InUse, match="another houzhen is using"):
            Journal(url, release="1.0")


async def test_unknown_events_refuse_to_start_and_name_the_release(
    journal_url: str,
) -> None:
    async with opened(journal_url) as journal:
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        await done.wait()
    older = Journal(journal_url, release="0.9")
    with pytest.raises(NewerData, match=r"a\.happened; it needs release 1\.0"):
        await older.open(frozenset({"something.else"}))
    await older.close()


async def test_tables_of_a_later_release_refuse_to_start(journal_url: str) -> None:
    async with opened(journal_url) as journal:
        with journal.database.reading.begin() as connection:
            connection.execute(text("update alembic_version set version_num = '9999'"))
    later = Journal(journal_url, release="1.0")
    with pytest.raises(NewerData, match="later release"):
        await later.open(KNOWN)
    await later.close()


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is not a database, it is a diary\n" * 200)
    journal = Journal(f"sqlite:///{path}", release="1.0")
    with pytest.raises(Damaged, match=r"journal\.db.*restore the last backup"):
        await journal.open(KNOWN)
    await journal.close()


async def test_a_locked_database_refuses_at_start(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "journal.db"
    async with opened(f"sqlite:///{path}"):
        pass
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    journal = Journal(f"sqlite:///{path}", release="1.0", busy_s=0.1)
    with pytest.raises(InUse, match="locked by another program"):
        await journal.open(KNOWN)
    await journal.close()
    other.close()


async def test_a_lock_held_too_long_refuses_the_append_and_then_heals(
    tmp_path: Path,
) -> None:
    import sqlite3

    path = tmp_path / "journal.db"
    async with opened(f"sqlite:///{path}", busy_s=0.1) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("begin immediate")
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        (refused,) = await done.wait()
        assert isinstance(refused.fault, StoreBusy)
        other.execute("rollback")
        other.close()
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        (written,) = await done.wait()
        assert written.fault is None


async def test_a_full_disk_refuses_and_heals_when_there_is_room(
    tmp_path: Path,
) -> None:
    async with opened(f"sqlite:///{tmp_path}/journal.db") as journal:
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        await done.wait()

        await _on_the_writers_connection(journal, "pragma max_page_count = 1")
        done = Outcomes(1)
        big = Append("h/k/b", 0, 1, [("a.happened", b"x" * 300_000)], Lineage(), done)
        journal.append(big)
        (refused,) = await done.wait()
        assert isinstance(refused.fault, StoreFull)
        await _on_the_writers_connection(journal, "pragma max_page_count = 1000000")
        done = Outcomes(1)
        journal.append(
            Append("h/k/b", 0, 1, [("a.happened", b"x" * 300_000)], Lineage(), done)
        )
        (written,) = await done.wait()
        assert written.fault is None


async def _on_the_writers_connection(journal: Journal, statement: str) -> None:
    """Between two commits nobody uses it: flushed() says so."""
    await journal.flushed()
    writer = journal._writer
    assert writer is not None
    assert writer._connection is not None
    driver = writer._connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "is not a database URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:////proc/nowhere/journal.db", "cannot use /proc/nowhere"),
        (
            "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "cannot reach the journal",
        ),
    ],
)
async def test_what_cannot_be_reached_says_what_to_do(url: str, words: str) -> None:
    with pytest.raises(Unreachable, match=words):
        async with opened(url):
            pass


async def test_a_connection_lost_between_commits_is_made_again(
    postgres_url: str,
) -> None:
    async with opened(postgres_url) as journal:
        done = Outcomes(1)
        journal.append(appending("h/k/a", 0, done))
        await done.wait()
        with journal.database.reading.begin() as connection:
            connection.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where pid <> pg_backend_pid() and datname = current_database()"
                )
            )
        done = Outcomes(1)
        journal.append(appending("h/k/a", 1, done))
        (outcome,) = await done.wait()
        if outcome.fault is not None:
            # it was told that nothing happened: then nothing has
            assert isinstance(outcome.fault, StoreBusy)
            done = Outcomes(1)
            journal.append(appending("h/k/a", 1, done))
            (outcome,) = await done.wait()
        assert outcome.fault is None
        assert [e.seq for e in await journal.after_position(0)] == [1, 2]
