"""Wake-ups come once, and who is idle rests."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from actors.runtime.shape import Wake
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from tests.actors.runtime.held_journal import (
    ONE,
    Listening,
    house,
    sums,
    total,
)
from tests.actors.tally import (
    Add,
    Remind,
)


async def test_what_is_overdue_at_start_fires_once(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        assert len(system.timers) == 1
    clock.at = 9_000
    async with house(journal_url, clock=clock) as system:
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert await system.ref(ONE).read(lambda s: s.reminded) == [9_000]
        assert len(system.timers) == 0
    async with house(journal_url, clock=clock) as system:
        assert await system.ref(ONE).read(lambda s: s.reminded) == [9_000]


async def test_a_wake_up_comes_when_its_time_has_come(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        assert system.timers.fire_due() == 0
        clock.at = 2_000
        assert system.timers.fire_due() == 1
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert system.timers.fire_due() == 0


async def asleep(system: ActorSystem, patience_s: float = 10) -> None:
    with trio.fail_after(patience_s):
        while system.awake:  # noqa: ASYNC110 - resting is nobody's event
            await trio.sleep(0.01)


async def test_an_idle_actor_rests_and_wakes_with_its_state(journal_url: str) -> None:
    async with house(journal_url, idle_s=0.05) as system:
        await system.ref(ONE).ask(Add(4), principal="p", key="key-0001")
        await asleep(system)
        assert await sums(system) == {"main": 4}
        again = await system.ref(ONE).ask(Add(4), principal="p", key="key-0001")
        assert total(again) == 4


async def test_somebody_who_is_looked_at_does_not_rest(journal_url: str) -> None:
    async with house(journal_url, idle_s=0.02) as system:
        listener = Listening(system)
        listener.observe()
        with pytest.raises(trio.TooSlowError):
            await asleep(system, patience_s=0.3)
        system.forget(ONE, "sums", listener)
        await asleep(system)


async def test_a_wake_up_counts_though_the_clock_steps_back(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        clock.at = 2_000
        assert system.timers.fire_due() == 1
        clock.at = 1_500
        with trio.fail_after(10):
            while not await system.ref(ONE).read(lambda state: state.reminded):
                await system.journal.flushed()
        assert await system.ref(ONE).read(lambda s: s.reminded) == [2_000]


async def test_a_time_that_is_named_again_comes_again(journal_url: str) -> None:
    """Once it has come it is past: whoever names it again is woken at once."""
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        clock.at = 2_000
        for times in (1, 2):
            system.timers.fire_due()
            with trio.fail_after(10):
                while len(await reminded(system)) < times:
                    await system.journal.flushed()
            if times == 1:
                await system.ref(ONE).ask(Remind(2_000), principal="p")
        assert await reminded(system) == [2_000, 2_000]
        assert len(system.timers) == 0


async def test_a_wake_up_that_is_no_longer_due_does_nothing(journal_url: str) -> None:
    clock = ManualClock(1_000)
    async with house(journal_url, clock=clock) as system:
        await system.ref(ONE).ask(Remind(2_000), principal="p")
        await system.ref(ONE).ask(Remind(9_000), principal="p")
        clock.at = 3_000
        await system.ref(ONE).ask(Wake(2_000), principal="p")
        assert await reminded(system) == []
        assert len(system.timers) == 1


async def reminded(system: ActorSystem) -> list[int]:
    found: list[int] = await system.ref(ONE).read(lambda state: state.reminded)
    return found.copy()
