"""Actors: one writer, one order, and nobody hears of what is not on disk."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
import pytest
import trio
import trio.testing

from actors.journal.faults import AppendFailed
from actors.journal.journal import Journal
from actors.kernel.errors import (
    Busy,
    Crashed,
    DeadlinePassed,
    Refused,
    Stale,
    Unavailable,
    UnknownTarget,
)
from actors.runtime.mail import Answer
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from tests.actors.runtime.held_journal import (
    ONE,
    Listening,
    Posted,
    held,
    house,
    settle,
    sums,
    total,
)
from tests.actors.tally import (
    Add,
    AddMany,
    Crash,
    CrashLater,
    Refuse,
)


# -- order and durability -----------------------------------------------------------
async def test_an_ask_is_answered_and_survives_a_restart(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        assert total(await ref.ask(Add(3), principal="p")) == 3
        answer = await ref.ask(AddMany([1, 1]), principal="p")
        assert (total(answer), answer.seq) == (5, 3)
    async with house(journal_url) as system:
        assert await sums(system) == {"main": 5}
        assert total(await system.ref(ONE).ask(Add(1), principal="p")) == 6


async def test_nobody_hears_of_what_is_not_on_disk(journal_url: str) -> None:
    async with house(journal_url) as system:
        assert await sums(system) == {}
        held(system).hold()
        listener = Listening(system)
        accepted = Posted(system, Add(1))
        refused = Posted(system, Refuse())
        seen: list[Any] = []
        system.read(ONE, lambda state: state.total, seen.append)
        listener.observe()
        await settle()
        assert not accepted.settled
        assert not refused.settled, "a refusal saw the first command's effect"
        assert seen == []
        assert listener.snapshot is None
        await held(system).let_go()
        assert isinstance(accepted.outcome, Answer)
        assert isinstance(refused.outcome, Refused)
        assert refused.outcome.details == {"total": 1}
        assert seen == [1]
        assert listener.document == {"sums": {"main": {"total": 1}}}


async def test_the_actor_goes_on_while_the_disk_syncs(journal_url: str) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        asked = [Posted(system, Add(1)) for _ in range(5)]
        await settle()
        assert [len(held(system).held or ()), held(system).healthy] == [5, True]
        await held(system).let_go()
        totals = [total(p.outcome) for p in asked if isinstance(p.outcome, Answer)]
        assert totals == [1, 2, 3, 4, 5]


async def test_a_failed_append_takes_back_all_that_stood_on_it(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await system.ref(ONE).ask(Add(10), principal="p")
        held(system).hold()
        lost = [
            Posted(system, Add(1)),
            Posted(system, Refuse()),
            Posted(system, Add(1)),
        ]
        await settle()
        await held(system).lose()
        assert all(isinstance(p.outcome, Unavailable) for p in lost)
        assert await sums(system) == {"main": 10}
        assert total(await system.ref(ONE).ask(Add(5), principal="p")) == 15


async def test_what_was_not_begun_goes_to_the_next_activation(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1))
        await settle()
        journal = held(system)
        appends = journal.release()
        appends[0].seq += 1000
        appends[0].lineage.broken = True
        later = Posted(system, Add(2))
        Journal.append(journal, appends[0])
        with trio.fail_after(10):
            while later.outcome is None:
                await journal.flushed()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(later.outcome, Answer)
        assert await sums(system) == {"main": 2}


async def test_thrown_away_between_mail_and_task(journal_url: str) -> None:
    """The failure is heard after the mail was put and before its task began."""
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        first = Posted(system, Add(1))
        await settle()
        (append,) = held(system).release()
        append.fault = AppendFailed("as asked")
        later = Posted(system, Add(2))
        append.done(append)
        with trio.fail_after(10):
            while not later.settled:
                await system.journal.flushed()
        assert isinstance(first.outcome, Unavailable)
        assert isinstance(later.outcome, Answer)
        assert await sums(system) == {"main": 2}


async def test_neighbours_do_not_wait_for_each_other(journal_url: str) -> None:
    async with house(journal_url) as system:
        async with trio.open_nursery() as nursery:
            for i in range(50):
                nursery.start_soon(_adding, system, f"h/tally/t{i}", 20)
        for i in range(50):
            assert await sums(system, f"h/tally/t{i}") == {"main": 20}
        # what gathered was committed together
        counters = system.journal.counters
        assert counters.batches < counters.appends == 1000


async def _adding(system: ActorSystem, stream: str, times: int) -> None:
    for _ in range(times):
        await system.ref(stream).ask(Add(1), principal="p")


# -- refusals and crashes -----------------------------------------------------------
async def test_expected_seq(journal_url: str) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p", expected=0)
        with pytest.raises(Stale):
            await ref.ask(Add(1), principal="p", expected=0)
        await ref.ask(Add(1), principal="p", expected=1)


async def test_a_crash_in_decide_refuses_that_one_command(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p")
        with pytest.raises(Crashed) as crashed:
            await ref.ask(Crash(), principal="p")
        assert crashed.value.details["incident"] in caplog.text
        assert total(await ref.ask(Add(1), principal="p")) == 2


@pytest.mark.parametrize("pending", [False, True])
async def test_a_crash_in_evolve_starts_the_actor_anew(
    journal_url: str, pending: bool
) -> None:
    async with house(journal_url) as system:
        ref = system.ref(ONE)
        await ref.ask(Add(1), principal="p")
        if pending:
            held(system).hold()
        before = Posted(system, Add(1))
        crashed = Posted(system, CrashLater())
        after = Posted(system, Add(1))
        await settle()
        if pending:
            await held(system).let_go()
        with trio.fail_after(10):
            while after.outcome is None:
                await system.journal.flushed()
        assert isinstance(before.outcome, Answer)
        assert isinstance(crashed.outcome, Crashed)
        assert isinstance(after.outcome, Answer)
        assert await sums(system) == {"main": 3}


async def test_a_stream_that_cannot_be_read_is_unavailable_and_backs_off(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with house(journal_url) as system:
        await system.ref("h/tally/bad").ask(Add(1), principal="p")
    async with house(journal_url) as system:
        capability = system.capability_of("h/tally/bad")
        whole, broken = capability.read_event, True

        def read(body: Any) -> Any:
            if broken:
                raise msgspec.ValidationError("damaged")
            return whole(body)

        capability.read_event = read
        with pytest.raises(Unavailable):
            await system.ref("h/tally/bad").ask(Add(1), principal="p")
        assert total(await system.ref(ONE).ask(Add(1), principal="p")) == 1
        broken = False
        answer = await system.ref("h/tally/bad").ask(Add(1), principal="p")
        assert total(answer) == 2


async def test_a_full_mailbox_refuses_at_once(journal_url: str) -> None:
    async with house(journal_url, mailbox_size=3) as system:
        posted = [Posted(system, Add(1)) for _ in range(5)]
        assert [isinstance(p.outcome, Busy) for p in posted] == [False] * 3 + [True] * 2
        with trio.fail_after(10):
            while posted[2].outcome is None:
                await system.journal.flushed()
        assert await sums(system) == {"main": 3}


async def test_unknown_kinds_and_names(journal_url: str) -> None:
    async with house(journal_url) as system:
        for stream in ("h/nothing/x", "h", ""):
            with pytest.raises(UnknownTarget):
                await system.ref(stream).ask(Add(1), principal="p", deadline=5)


async def test_a_deadline_answers_in_time_and_the_command_still_counts(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        with pytest.raises(DeadlinePassed):
            await system.ref(ONE).ask(Add(1), principal="p", deadline=0.05)
        assert system.deadlines_passed == 1
        await held(system).let_go()
        assert await sums(system) == {"main": 1}


async def test_a_caller_that_goes_away_does_not_cancel_its_command(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        with trio.move_on_after(0.01):
            await system.ref(ONE).ask(Add(1), principal="p")
        await held(system).let_go()
        assert await sums(system) == {"main": 1}


async def test_the_clock_never_runs_backwards_in_a_stream(journal_url: str) -> None:
    clock = ManualClock(5_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Add(1), principal="p")
        clock.at = 1_000
        await system.ref(ONE).ask(Add(1), principal="p")
        events = await system.journal.after_position(0)
        assert [e.at for e in events] == [5_000, 5_000]
    clock.at = 10
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Add(1), principal="p")
        events = await system.journal.after_position(2)
        assert [e.at for e in events] == [5_000]


@pytest.mark.parametrize("length", [999, 1000, 1001, 2500])
async def test_a_long_stream_is_replayed_whole(journal_url: str, length: int) -> None:
    async with house(journal_url) as system:
        for start in range(0, length, 100):
            numbers = [1] * min(100, length - start)
            await system.ref(ONE).ask(AddMany(numbers), principal="p")
    async with house(journal_url) as system:
        assert await sums(system) == {"main": length}
        answer = await system.ref(ONE).ask(Add(1), principal="p")
        assert answer.seq == length + 1
