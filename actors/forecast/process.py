"""The forecast's worker, from the server's side: taught, and asked."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from actors.forecast.frames import Ask, Ready, Taught, Times, read_answer
from actors.forecast.outline import Outline
from actors.workers.process import Worker, started

ANSWER_S = 30.0
GRACE_S = 2.0
"""Told to finish, it writes down what it has learnt."""


def worker_command(file: Path) -> list[str]:
    return [sys.executable, "-m", "actors.forecast.worker", str(file)]


class Session:
    """One life of the worker. Everything may raise WorkerGone."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker

    async def teach(self, events: list[tuple[int, str, bytes]]) -> None:
        await self.worker.say(Taught(events))

    async def ask(self, outline: Outline) -> Times:
        ref = self.worker.next_ref()
        return await self.worker.ask(Ask(ref, outline), ref, Times, ANSWER_S)


@asynccontextmanager
async def working(command: Sequence[str]) -> AsyncIterator[Session]:
    """A worker that has said it is ready. See actors.workers.process.started."""
    async with started(command, read_answer, grace_s=GRACE_S) as worker:
        await worker.ready(Ready)
        yield Session(worker)
