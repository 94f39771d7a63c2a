"""The speech worker, from the server's side: it is given phrases, one by one."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from actors.workers.process import Worker, started
from queue_displays.speech.frames import Ready, Said, Say, read_answer
from queue_displays.speech.port import Utterance

ANSWER_S = 10.0
GRACE_S = 1.0


def worker_command(engine: str, languages: Iterable[str]) -> list[str]:
    module = "queue_displays.speech.worker"
    return [sys.executable, "-m", module, engine, ",".join(languages)]


class NoEngine(Exception):
    """The worker works, and nothing on this machine can speak."""


class Session:
    """One life of the worker. Everything may raise WorkerGone."""

    def __init__(self, worker: Worker, engines: str) -> None:
        self.worker = worker
        self.engines = engines

    async def say(self, utterance: Utterance, *, plain: bool = False) -> Said:
        ref = self.worker.next_ref()
        word = Say(ref, utterance.segments, utterance.gain, plain)
        return await self.worker.ask(word, ref, Said, ANSWER_S)


@asynccontextmanager
async def working(command: Sequence[str]) -> AsyncIterator[Session]:
    """A worker that is ready to speak. See actors.workers.process.started; raises
    NoEngine, too, when there is no voice."""
    async with started(command, read_answer, grace_s=GRACE_S) as worker:
        ready = await worker.ready(Ready)
        if ready.fault:
            raise NoEngine(ready.fault)
        yield Session(worker, ready.engines)
