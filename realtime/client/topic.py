"""A topic as its reader holds it: the view, and every change of it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import msgspec
import trio

from actors.kernel.times import Millis
from realtime.client.errors import Ended, TopicClosed
from realtime.protocol.replica import Replica

if TYPE_CHECKING:
    from realtime.client.client import Client

CHANGES_KEPT = 1000


class Change(msgspec.Struct, frozen=True):
    """The topic after a change.

    `patch` is what changed the view; None when the whole view is new, or when only
    `live` has changed. Views share their rows and are never changed: keep them.
    """

    seq: int
    view: dict[str, Any]
    live: bool
    patch: dict[str, Any] | None = None


class Topic:
    """A view kept current as long as the client lives.

    Over a lost connection it stays what it was, `live` is False and `stale_since`
    tells since when it may be wrong.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.name = name
        self.replica = Replica(name)
        self._client = client
        self._stale_since: Millis | None = None
        self._readers: WeakSet[Changes] = WeakSet()
        self._moved = trio.Event()
        self.closed: TopicClosed | Ended | None = None
        self.rejoins = 0
        self.awaited = 0

    def __repr__(self) -> str:
        state = "closed" if self.closed else "live" if self.live else "stale"
        return f"<Topic {self.name} seq={self.seq} {state}>"

    @property
    def view(self) -> dict[str, Any]:
        """The newest view there is; empty before the first."""
        return self.replica.view or {}

    @property
    def seq(self) -> int:
        return self.replica.seq

    @property
    def live(self) -> bool:
        """Whether the view is being kept current."""
        return self.replica.live

    @property
    def stale_since(self) -> Millis | None:
        """When the last frame came before the topic went stale; None while it is
        live, and for one that never was."""
        return self._stale_since

    def changes(self) -> Changes:
        """Every change from now on, beginning with what is there now. It ends when
        the topic does: `closed` says why. A reader that is behind by over a thousand
        gets the newest state instead of them."""
        return Changes(self)

    async def shows(self, seq: int) -> dict[str, Any]:
        """Wait until the view shows `seq`, as an ask's answer names it. Raises
        TopicClosed or Ended when that cannot come any more."""
        while self.replica.seq < seq or not self.replica.live:
            if self.closed:
                raise self.closed
            await self._moved.wait()
        return self.view

    async def leave(self) -> None:
        """Stop following. The view stays what it was."""
        await trio.lowlevel.checkpoint()
        self._client.leave(self)

    # What the client tells it.

    async def settled(self) -> None:
        """Wait for the first view; raises what `closed` says when none comes."""
        while self.replica.view is None:
            if self.closed:
                raise self.closed
            await self._moved.wait()
        await trio.lowlevel.checkpoint()

    def moved(self, patch: dict[str, Any] | None = None) -> None:
        """The replica has changed."""
        if self.replica.live:
            self._stale_since = None
        elif self._stale_since is None:
            self._stale_since = self._client.heard
        if self.replica.view is not None:
            change = self.current(patch)
            for reader in self._readers:
                reader.put(change)
        self._wake()

    def went_stale(self) -> None:
        """The connection is gone."""
        was_live = self.replica.live
        self.replica.lost()
        if was_live:
            self.moved()

    def ends(self, why: TopicClosed | Ended) -> None:
        if self.closed is None:
            self.closed = why
            for reader in self._readers:
                reader.wake()
            self._wake()

    def current(self, patch: dict[str, Any] | None = None) -> Change:
        return Change(self.seq, self.view, self.live, patch)

    def follow(self, reader: Changes) -> None:
        self._readers.add(reader)

    def _wake(self) -> None:
        self._moved.set()
        self._moved = trio.Event()


class Changes:
    """One reader of a topic's changes. Let go of it and it is forgotten."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._waiting: deque[Change] = deque()
        self._put = trio.Event()
        if topic.replica.view is not None:
            self._waiting.append(topic.current())
        topic.follow(self)

    def put(self, change: Change) -> None:
        if len(self._waiting) >= CHANGES_KEPT:
            self._waiting.clear()
            change = msgspec.structs.replace(change, patch=None)
        self._waiting.append(change)
        self.wake()

    def wake(self) -> None:
        self._put.set()

    def __aiter__(self) -> Changes:
        return self

    async def __anext__(self) -> Change:
        await trio.lowlevel.checkpoint()
        while not self._waiting:
            if self._topic.closed:
                raise StopAsyncIteration
            self._put = trio.Event()
            await self._put.wait()
        return self._waiting.popleft()
