"""A house with clinics and their areas, and a herald that may be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import trio

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import CallNext, CheckIn, Register
from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from queue_displays.announcements.actor import area_capability, area_stream
from queue_displays.announcements.floor import Floor
from queue_displays.announcements.herald import Herald
from queue_displays.announcements.state import Announcement, AreaState
from tests.actors.clinic.day import OPENING, VAULT, card_of
from tests.actors.doomed import Life

CLINIC = clinic_stream("yunxiu", "im2", "2026-11-23")
AREA = area_stream("yunxiu", "im2", "2026-11-23")
ZONE = ZoneInfo("Asia/Shanghai")


class Mortal(Herald):
    """Its process is killed at a step: before it hears of something, or when all of
    it has happened and its cursor has not been saved."""

    def __init__(self, dies_at: float = 1e9, floor: Floor | None = None) -> None:
        super().__init__(ZONE, floor or Floor())
        self.life = Life(dies_at)

    async def _heard(self, records: list[Recorded]) -> None:
        await self.life.goes_on()
        await super()._heard(records)
        await self.life.goes_on()


@asynccontextmanager
async def house(
    url: str, clock: ManualClock, herald: Herald
) -> AsyncIterator[ActorSystem]:
    system = ActorSystem(
        Journal(url, release="test"),
        [clinic_capability(VAULT), area_capability(VAULT)],
        clock=clock,
        followers=[herald.follower],
    )
    herald.system = system
    async with system.running():
        yield system


async def ask(system: ActorSystem, stream: str, command: Any) -> Any:
    answer = await system.ref(stream).ask(command, principal="test")
    return msgspec.json.decode(answer.raw)


async def area_of(system: ActorSystem, stream: str = AREA) -> AreaState:
    state: AreaState = await system.ref(stream).read(lambda state: state)
    return state


async def caught_up(system: ActorSystem, herald: Herald) -> AreaState:
    """What has been carried may itself be an event that is to be heard."""
    while herald.follower.position < system.journal.top:
        await herald.follower.reached(system.journal.top)
    return await area_of(system)


async def until(
    system: ActorSystem, seen: Callable[[AreaState], bool], stream: str = AREA
) -> AreaState:
    """The test's own time limit ends what never comes."""
    while True:
        state = await area_of(system, stream)
        if seen(state):
            return state
        await trio.sleep(0.002)


async def waiting(system: ActorSystem, *numbers: str, opening: Any = OPENING) -> None:
    await ask(system, CLINIC, opening)
    for number in numbers:
        name = VAULT.seal("张友三")
        register = Register(
            by="his", queue=number[0], number=number, name=name, card=card_of(number)
        )
        await ask(system, CLINIC, register)
        await ask(system, CLINIC, CheckIn(by="k", card=card_of(number)))


@asynccontextmanager
async def calling(
    url: str, clock: ManualClock, herald: Herald, *numbers: str, opening: Any = OPENING
) -> AsyncIterator[ActorSystem]:
    """The house with these waiting, and the first of them called into room 3."""
    async with house(url, clock, herald) as system:
        await waiting(system, *numbers, opening=opening)
        await ask(system, CLINIC, CallNext(by="dr", room="3"))
        yield system


def numbers_in(state: AreaState) -> list[str]:
    return [one.number for one in state.announcements.values()]


def only(state: AreaState) -> Announcement:
    (found,) = state.announcements.values()
    return found
