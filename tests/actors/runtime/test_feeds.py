"""Who looks at an actor sees a whole chain, or the view."""

from __future__ import annotations

import pytest

from actors.runtime.feed import Since
from tests.actors.runtime.held_journal import (
    ONE,
    Listening,
    Posted,
    held,
    house,
    settle,
    sums,
)
from tests.actors.tally import (
    Add,
    AddMany,
    Remind,
)


async def test_a_listener_sees_a_whole_chain(journal_url: str) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        ref = system.ref(ONE)
        await ref.ask(Add(1, "a"), principal="p")
        listener.observe()
        for i in range(5):
            await ref.ask(Add(i, "b"), principal="p")
        await ref.ask(Add(-1, "a"), principal="p")
        assert listener.document == {"sums": {"b": {"total": 10}}}


@pytest.mark.parametrize("missed", [0, 1, 60])
async def test_a_reader_that_was_away_gets_what_it_missed_even_after_a_restart(
    journal_url: str, missed: int
) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        await system.ref(ONE).ask(Add(1), principal="p")
        await system.ref(ONE).ask(Remind(9), principal="p")
        listener.observe()
        await sums(system)
        reader = Listening(system)
        reader.document, reader.seq, reader.epoch = (
            listener.document,
            listener.seq,
            listener.epoch,
        )
        for _ in range(missed):
            await system.ref(ONE).ask(AddMany([1, 1]), principal="p")
    async with house(journal_url) as system:
        reader._system = system
        reader.observe(Since(reader.epoch, reader.seq))
        assert await sums(system) == {"main": 1 + 2 * missed}
        assert reader.recovered is True
        assert reader.document == {"sums": {"main": {"total": 1 + 2 * missed}}}
        await system.ref(ONE).ask(Add(1), principal="p")
        assert reader.document == {"sums": {"main": {"total": 2 + 2 * missed}}}


@pytest.mark.parametrize("since", [Since("foreign", 1), Since("", 0), None])
async def test_recovery_is_whole_or_not_at_all(
    journal_url: str, since: Since | None
) -> None:
    async with house(journal_url) as system:
        for _ in range(100):
            await system.ref(ONE).ask(Add(1), principal="p")
        listener = Listening(system)
        listener.observe(since)
        await sums(system)
        assert listener.recovered is False
        far = Listening(system)
        far.seq = 3
        far.observe(Since(listener.epoch, 3))
        await sums(system)
        assert far.recovered is False
        assert far.document == {"sums": {"main": {"total": 100}}}
        beyond = Listening(system)
        beyond.observe(Since(listener.epoch, 5000))
        await sums(system)
        assert beyond.recovered is False


async def test_a_listener_is_told_when_its_actor_starts_anew(journal_url: str) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        listener.observe()
        await system.ref(ONE).ask(Add(1), principal="p")
        held(system).hold()
        Posted(system, Add(1))
        await settle()
        await held(system).lose()
        assert listener.times_lost == 1
        await system.ref(ONE).ask(Add(5), principal="p")
        assert listener.document == {"sums": {"main": {"total": 6}}}
