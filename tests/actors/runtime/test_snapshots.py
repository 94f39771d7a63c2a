"""Snapshots: they save time, never truth."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from actors.journal.faults import AppendFailed
from actors.journal.journal import Journal
from actors.journal.records import Append, Lineage, SavedSnapshot
from actors.journal.tables import snapshot_parts
from actors.journal.tables import snapshots as snapshot_rows
from actors.kernel.errors import KeyReused, Refusal
from actors.runtime.shape import Snapshots
from actors.runtime.system import ActorSystem
from tests.actors.tally import (
    Add,
    AddMany,
    Remind,
    State,
    Total,
    tally,
    tally_snapshots,
)

ONE = "h/tally/one"
EVERY = 4


class WatchedJournal(Journal):
    """Tells when a snapshot was saved, and what was read at a start."""

    def __init__(self, url: str) -> None:
        super().__init__(url, release="1.0")
        self.saved: list[int] = []
        self.started_after: list[int] = []
        self._news = trio.Event()

    async def save_snapshot(
        self, stream: str, snapshot: SavedSnapshot, lineage: Lineage
    ) -> None:
        await super().save_snapshot(stream, snapshot, lineage)
        self.saved.append(snapshot.seq)
        self._news.set()
        self._news = trio.Event()

    async def until_saved(self, at_least: int) -> None:
        with trio.fail_after(20):
            while not self.saved or self.saved[-1] < at_least:
                await self._news.wait()

    async def open_stream(
        self, stream: str, after: int = 0, after_commit: int = 0
    ) -> Any:
        self.started_after.append(after)
        return await super().open_stream(stream, after, after_commit)


@asynccontextmanager
async def house(
    url: str, snapshots: Snapshots[State] | None = None
) -> AsyncIterator[tuple[ActorSystem, WatchedJournal]]:
    journal = WatchedJournal(url)
    system = ActorSystem(journal, [tally(snapshots or tally_snapshots(EVERY))])
    async with system.running():
        yield system, journal


async def look(system: ActorSystem) -> Any:
    return await system.ref(ONE).read(
        lambda state: (dict(state.sums), state.remind_at, list(state.reminded))
    )


async def add(system: ActorSystem, numbers: range) -> None:
    for number in numbers:
        await system.ref(ONE).ask(Add(number), principal="p", key=f"key-{number:04d}")


async def test_a_start_reads_the_snapshot_and_what_came_after(journal_url: str) -> None:
    async with house(journal_url) as (system, journal):
        await add(system, range(EVERY))
        await journal.until_saved(EVERY)
        await add(system, range(EVERY, EVERY + 2))
        before = await look(system)
    async with house(journal_url) as (system, journal):
        assert await look(system) == before
        assert journal.started_after == [EVERY]


async def test_a_key_from_before_the_snapshot_keeps_its_reply(journal_url: str) -> None:
    async with house(journal_url) as (system, journal):
        await add(system, range(EVERY + 1))
        await journal.until_saved(EVERY)
    async with house(journal_url) as (system, _):
        one = system.ref(ONE)
        for number in range(EVERY + 1):
            again = await one.ask(Add(number), principal="p", key=f"key-{number:04d}")
            assert again.read(Total).total == sum(range(number + 1))
            with pytest.raises(KeyReused):
                await one.ask(Add(99), principal="p", key=f"key-{number:04d}")
        assert (await look(system))[0] == {"main": sum(range(EVERY + 1))}


async def test_a_snapshot_of_another_shape_is_not_read(journal_url: str) -> None:
    async with house(journal_url) as (system, journal):
        await add(system, range(EVERY))
        await journal.until_saved(EVERY)
        before = await look(system)
    async with house(journal_url, tally_snapshots(EVERY, version=2)) as (
        system,
        journal,
    ):
        assert await look(system) == before
        assert journal.started_after == [0]
        # what a start had to replay counts: the next commit makes one due
        await add(system, range(EVERY, EVERY + 1))
        await journal.until_saved(EVERY + 1)
    async with house(journal_url, tally_snapshots(EVERY, version=2)) as (
        system,
        journal,
    ):
        await look(system)
        assert journal.started_after == [EVERY + 1]


def spoil_body(journal: Journal) -> None:
    with journal.database.writing.begin() as connection:
        body = connection.scalar(select(snapshot_parts.c.body))
        assert body is not None
        changed = body[:-1] + bytes([body[-1] ^ 1])
        connection.execute(update(snapshot_parts).values(body=changed))


def lose_a_part(journal: Journal) -> None:
    with journal.database.writing.begin() as connection:
        connection.execute(snapshot_parts.delete())


def stand_too_far(journal: Journal) -> None:
    with journal.database.writing.begin() as connection:
        for table in (snapshot_rows, snapshot_parts):
            connection.execute(update(table).values(seq=table.c.seq + 100))


def change_the_row(journal: Journal) -> None:
    with journal.database.writing.begin() as connection:
        connection.execute(update(snapshot_rows).values(at=snapshot_rows.c.at + 1))


@pytest.mark.parametrize(
    "damage", [spoil_body, lose_a_part, stand_too_far, change_the_row]
)
async def test_a_damaged_snapshot_costs_time_only(
    journal_url: str, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(journal_url) as (system, journal):
        await add(system, range(EVERY))
        await journal.until_saved(EVERY)
        await add(system, range(EVERY, EVERY + 1))
        before = await look(system)
    closed = Journal(journal_url, release="1.0")
    try:
        damage(closed)
    finally:
        closed.database.close()
    async with house(journal_url) as (system, journal):
        with caplog.at_level(logging.WARNING):
            assert await look(system) == before
        assert journal.started_after == [0]
        assert "snapshot" in caplog.text
        # and the next one is good again
        await add(system, range(EVERY + 1, EVERY + 2))
        await journal.until_saved(EVERY + 2)


async def test_one_that_cannot_be_thawed_costs_time_only(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(journal_url) as (system, journal):
        await add(system, range(EVERY))
        await journal.until_saved(EVERY)
        before = await look(system)
    broken = tally_snapshots(EVERY)

    def crash(_: str, __: bytes) -> State:
        raise RuntimeError("as asked")

    broken.thaw = crash
    async with house(journal_url, broken) as (system, journal):
        assert await look(system) == before
        assert journal.started_after == [0]
    assert "is not read" in caplog.text


async def test_only_the_newest_is_kept(journal_url: str) -> None:
    async with house(journal_url) as (system, journal):
        for turn in range(4):
            await add(system, range(turn * EVERY, (turn + 1) * EVERY))
            await journal.until_saved((turn + 1) * EVERY)
        seqs = await journal.look_beside(
            lambda engine: _scalars(engine, select(snapshot_parts.c.seq))
        )
        assert set(seqs) == {journal.saved[-1]}


async def test_a_large_one_goes_in_parts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    async with house(url) as (_, journal):
        saved = SavedSnapshot(0, 1, 1, 1, bytes(700_000))
        await journal.save_snapshot("h/tally/large", saved, Lineage())
        parts = await journal.look_beside(
            lambda engine: _scalars(engine, select(func.count(snapshot_parts.c.part)))
        )
        assert parts == [3]


def _scalars(engine: Any, query: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(query).all())


class LosingJournal(WatchedJournal):
    """Another writes first, once: what an actor has under way fails."""

    lose = False

    def append(self, append: Append) -> None:
        if self.lose:
            self.lose = False
            append.seq += 1000
        super().append(append)


async def test_a_state_that_never_was_is_not_kept(journal_url: str) -> None:
    """The commit that makes it due is followed by one that fails: a snapshot frozen
    after that one would hold what is in no journal."""
    journal = LosingJournal(journal_url)
    system = ActorSystem(journal, [tally(tally_snapshots(EVERY))])
    async with system.running():
        one = system.ref(ONE)
        await one.ask(AddMany([1] * (EVERY - 1)), principal="p")
        async with trio.open_nursery() as nursery:

            async def doomed() -> None:
                with pytest.raises(Refusal):
                    await one.ask(Add(1000), principal="p")

            await one.ask(Add(1), principal="p")
            journal.lose = True
            nursery.start_soon(doomed)
        assert (await look(system))[0] == {"main": EVERY}
        # saved before the failure or refused after it, but never with the 1000
        found = await journal.newest_snapshot(ONE, 1)
        assert found is None or found.seq == EVERY
    async with house(journal_url) as (system, _):
        assert (await look(system))[0] == {"main": EVERY}


async def test_a_broken_lineage_saves_nothing(journal_url: str) -> None:
    async with house(journal_url) as (_, journal):
        lineage = Lineage()
        lineage.broken = True
        with pytest.raises(AppendFailed):
            await journal.save_snapshot(
                ONE, SavedSnapshot(1, 1, 1, 1, b"never was"), lineage
            )
        assert await journal.newest_snapshot(ONE, 1) is None


COMMANDS = st.lists(
    st.one_of(
        st.builds(Add, st.integers(-9, 9), st.sampled_from(["main", "side"])),
        st.builds(AddMany, st.lists(st.integers(0, 9), max_size=5)),
        st.builds(Remind, st.integers(2**43, 2**44)),
    ),
    max_size=25,
)


@settings(max_examples=15)
@given(commands=COMMANDS, every=st.integers(1, 7), stops=st.sets(st.integers(0, 24)))
def test_a_snapshot_and_the_rest_are_a_full_replay(
    commands: list[Any], every: int, stops: set[int], tmp_path_factory: Any
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('day')}/journal.db"

    async def day() -> None:
        left = list(enumerate(commands))
        before: Any = None
        while left:
            async with house(url, tally_snapshots(every)) as (system, _):
                if before is not None:
                    assert await look(system) == before
                while left:
                    number, command = left.pop(0)
                    await system.ref(ONE).ask(command, principal="p", key=f"k{number}")
                    if number in stops:
                        break
                before = await look(system)
        if before is None:
            return
        async with house(url, tally_snapshots(every)) as (system, _):
            assert await look(system) == before
        journal = Journal(url, release="1.0")
        plain = ActorSystem(journal, [tally()])
        async with plain.running():
            assert await look(plain) == before

    trio.run(day)
