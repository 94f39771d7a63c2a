"""The house is killed between each two steps of what a session has begun."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import trio.testing

from actors.runtime.testkit import ManualClock
from actors.schedule.state import ScheduleState
from actors.session.findings import Finding
from actors.session.messages import Book, CheckIn, Confirm, Hold, More
from actors.session.state import SessionState
from tests.actors.schedule.day import EIGHT
from tests.actors.schedule.day import STREAM as SCHEDULE
from tests.actors.schedule.sideways import CLINIC
from tests.actors.session.day import HELD, KIOSK, STREAM, card
from tests.actors.session.house import (
    PATIENCE_S,
    KioskHouse,
    ask,
    house,
    opened,
)

STEPS = [(step, after) for step in range(1, 7) for after in (False, True)]


async def a_visit(system: KioskHouse) -> None:
    """Card, check-in, a number for later: the same asks in every life."""
    await opened(system)
    await ask(system, card())
    await ask(system, Confirm(by=KIOSK))
    await ask(system, CheckIn(by=KIOSK, ticket="1"))
    await system.settled()
    await ask(system, More(by=KIOSK, session="k1", found=Finding()))
    await ask(system, Hold(by=KIOSK, person="p7", held=HELD, slot="1"))
    await system.settled()
    await ask(system, Book(by=KIOSK))
    await system.settled()


async def dies(
    url: str, clock: ManualClock, step: int, after: bool, visit: Any
) -> None:
    async with (
        house(url, clock, step=step, after=after) as system,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(visit, system)
        with trio.fail_after(PATIENCE_S):
            await system.killed.wait()
        nursery.cancel_scope.cancel()


async def what_happened(system: KioskHouse) -> dict[str, Any]:
    def clinic(state: Any) -> Any:
        names = [type(event).__name__ for event in state.history["t12"]]
        return state.tickets["t12"].state, Counter(names)["CheckedIn"]

    def numbers(state: ScheduleState) -> Any:
        return sorted((b.stage, b.number) for b in state.bookings.values())

    def session(state: SessionState) -> Any:
        mine = state.session
        return (mine.step if mine else "", list(state.open), state.deeds)

    system.broken = ""
    return {
        "clinic": await system.ref(CLINIC).read(clinic),
        "numbers": await system.ref(SCHEDULE).read(numbers),
        "session": await system.ref(STREAM).read(session),
    }


DONE: dict[str, Any] = {
    "clinic": ("waiting", 1),
    "numbers": [("confirmed", "Z001")],
    "session": ("done", [], 3),
}


async def test_nothing_is_lost_and_nothing_is_done_twice(journal_url: str) -> None:
    clock = ManualClock(EIGHT)
    async with house(journal_url, clock) as system:
        await a_visit(system)
        assert await what_happened(system) == DONE
        assert system.steps == len(STEPS) // 2


@pytest.mark.parametrize(("step", "after"), STEPS)
async def test_killed_at_any_step_it_goes_on_where_it_was(
    step: int, after: bool, journal_url: str
) -> None:
    clock = ManualClock(EIGHT)
    await dies(journal_url, clock, step, after, a_visit)
    async with house(journal_url, clock) as system:
        await a_visit(system)
        assert await what_happened(system) == DONE


@pytest.mark.parametrize(("step", "after"), STEPS)
async def test_nobody_comes_back_and_it_ends_whole(
    step: int, after: bool, tmp_path: Path
) -> None:
    """What was begun is finished; a place that is held for nobody is free again."""
    journal_url = f"sqlite:///{tmp_path}/journal.db"
    clock = ManualClock(EIGHT)
    await dies(journal_url, clock, step, after, a_visit)
    clock.pass_s(120)
    async with house(journal_url, clock) as system:
        await system.settled()
        await system.ref(STREAM).read(lambda state: None)
        with trio.fail_after(PATIENCE_S):
            while (await what_happened(system))["session"][0]:
                await trio.testing.wait_all_tasks_blocked(0.01)
        await system.settled()
        found = await what_happened(system)
        assert found["clinic"] == ("waiting", 1)
        assert found["session"][1] == []
        stages = [stage for stage, _ in found["numbers"]]
        # the booking was begun from the fifth command on
        assert stages in ([["confirmed"]] if step > 4 else [[], ["cancelled"]])


async def test_what_cannot_be_done_stops_nobody_else_for_long(tmp_path: Path) -> None:
    """A clinic that cannot be woken: its patient goes to the desk, and the next
    kiosk's are done."""
    clock = ManualClock(EIGHT)
    async with house(f"sqlite:///{tmp_path}/journal.db", clock) as system:
        await opened(system)
        system.broken = CLINIC
        await ask(system, card())
        await ask(system, Confirm(by=KIOSK))
        await ask(system, CheckIn(by=KIOSK, ticket="1"))
        with trio.fail_after(PATIENCE_S):
            while not system.deeds.follower.stuck:
                await trio.testing.wait_all_tasks_blocked(0.01)
        clock.pass_s(31)
        await system.settled()
        _, still_open, deeds = (await what_happened(system))["session"]
        assert (still_open, deeds) == ([], 1)
