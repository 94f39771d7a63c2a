"""One ask of a client, from the side of whoever waits for its answer."""

from __future__ import annotations

from typing import Any

import msgspec
import trio

from realtime.client.errors import AskRefused, Ended
from realtime.protocol.codes import ErrorCode
from realtime.protocol.messages import Reply

_NO_ANSWER = "没有及时得到答复，请看一下画面再决定要不要重做。"


class Answer(msgspec.Struct, frozen=True):
    """What an ask got: its reply's body, the `seq` of the view that shows it, and
    the key it was asked under."""

    body: Any
    seq: int | None
    key: str


class Waiting:
    """Whoever waits for the answer to one ask."""

    __slots__ = ("_reply", "_why", "done")

    def __init__(self) -> None:
        self.done = trio.Event()
        self._reply: Reply | None = None
        self._why: Ended | None = None

    def reply(self, reply: Reply) -> None:
        self._reply = reply
        self.done.set()

    def fail(self, why: Ended) -> None:
        self._why = why
        self.done.set()

    def answer(self, key: str) -> Answer:
        reply = self._reply
        if reply is None:
            raise self._why or AskRefused(ErrorCode.DEADLINE, _NO_ANSWER)
        if reply.ok:
            return Answer(reply.body, reply.seq, key)
        error = reply.error
        if error is None:
            raise AskRefused(ErrorCode.INTERNAL, _NO_ANSWER)
        raise AskRefused(error.code, error.message, error.retry, error.details)
