"""A house that is killed at a step, and followers that are: each in the middle of what
they do, with nothing saved of it but what was on disk."""

from __future__ import annotations

from typing import Any

import trio

from actors.kernel.errors import Unavailable
from actors.runtime.system import ActorSystem, Ref


class Doomed(ActorSystem):
    """It ends before or after the ``step``-th command that ``principal`` asks in it.
    What goes to the stream that is ``broken`` is refused."""

    def __init__(
        self, *args: Any, principal: str, step: int | None, after: bool, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.principal = principal
        self.steps = 0
        self.step = step
        self.after = after
        self.killed = trio.Event()
        self.broken = ""

    def ref(self, stream: str) -> Ref:
        return _Counting(self, stream)


class _Counting(Ref):
    async def ask(self, command: Any, **more: Any) -> Any:
        system = self._system
        assert isinstance(system, Doomed)
        if more["principal"] != system.principal:
            return await super().ask(command, **more)
        if self.stream == system.broken:
            raise Unavailable
        system.steps += 1
        dies = system.step == system.steps
        if dies and not system.after:
            await self._die(system)
        try:
            return await super().ask(command, **more)
        finally:
            if dies:
                await self._die(system)

    async def _die(self, system: Doomed) -> None:
        system.killed.set()
        with trio.CancelScope(shield=True) as forever:
            # a killed process saves no cursor and hears no reply
            system.journal.save_cursors = lambda *_: None  # type: ignore[method-assign]
            forever.shield = False
            await trio.sleep_forever()


class Life:
    """A follower's: it ends at the ``dies_at``-th of its steps."""

    def __init__(self, dies_at: float) -> None:
        self.steps = 0
        self.dies_at = dies_at
        self.dead = trio.Event()

    async def goes_on(self) -> None:
        self.steps += 1
        if self.steps >= self.dies_at:
            self.dead.set()
            await trio.sleep_forever()
