"""Asking a reader over a line: one question at a time, each with its time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import trio

from devices.id_reader.answers import UNKNOWN_COMMAND, NotUnderstood, OutOfTurn
from devices.id_reader.frames import Damaged, Replies, Reply
from devices.line import Line
from devices.trouble import GARBLED, SILENT, Silent

QUIET_S = 0.03
# What was awaited for long may be late by long.
QUIET_SHARE = 0.2
QUIET_AT_MOST_S = 1.0

Answer = TypeVar("Answer")


class Talk:
    """Replies carry no number. So nothing is asked before the line is quiet after an
    answer that was late, torn or another's."""

    def __init__(self, line: Line, answer_s: float = 1.0, tries: int = 2) -> None:
        self._line = line
        self._answer_s = answer_s
        self._tries = tries
        self._clean = True
        self._quiet_s = QUIET_S

    async def ask(
        self,
        question: bytes,
        understand: Callable[[Reply], Answer],
        *,
        answer_s: float | None = None,
    ) -> Answer:
        """What `understand` makes of the reply. Raises what that raises, Silent when
        there is no sense to be had after `tries`, and LineGone. Cancelled, the next
        question waits until the line is quiet."""
        trouble = SILENT
        answer_s = answer_s or self._answer_s
        for _ in range(self._tries):
            if not self._clean:
                await self._hush()
            self._clean = False
            self._line.drain()
            await self._line.write(question)
            self._quiet_s = max(QUIET_S, QUIET_SHARE * answer_s)
            with trio.move_on_after(answer_s):
                reply = await self._reply()
                if isinstance(reply, Damaged):
                    trouble = GARBLED
                    continue
                try:
                    answer = understand(reply)
                except OutOfTurn:
                    trouble = GARBLED
                    continue
                except NotUnderstood as error:
                    if error.sw3 == UNKNOWN_COMMAND:
                        raise
                    trouble = GARBLED  # it was torn on its way there
                    continue
                finally:
                    self._clean = True
                return answer
        raise Silent(trouble)

    async def _reply(self) -> Reply | Damaged:
        replies = Replies()
        while True:
            if heard := replies.feed(await self._line.read()):
                whole = [one for one in heard if isinstance(one, Reply)]
                return whole[0] if whole else Damaged()

    async def _hush(self) -> None:
        """Wait until nothing has come for a moment."""
        with trio.move_on_after(QUIET_AT_MOST_S):
            while True:
                with trio.move_on_after(self._quiet_s) as quiet:
                    await self._line.read()
                if quiet.cancelled_caught:
                    return
