"""The worker process, from the server's side: started, fed, asked, started again.

One at a time. It ends with the server however that ends: its stdin does. When it dies
or does not answer it is started again, later each time; meanwhile nothing waits for it
but what wants its answer.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from actors.forecast.frames import (
    Answer,
    Ask,
    Frames,
    Ready,
    Taught,
    Times,
    read_answer,
    write_frame,
)
from actors.forecast.outline import Outline

log = logging.getLogger("houzhen.forecast")

READY_S = 30.0
ANSWER_S = 30.0
GRACE_S = 2.0
_READ = 65_536


def worker_command(file: Path) -> list[str]:
    return [sys.executable, "-m", "actors.forecast.worker", str(file)]


class WorkerGone(Exception):
    """It has ended, or does not answer; whoever asked gets nothing."""


class Session:
    """One life of the worker. Used by one task: it says one thing after the other."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._frames = Frames()
        self._answers: deque[Answer] = deque()
        self._ref = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    async def teach(self, events: list[tuple[int, str, bytes]]) -> None:
        await self._say(Taught(events))

    async def ask(self, outline: Outline) -> Times:
        """Raises WorkerGone, also when it takes longer than ANSWER_S."""
        self._ref += 1
        with trio.move_on_after(ANSWER_S):
            await self._say(Ask(self._ref, outline))
            while True:
                answer = await self.hear()
                if isinstance(answer, Times) and answer.ref == self._ref:
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

    async def _say(self, word: Taught | Ask) -> None:
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send_all(write_frame(word))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise WorkerGone("it has ended") from error

    async def hear(self) -> Answer:
        assert self._process.stdout is not None
        while not self._answers:
            data = await self._process.stdout.receive_some(_READ)
            if not data:
                raise WorkerGone("it has ended")
            try:
                self._answers += map(read_answer, self._frames.feed(data))
            except ValueError as error:
                raise WorkerGone("it does not speak our language") from error
        return self._answers.popleft()


@asynccontextmanager
async def working(command: Sequence[str]) -> AsyncIterator[Session]:
    """A worker that has said it is ready; at the end it is told to finish, and killed
    when it does not. Raises WorkerGone when it cannot be started or does not get
    ready; within, it may raise WorkerGone at any await once the process has ended."""
    try:
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        raise WorkerGone(str(error)) from error
    try:
        session = Session(process)
        ready = None
        with trio.move_on_after(READY_S):
            ready = await session.hear()
        if not isinstance(ready, Ready):
            raise WorkerGone("it did not get ready")
        yield session
    finally:
        await _end(process)


async def _end(process: trio.Process) -> None:
    """Its stdin ends: it writes down what it has learnt, and goes."""
    with trio.CancelScope(shield=True):
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdin.aclose()
        with trio.move_on_after(GRACE_S):
            await process.wait()
        process.kill()
        await process.wait()
        await process.stdout.aclose()
