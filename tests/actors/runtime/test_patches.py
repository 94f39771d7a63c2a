"""Patches and the disk: what a listener is shown, and when, while commits are on
their way."""

from __future__ import annotations

import pytest
import trio

from actors.journal.journal import Journal
from actors.runtime.feed import KEPT, Since, epoch_of
from actors.runtime.system import ActorSystem
from tests.actors.runtime.held_journal import (
    ONE,
    Listening,
    Posted,
    held,
    house,
    settle,
    sums,
)
from tests.actors.tally import Add, CrashLater, SumsView


async def test_a_patch_is_shown_when_it_is_on_disk(journal_url: str) -> None:
    async with house(journal_url) as system:
        listener = Listening(system)
        listener.observe()
        await sums(system)
        held(system).hold()
        Posted(system, Add(1))
        await settle()
        assert listener.document == {}
        await held(system).let_go()
        assert listener.document == {"sums": {"main": {"total": 1}}}


async def test_a_patch_whose_append_failed_is_never_shown(journal_url: str) -> None:
    async with house(journal_url) as system:
        await system.ref(ONE).ask(Add(1), principal="p")
        listener = Listening(system)
        listener.observe()
        await sums(system)
        held(system).hold()
        Posted(system, Add(5))
        await settle()
        await held(system).lose()
        await sums(system)
        assert listener.document == {"sums": {"main": {"total": 1}}}


async def adds(system: ActorSystem, times: int) -> None:
    """So many commits, on disk."""
    for _ in range(times):
        Posted(system, Add(1))
    await sums(system)


async def test_who_was_away_too_long_gets_all_of_it(journal_url: str) -> None:
    total = 2 * KEPT + 1
    async with house(journal_url) as system:
        await adds(system, total)
    async with house(journal_url) as system:
        for missed in (0, 1, KEPT - 1, KEPT, KEPT + 1, 2 * KEPT):
            reader = Listening(system)
            reader.epoch = epoch_of(system.journal.id, ONE, SumsView())
            reader.seq = total - missed
            reader.document = {"sums": {"main": {"total": reader.seq}}}
            reader.observe(Since(reader.epoch, reader.seq))
            await sums(system)
            assert reader.recovered is (missed <= KEPT)
            assert reader.document == {"sums": {"main": {"total": total}}}


@pytest.mark.parametrize("away", [False, True])
async def test_who_comes_just_as_a_view_is_let_go_gets_its_patches(
    journal_url: str, away: bool
) -> None:
    """A view that nobody has looked at for long is let go with the next command; who
    came before that command, and waits for the disk, is not forgotten with it."""
    async with house(journal_url) as system:
        await adds(system, KEPT)
    # the new activation has shown the last commits to nobody: one more is too many
    async with house(journal_url) as system:
        await sums(system)
        journal = held(system)
        journal.hold()
        Posted(system, Add(1))
        Posted(system, Add(1))
        await settle()
        first, second = journal.release()
        Journal.append(journal, first)
        await journal.flushed()
        journal.hold()
        journal.append(second)
        late = Listening(system)
        if away:
            late.epoch = epoch_of(journal.id, ONE, SumsView())
            late.seq, late.document = KEPT, {"sums": {"main": {"total": KEPT}}}
        late.observe(Since(late.epoch, late.seq) if away else None)
        Posted(system, Add(1))
        await settle()
        await journal.let_go()
        await system.ref(ONE).ask(Add(1), principal="p")
        await sums(system)
        assert late.document == {"sums": {"main": {"total": KEPT + 4}}}


async def test_who_comes_just_before_the_actor_crashes_is_not_forgotten(
    journal_url: str,
) -> None:
    async with house(journal_url) as system:
        await sums(system)
        held(system).hold()
        Posted(system, Add(1))
        late = Listening(system)
        late.observe()
        Posted(system, CrashLater())
        await settle()
        await held(system).let_go()
        await system.ref(ONE).ask(Add(1), principal="p")
        assert late.document == {"sums": {"main": {"total": 2}}}


async def test_who_comes_just_before_an_append_fails_is_not_forgotten(
    journal_url: str,
) -> None:
    """The actor notices that it stands on sand before it hears of the commit that
    the listener waits for."""
    async with house(journal_url) as system:
        await sums(system)
        journal = held(system)
        journal.hold()
        Posted(system, Add(1))
        late = Listening(system)
        late.observe()
        Posted(system, Add(1))
        await settle()
        first, second = journal.release()
        journal.hold()
        second.lineage.broken = True
        third = Posted(system, Add(1))
        await settle()  # the next activation waits for what this one has under way
        second.lineage.broken = False
        second.seq += 1000
        Journal.append(journal, first)
        await Journal.flushed(journal)
        Journal.append(journal, second)
        await journal.let_go()
        with trio.fail_after(10):
            while not third.settled:
                await journal.flushed()
        await system.ref(ONE).ask(Add(1), principal="p")
        assert late.document == {"sums": {"main": {"total": 3}}}
