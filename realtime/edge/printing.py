"""Slips in their order, each printed once, or said not to be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import time
from typing import Protocol

import trio

from devices.printer import NotPrinted, Outcome, Printed
from devices.trouble import Trouble
from realtime.edge.slips import as_bytes
from realtime.edge.spool import Job, Spool, State

log = logging.getLogger("houzhen.edge")

AGAIN_S = 1.0


class PrintsSlips(Protocol):
    """What of `devices.printer.Printer` is used here."""

    @property
    def up(self) -> bool: ...

    @property
    def trouble(self) -> Trouble | None: ...

    async def cuts(self) -> int | None: ...

    async def print(
        self, data: bytes, *, process: int, cuts: int | None
    ) -> Outcome: ...

    async def settle(self, *, cuts: int | None) -> Outcome: ...


def wall_ms() -> int:
    return int(time() * 1000)


class Printing:
    """`run` prints; `tell` hears of each change of a job.

    A slip whose fate is not known (the program ended, the cable was out) is asked of
    the printer before anything else is printed. If that cannot tell either, the job
    ends as `unknown`: it is never printed on the chance. A slip that has not come out
    when its time is over does not come out any more.
    """

    def __init__(
        self,
        spool: Spool,
        printer: PrintsSlips,
        tell: Callable[[Job], None],
        *,
        columns: int = 32,
        now: Callable[[], int] = wall_ms,
        again_s: float = AGAIN_S,
    ) -> None:
        self._spool = spool
        self._printer = printer
        self._tell = tell
        self._columns = columns
        self._now = now
        self._again_s = again_s
        self._news = trio.Event()
        self._at_printer: str | None = None
        self._cancelled: set[str] = set()

    def submit(self, job: str, content: bytes, lives_ms: int) -> Job:
        """Have it printed, once: the same id twice is one slip. Raises OtherSlip, and
        ValueError for what no printer prints."""
        as_bytes(content, columns=self._columns, again=False)
        now = self._now()
        found = self._spool.add(job, content, until_ms=now + lives_ms, now_ms=now)
        self.look()
        return found

    def job(self, job: str) -> Job | None:
        return self._spool.job(job)

    def cancel(self, job: str) -> Job | None:
        """Nobody wants it any more. What is at the printer already may come out."""
        found = self._spool.job(job)
        if found is None or found.ended:
            return found
        if found.state == "waiting" and self._at_printer != job:
            self._end(found, "not_printed", "cancelled")
        else:
            self._cancelled.add(job)
        return self._spool.job(job)

    def cancel_all(self) -> None:
        """The session is over: what waits is given up."""
        for job in self._spool.open_jobs():
            self.cancel(job.id)

    def look(self) -> None:
        """Something may have changed: a new slip, new paper, the cable."""
        self._news.set()

    async def run(self) -> None:
        while True:
            self._news = trio.Event()
            busy = False
            for job in self._spool.open_jobs():
                if not await self._go_on(job):
                    busy = True
                    break  # in their order: the next is no better off
            with trio.move_on_after(self._again_s if busy else float("inf")):
                await self._news.wait()

    async def _go_on(self, job: Job) -> bool:
        """One step with a job; whether the next may have its turn."""
        late = self._now() >= job.until_ms
        if job.state == "waiting":
            if late or job.id in self._cancelled:
                self._end(job, "not_printed", job.why or "too_late")
                return True
            return await self._print(job)
        outcome = await self._printer.settle(cuts=job.cuts)
        if isinstance(outcome, Printed):
            self._end(job, "printed", "")
        elif isinstance(outcome, NotPrinted):
            self._wait(job, outcome.trouble.code)
            return False
        elif self._printer.up or late:
            self._end(job, "unknown", outcome.trouble.code)
        else:
            return False  # the printer is away: it may tell when it is back
        return True

    async def _print(self, job: Job) -> bool:
        assert job.content is not None
        data = as_bytes(job.content, columns=self._columns, again=job.tries > 0)
        if (trouble := self._printer.trouble) is not None:
            self._wait(job, trouble.code)
            return False
        self._at_printer = job.id
        try:
            cuts = await self._printer.cuts()
            if job.id in self._cancelled:
                self._end(job, "not_printed", "cancelled")
                return True
            self._spool.sent(job.id, cuts=cuts, now_ms=self._now())
            outcome = await self._printer.print(data, process=job.number, cuts=cuts)
        finally:
            self._at_printer = None
        if isinstance(outcome, Printed):
            self._end(job, "printed", "" if outcome.sure else "not_sure")
            return True
        if isinstance(outcome, NotPrinted):
            self._wait(job, outcome.trouble.code)
            return False
        log.warning("print %d: unknown (%s)", job.number, outcome.trouble.code)
        return False  # it stays `sent`, and is settled in its next turn

    def _wait(self, job: Job, why: str) -> None:
        if job.id in self._cancelled:
            self._end(job, "not_printed", why)
        elif job.state != "waiting" or job.why != why or self._is_sent(job):
            self._spool.waits(job.id, why, now_ms=self._now())
            self._say(job.id)

    def _is_sent(self, job: Job) -> bool:
        found = self._spool.job(job.id)
        return found is not None and found.state == "sent"

    def _end(self, job: Job, state: State, why: str) -> None:
        self._cancelled.discard(job.id)
        self._spool.ends(job.id, state, why, now_ms=self._now())
        self._say(job.id)

    def _say(self, job: str) -> None:
        if (found := self._spool.job(job)) is not None:
            self._tell(found)
