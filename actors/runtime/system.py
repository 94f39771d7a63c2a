"""The actor system: names become awake actors, and mail finds them.

system = ActorSystem(journal, [clinic_capability(vault)], clock=WallClock())
async with system.running():
    clinic = system.ref("yunxiu/clinic/im2/2026-11-23")
    answer = await clinic.ask(CallNext(room="3"), principal="dr", key=key)
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import outcome
import trio

from actors.journal.journal import Journal
from actors.journal.records import KeyedReply
from actors.kernel.errors import (
    KeyReused,
    Refusal,
    Unavailable,
    UnknownTarget,
)
from actors.kernel.identity import parts_of
from actors.kernel.times import Clock, Millis, WallClock
from actors.runtime.activation import Activation, Ready
from actors.runtime.deadlines import Deadlines
from actors.runtime.feed import Listener, Since
from actors.runtime.followers import Follower, Followers
from actors.runtime.mail import Answer, Mail, Outcome, fingerprint_of
from actors.runtime.shape import Capability, Wake
from actors.runtime.timers import Timers
from actors.runtime.turns import Turns

log = logging.getLogger("houzhen.actors")

_BACKOFF_S = (0.0, 0.05, 0.2, 1.0, 5.0, 15.0, 30.0)
_REST_AT_ONCE = 1000
TIMER = "timer"


class Counters:
    """Plain integers, read by metrics."""

    __slots__ = ("activated", "busy", "committed", "crashed", "failed", "refused")

    def __init__(self) -> None:
        self.activated = 0
        self.busy = 0
        self.committed = 0
        self.crashed = 0
        self.failed = 0
        self.refused = 0


class Ref:
    """A name, not an object: the actor need not be awake."""

    __slots__ = ("_system", "stream")

    def __init__(self, system: ActorSystem, stream: str) -> None:
        self._system = system
        self.stream = stream

    async def ask(
        self,
        command: Any,
        *,
        principal: str,
        key: str | None = None,
        deadline: float | None = None,
        expected: int | None = None,
    ) -> Answer:
        """The reply, once it is on disk. Raises a Refusal.

        ``deadline`` in seconds. Cancelling gives up waiting, not the command.
        """
        task = trio.lowlevel.current_task()
        waiting = True

        def done(result: Outcome) -> None:
            if waiting:
                trio.lowlevel.reschedule(task, outcome.Value(result))

        def give_up(_: Any) -> trio.lowlevel.Abort:
            nonlocal waiting
            waiting = False
            return trio.lowlevel.Abort.SUCCEEDED

        early: list[Outcome] = []
        mail = Mail(
            command,
            principal,
            early.append,
            key=key,
            fingerprint=fingerprint_of(command) if key is not None else b"",
            expected=expected,
        )
        self._system.post(self.stream, mail, deadline)
        if early:
            await trio.lowlevel.checkpoint()
            result = early[0]
        else:
            mail.done = done
            result = await trio.lowlevel.wait_task_rescheduled(give_up)
        if isinstance(result, Refusal):
            raise result
        return result

    async def read(self, look: Callable[[Any], Any]) -> Any:
        """What ``look`` sees of the state, once that is on disk."""
        seen: list[Any] = []
        told = trio.Event()

        def done(result: Any) -> None:
            seen.append(result)
            told.set()

        self._system.read(self.stream, look, done)
        await told.wait()
        if isinstance(seen[0], Refusal):
            raise seen[0]
        return seen[0]


class ActorSystem:
    """Owns every activation of this process."""

    def __init__(
        self,
        journal: Journal,
        capabilities: Iterable[Capability[Any]],
        *,
        clock: Clock | None = None,
        turns: Turns | None = None,
        followers: Iterable[Follower] = (),
        mailbox_size: int = 1000,
        idle_s: float = 300.0,
    ) -> None:
        self.journal = journal
        self.clock = clock or WallClock()
        self.mailbox_size = mailbox_size
        self.counters = Counters()
        self.timers = Timers(self.clock, self._wake)
        self._idle_s = idle_s
        self._capabilities = {c.kind: c for c in capabilities}
        self._awake: OrderedDict[str, Activation] = OrderedDict()
        self._strikes: dict[str, int] = {}
        self._turns = turns or Turns()
        self._deadlines = Deadlines()
        self._followers = Followers(journal, list(followers))
        self._nursery: trio.Nursery | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ActorSystem]:
        """Opens the journal, fires what is overdue, and at the end lets what was
        begun reach the disk. Raises CannotStart; later JournalLost."""
        await self.journal.open(self._known_events())
        try:
            for stream, at in await self.journal.wakeups():
                self.timers.set(stream, at)
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self.journal.run)
                nursery.start_soon(self._turns.run)
                nursery.start_soon(self._deadlines.run)
                nursery.start_soon(self.timers.run)
                nursery.start_soon(self._rest)
                await self._followers.start(nursery)
                yield self
                nursery.cancel_scope.cancel()
        finally:
            self._nursery = None
            await self.journal.close()

    def _known_events(self) -> frozenset[str]:
        names: set[str] = set()
        for capability in self._capabilities.values():
            names |= capability.event_names
        return frozenset(names)

    # -- mail ------------------------------------------------------------------------

    def ref(self, stream: str) -> Ref:
        return Ref(self, stream)

    def capability_of(self, stream: str) -> Capability[Any]:
        """Raises UnknownTarget."""
        try:
            _, kind, _ = parts_of(stream)
            return self._capabilities[kind]
        except (ValueError, KeyError):
            raise UnknownTarget() from None

    def post(self, stream: str, mail: Mail, deadline: float | None = None) -> None:
        """Hands mail over and returns; ``mail.done`` gets the outcome, perhaps
        before this returns."""
        try:
            activation = self._activation(stream)
        except UnknownTarget as refusal:
            mail.settle(refusal)
            return
        activation.post(mail)
        if deadline is not None and not mail.settled:
            self._deadlines.watch(mail, trio.current_time() + deadline)

    def observe(
        self,
        stream: str,
        view: str,
        since: Since | None,
        ready: Ready,
        listener: Listener,
    ) -> None:
        """See Activation.observe."""
        try:
            activation = self._activation(stream)
        except UnknownTarget as refusal:
            ready(refusal)
            return
        activation.observe(view, since, ready, listener)

    def forget(self, stream: str, view: str, listener: Listener) -> None:
        activation = self._awake.get(stream)
        if activation is not None:
            activation.forget(view, listener)

    def read(
        self, stream: str, look: Callable[[Any], Any], done: Callable[[Any], None]
    ) -> None:
        try:
            activation = self._activation(stream)
        except UnknownTarget as refusal:
            done(refusal)
            return
        activation.read(look, done)

    def _activation(self, stream: str) -> Activation:
        activation = self._awake.get(stream)
        if activation is None:
            activation = Activation(self, self.capability_of(stream), stream)
            self._awake[stream] = activation
        return activation

    def _wake(self, stream: str, due: Millis) -> None:
        """A time that a state had named has come. The key is derived, so that one
        due time is one command however often the process starts."""

        def done(result: Outcome) -> None:
            if isinstance(result, Refusal):
                log.warning("wake-up of %s refused: %r", stream, result)

        command = Wake(due)
        mail = Mail(
            command,
            TIMER,
            done,
            key=f"wake:{due}",
            fingerprint=fingerprint_of(command),
        )
        self.post(stream, mail)

    # -- what an activation asks of the system -----------------------------------

    def start(self, activation: Activation) -> None:
        """It has mail, and gets its turn as soon as it is loaded."""
        if self._nursery is None:
            activation.refuse_waiting(Unavailable())
            return
        activation.used_at = trio.current_time()
        if activation.loaded:
            self._awake.move_to_end(activation.stream)
            self._turns.give(activation)
        else:
            self._nursery.start_soon(self._load, activation)

    async def _load(self, activation: Activation) -> None:
        """After a failure: wait for what that one had under way, then back off."""
        strikes = self._strikes.get(activation.stream)
        if strikes is not None:
            await self.journal.flushed()
            await trio.sleep(_BACKOFF_S[min(strikes, len(_BACKOFF_S) - 1)])
        if await activation.wake_up():
            self._turns.give(activation)

    def woke(self, activation: Activation) -> None:
        self.counters.activated += 1

    def failed(self, activation: Activation, error: Exception) -> None:
        """It could not be loaded; its mail was refused."""
        self._strike(activation.stream)
        self.absent(activation)

    def absent(self, activation: Activation) -> None:
        """Nobody of that name can be."""
        if self._awake.get(activation.stream) is activation:
            del self._awake[activation.stream]

    def discard(self, activation: Activation) -> None:
        """Its state is not what is on disk. What it had not begun goes to the next
        activation; whoever looked at it is told to look again."""
        stream = activation.stream
        if self._awake.get(stream) is not activation:
            return
        del self._awake[stream]
        self._strike(stream)
        waiting = activation.take_waiting()
        if waiting:
            successor = self._activation(stream)
            for errand in waiting:
                successor.take_over(errand)
        for listener in activation.listeners():
            listener.lost()

    def _strike(self, stream: str) -> None:
        strikes = self._strikes.get(stream, -1) + 1
        self._strikes[stream] = strikes
        log.warning("%s starts anew (%d times lately)", stream, strikes + 1)

    def look_up_key(self, activation: Activation, mail: Mail, key: str) -> None:
        """The key may be in the journal: answer from there, or take it as new."""
        if self._nursery is None:
            mail.settle_all(Unavailable())
        else:
            self._nursery.start_soon(self._look_up, activation, mail, key)

    async def _look_up(self, activation: Activation, mail: Mail, key: str) -> None:
        try:
            found = await self.journal.kept_reply(
                activation.stream, mail.principal, key
            )
        except Exception:
            log.exception("a key of %s could not be looked up", activation.stream)
            mail.settle_all(Unavailable())
            return
        if found is None:
            # two marks with one hash: as rare as that is, it is a new key
            self._activation(activation.stream).post_unkept(mail)
            return
        kept, seq = found
        mail.settle_all(_first_answer(mail, kept, seq))

    def save_snapshot(self, activation: Activation) -> None:
        if self._nursery is not None:
            self._nursery.start_soon(activation.save_snapshot)

    # -- resting ----------------------------------------------------------------

    async def _rest(self) -> None:
        """Put to sleep who has had no mail for long; the oldest stand first."""
        while True:
            await trio.sleep(max(0.05, self._idle_s / 10))
            now = trio.current_time()
            for stream in list(self._awake)[:_REST_AT_ONCE]:
                activation = self._awake[stream]
                if activation.used_at > now - self._idle_s:
                    break
                if activation.resting and activation.loaded:
                    del self._awake[stream]
                else:
                    activation.used_at = now
                    self._awake.move_to_end(stream)
            self._strikes.clear()

    @property
    def awake(self) -> int:
        return len(self._awake)

    @property
    def deadlines_passed(self) -> int:
        return self._deadlines.passed


def _first_answer(mail: Mail, kept: KeyedReply, seq: int) -> Outcome:
    if kept.fingerprint != mail.fingerprint:
        return KeyReused()
    return Answer(kept.reply, seq)
