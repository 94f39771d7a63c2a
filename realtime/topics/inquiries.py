"""What is asked of the house and has to wait for more than an actor's mailbox.

Each runs as a task of its own until its deadline; a connection has as many open as it
may have asks. What goes wrong in one is told to whoever asked it, and to nobody else.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from actors.kernel.errors import Crashed, DeadlinePassed, Refusal, Unavailable

log = logging.getLogger("houzhen.topics")

T = TypeVar("T")


class Inquiries:
    """Runs as long as the hub does."""

    def __init__(self) -> None:
        self._nursery: trio.Nursery | None = None

    async def run(self) -> None:
        """Until cancelled; what was under way is cancelled with it."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                await trio.sleep_forever()
        finally:
            self._nursery = None

    def begin(
        self,
        asked: Callable[[], Awaitable[T]],
        deadline_s: float,
        done: Callable[[T | Refusal], None],
    ) -> None:
        """``done`` gets the answer or why there is none, once."""
        if self._nursery is None:
            done(Unavailable())
        else:
            self._nursery.start_soon(self._ask, asked, deadline_s, done)

    async def _ask(
        self,
        asked: Callable[[], Awaitable[T]],
        deadline_s: float,
        done: Callable[[T | Refusal], None],
    ) -> None:
        answer: T | Refusal = DeadlinePassed()
        with trio.move_on_after(deadline_s):
            try:
                answer = await asked()
            except Refusal as refusal:
                answer = refusal
            except Exception:
                incident = secrets.token_hex(4)
                log.exception("incident %s: an inquiry crashed", incident)
                answer = Crashed(incident=incident)
        done(answer)
