"""A waiting room's devices: they show, take turns and speak, and their lines are cut.

What is heard is noted by an ear in the room, which knows nothing of the server: who
began to say what in which zone, and when it ended.
"""

from __future__ import annotations

import random
from contextlib import suppress
from itertools import count
from typing import Any

import msgspec
import trio

from realtime.protocol.messages import Joined, Patch, Reply, View, decode_server, encode
from realtime.protocol.replica import Replica, Step
from tests.faults.link import Ended, Link, linked

BACK_AFTER_S = 0.05
LONGEST_S = 1.5
"""So long a device waits for the reply to a turn before it lets it be."""


class Heard(msgspec.Struct):
    zone: str
    announcement: str
    nth: int
    device: str
    words: str
    began: float
    expires_in: float
    ended: float | None = None


class Ear:
    """All that was to be heard in the room, in order."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def begin(self, **what: Any) -> Heard:
        one = Heard(began=trio.current_time(), **what)
        self.heard.append(one)
        return one


class Device:
    """A screen, with a voice or without. ``cuts`` is how likely its line is cut after
    each message it hears. What it spoke it remembers over its lines."""

    def __init__(
        self,
        name: str,
        token: str,
        topic: str,
        ear: Ear,
        chance: random.Random,
        *,
        voice: str = "",
        speaks_s: float = 0.1,
        cuts: float = 0.0,
    ) -> None:
        self.name = name
        self.shown: dict[str, dict[str, Any]] = {}
        self.cut = 0
        self._token = token
        self._topic = topic
        self._ear = ear
        self._chance = chance
        self._voice = voice
        self._speaks_s = speaks_s
        self._cuts = cuts
        self._refs = count(1)
        self._untold: set[str] = set()
        self._speaking = False
        self._link: Link | None = None
        self._replica = Replica(topic)
        self._turn: tuple[str, trio.Event] | None = None
        self._replies: dict[str, Reply] = {}
        self._told: dict[str, frozenset[str]] = {}
        self._area = topic.split("/")[2]

    @property
    def view(self) -> dict[str, Any]:
        return self._replica.view or {}

    async def run(self, port: int) -> None:
        async with trio.open_nursery() as nursery:
            while True:
                try:
                    async with linked(port, self._token) as link:
                        await self._listen(link, nursery)
                except Ended:
                    pass
                finally:
                    self._link = None
                    self._replica.lost()
                await trio.sleep(BACK_AFTER_S * self._chance.uniform(0.5, 1.5))

    async def _listen(self, link: Link, nursery: trio.Nursery) -> None:
        await link.send(encode(self._replica.joining(f"j{next(self._refs)}")))
        self._link = link
        while True:
            text = await link.receive()
            if text.startswith(b'{"type":"ping"'):
                continue
            message = decode_server(text)
            if isinstance(message, Joined):
                assert self._replica.joined(message) is Step.CHANGED
                await self._attend(link)
            elif isinstance(message, Patch):
                assert self._replica.patch(message) is Step.CHANGED, message
            elif isinstance(message, View):
                assert self._replica.fresh(message) is Step.CHANGED
            elif isinstance(message, Reply):
                self._heard_back(message)
            await self._look(link, nursery)
            if self._chance.random() < self._cuts:
                self.cut += 1
                await link.stream.aclose()

    async def _ask(
        self, link: Link, name: str, body: dict[str, Any], ref: str = ""
    ) -> str:
        ref = ref or f"a{next(self._refs)}"
        await link.say(
            type="ask",
            ref=ref,
            topic=self._topic,
            name=name,
            key=f"{self._chance.getrandbits(64):016x}",
            body=body,
            deadline_ms=2_000,
        )
        return ref

    async def _attend(self, link: Link) -> None:
        body: dict[str, Any] = {"shows": True}
        if self._voice == "ready":
            body["speaks"] = {"ready": True}
        elif self._voice:
            body["speaks"] = {"ready": False, "why": self._voice}
        await self._ask(link, "attend", body)
        await self._receipt(link)

    async def _receipt(self, link: Link) -> None:
        shown = [row["n"] for row in self.shown.values()]
        body = {"shown_to": max(shown, default=0), "spoken": sorted(self._untold)}
        self._told[await self._ask(link, "receipt", body)] = frozenset(self._untold)

    def _heard_back(self, reply: Reply) -> None:
        if reply.ok and reply.ref in self._told:
            self._untold -= self._told.pop(reply.ref)
        if self._turn is not None and self._turn[0] == reply.ref:
            self._replies[reply.ref] = reply
            self._turn[1].set()

    async def _look(self, link: Link, nursery: trio.Nursery) -> None:
        rows = self.view.get("announcements", {})
        news = [key for key in rows if key not in self.shown]
        for key, row in rows.items():
            first = self.shown.setdefault(key, row)
            assert first["words"] == row["words"], "shown with other words"
        if news:
            await self._receipt(link)
        if self._voice != "ready" or self._speaking:
            return
        for zone, row in self.view.get("zones", {}).items():
            offer = row.get("next")
            if offer is not None and offer["device"] == self.name:
                self._speaking = True
                nursery.start_soon(self._take, link, zone, offer)
                return

    async def _take(self, link: Link, zone: str, offer: dict[str, Any]) -> None:
        """Speaks only with the reply in hand, and in time; over cut lines too."""
        row = self.shown[offer["announcement"]]
        try:
            began = trio.current_time()
            body = {key: offer[key] for key in ("announcement", "nth")}
            told = trio.Event()
            ref = f"a{next(self._refs)}"
            self._turn = (ref, told)
            await self._ask(link, "speak", {**body, "zone": zone}, ref)
            with trio.move_on_after(LONGEST_S):
                await told.wait()
            reply = self._replies.pop(ref, None)
            if reply is None or not reply.ok:
                return
            turn = reply.body
            lease = turn["lease_ms"] / 1000
            if trio.current_time() + self._speaks_s - began > lease:
                return
            words = (turn["short"] and row.get("short")) or row["words"]
            heard = self._ear.begin(
                zone=f"{self._area}/{zone}",
                announcement=offer["announcement"],
                nth=offer["nth"],
                device=self.name,
                words=words["zh"],
                expires_in=float(row["expires"]),
            )
            await trio.sleep(self._speaks_s)
            heard.ended = trio.current_time()
            self._untold.add(turn["turn"])
            if self._link is not None:
                await self._receipt(self._link)
        except Ended:
            return
        finally:
            self._turn = None
            self._speaking = False
            # whatever is answered to it, offers that came meanwhile are looked at
            if self._link is not None:
                with suppress(Ended):
                    await self._receipt(self._link)
