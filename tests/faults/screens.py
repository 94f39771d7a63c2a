"""Screens that forgive nothing: they watch topics over any number of connections, and
fail the test at the first gap, repeated announcement or patient in two places."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

import msgspec
import trio

from realtime.protocol.messages import (
    Closed,
    Joined,
    Patch,
    Ping,
    Reply,
    View,
    Welcome,
    decode_server,
    encode,
)
from realtime.protocol.replica import Replica, Step
from tests.faults.link import Ended, Link, linked

BACK_AFTER_S = 0.03

Document = dict[str, Any]


class Watched:
    """One topic on one screen, held to everything it may not do."""

    def __init__(self, topic: str) -> None:
        self.replica = Replica(topic)
        self.epoch: str | None = None
        self.announced: dict[str, Document] = {}
        self.recovered = 0
        self.whole = 0
        self._gone: set[str] = set()
        self._wanted: list[tuple[int, Document]] = []
        self.compared = 0

    def __str__(self) -> str:
        return f"{self.replica.topic} at {self.replica.seq}"

    def joined(self, message: Joined) -> None:
        before = self.replica.seq
        assert self.epoch in (None, message.epoch), f"{self}: another epoch"
        self.epoch = message.epoch
        if message.recovered:
            self.recovered += 1
        else:
            self.whole += 1
        # what lies in the gap that this bridges cannot be compared any more
        self._wanted = [w for w in self._wanted if w[0] >= message.seq]
        assert message.seq >= before, f"{self}: joined at {message.seq}, in the past"
        self._step(self.replica.joined(message), message)

    def patch(self, message: Patch) -> None:
        replica = self.replica
        assert replica.live, f"{self}: a patch before joined"
        assert message.prev == replica.seq, f"{self}: a gap: {message}"
        assert message.seq > message.prev, f"{self}: {message}"
        seen, self._wanted = self._wanted, []
        for seq, view in seen:
            if seq < message.seq:
                self._compare(seq, view)
            else:
                self._wanted.append((seq, view))
        self._step(replica.patch(message), message)

    def fresh(self, message: View) -> None:
        self._wanted = [w for w in self._wanted if w[0] >= message.seq]
        assert message.epoch == self.epoch, f"{self}: another epoch"
        assert message.seq >= self.replica.seq, f"{self}: a view of the past"
        self._step(self.replica.fresh(message), message)

    def top(self, seq: int) -> None:
        assert self.replica.top(seq) is Step.NOTHING, f"{self}: missed up to {seq}"

    def expect(self, seq: int, view: Document) -> None:
        """Somebody who has just joined sees this: so do we, when we have come there.
        Where we are past it already, nothing can be compared."""
        if seq >= self.replica.seq:
            self._wanted.append((seq, view))

    def shows(self, seq: int, view: Document) -> bool:
        """True when it stands there and sees that; False when it stands elsewhere."""
        if not self.replica.live or self.replica.seq != seq:
            return False
        self._compare(seq, view)
        return True

    def _compare(self, seq: int, view: Document) -> None:
        assert _whole(self.replica.view) == _whole(view), (
            f"{self}: not what a fresh join saw at {seq}"
        )
        self.compared += 1

    def _step(self, step: Step, message: msgspec.Struct) -> None:
        assert step is Step.CHANGED, f"{self}: {step} by {message}"
        view = self.replica.view
        assert view is not None
        self._announce(view.get("calls", {}))
        if self.replica.topic.endswith(":hall"):  # a desk's day is long: at the end
            everybody_has_one_place(view)

    def _announce(self, calls: Document) -> None:
        for key, row in calls.items():
            assert key not in self._gone, f"{self}: {key} is announced again"
            first = self.announced.setdefault(key, row)
            assert row == first, f"{self}: {key} was {first} and is {row}"
        self._gone.update(self.announced.keys() - calls.keys())


def _whole(view: Document | None) -> Document:
    """An empty section and an absent one are the same."""
    return {section: rows for section, rows in (view or {}).items() if rows}


def everybody_has_one_place(view: Document) -> None:
    """Who waits stands in one queue, once; who is called is in one room, alone."""
    tickets = view.get("tickets", {})
    waiting = Counter(t for order in view.get("orders", {}).values() for t in order)
    inside = Counter(
        room["current"] for room in view.get("rooms", {}).values() if "current" in room
    )
    for ticket, row in tickets.items():
        state = row["state"]
        places = (waiting[ticket], inside[ticket], ticket in view.get("missed", {}))
        expected = {
            "waiting": (1, 0, False),
            "called": (0, 1, False),
            "in": (0, 1, False),
            "missed": (0, 0, True),
        }.get(state, (0, 0, False))
        assert places == expected, f"{ticket} is {state} and stands at {places}"
        if inside[ticket]:
            assert view["rooms"][row["room"]]["current"] == ticket
    assert not (waiting.keys() | inside.keys()) - tickets.keys(), "a ticket is lost"


class Screen:
    """Joins its topics, and joins again whenever the server comes back."""

    def __init__(self, name: str, token: str, topics: list[str]) -> None:
        self.name = name
        self.watched = {topic: Watched(topic) for topic in topics}
        self.times_joined = 0
        self.ends: list[int | None] = []
        self._token = token
        self._refs = count(1)
        self._all_live = trio.Event()
        self._moved = trio.Event()

    async def run(self, port: int) -> None:
        """Until cancelled, or until a server says not to come back."""
        while True:
            try:
                async with linked(port, self._token) as link:
                    await self._watch(link)
            except Ended as ended:
                self.ends.append(ended.code)
            self._all_live = trio.Event()
            for watched in self.watched.values():
                watched.replica.lost()
            await trio.sleep(BACK_AFTER_S)

    async def _watch(self, link: Link) -> None:
        for watched in self.watched.values():
            await link.send(encode(watched.replica.joining(f"j{next(self._refs)}")))
        while True:
            message = decode_server(await link.receive())
            match message:
                case Joined():
                    self.watched[message.topic].joined(message)
                    if all(w.replica.live for w in self.watched.values()):
                        self.times_joined += 1
                        self._all_live.set()
                case Patch():
                    self.watched[message.topic].patch(message)
                case View():
                    self.watched[message.topic].fresh(message)
                case Ping():
                    for topic, seq in message.tops.items():
                        self.watched[topic].top(seq)
                case Closed():
                    raise AssertionError(f"{self.name}: {message}")
                case Reply() | Welcome():
                    raise AssertionError(f"{self.name} asked nothing: {message}")
            self._moved.set()
            self._moved = trio.Event()

    async def live(self) -> None:
        await self._all_live.wait()

    async def reached(self, topic: str, seq: int) -> None:
        """Returns when this topic has come to ``seq``."""
        watched = self.watched[topic]
        while not (watched.replica.live and watched.replica.seq >= seq):
            await self._moved.wait()
