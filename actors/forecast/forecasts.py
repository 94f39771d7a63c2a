"""The server's forecasts: whose are watched, when they are made anew, who is told.

A clinic's are made while somebody looks at them, when its queue has moved, and at most
every ``EVERY_S``; while nothing moves now and then all the same, for a consultation
that goes on changes what is ahead. One worker makes them, one after the other, the
longest waiting first. It learns from every clinic's events all the time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import trio

from actors.clinic.events import Event
from actors.clinic.state import ClinicState
from actors.forecast.board import Board, rounded
from actors.forecast.frames import Times
from actors.forecast.lessons import LESSONS
from actors.forecast.outline import Outline, outline_of
from actors.forecast.process import Session, working
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal
from actors.kernel.times import Millis
from actors.runtime.feed import Listener, Since, Snapshot
from actors.runtime.followers import BatchFollower
from actors.runtime.shape import names_of
from actors.runtime.system import ActorSystem
from actors.workers.process import WorkerGone

log = logging.getLogger("houzhen.forecast")

VIEW = "times"
EVERY_S = 5.0
IDLE_S = 30.0
"""How often they are made while nothing moves."""
STALE_S = 30.0
"""So long after they should have been made, what is shown is called stale."""
REST = 3.0
"""Where forecasts are asked for one by one, the worker rests so many times as long as
the last one took: walls and what is learnt come first."""
_PATIENCE_S = 0.1
"""Doctors learn nothing new in less, and a commit need not wake anybody."""
_TEACH_S = 60.0
_GATHER_S = 0.05
_TAUGHT_AHEAD = 5_000
_AT_ONCE = 1_000
_BACKOFF_S = (0.2, 1.0, 5.0, 15.0, 60.0)

Ready = Callable[["Snapshot | Refusal"], None]


class Watched:
    """A clinic whose forecast somebody looks at. ``due`` is when it is made next."""

    __slots__ = ("board", "due", "made", "stream")

    def __init__(self, stream: str, board: Board, now: float) -> None:
        self.stream = stream
        self.board = board
        self.made = now - EVERY_S
        self.due = now

    def moved(self) -> None:
        self.due = min(self.due, self.made + EVERY_S)


class Asked:
    """A clinic whose forecast somebody waits for. ``times`` is there when it is
    ``made``."""

    __slots__ = ("made", "times", "waiting")

    def __init__(self) -> None:
        self.made = trio.Event()
        self.times: dict[str, list[int]] = {}
        self.waiting = 0


class Forecasts:
    """Shown through ``observe`` and ``forget`` as an actor's view is, and fed by
    ``follower``. ``command`` starts the worker."""

    def __init__(self, command: Sequence[str]) -> None:
        self.follower = BatchFollower(
            "forecast", self._happened, names=names_of(Event), patience_s=_PATIENCE_S
        )
        self.made = 0
        self.restarts = -1
        self._command = command
        self._system: ActorSystem | None = None
        self._watched: dict[str, Watched] = {}
        self._asked: dict[str, Asked] = {}
        self._rests_until = 0.0
        self._soon = False
        self._taught: list[tuple[int, str, bytes]] = []
        self._news = trio.Event()
        self._room = trio.Event()

    # -- who looks -------------------------------------------------------------------

    def observe(
        self,
        stream: str,
        view: str,
        since: Since | None,
        ready: Ready,
        listener: Listener,
    ) -> None:
        """As ActorSystem.observe: ``ready`` gets what is shown now, and the listener
        every patch after it."""
        assert view == VIEW
        assert self._system is not None

        def looked(found: Outline | Refusal) -> None:
            if isinstance(found, Refusal):
                ready(found)
                return
            watched = self._watched.get(stream)
            if watched is None or watched.board.listener is not listener:
                watched = Watched(stream, Board(listener), trio.current_time())
                self._watched[stream] = watched
                self._wake()
            ready(watched.board.snapshot(since))

        self._system.read(stream, self._outline, looked)

    def forget(self, stream: str, view: str, listener: Listener) -> None:
        watched = self._watched.get(stream)
        if watched is not None and watched.board.listener is listener:
            del self._watched[stream]

    # -- who asks --------------------------------------------------------------------

    async def foreseen(
        self, stream: str, ticket: str, within_s: float
    ) -> list[int] | None:
        """In half of all cases this ticket is called before the first of two times, in
        nine of ten before the second. From the forecast that stands, or from one made
        for this; None when nobody can know, or not in time. Cancelled, nothing has
        happened."""
        watched = self._watched.get(stream)
        standing = None if watched is None else watched.board.standing(ticket)
        if standing is not None:
            return standing
        asked = self._asked.setdefault(stream, Asked())
        asked.waiting += 1
        self._wake()
        try:
            with trio.move_on_after(within_s):
                await asked.made.wait()
                return asked.times.get(ticket)
            return None
        finally:
            asked.waiting -= 1
            if not asked.waiting and self._asked.get(stream) is asked:
                del self._asked[stream]

    def soon(self) -> None:
        """Somebody may ask in a moment: the worker had better be there."""
        if not self._soon:
            self._soon = True
            self._wake()

    # -- what happens ----------------------------------------------------------------

    async def _happened(self, records: list[Recorded]) -> None:
        """Waits while too much is untaught: the journal has it, and keeps it."""
        while len(self._taught) >= _TAUGHT_AHEAD:
            self._room = trio.Event()
            await self._room.wait()
        for record in records:
            if record.name in LESSONS:
                self._taught.append((record.position, record.stream, record.body))
            watched = self._watched.get(record.stream)
            if watched is not None:
                watched.moved()
                self._wake()
        if len(self._taught) >= _AT_ONCE:
            self._wake()

    def _wake(self) -> None:
        self._news.set()

    # -- the worker ------------------------------------------------------------------

    async def run(
        self, system: ActorSystem, *, task_status: trio.TaskStatus[None]
    ) -> None:
        """Until cancelled; a worker that fails is followed by another one."""
        self._system = system
        task_status.started()
        strikes = 0
        while True:
            await self._needed()
            made = self.made
            try:
                self.restarts += 1
                async with working(self._command) as session:
                    await self._serve(session)
            except WorkerGone as gone:
                reason = str(gone)
            self._soon = False
            strikes = 0 if self.made > made else strikes + 1
            wait = _BACKOFF_S[min(strikes, len(_BACKOFF_S) - 1)]
            log.warning("the forecast worker: %s; again in %.1f s", reason, wait)
            for watched in self._watched.values():
                watched.board.mark_stale(system.clock.now())
                watched.due = trio.current_time()
            await trio.sleep(wait)

    async def _needed(self) -> None:
        """A house in which nothing happens starts no process."""
        while not (
            self._watched or self._asked or self._soon or len(self._taught) >= _AT_ONCE
        ):
            self._news = trio.Event()
            with trio.move_on_after(_TEACH_S) as waited:
                await self._news.wait()
            if waited.cancelled_caught and self._taught:
                break

    async def _serve(self, session: Session) -> None:
        while True:
            self._news = trio.Event()
            await self._teach(session)
            watched = min(self._watched.values(), key=lambda w: w.due, default=None)
            now = trio.current_time()
            if watched is not None and watched.due <= now:
                await self._make(session, watched)
                self._mark_late()
                continue
            if self._asked and self._rests_until <= now:
                await self._answer(session, next(iter(self._asked)))
                continue
            until = now + _TEACH_S if watched is None else watched.due
            if self._asked:
                until = min(until, self._rests_until)
            async with session.worker.alive():
                with trio.move_on_at(until):
                    await self._news.wait()
                    # what comes together is taught together
                    await trio.sleep(_GATHER_S)

    async def _teach(self, session: Session) -> None:
        while self._taught:
            some = self._taught[:_AT_ONCE]
            await session.teach(some)
            # only now: a worker that has ended has learnt none of it
            del self._taught[: len(some)]
            self._room.set()

    async def _make(self, session: Session, watched: Watched) -> None:
        assert self._system is not None
        watched.made = trio.current_time()
        watched.due = watched.made + IDLE_S
        asked = self._asked.get(watched.stream)
        try:
            outline = await self._system.ref(watched.stream).read(self._outline)
        except Refusal:
            return  # tried again when it moves
        times = await session.ask(outline)
        self.made += 1
        if self._watched.get(watched.stream) is watched:
            watched.board.show(times, outline.at)
        self._tell(watched.stream, asked, times, outline.at)

    async def _answer(self, session: Session, stream: str) -> None:
        """For who waits now; who asks meanwhile may have come too late for it."""
        assert self._system is not None
        asked = self._asked.pop(stream)
        began = trio.current_time()
        try:
            outline = await self._system.ref(stream).read(self._outline)
        except Refusal:
            asked.made.set()
            return
        times = await session.ask(outline)
        self.made += 1
        now = trio.current_time()
        self._rests_until = now + (now - began) * REST
        watched = self._watched.get(stream)
        if watched is not None:
            watched.made, watched.due = now, now + IDLE_S
            watched.board.show(times, outline.at)
        self._tell(stream, asked, times, outline.at)

    def _tell(self, stream: str, asked: Asked | None, times: Times, at: Millis) -> None:
        if asked is None:
            return
        for ticket, (p50, p90) in times.times.items():
            asked.times[ticket] = rounded(p50, p90, at)
        asked.made.set()
        if self._asked.get(stream) is asked:
            del self._asked[stream]

    def _mark_late(self) -> None:
        assert self._system is not None
        late = trio.current_time() - STALE_S
        for watched in self._watched.values():
            if watched.due < late:
                watched.board.mark_stale(self._system.clock.now())

    def _outline(self, state: ClinicState) -> Outline:
        assert self._system is not None
        return outline_of(state, self._system.clock.now())
