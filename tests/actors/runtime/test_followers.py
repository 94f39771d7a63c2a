"""Followers hear everything, in order, and go on where they were."""

from __future__ import annotations

import sqlite3

import pytest
import trio
import trio.testing
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from actors.journal import reader
from actors.journal.records import Recorded
from actors.runtime import followers
from actors.runtime.followers import BatchFollower, Follower
from tests.actors.runtime.held_journal import (
    ONE,
    house,
)
from tests.actors.tally import AddMany, Remind


class Heard:
    def __init__(self, wanted: int, fail_once_at: int | None = None) -> None:
        self.records: list[Recorded] = []
        self.complete = trio.Event()
        self._wanted = wanted
        self._fail_at = fail_once_at

    async def __call__(self, record: Recorded) -> None:
        if record.position == self._fail_at:
            self._fail_at = None
            raise RuntimeError("not yet")
        self.records.append(record)
        if len(self.records) >= self._wanted:
            self.complete.set()

    @property
    def positions(self) -> list[int]:
        return [record.position for record in self.records]


async def test_a_follower_hears_everything_in_order(journal_url: str) -> None:
    heard = Heard(30)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        for i in range(10):
            await system.ref(f"h/tally/{i % 3}").ask(AddMany([1, 2, 3]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == list(range(1, 31))
    assert {r.commit_seq - r.seq for r in heard.records} == {0, 1, 2}


async def test_a_follower_goes_on_where_it_was(journal_url: str) -> None:
    heard = Heard(2)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    async with house(journal_url) as system:
        await system.ref(ONE).ask(AddMany([3, 4, 5]), principal="p")
    later = Heard(3)
    async with house(journal_url, followers=[Follower("f", later)]):
        with trio.fail_after(10):
            await later.complete.wait()
    assert later.positions == [3, 4, 5]


async def test_a_follower_reads_again_when_the_database_was_away(
    journal_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(journal_url) as system:
        await system.ref(ONE).ask(AddMany([1, 2]), principal="p")
    read, away = reader.after_position, iter([True, True])

    def sometimes(reading: Engine, *more: int) -> list[Recorded]:
        if next(away, False):
            gone = sqlite3.OperationalError("locked")
            gone.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise DBAPIError("SELECT", None, gone)
        return read(reading, *more)

    monkeypatch.setattr(reader, "after_position", sometimes)
    heard = Heard(2)
    async with house(journal_url, followers=[Follower("f", heard)]):
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == [1, 2]
    assert next(away, "both") == "both"


async def test_the_cursor_is_never_before_the_effect(journal_url: str) -> None:
    """Ended in the middle of an effect: after the restart that event comes again."""
    started = trio.Event()

    async def stuck(record: Recorded) -> None:
        started.set()
        await trio.sleep_forever()

    async with house(journal_url, followers=[Follower("f", stuck)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2]), principal="p")
        with trio.fail_after(10):
            await started.wait()
    heard = Heard(2)
    async with house(journal_url, followers=[Follower("f", heard)]):
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == [1, 2]


async def test_an_effect_that_fails_is_tried_again_in_order(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Heard(3, fail_once_at=2)
    async with house(journal_url, followers=[Follower("f", heard)]) as system:
        await system.ref(ONE).ask(AddMany([1, 2, 3]), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == [1, 2, 3]
    assert "again in" in caplog.text


async def test_what_it_does_not_want_costs_a_follower_nothing(
    journal_url: str,
) -> None:
    """It hears of nothing else, and stands where the journal does all the same."""
    heard = Heard(2)
    follower = Follower("f", heard, names={"tally.reminder_set"})
    async with house(journal_url, followers=[follower]) as system:
        one = system.ref(ONE)
        for number in (1, 2, 3):
            await one.ask(AddMany([number] * 3), principal="p")
            await one.ask(Remind(10**13 + number), principal="p")
        await one.ask(AddMany([4]), principal="p")
        with trio.fail_after(10):
            await follower.reached(system.journal.top)
        assert follower.position == system.journal.top == 13
    assert heard.positions == [4, 8, 12]
    again = Follower("f", heard, names={"tally.reminder_set"})
    async with house(journal_url, followers=[again]) as system:
        with trio.fail_after(10):
            await again.reached(system.journal.top)
    assert heard.positions == [4, 8, 12]


async def test_only_what_moved_a_follower_is_saved_while_it_goes_on(
    journal_url: str,
) -> None:
    heard = Heard(1)
    follower = Follower("f", heard, names={"tally.reminder_set"})
    async with house(journal_url, followers=[follower]) as system:
        await system.ref(ONE).ask(AddMany([1, 2, 3]), principal="p")
        assert follower.unsaved() is None
        await system.ref(ONE).ask(Remind(10**13), principal="p")
        with trio.fail_after(10):
            await follower.reached(4)
        assert follower.unsaved() == 4
        await system.ref(ONE).ask(AddMany([1]), principal="p")
        assert follower.unsaved() is None
        assert follower.unsaved(at_the_end=True) == 5


async def test_a_follower_that_falls_behind_hears_what_was_let_go(
    journal_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "_BUFFER", 5)
    heard = Heard(60)
    may_go_on = trio.Event()

    async def slow(record: Recorded) -> None:
        await may_go_on.wait()
        await heard(record)

    async with house(journal_url, followers=[Follower("f", slow)]) as system:
        for number in range(10):
            await system.ref(ONE).ask(AddMany([number] * 3), principal="p")
        may_go_on.set()
        for number in range(10):
            await system.ref(ONE).ask(AddMany([number] * 3), principal="p")
        with trio.fail_after(10):
            await heard.complete.wait()
    assert heard.positions == list(range(1, 61))


async def test_a_patient_follower_hears_what_has_gathered_at_once(
    journal_url: str,
) -> None:
    portions: list[int] = []
    complete = trio.Event()

    async def hear(records: list[Recorded]) -> None:
        portions.append(len(records))
        if sum(portions) == 6:
            complete.set()

    follower = BatchFollower("f", hear, patience_s=0.5)
    async with house(journal_url, followers=[follower]) as system:
        for number in (1, 2, 3):
            await system.ref(ONE).ask(AddMany([number] * 2), principal="p")
        with trio.fail_after(10):
            await complete.wait()
    assert len(portions) < 3
