"""How the herald carries: looks at many actors at once, posts in order, remembers what
may still be in sight."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import trio

from actors.kernel.errors import Busy, DeadlinePassed, Refusal, Unavailable
from actors.kernel.times import Millis
from actors.runtime.mail import Mail, Outcome
from actors.runtime.system import ActorSystem
from queue_displays.announcements.lines import KEEP_MS, SETTLE_MS
from queue_displays.announcements.state import AreaState

log = logging.getLogger("houzhen.announcer")

SENDER = "announcer"
_AGAIN = (Busy, Unavailable, DeadlinePassed)
_MANY = 2_000


class Looking:
    """Looks at actors, all at once: those of one actor wait for the same commit, and
    those that wait for none have been answered before anybody could wait."""

    def __init__(self, system: ActorSystem) -> None:
        self._system = system
        self._open = 0
        self._answered = trio.Event()
        self._found: dict[int, Any] = {}
        self._failed: Refusal | None = None

    def at(self, stream: str, look: Callable[[Any], Any], mark: int = 0) -> None:
        """What it sees is found under ``mark``, if it has one."""
        self._open += 1

        def seen(found: Any) -> None:
            self._open -= 1
            if isinstance(found, Refusal):
                self._failed = found
            elif mark:
                self._found[mark] = found
            self._answered.set()

        self._system.read(stream, look, seen)

    async def done(self) -> dict[int, Any]:
        """Raises what some actor refused."""
        # some are answered before the others are asked: only the count tells
        while self._open:
            self._answered = trio.Event()
            await self._answered.wait()
        if self._failed is not None:
            raise self._failed
        return self._found


class Sending:
    """Commands on their way, in order. ``sent`` returns when all are on disk."""

    def __init__(self, system: ActorSystem) -> None:
        self._system = system
        self._open = 0
        self._answered = trio.Event()
        self._failed: Refusal | None = None
        self.announced: list[Millis] = []
        self.laid_out: list[str] = []

    def post(self, stream: str, command: Any) -> None:
        """Without a key: twice must be once by what the command says."""
        self._open += 1
        self._system.post(stream, Mail(command, SENDER, self._done))

    def _done(self, outcome: Outcome) -> None:
        self._open -= 1
        if isinstance(outcome, _AGAIN):
            self._failed = outcome
        elif isinstance(outcome, Refusal):
            # everything else is our own mistake, and would be the next time
            log.error("an area refused what was carried to it: %r", outcome)
        self._answered.set()

    async def sent(self) -> None:
        """Raises what could not be written, to be tried again."""
        # some are answered before the others are asked: only the count tells
        while self._open:
            self._answered = trio.Event()
            await self._answered.wait()
        if self._failed is not None:
            raise self._failed


class Sight:
    """Of which tickets something may still be in an area's sight; never fewer than
    there are. An area is asked once, and then known by what is posted to it."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._until: dict[str, dict[str, Millis]] = {}

    def is_strange(self, stream: str) -> bool:
        """It has never been asked, and may show what was announced before we began."""
        return stream not in self._known

    def taking(self, stream: str) -> Callable[[AreaState], None]:
        """A look that remembers what is in its sight."""

        def look(state: AreaState) -> None:
            self._known.add(stream)
            for one in state.announcements.values():
                if one.ticket:
                    self.announced(stream, one.ticket, one.expires)

        return look

    def announced(self, stream: str, ticket: str, expires: Millis) -> None:
        tickets = self._until.setdefault(stream, {})
        if len(tickets) >= _MANY:
            for known, until in list(tickets.items()):
                if until < expires - KEEP_MS:
                    del tickets[known]
        until = expires + KEEP_MS + SETTLE_MS
        tickets[ticket] = max(until, tickets.get(ticket, 0))

    def is_clear(self, stream: str) -> bool:
        return not self._until.get(stream)

    def withdrawn(self, stream: str, ticket: str) -> bool:
        """Whether there was something of it to withdraw; there is nothing any more."""
        return self._until.get(stream, {}).pop(ticket, None) is not None

    def forget_all(self) -> None:
        self._known.clear()
        self._until.clear()
