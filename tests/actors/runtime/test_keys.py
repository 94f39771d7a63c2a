"""A key makes a command happen once, for good."""

from __future__ import annotations

import pytest

from actors.kernel.errors import (
    KeyReused,
    Refused,
    Unavailable,
)
from actors.runtime.mail import Answer
from tests.actors.runtime.held_journal import (
    ONE,
    Posted,
    held,
    house,
    settle,
    sums,
    total,
)
from tests.actors.tally import (
    Add,
    Refuse,
)


async def test_a_key_is_answered_the_same_for_good(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        first = await ref.ask(Add(1), principal="p", key="key-0001")
        again = await ref.ask(Add(1), principal="p", key="key-0001")
        assert (again.raw, again.seq) == (first.raw, first.seq)
        other = await ref.ask(Add(1), principal="q", key="key-0001")
        assert total(other) == 2, "a key belongs to its principal"
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        again = await ref.ask(Add(1), principal="p", key="key-0001")
        assert (again.raw, again.seq) == (first.raw, first.seq)
        assert await sums(system) == {"main": 2}
        with pytest.raises(KeyReused):
            await ref.ask(Add(2), principal="p", key="key-0001")


async def test_a_key_in_flight_joins_the_pending_outcome(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        same = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        other = Posted(system, Add(2), key="key-0001", fingerprint=b"b")
        await settle()
        assert not any(p.settled for p in (first, same, other))
        await held(system).let_go()
        assert isinstance(first.outcome, Answer)
        assert isinstance(same.outcome, Answer)
        assert same.outcome.raw == first.outcome.raw
        assert isinstance(other.outcome, KeyReused)
        assert await sums(system) == {"main": 1}


async def test_a_key_whose_append_failed_is_free(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        same = Posted(system, Add(1), key="key-0001", fingerprint=b"a")
        await settle()
        await held(system).lose()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(same.outcome, Unavailable)
        answer = await system.ref(ONE).ask(Add(1), principal="p", key="key-0001")
        assert total(answer) == 1


async def test_refusals_are_not_remembered(journal_url: str) -> None:
    async with house(journal_url) as system:
        with pytest.raises(Refused):
            await system.ref(ONE).ask(Refuse(), principal="p", key="key-0001")
        answer = await system.ref(ONE).ask(Add(1), principal="p", key="key-0001")
        assert total(answer) == 1
