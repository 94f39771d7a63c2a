"""The engine under a story: one clinic's day and a clock that stands until told.

``Bare`` runs decide and evolve alone, in microseconds; every event goes through the
form it has in the journal. ``Journaled`` asks the real actor system over a database.
Both are asked the same and must answer the same.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar, copy_context
from typing import Any, Protocol

import msgspec

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.state import ClinicState
from actors.journal.journal import Journal
from actors.kernel.errors import BadRequest, Crashed, Refusal
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.feed import Feed
from actors.runtime.shape import Accepted, Capability, Wake
from actors.runtime.system import ActorSystem
from actors.runtime.turns import Busy, Turns
from queue_displays.hall import HallView

VAULT = Vault("story", b"nobody's secrets", b"and nobody's cards either")
"""Everybody in a story is invented; its vault is nobody's."""


class StandingClock:
    """One story's time. It stands until it is told otherwise."""

    def __init__(self) -> None:
        self.at: Millis = 0


_stands_still = StandingClock()
_mine: ContextVar[StandingClock] = ContextVar("_mine", default=_stands_still)


class StoryClock:
    """The clock of an actor system on which many stories play at once: each finds its
    own time, for an actor works in the context of whoever sent it mail (`StoryTurns`).
    Nobody else sees any time pass, so no timer fires by itself."""

    def now(self) -> Millis:
        return _mine.get().at


class StoryTurns(Turns):
    """Turns that are taken in the context they were asked for in."""

    def give(self, one: Busy) -> None:
        super().give(_AsAsked(one))


class _AsAsked:
    """Somebody with mail, and the context of whoever sent it."""

    def __init__(self, one: Busy) -> None:
        self._one = one
        self._context = copy_context()

    def work(self, most: int) -> int:
        return self._context.run(self._one.work, most)

    @property
    def has_mail(self) -> bool:
        return self._one.has_mail


class Said(msgspec.Struct, frozen=True):
    """What came of one command: the reply, or why not."""

    reply: Any = None
    refusal: Refusal | None = None


class Floor(Protocol):
    """What a story is played on."""

    async def ask(self, name: str, body: dict[str, Any], by: str, key: str) -> Said: ...

    async def pass_to(self, at: Millis) -> None:
        """Let the time come; what is due on the way happens at its own time."""

    async def look(self) -> dict[str, dict[str, Any]]:
        """The desk's and the hall's views, whole."""


def clinic() -> Capability[ClinicState]:
    return clinic_capability(VAULT).showing(HallView(VAULT))


_CLINIC = clinic()
_NEVER_ENDS = 10_000
NEVER_ENDS = "the clinic wants to be woken again and again at one time"
CLOCK = "clock"


def read_command(name: str, body: dict[str, Any]) -> Any:
    """The command as a client's would be read. Raises BadRequest."""
    try:
        return _CLINIC.read_command(msgspec.json.encode({"type": name, **body}))
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        raise BadRequest(f"命令不对：{error}", field=field) from None


class Bare:
    """The capability alone, without a journal."""

    def __init__(self, day: str) -> None:
        self._state = _CLINIC.new(clinic_stream("story", "clinic", day))
        self._now: Millis = 0

    async def ask(self, name: str, body: dict[str, Any], by: str, key: str) -> Said:
        try:
            return self._do(read_command(name, body))
        except Refusal as refusal:
            return Said(refusal=refusal)

    def _do(self, command: Any) -> Said:
        try:
            decision = _CLINIC.decide(self._state, command, self._now)
        except Refusal as refusal:
            decision = refusal
        except Exception as error:
            # a mistake of the engine's is what a scenario is there to find
            return Said(refusal=Crashed(f"引擎出错：{error!r}"))
        if not isinstance(decision, Accepted):
            return Said(refusal=decision)
        for event in decision.events:
            kept = _CLINIC.read_event(msgspec.json.encode(event))
            _CLINIC.evolve(self._state, kept)
        return Said(reply=msgspec.json.decode(msgspec.json.encode(decision.reply)))

    async def pass_to(self, at: Millis) -> None:
        for _ in range(_NEVER_ENDS):
            due = _CLINIC.wake_at(self._state) if _CLINIC.wake_at else None
            if due is None or due > at:
                self._now = at
                return
            self._now = max(self._now, due)
            self._do(Wake(due))
        raise RuntimeError(NEVER_ENDS)

    async def look(self) -> dict[str, dict[str, Any]]:
        return _documents(self._state)


class Journaled:
    """The real actor system on a journal, in a stream of this story's own."""

    def __init__(self, system: ActorSystem, stream: str) -> None:
        self._ref = system.ref(stream)
        self._clock = StandingClock()

    async def ask(self, name: str, body: dict[str, Any], by: str, key: str) -> Said:
        _mine.set(self._clock)
        try:
            answer = await self._ref.ask(
                read_command(name, body), principal=by, key=key
            )
        except Refusal as refusal:
            return Said(refusal=refusal)
        return Said(reply=msgspec.json.decode(answer.raw))

    async def pass_to(self, at: Millis) -> None:
        _mine.set(self._clock)
        for _ in range(_NEVER_ENDS):
            wake_at = _CLINIC.wake_at
            due = await self._ref.read(wake_at) if wake_at else None
            if due is None or due > at:
                self._clock.at = at
                return
            self._clock.at = max(self._clock.at, due)
            await self._ref.ask(Wake(due), principal=CLOCK)
        raise RuntimeError(NEVER_ENDS)

    async def look(self) -> dict[str, dict[str, Any]]:
        _mine.set(self._clock)
        found: dict[str, dict[str, Any]] = await self._ref.read(_documents)
        return found


class Theatre:
    """A running actor system on which many stories are played."""

    def __init__(self, system: ActorSystem) -> None:
        self._system = system
        self._run = secrets.token_hex(4)
        self._played = 0

    def floor(self, day: str) -> Journaled:
        """A day nobody has played on, also when the journal is not new."""
        self._played += 1
        clinic = f"{self._run}-{self._played}"
        return Journaled(self._system, clinic_stream("story", clinic, day))


@asynccontextmanager
async def theatre_at(url: str) -> AsyncIterator[Theatre]:
    """Opened on this database. Raises CannotStart, perhaps in a nursery's group."""
    journal = Journal(url, release="scenario")
    system = ActorSystem(journal, [clinic()], clock=StoryClock(), turns=StoryTurns())
    async with system.running():
        yield Theatre(system)


def _documents(state: ClinicState) -> dict[str, dict[str, Any]]:
    return {
        name: Feed(view, "story", state, 0).document
        for name, view in _CLINIC.views.items()
        if name in ("desk", "hall")
    }
