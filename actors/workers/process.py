"""One life of a worker process, from the house's side: started, asked, ended.

It ends with the house however that ends: its stdin does. Whoever owns it decides when
there is another.
"""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import msgspec
import trio

from actors.workers.frames import Frames, write_frame

READY_S = 30.0
_READ = 262_144


class Numbered(Protocol):
    @property
    def ref(self) -> int: ...


T = TypeVar("T")
N = TypeVar("N", bound=Numbered)


class WorkerGone(Exception):
    """It has ended, or does not answer; whoever asked gets nothing."""


class Worker:
    """Used by one task: it says one thing after the other. Cancelled while something
    is said, it is of no use any more."""

    def __init__(
        self, process: trio.Process, read_answer: Callable[[bytes], Any]
    ) -> None:
        self._process = process
        self._read_answer = read_answer
        self._frames = Frames()
        self._answers: deque[Any] = deque()
        self._refs = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    def next_ref(self) -> int:
        self._refs += 1
        return self._refs

    async def say(self, word: msgspec.Struct) -> None:
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send_all(write_frame(word))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise WorkerGone("it has ended") from error

    async def ask(
        self, word: msgspec.Struct, ref: int, kind: type[N], within_s: float
    ) -> N:
        """The answer of this ``ref``. Raises WorkerGone, also when it takes longer."""
        with trio.move_on_after(within_s):
            await self.say(word)
            while True:
                answer = await self._hear()
                if isinstance(answer, kind) and answer.ref == ref:
                    return answer
        raise WorkerGone("no answer")

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """While nothing is said to it. Raises WorkerGone as soon as it has ended."""
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                await self._process.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            yield
            nursery.cancel_scope.cancel()
        if self._process.returncode is not None:
            raise WorkerGone("it has ended")

    async def ready(self, kind: type[T]) -> T:
        """Its first word. Raises WorkerGone when that is another, or does not come."""
        with trio.move_on_after(READY_S):
            word = await self._hear()
            if isinstance(word, kind):
                return word
        raise WorkerGone("it did not get ready")

    async def _hear(self) -> Any:
        assert self._process.stdout is not None
        while not self._answers:
            data = await self._process.stdout.receive_some(_READ)
            if not data:
                raise WorkerGone("it has ended")
            try:
                self._answers += map(self._read_answer, self._frames.feed(data))
            except ValueError as error:
                raise WorkerGone("it does not speak our language") from error
        return self._answers.popleft()


@asynccontextmanager
async def started(
    command: Sequence[str], read_answer: Callable[[bytes], Any], *, grace_s: float
) -> AsyncIterator[Worker]:
    """A worker; at the end it is told to finish, and killed when it has not within
    ``grace_s``. Raises WorkerGone when it cannot be started; within, it may be raised
    at any await once the process has ended."""
    try:
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        raise WorkerGone(str(error)) from error
    try:
        yield Worker(process, read_answer)
    finally:
        with trio.CancelScope(shield=True):
            assert process.stdin is not None
            assert process.stdout is not None
            await process.stdin.aclose()
            with trio.move_on_after(grace_s):
                await process.wait()
            process.kill()
            await process.wait()
            await process.stdout.aclose()
