"""A house of actors whose disk the test can hold, let go, or break."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trio
import trio.testing

from actors.journal.journal import Journal
from actors.journal.records import Append
from actors.runtime.feed import Patch, Since, Snapshot
from actors.runtime.followers import Follower
from actors.runtime.mail import Answer, Mail, Outcome
from actors.runtime.system import ActorSystem
from tests.actors.tally import (
    Total,
    tally,
)

ONE = "h/tally/one"


class HeldJournal(Journal):
    """A journal whose disk the test can hold and let go, or break."""

    def __init__(self, url: str) -> None:
        super().__init__(url, release="1.0")
        self.held: list[Append] | None = None
        self._released = trio.Event()

    def hold(self) -> None:
        self.held = []
        self._released = trio.Event()

    def release(self) -> list[Append]:
        held, self.held = self.held or [], None
        self._released.set()
        return held

    async def flushed(self) -> None:
        """What is held has been handed over as far as the actors know."""
        if self.held is not None:
            await self._released.wait()
        await super().flushed()

    def append(self, append: Append) -> None:
        if self.held is None:
            super().append(append)
        else:
            self.held.append(append)

    async def let_go(self) -> None:
        for append in self.release():
            super().append(append)
        await self.flushed()

    async def lose(self) -> None:
        """As if another wrote first: nothing that is held can be written."""
        for append in self.release():
            append.seq += 1000
            super().append(append)
        await self.flushed()


@asynccontextmanager
async def house(
    url: str, *, followers: Iterable[Follower] = (), **options: Any
) -> AsyncIterator[ActorSystem]:
    system = ActorSystem(HeldJournal(url), [tally()], followers=followers, **options)
    async with system.running():
        yield system


def held(system: ActorSystem) -> HeldJournal:
    assert isinstance(system.journal, HeldJournal)
    return system.journal


def total(answer: Answer) -> int:
    return answer.read(Total).total


async def sums(system: ActorSystem, stream: str = ONE) -> Any:
    return await system.ref(stream).read(lambda state: dict(state.sums))


class Posted:
    """Mail whose outcome the test looks at without waiting."""

    def __init__(self, system: ActorSystem, command: Any, **extra: Any) -> None:
        self.outcome: Outcome | None = None
        mail = Mail(command, "p", self._done, **extra)
        system.post(ONE, mail)

    def _done(self, outcome: Outcome) -> None:
        assert self.outcome is None, "settled twice"
        self.outcome = outcome

    @property
    def settled(self) -> bool:
        return self.outcome is not None


async def settle() -> None:
    await trio.testing.wait_all_tasks_blocked()


def merge(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


class Listening:
    """A member of a view that holds every patch to the chain."""

    def __init__(self, system: ActorSystem) -> None:
        self._system = system
        self.snapshot: Snapshot | None = None
        self.document: Any = None
        self.seq = -1
        self.epoch = ""
        self.times_lost = 0
        self.recovered: bool | None = None

    def observe(self, since: Since | None = None) -> None:
        self._system.observe(ONE, "sums", since, self._ready, self)

    def _ready(self, snapshot: Any) -> None:
        assert isinstance(snapshot, Snapshot), snapshot
        self.snapshot = snapshot
        self.epoch = snapshot.epoch
        if snapshot.patches is None:
            assert snapshot.view is not None
            self.recovered = False
            self.document = msgspec.json.decode(snapshot.view)
        else:
            self.recovered = True
            for patch in snapshot.patches:
                self.patch(patch)
        self.seq = snapshot.seq

    def patch(self, patch: Patch) -> None:
        assert patch.prev == self.seq, "a gap"
        self.document = merge(self.document, msgspec.json.decode(patch.body))
        self.seq = patch.seq

    def lost(self) -> None:
        self.times_lost += 1
        self.observe(Since(self.epoch, self.seq))
