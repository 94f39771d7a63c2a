"""Between clinics: killed between each two steps, nobody is lost, nobody is twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import trio

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import (
    CallNext,
    CheckIn,
    Finish,
    Refund,
    Register,
    ToExamination,
    Transfer,
    Triage,
)
from actors.clinic.courier import Courier
from actors.clinic.plan import Target
from actors.clinic.settings import Emergency, Settings
from actors.clinic.state import ClinicState, Ticket
from actors.journal.journal import Journal
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from tests.actors.clinic.day import NINE, OPENING, VAULT
from tests.actors.doomed import Life

HERE = clinic_stream("yunxiu", "im2", "2026-11-23")
THERE = clinic_stream("yunxiu", "eye1", "2026-11-23")
TOMORROW = clinic_stream("yunxiu", "im2", "2026-11-24")


class Mortal(Courier):
    """A courier whose process is killed at a step: before it asks, or after it has
    asked and before it knows."""

    def __init__(self, dies_at: float = 99) -> None:
        super().__init__()
        self.life = Life(dies_at)

    async def _ask(self, stream: str, command: Any, key: str) -> None:
        await self.life.goes_on()
        await super()._ask(stream, command, key)
        await self.life.goes_on()


@asynccontextmanager
async def house(
    url: str, clock: ManualClock, courier: Courier
) -> AsyncIterator[ActorSystem]:
    system = ActorSystem(
        Journal(url, release="test"),
        [clinic_capability(VAULT)],
        clock=clock,
        followers=[courier.follower],
    )
    courier.system = system
    async with system.running():
        yield system


async def ask(system: ActorSystem, stream: str, command: Any) -> Any:
    answer = await system.ref(stream).ask(command, principal="test")
    return msgspec.json.decode(answer.raw)


async def until(
    system: ActorSystem, stream: str, seen: Callable[[ClinicState], bool]
) -> ClinicState:
    """Waits for the courier; the test's own time limit ends what never comes."""
    while True:
        state: ClinicState = await system.ref(stream).read(lambda state: state)
        if seen(state):
            return state
        await trio.sleep(0.002)


def is_in(key: str, stage: str) -> Callable[[ClinicState], bool]:
    return lambda state: key in state.tickets and state.tickets[key].state == stage


async def somebody_waits(system: ActorSystem, stream: str = HERE) -> None:
    await ask(system, stream, OPENING)
    await ask(
        system,
        stream,
        Register(by="his", queue="A", name=VAULT.seal("张友三"), card="c1"),
    )
    await ask(system, stream, CheckIn(by="k", card="c1"))


def away(to: str = "eye1", queue: str = "A", *, and_return: bool = False) -> Transfer:
    target = Target(queue=queue, clinic=to)
    return Transfer(by="dr", ticket="t1", to=target, and_return=and_return)


def live(state: ClinicState) -> list[Ticket]:
    ended = ("left", "done", "refunded", "gave_up")
    return [t for t in state.tickets.values() if t.state not in ended]


@pytest.mark.parametrize("dies_at", range(1, 6))
async def test_a_transfer_arrives_once_wherever_the_courier_dies(
    journal_url: str, dies_at: int
) -> None:
    clock = ManualClock(NINE)
    mortal = Mortal(dies_at)
    async with house(journal_url, clock, mortal) as system:
        await somebody_waits(system)
        await ask(system, THERE, OPENING)
        await ask(system, HERE, away())
        if dies_at < 5:
            await mortal.life.dead.wait()
        here = await system.ref(HERE).read(lambda state: state)
        there = await system.ref(THERE).read(lambda state: state)
        assert here.tickets["t1"].state in ("leaving", "left")
        assert len(live(there)) <= 1
        if here.tickets["t1"].state == "left":
            assert len(live(there)) == 1
    async with house(journal_url, clock, Mortal()) as system:
        here = await until(system, HERE, is_in("t1", "left"))
        there = await until(system, THERE, is_in("im2.t1", "waiting"))
        assert (live(here), len(live(there))) == ([], 1)
        assert len(there.tickets) == 1


@pytest.mark.parametrize("dies_at", range(1, 6))
async def test_who_is_refused_stands_where_they_stood(
    journal_url: str, dies_at: int
) -> None:
    clock = ManualClock(NINE)
    mortal = Mortal(dies_at)
    async with house(journal_url, clock, mortal) as system:
        await somebody_waits(system)
        await ask(system, THERE, OPENING)
        before = await system.ref(HERE).read(lambda s: s.tickets["t1"].facts)
        await ask(system, HERE, away(queue="nowhere"))
        if dies_at < 4:
            with trio.move_on_after(1):
                await mortal.life.dead.wait()
    async with house(journal_url, clock, Mortal()) as system:
        here = await until(system, HERE, is_in("t1", "waiting"))
        assert here.tickets["t1"].facts == before
        assert [alarm.kind for alarm in here.alarms.values()] == ["not_taken"]
        there = await system.ref(THERE).read(lambda state: state)
        assert not there.tickets


async def test_who_was_refused_once_is_not_taken_later(journal_url: str) -> None:
    """The other clinic opens between the refusal and the courier's second try."""
    clock = ManualClock(NINE)
    mortal = Mortal(dies_at=3)  # after NotTaken is written, before it knows
    async with house(journal_url, clock, mortal) as system:
        await somebody_waits(system)
        await ask(system, HERE, away())
        await mortal.life.dead.wait()
        await ask(system, THERE, OPENING)
    reborn = Mortal()
    async with house(journal_url, clock, reborn) as system:
        follower, top = reborn.follower, system.journal.top
        await until(system, HERE, lambda _: follower.position == top)
        assert reborn.life.steps == 0
        await until(system, HERE, is_in("t1", "waiting"))
        there = await system.ref(THERE).read(lambda state: state)
        assert not there.tickets


async def test_there_and_back_again(journal_url: str) -> None:
    clock = ManualClock(NINE)
    async with house(journal_url, clock, Courier()) as system:
        await somebody_waits(system)
        await ask(system, THERE, OPENING)
        for _ in range(2):  # a second time is another journey
            await ask(system, HERE, away(and_return=True))
            there = await until(
                system, THERE, lambda state: bool(state.queues["A"].order)
            )
            guest = there.queues["A"].order[0]
            called = await ask(system, THERE, CallNext(by="dr", room="3"))
            assert called["ticket"] == guest
            await ask(system, THERE, Finish(by="dr", room="3", ticket=guest))
            await until(system, THERE, is_in(guest, "left"))
            here = await until(system, HERE, is_in("t1", "waiting"))
            assert here.tickets["t1"].facts.origin == "return"


async def test_a_refund_follows_the_ticket(journal_url: str) -> None:
    clock = ManualClock(NINE)
    mortal = Mortal(dies_at=1)
    async with house(journal_url, clock, mortal) as system:
        await somebody_waits(system)
        await ask(system, THERE, OPENING)
        await ask(system, HERE, away())
        await mortal.life.dead.wait()
        await ask(system, HERE, Refund(by="his", ticket="t1"))
        await ask(system, HERE, Refund(by="his", ticket="t1"))
    async with house(journal_url, clock, Courier()) as system:
        there = await until(system, THERE, is_in("im2.t1", "refunded"))
        assert live(there) == []


@pytest.mark.parametrize("dies_at", [1, 2, 99])
async def test_the_living_cross_midnight_once(journal_url: str, dies_at: int) -> None:
    clock = ManualClock(NINE)
    opening = msgspec.structs.replace(
        OPENING,
        settings=Settings(emergency=Emergency(on=True)),
        rolls_over=NINE + 60_000,
    )
    mortal = Mortal(dies_at)
    async with house(journal_url, clock, mortal) as system:
        await ask(system, HERE, opening)
        for card in ("c1", "c2", "c3"):
            name = VAULT.seal("张友三")
            register = Register(by="n", queue="A", name=name, card=card)
            await ask(system, HERE, register)
            await ask(system, HERE, CheckIn(by="k", card=card))
        await ask(system, HERE, Triage(by="n", ticket="t2", level=2))
        await ask(system, HERE, CallNext(by="dr", room="3"))
        going = ToExamination(by="dr", room="3", ticket="t2", reports=("ct",))
        await ask(system, HERE, going)
        await ask(system, HERE, CallNext(by="dr", room="3"))
        clock.at = NINE + 60_000
        system.timers.set(HERE, clock.at)
        await until(system, HERE, is_in("t1", "left"))
        if dies_at < 99:
            await mortal.life.dead.wait()
    async with house(journal_url, clock, Courier()) as system:
        day = await until(system, TOMORROW, lambda state: len(state.tickets) == 3)
        stages = {key: ticket.state for key, ticket in day.tickets.items()}
        assert stages == {
            "im2.yt1": "in",
            "im2.yt2": "examination",
            "im2.yt3": "waiting",
        }
        assert day.rooms["3"].current == "im2.yt1"
        assert day.tickets["im2.yt2"].reports == ("ct",)
        # whoever opens the day with its own plan finds them
        plan = msgspec.structs.replace(opening, rolls_over=None)
        await ask(system, TOMORROW, plan)
        day = await system.ref(TOMORROW).read(lambda state: state)
        assert day.queues["A"].order == ["im2.yt3"]
        yesterday = await system.ref(HERE).read(lambda state: state)
        assert live(yesterday) == []
