"""Fifty after the last number while the disk fails, on both databases: whoever hears
yes has it, whoever hears no can read why, and nobody hears before it is on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import trio

from actors.kernel.errors import Refusal
from actors.runtime.mail import Answer
from actors.runtime.system import ActorSystem
from actors.schedule.commands import Lock
from actors.schedule.replies import Held
from tests.actors.runtime.held_journal import HeldJournal, settle
from tests.actors.schedule.day import OPENING, SCHEDULE, STREAM, lock, slot
from tests.actors.schedule.sideways import at_eight

PEOPLE = 50
LAST = msgspec.structs.replace(
    OPENING,
    sessions={
        "e": msgspec.structs.replace(OPENING.sessions["e"], slots={"1": slot(1, 1)})
    },
)


@asynccontextmanager
async def house(url: str) -> AsyncIterator[ActorSystem]:
    system = ActorSystem(HeldJournal(url), [SCHEDULE], clock=at_eight())
    async with system.running():
        yield system


def disk(system: ActorSystem) -> HeldJournal:
    assert isinstance(system.journal, HeldJournal)
    return system.journal


class Rush:
    """Everybody's ask, with a key each; asked again until it is no ``retry``."""

    def __init__(self) -> None:
        self.commands: dict[str, Lock] = {
            person: lock(person) for person in (f"p{n}" for n in range(PEOPLE))
        }
        self.heard: dict[str, str] = {}
        self.bookings: dict[str, str] = {}

    async def reach(self, system: ActorSystem, person: str) -> None:
        ref = system.ref(STREAM)
        try:
            answer: Answer = await ref.ask(
                self.commands[person], principal=person, key="the-last-one"
            )
        except Refusal as refusal:
            self.heard[person] = refusal.code
        else:
            self.heard[person] = "won"
            booking = answer.read(Held).booking
            assert self.bookings.setdefault(person, booking) == booking

    async def everybody(self, system: ActorSystem) -> None:
        async with trio.open_nursery() as nursery:
            for person in self.commands:
                nursery.start_soon(self.reach, system, person)

    @property
    def count(self) -> Counter[str]:
        return Counter(self.heard.values())


async def held_by(system: ActorSystem) -> dict[str, str]:
    def look(state: Any) -> dict[str, str]:
        return {booking.person: key for key, booking in state.bookings.items()}

    found: dict[str, str] = await system.ref(STREAM).read(look)
    return found


@pytest.fixture
async def rush() -> Rush:
    return Rush()


async def test_nobody_hears_anything_before_it_is_on_disk(
    journal_url: str, rush: Rush
) -> None:
    async with house(journal_url) as system:
        await system.ref(STREAM).ask(LAST, principal="his")
        disk(system).hold()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rush.everybody, system)
            await settle()
            assert rush.heard == {}, "a refusal would tell of a lock that may never be"
            await disk(system).let_go()
        assert rush.count == {"won": 1, "none_left": PEOPLE - 1}
        assert await held_by(system) == rush.bookings


async def test_a_lost_write_is_nobodys_and_the_next_try_finds_one(
    journal_url: str, rush: Rush
) -> None:
    async with house(journal_url) as system:
        await system.ref(STREAM).ask(LAST, principal="his")
        disk(system).hold()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(rush.everybody, system)
            await settle()
            await disk(system).lose()
        assert rush.count == {"unavailable": PEOPLE}
        await rush.everybody(system)
        assert rush.count == {"won": 1, "none_left": PEOPLE - 1}
        assert await held_by(system) == rush.bookings


async def test_the_answer_lost_on_the_way_is_found_again(
    journal_url: str, rush: Rush
) -> None:
    """Written, and the process gone before anybody heard."""
    async with house(journal_url) as system:
        await system.ref(STREAM).ask(LAST, principal="his")
        disk(system).hold()
        with trio.CancelScope() as gone:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(rush.everybody, system)
                await settle()
                gone.cancel()
        await disk(system).let_go()
        assert rush.heard == {}
    async with house(journal_url) as system:
        (winner,) = (await held_by(system)).items()
        await rush.everybody(system)
        assert rush.count == {"won": 1, "none_left": PEOPLE - 1}
        assert rush.bookings == dict([winner])
