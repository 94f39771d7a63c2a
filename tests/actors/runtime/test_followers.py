"""Followers hear everything, in order, and go on where they were."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from actors.journal.records import Recorded
from actors.runtime.followers import Follower
from tests.actors.runtime.held_journal import (
    ONE,
    house,
)
from tests.actors.tally import (
    AddMany,
)


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
