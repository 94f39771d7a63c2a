"""One open line to a printer: questions and the answers to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakSet

import trio

from devices.line import Line
from devices.printer import status
from devices.printer.status import Answers, Cuts, Done, Forgotten, Heard, State, Status
from devices.trouble import SILENT, Silent

Kind = TypeVar("Kind", bound=Heard)


_Waiting = tuple[Callable[[Heard], bool], list[Heard], trio.Event]


class Conversation:
    """`listen` must be running. Every call raises LineGone and Silent."""

    def __init__(self, line: Line, answer_s: float) -> None:
        self._line = line
        self._answer_s = answer_s
        self._answers = Answers()
        self._waiting: list[
            tuple[Callable[[Heard], bool], list[Heard], trio.Event]
        ] = []
        self._asking = trio.Lock()
        self._writing = trio.Lock()
        self._callers: WeakSet[trio.CancelScope] = WeakSet()
        self._gone = False

    def until_gone(self) -> trio.CancelScope:
        """What is done in it ends where this conversation does."""
        scope = trio.CancelScope()
        if self._gone:
            scope.cancel()
        self._callers.add(scope)
        return scope

    def lost(self) -> None:
        """Nobody listens any more: whoever waits for an answer waits in vain."""
        self._gone = True
        for scope in list(self._callers):
            scope.cancel()

    async def listen(self) -> None:
        while True:
            for heard in self._answers.feed(await self._line.read()):
                self._take(heard)

    def _take(self, heard: Heard) -> None:
        for waiting in self._waiting:
            wanted, slot, event = waiting
            if wanted(heard):
                slot.append(heard)
                event.set()
                self._waiting.remove(waiting)
                return

    async def send(self, data: bytes) -> None:
        """Whole, or as far as it went: two never mix."""
        async with self._writing:
            await self._line.write(data)

    async def expect(
        self,
        kind: type[Kind],
        question: bytes,
        *,
        within_s: float | None = None,
        when: Callable[[Kind], bool] = lambda heard: True,
    ) -> Kind:
        """Send, and wait for an answer of that kind."""

        def wanted(heard: Heard) -> bool:
            return isinstance(heard, kind) and when(heard)

        slot: list[Heard] = []
        entry = (wanted, slot, trio.Event())
        self._waiting.append(entry)
        try:
            with trio.move_on_after(within_s or self._answer_s):
                await self.send(question)
                await entry[2].wait()
        finally:
            if entry in self._waiting:
                self._waiting.remove(entry)
        if not slot:
            raise Silent(SILENT)
        assert isinstance(slot[0], kind)
        return slot[0]

    async def state(self) -> State:
        """Four questions, one after the other: the answers carry no number."""
        async with self._asking:
            return status.state(
                *[
                    (await self.expect(Status, question)).byte
                    for question in (
                        status.ASK_PRINTER,
                        status.ASK_OFFLINE,
                        status.ASK_ERROR,
                        status.ASK_PAPER,
                    )
                ]
            )

    async def cuts(self, within_s: float) -> int | None:
        """How often it has cut, once everything sent before is done; None when it
        does not say."""
        try:
            return (await self.expect(Cuts, status.ASK_CUTS, within_s=within_s)).count
        except Silent:
            return None

    async def forget(self) -> bool:
        """Have it drop what it has not printed; whether it confirmed."""
        try:
            await self.expect(Forgotten, status.FORGET)
        except Silent:
            return False
        return True

    async def done(self, data: bytes, process: int, within_s: float) -> bool:
        """Send a slip; whether it said within the time that it is on paper."""
        question = data + status.ask_done(process)
        try:
            await self.expect(
                Done,
                question,
                within_s=within_s,
                when=lambda heard: heard.process == process % 10_000,
            )
        except Silent:
            return False
        return True
