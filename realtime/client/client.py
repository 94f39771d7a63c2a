"""The client: its topics and its asks, over one connection after another."""

from __future__ import annotations

import logging
import random
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import msgspec
import trio
from websockets.uri import parse_uri

from actors.kernel.times import Clock, Millis, WallClock
from realtime.client.asks import Answer, Waiting
from realtime.client.errors import Ended, TopicClosed
from realtime.client.link import Link, Lost, dial
from realtime.client.topic import Topic
from realtime.protocol import messages
from realtime.protocol.codes import pause_before_return
from realtime.protocol.errors import ProtocolError
from realtime.protocol.messages import Hello, Leave, Limits, Pong, Welcome, encode
from realtime.protocol.replica import (
    LONGEST_DEADLINE_S,
    SHORTEST_DEADLINE_S,
    OpenAsk,
    OpenAsks,
    Step,
)
from realtime.version import version

CONNECT_S = 10.0
# A connection that lived this long was a good one: the next trouble is a new one.
STEADY_S = 5.0

_log = logging.getLogger("houzhen.client")


class Client:
    """See `open_client`."""

    def __init__(
        self,
        hello: messages.Client,
        token: str | Callable[[], str],
        connect: Callable[[], Awaitable[Link]],
        *,
        chance: Callable[[], float],
        clock: Clock,
    ) -> None:
        self._hello = hello
        self._token = token
        self._connect = connect
        self._chance = chance
        self._clock = clock
        self._refs = (f"r{number}" for number in count(1))
        self._topics: dict[str, Topic] = {}
        self._asks = OpenAsks()
        self._waiting: dict[str, Waiting] = {}
        self._room_for_asks = trio.lowlevel.ParkingLot()
        self._link: Link | None = None
        self._nursery: trio.Nursery | None = None
        self._welcomed = trio.Event()
        self._limits = Limits()
        # when the last frame came, by our clock
        self.heard: Millis | None = None
        self.connections = 0
        self.ended: Ended | None = None

    # -- what callers do ------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the server has welcomed us on the connection there is now."""
        return self._link is not None

    async def welcomed(self) -> None:
        """Wait for the server's welcome; raises Ended when there will be none."""
        while self._link is None:
            if self.ended:
                raise self.ended
            await self._welcomed.wait()
        await trio.lowlevel.checkpoint()

    async def join(self, name: str) -> Topic:
        """Follow a topic; returns when its first view is there, however long the
        network takes. Raises TopicClosed when the server does not show it, and Ended.
        Joining what is joined gives the same Topic."""
        if self.ended:
            raise self.ended
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = Topic(self, name)
            self._send_join(topic)
        topic.awaited += 1
        try:
            await topic.settled()
        finally:
            topic.awaited -= 1
            if topic.replica.view is None and not topic.awaited:
                self.leave(topic)  # nobody waits for it any more
        return topic

    def leave(self, topic: Topic) -> None:
        if self._topics.get(topic.name) is topic:
            del self._topics[topic.name]
            self._post(Leave(next(self._refs), topic.name))
            topic.replica.lost()
            topic.ends(TopicClosed(topic.name, "left"))

    async def ask(
        self,
        topic: Topic | str,
        name: str,
        body: Any = None,
        *,
        deadline: float = 5.0,
        key: str | None = None,
    ) -> Any:
        """Ask through a topic's view and return the reply's body; see `answer`."""
        return (await self.answer(topic, name, body, deadline=deadline, key=key)).body

    async def answer(
        self,
        topic: Topic | str,
        name: str,
        body: Any = None,
        *,
        deadline: float = 5.0,
        key: str | None = None,
    ) -> Answer:
        """Ask, and wait for the answer for `deadline` seconds.

        It happens once: when the connection is lost before the answer, the ask goes
        out again on the next one, under the same key, until the deadline and not
        after. Raises AskRefused, also with code `deadline`, and Ended. Cancelled, or
        after the deadline, what was asked may still happen: ask again with its `key`.
        """
        if not SHORTEST_DEADLINE_S <= deadline <= LONGEST_DEADLINE_S:
            raise ValueError("a deadline is between 0.1 and 60 seconds")
        key = key or secrets.token_urlsafe(12)
        ends = trio.current_time() + deadline
        ref = next(self._refs)
        ask = OpenAsk(
            ref,
            topic if isinstance(topic, str) else topic.name,
            name,
            key,
            msgspec.json.encode({} if body is None else body),
            ends,
        )
        waiting = Waiting()
        with trio.move_on_at(ends):
            while len(self._asks) >= self._limits.asks_open and not self.ended:
                await self._room_for_asks.park()
            if self.ended:
                raise self.ended
            self._asks.add(ask)
            self._waiting[ref] = waiting
            try:
                if self._link and (message := ask.message(trio.current_time())):
                    self._post(message)
                await waiting.done.wait()
            finally:
                self._asks.give_up(ref)
                self._waiting.pop(ref, None)
                self._room_for_asks.unpark()
        return waiting.answer(key)

    # -- one connection after another -----------------------------------------------

    async def run(self) -> None:
        """Stay connected until told by the server to stay away."""
        attempt = 0
        while True:
            lost, lived_s = await self._one_connection()
            attempt = 0 if lived_s >= STEADY_S else attempt
            pause = pause_before_return(lost.code, attempt, self._chance())
            if pause is None:
                _log.warning("the server sent us away: %s", lost)
                self.end(Ended(lost.code, lost.reason))
                return
            _log.info("not connected (%s); again in %.1f s", lost, pause)
            attempt += 1
            await trio.sleep(pause)

    def end(self, why: Ended) -> None:
        """No more of anything: whoever waits is told why."""
        self.ended = why
        for topic in list(self._topics.values()):
            topic.went_stale()
            topic.ends(why)
        for waiting in list(self._waiting.values()):
            waiting.fail(why)
        self._room_for_asks.unpark_all()
        self._welcomed.set()

    async def _one_connection(self) -> tuple[Lost, float]:
        """Run one connection to its end; how it ended, and how long it was good."""
        link: Link | None = None
        start: float | None = None
        lost = Lost(None, "no answer in time")
        code, reason = 1000, "normal"
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                try:
                    with trio.move_on_after(CONNECT_S):
                        link = await self._connect()
                        nursery.start_soon(link.write)
                        welcome = await self._introduce(link)
                        start = trio.current_time()
                    if link and start is not None:
                        await self._converse(link, welcome)
                except Lost as error:
                    lost = error
                except ProtocolError as error:
                    code, reason = 1002, "not houzhen.v1"
                    lost = Lost(None, str(error))
                except (OSError, trio.BrokenResourceError) as error:
                    lost = Lost(None, str(error))
                nursery.cancel_scope.cancel()
        finally:
            self._nursery = None
            self._disconnected()
            if link is not None:
                await link.close(code, reason)
        return lost, 0.0 if start is None else trio.current_time() - start

    async def _introduce(self, link: Link) -> Welcome:
        await link.shake_hands()
        token = self._token if isinstance(self._token, str) else self._token()
        link.post(encode(Hello(next(self._refs), token, self._hello)))
        welcome = messages.decode_server(await link.receive())
        if not isinstance(welcome, Welcome):
            raise Lost(None, "the server did not begin with a welcome")
        return welcome

    async def _converse(self, link: Link, welcome: Welcome) -> None:
        """From the welcome to the end, which is an exception."""
        self._link = link
        self._limits = welcome.limits
        self.heard = self._clock.now()
        self.connections += 1
        self._welcomed.set()
        self._room_for_asks.unpark_all()
        for topic in self._topics.values():
            self._send_join(topic)
        for ask in self._asks.to_resend(trio.current_time()):
            self._post(ask)
        silence_s = 2 * welcome.heartbeat_s
        while True:
            with trio.move_on_after(silence_s) as patience:
                text = await link.receive()
            if patience.cancelled_caught:
                raise Lost(None, f"nothing heard for {silence_s:g} s")
            self.heard = self._clock.now()
            self._take(messages.decode_server(text))

    def _disconnected(self) -> None:
        self._link = None
        if self._welcomed.is_set() and not self.ended:
            self._welcomed = trio.Event()
        for topic in self._topics.values():
            topic.went_stale()

    # -- what the server says -------------------------------------------------------

    def _take(self, message: messages.ServerMessage) -> None:
        match message:
            case messages.Reply():
                if self._asks.answered(message) is not None:
                    self._waiting[message.ref].reply(message)
            case messages.Ping():
                self._post(Pong())
                for name, seq in message.tops.items():
                    if topic := self._topics.get(name):
                        self._follow(topic, topic.replica.top(seq))
            case messages.Welcome():
                raise Lost(None, "a second welcome")
            case _:
                if topic := self._topics.get(message.topic):
                    self._take_for(topic, message)

    def _take_for(
        self,
        topic: Topic,
        message: messages.Joined | messages.Patch | messages.View | messages.Closed,
    ) -> None:
        replica = topic.replica
        match message:
            case messages.Patch():
                self._follow(topic, replica.patch(message), message.patch)
            case messages.View():
                self._follow(topic, replica.fresh(message))
            case messages.Joined():
                topic.rejoins = 0
                self._follow(topic, replica.joined(message))
            case messages.Closed():
                was_live = replica.live
                step = replica.closed(message)
                if step is Step.REJOIN:
                    if was_live:
                        topic.moved()
                    self._join_later(topic)
                elif step is Step.ENDED:
                    del self._topics[topic.name]
                    topic.ends(TopicClosed(topic.name, message.reason))

    def _follow(
        self, topic: Topic, step: Step, patch: dict[str, Any] | None = None
    ) -> None:
        if step is Step.CHANGED:
            topic.moved(patch)
        elif step is Step.REJOIN:
            topic.moved()  # stale, for the moment
            self._send_join(topic)

    def _send_join(self, topic: Topic) -> None:
        if self._link is not None:
            self._post(topic.replica.joining(next(self._refs)))

    def _join_later(self, topic: Topic) -> None:
        """The server closed the topic and will have us back: not all in one moment,
        and not again and again without a pause."""
        link = self._link
        pause = pause_before_return(None, topic.rejoins, self._chance()) or 0.0
        topic.rejoins += 1

        async def join() -> None:
            await trio.sleep(pause)
            if self._link is link and self._topics.get(topic.name) is topic:
                self._send_join(topic)

        if self._nursery is not None:
            self._nursery.start_soon(join)

    def _post(self, message: messages.ClientMessage) -> None:
        if self._link is not None:
            self._link.post(encode(message))


@asynccontextmanager
async def open_client(
    url: str,
    token: str | Callable[[], str],
    *,
    kind: str = "python",
    id: str = "",  # noqa: A002  the protocol's word
    dial_by: Callable[[], Awaitable[trio.abc.Stream]] | None = None,
    tls: ssl.SSLContext | None = None,
    chance: Callable[[], float] = random.random,
    clock: Clock | None = None,
) -> AsyncIterator[Client]:
    """A client of the server at `url` (`ws://host:8000/live`) for as long as the block.

    It does not wait for the server: `join` and `ask` do. It never raises because of
    the network; it comes back by itself, as the server's closing code says. Only when
    it is told to stay away does it end, and says so to whoever calls it. `token` may
    be a function, asked before each connection. Leaving the block says goodbye.

    `dial_by`, `chance` and `clock` are for those who bring their own network, luck
    and time.
    """
    uri = parse_uri(url)

    async def connect() -> Link:
        return Link(await (dial_by() if dial_by else dial(uri, tls)), uri)

    hello = messages.Client(kind, id, version())
    client = Client(hello, token, connect, chance=chance, clock=clock or WallClock())
    failed: BaseException | None = None
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.run)
            try:
                yield client
            except BaseException as error:
                failed = error
                raise
            finally:
                client.end(client.ended or Ended(None, "the client was left"))
                nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        # the caller's own error, as the caller raised it
        if failed is not None and group.exceptions == (failed,):
            raise failed from failed.__cause__
        raise
