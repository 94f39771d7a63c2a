"""The hub: what the socket edge asks of the house, answered by the actors."""

from __future__ import annotations

import heapq
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

import trio

from actors.kernel.errors import (
    Crashed,
    Forbidden,
    Refusal,
    UnknownTarget,
)
from actors.kernel.identity import parts_of, split_topic, stream_name
from actors.kernel.sealed import Vault
from actors.kernel.times import Clock, Millis
from actors.runtime.mail import Mail, Outcome
from actors.runtime.system import ActorSystem
from realtime.protocol.codes import ClosingCode
from realtime.protocol.messages import (
    Ask,
    Hello,
    Join,
    Leave,
    closed_message,
    error_message,
    reply_message,
)
from realtime.sockets.audience import Audience
from realtime.sockets.connection import Connection
from realtime.tokens import BadToken, Gate, Principal
from realtime.topics.counter import Counter, Errand, Facts, Inquiry
from realtime.topics.inquiries import Inquiries
from realtime.topics.live_topic import LiveTopic, Source

log = logging.getLogger("houzhen.topics")

_SWEEP_S = 0.5


class Hub:
    """The house behind the edge. Every join and every ask is authorised here; when a
    token ends, what it had opened is closed within a second.

    ``beside`` are views that are no actor's, by kind and name: what they show is no
    event. Who may look is the kind's counter's to say, as for every other.
    """

    def __init__(
        self,
        hospital: str,
        system: ActorSystem,
        gate: Gate,
        vault: Vault,
        counters: Iterable[Counter],
        clock: Clock,
        topics_max: int,
        beside: Mapping[tuple[str, str], Source] | None = None,
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._gate = gate
        self._vault = vault
        self._counters = {counter.kind: counter for counter in counters}
        self._clock = clock
        self._topics_max = topics_max
        self._beside = dict(beside or {})
        self._live: dict[str, LiveTopic] = {}
        self._inquiries = Inquiries()
        self._connections: set[Connection] = set()
        self._expiries: list[tuple[Millis, int, Connection]] = []
        self._order = count()
        self.new_audience: Callable[[str, int], Audience]
        self.departed: Callable[[Principal], None] = lambda who: None
        """Hears whose connection has ended: the very principal that had asked."""
        gate.revocations.listen(self._revoked)

    # -- coming and going --------------------------------------------------------------

    def hello(self, connection: Connection, hello: Hello) -> None:
        try:
            principal = self._gate.check(hello.token, self._clock.now())
        except BadToken as bad:
            log.info("connection %s: token refused (%s)", connection.id, bad.reason)
            connection.close(ClosingCode.BAD_TOKEN)
            return
        connection.principal = principal
        self._connections.add(connection)
        entry = (principal.expires, next(self._order), connection)
        heapq.heappush(self._expiries, entry)
        connection.welcome(hello.ref)

    def gone(self, connection: Connection) -> None:
        self._connections.discard(connection)
        for topic in list(connection.topics):
            if live := self._live.get(topic):
                live.rest_if_alone()
        if isinstance(connection.principal, Principal):
            self.departed(connection.principal)

    async def run(self) -> None:
        """Closes whose token has expired, and answers what takes its time."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._inquiries.run)
            nursery.start_soon(self._sweep)

    async def _sweep(self) -> None:
        while True:
            await trio.sleep(_SWEEP_S)
            now = self._clock.now()
            while self._expiries and self._expiries[0][0] <= now:
                self._end(heapq.heappop(self._expiries)[2])
            if len(self._expiries) > 2 * len(self._connections) + 1000:
                self._forget_gone()

    def _revoked(self, hit: Callable[[Principal], bool]) -> None:
        for connection in list(self._connections):
            if hit(_principal(connection)):
                self._end(connection)

    def _end(self, connection: Connection) -> None:
        if connection in self._connections:
            connection.close(ClosingCode.BAD_TOKEN)

    def _forget_gone(self) -> None:
        self._expiries = [e for e in self._expiries if e[2] in self._connections]
        heapq.heapify(self._expiries)

    # -- topics ------------------------------------------------------------------------

    def join(self, connection: Connection, join: Join) -> None:
        def refused(refusal: Refusal) -> None:
            if connection.is_open:
                connection.send(
                    closed_message(join.topic, refusal.code, refusal.retry, join.ref)
                )

        try:
            stream, view, parts, counter = self._address(join.topic)
            counter.may_look(_principal(connection), parts, view)
            if join.topic not in connection.topics:
                self._room_for_one_more(connection)
        except Refusal as refusal:
            refused(refusal)
            return
        self._topic(join.topic, stream, view, counter).join(connection, join, refused)

    def _room_for_one_more(self, connection: Connection) -> None:
        if len(connection.topics) >= self._topics_max:
            raise _TooManyTopics

    def leave(self, connection: Connection, leave: Leave) -> None:
        if live := self._live.get(leave.topic):
            live.leave(connection)
        connection.send(closed_message(leave.topic, "left", False, leave.ref))

    def behind(self, connection: Connection, topic: str) -> None:
        def refused(refusal: Refusal) -> None:
            if connection.is_open:
                connection.send(closed_message(topic, refusal.code, refusal.retry))

        stream, view, _, counter = self._address(topic)
        self._topic(topic, stream, view, counter).catch_up(connection, refused)

    def _address(self, topic: str) -> tuple[str, str, tuple[str, ...], Counter]:
        try:
            stream, view = split_topic(topic)
            hospital, kind, parts = parts_of(stream)
            if hospital != self._hospital:
                raise UnknownTarget
            return stream, view, parts, self._counters[kind]
        except (ValueError, KeyError):
            raise UnknownTarget from None

    def _topic(self, name: str, stream: str, view: str, counter: Counter) -> LiveTopic:
        live = self._live.get(name)
        if live is None:
            source = self._beside.get((counter.kind, view), self._system)
            live = self._live[name] = LiveTopic(
                name, stream, view, source, self.new_audience, self._ended
            )
        return live

    def _ended(self, live: LiveTopic) -> None:
        if self._live.get(live.name) is live:
            del self._live[live.name]

    @property
    def topics(self) -> int:
        return len(self._live)

    # -- asks --------------------------------------------------------------------------

    def ask(self, connection: Connection, ask: Ask) -> None:
        try:
            stream, view, parts, counter = self._address(ask.topic)
            errand = counter.errand(
                _principal(connection), parts, view, ask.name, ask.body
            )
        except Refusal as refusal:
            _refuse(connection, ask.ref, refusal)
            return
        if isinstance(errand, Inquiry):
            self._inquire(connection, ask, errand)
            return
        body = ask.name.encode() + b"\0" + bytes(ask.body)
        # the key stands for what was asked, whatever the facts were each time
        mail = Mail(
            errand.command,
            _principal(connection).name,
            lambda outcome: self._answer(connection, ask.ref, stream, errand, outcome),
            key=None if errand.looks else ask.key,
            fingerprint=self._vault.fingerprint(body),
        )
        deadline = ask.deadline_ms / 1000
        if errand.gather is not None:
            self._inquiries.begin(
                errand.gather, deadline, self._with_facts(stream, mail, deadline)
            )
        elif errand.facts is None:
            self._system.post(stream, mail, deadline)
        else:
            self._gather(errand.facts, stream, mail, deadline)

    def _inquire(self, connection: Connection, ask: Ask, inquiry: Inquiry) -> None:
        def done(answer: tuple[bytes, int] | Refusal) -> None:
            if not connection.is_open:
                return
            if isinstance(answer, Refusal):
                _refuse(connection, ask.ref, answer)
            else:
                connection.reply(ask.ref, reply_message(ask.ref, *answer))

        self._inquiries.begin(inquiry.answer, ask.deadline_ms / 1000, done)

    def _gather(self, facts: Facts, stream: str, mail: Mail, deadline: float) -> None:
        """Look at the other actor, then ask. No fact, no command."""

        def complete(state: Any) -> Any:
            try:
                return facts.complete(state)
            except Exception:
                incident = secrets.token_hex(4)
                log.exception("incident %s: facts could not be gathered", incident)
                return Crashed(incident=incident)

        of = stream_name(self._hospital, facts.kind, *facts.parts)
        self._system.read(of, complete, self._with_facts(stream, mail, deadline))

    def _with_facts(
        self, stream: str, mail: Mail, deadline: float
    ) -> Callable[[Any], None]:
        def done(seen: Any) -> None:
            if isinstance(seen, Refusal):
                mail.settle(seen)
            else:
                mail.command = seen
                self._system.post(stream, mail, deadline)

        return done

    def _answer(
        self,
        connection: Connection,
        ref: str,
        stream: str,
        errand: Errand,
        outcome: Outcome,
    ) -> None:
        if not connection.is_open:
            return
        if isinstance(outcome, Refusal):
            _refuse(connection, ref, outcome)
            return
        finish = errand.finish
        if finish is None:
            connection.reply(ref, reply_message(ref, outcome.raw, outcome.seq))
            return
        answer = outcome

        def complete(state: Any) -> bytes | Refusal:
            try:
                return finish(answer.raw, state)
            except Exception:
                incident = secrets.token_hex(4)
                log.exception("incident %s: a reply could not be completed", incident)
                return Crashed(incident=incident)

        def done(body: bytes | Refusal) -> None:
            if not connection.is_open:
                return
            if isinstance(body, Refusal):
                _refuse(connection, ref, body)
            else:
                connection.reply(ref, reply_message(ref, body, answer.seq))

        self._system.read(stream, complete, done)


class _TooManyTopics(Refusal):
    code = "too_many_topics"


def _principal(connection: Connection) -> Principal:
    principal = connection.principal
    if not isinstance(principal, Principal):
        raise Forbidden
    return principal


def _refuse(connection: Connection, ref: str, refusal: Refusal) -> None:
    connection.reply(
        ref,
        error_message(
            ref, refusal.code, refusal.message, refusal.details, retry=refusal.retry
        ),
    )
