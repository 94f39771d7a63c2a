"""The speech worker, from the server's side: started, asked, ended.

It ends with the server however that ends: its stdin does.
"""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import trio

from queue_displays.speech.frames import (
    Answer,
    Frames,
    Ready,
    Said,
    Say,
    read_answer,
    write_frame,
)
from queue_displays.speech.port import Utterance

READY_S = 30.0
ANSWER_S = 10.0
GRACE_S = 1.0
_READ = 262_144


def worker_command(engine: str, languages: Iterable[str]) -> list[str]:
    module = "queue_displays.speech.worker"
    return [sys.executable, "-m", module, engine, ",".join(languages)]


class WorkerGone(Exception):
    """It has ended, or does not answer."""


class Session:
    """One life of the worker. Used by one task: it says one thing after the other."""

    def __init__(self, process: trio.Process, engines: str) -> None:
        self._process = process
        self.engines = engines
        self._frames = Frames()
        self._answers: deque[Answer] = deque()
        self._ref = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    async def say(self, utterance: Utterance, *, plain: bool = False) -> Said:
        """Raises WorkerGone, also when it takes longer than ANSWER_S: it is of no use
        any more then. Cancelled, the session is of no use either."""
        self._ref += 1
        word = Say(self._ref, utterance.segments, utterance.gain, plain)
        with trio.move_on_after(ANSWER_S):
            await self._tell(word)
            while True:
                answer = await self.hear()
                if isinstance(answer, Said) and answer.ref == self._ref:
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

    async def _tell(self, word: Say) -> None:
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


class NoEngine(Exception):
    """The worker works, and nothing on this machine can speak."""


@asynccontextmanager
async def working(command: Sequence[str]) -> AsyncIterator[Session]:
    """A worker that is ready to speak; at the end it is told to finish, and killed
    when it does not. Raises WorkerGone when it cannot be started or does not get
    ready, NoEngine when there is no voice; within, it may raise WorkerGone at any
    await once the process has ended."""
    try:
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        raise WorkerGone(str(error)) from error
    try:
        session = Session(process, "")
        ready = None
        with trio.move_on_after(READY_S):
            ready = await session.hear()
        if not isinstance(ready, Ready):
            raise WorkerGone("it did not get ready")
        if ready.fault:
            raise NoEngine(ready.fault)
        session.engines = ready.engines
        yield session
    finally:
        await _end(process)


async def _end(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdin.aclose()
        with trio.move_on_after(GRACE_S):
            await process.wait()
        process.kill()
        await process.wait()
        await process.stdout.aclose()
