"""A morning's work: receptions that register and check in, doctors that call, start and
finish, each ask with a key of its own and sent again until it is answered."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import msgspec
import trio

from tests.faults.link import Ended, Link, linked
from tests.faults.server import Server

DAY = "2026-11-23"
ROOMS = ("1", "2")
BACK_AFTER_S = 0.03
WAITING_AT_MOST = 12


def topic_of(clinic: str, view: str) -> str:
    return f"yunxiu/clinic/{clinic}/{DAY}:{view}"


class Deed(msgspec.Struct):
    """One ask, byte for byte, and what was answered."""

    principal: str
    stream: str
    name: str
    key: str
    frame: bytes
    ref: str
    done: trio.Event
    reply: bytes | None = None
    times_sent: int = 0

    @property
    def answer(self) -> dict[str, Any]:
        assert self.reply is not None
        answer: dict[str, Any] = msgspec.json.decode(self.reply)
        return answer


class Ledger:
    """All that was asked, and all that was acknowledged, in order."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str, str], Deed] = {}
        self.acknowledged: list[Deed] = []
        self._more = trio.Event()

    def note_asked(self, deed: Deed) -> None:
        self.asked[deed.stream, deed.principal, deed.key] = deed

    def note_reply(self, deed: Deed, reply: bytes) -> None:
        if deed.reply is not None:
            assert reply == deed.reply, f"another reply to {deed.key}"
            return
        deed.reply = reply
        deed.done.set()
        if deed.answer["ok"]:
            self.acknowledged.append(deed)
            self._more.set()
            self._more = trio.Event()

    async def grown_by(self, number: int) -> None:
        goal = len(self.acknowledged) + number
        while len(self.acknowledged) < goal:
            await self._more.wait()

    @property
    def still_open(self) -> list[Deed]:
        return [deed for deed in self.asked.values() if deed.reply is None]


class Refused(Exception):
    """An ask of ours was refused; nothing we ask may be."""


class Asker:
    """Somebody with a token whose asks outlive connections."""

    def __init__(
        self, name: str, token: str, ledger: Ledger, chance: random.Random
    ) -> None:
        self.name = name
        self.ends: list[int | None] = []
        self.token = token
        self._ledger = ledger
        self._chance = chance
        self._refs = count(1)
        self._open: dict[str, Deed] = {}
        self._link: Link | None = None

    async def run(self, port: int) -> None:
        """Connect, send what is open, hear replies; again and again."""
        while True:
            try:
                async with linked(port, self.token) as link:
                    self._link = link
                    for deed in list(self._open.values()):
                        await self._send(link, deed)
                    while True:
                        self._hear(await link.receive())
            except Ended as ended:
                self.ends.append(ended.code)
            finally:
                self._link = None
            await trio.sleep(BACK_AFTER_S)

    async def ask(self, topic: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """The reply's body, however many connections it takes. Raises Refused."""
        ref = f"{self.name}-{next(self._refs)}"
        key = f"{self._chance.getrandbits(64):016x}"
        frame = msgspec.json.encode(
            {
                "type": "ask",
                "ref": ref,
                "topic": topic,
                "name": name,
                "key": key,
                "body": body,
                "deadline_ms": 60_000,
            }
        )
        stream = topic.rpartition(":")[0]
        deed = Deed(self.name, stream, name, key, frame, ref, trio.Event())
        self._open[ref] = deed
        self._ledger.note_asked(deed)
        if self._link is not None:
            with suppress(Ended):
                await self._send(self._link, deed)
        await deed.done.wait()
        if not deed.answer["ok"]:
            raise Refused(f"{name} {body}: {deed.answer['error']}")
        answer: dict[str, Any] = deed.answer["body"]
        return answer

    async def _send(self, link: Link, deed: Deed) -> None:
        deed.times_sent += 1
        await link.send(deed.frame)

    def _hear(self, text: bytes) -> None:
        if text.startswith(b'{"type":"ping"'):
            return
        message = msgspec.json.decode(text)
        assert message["type"] == "reply", message
        deed = self._open.pop(message["ref"], None)
        assert deed is not None, f"an answer to nothing open: {message}"
        self._ledger.note_reply(deed, text)


class Clinic:
    """One clinic's day under load."""

    def __init__(
        self,
        name: str,
        server: Server,
        ledger: Ledger,
        chance: random.Random,
        announcement_ms: int,
    ) -> None:
        self.name = name
        self._resting = trio.Event()
        self._announcement_ms = announcement_ms
        self._chance = chance
        self._cards = count(1)
        self._places = trio.Semaphore(WAITING_AT_MOST)
        self._waiting = trio.Semaphore(0)
        self.reception = Asker(
            f"reception-{name}",
            server.token("his", name, "kiosk", name=f"reception-{name}"),
            ledger,
            chance,
        )
        self.doctors = {
            room: Asker(
                f"doctor-{name}-{room}",
                server.token("doctor", f"{name}/{room}", name=f"doctor-{name}-{room}"),
                ledger,
                chance,
            )
            for room in ROOMS
        }

    @property
    def askers(self) -> list[Asker]:
        return [self.reception, *self.doctors.values()]

    async def work(self) -> None:
        """Until ``rest`` is called and everybody has put down the pen."""
        await self._open()
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(self._receive)
            for room, doctor in self.doctors.items():
                nursery.start_soon(self._practise, room, doctor)

    async def _open(self) -> None:
        rooms = {room: {"doctor": f"医生{room}", "queues": ["A"]} for room in ROOMS}
        body = {
            "clinic": {"name": self.name, "hospital": "云岫市中心医院"},
            "queues": {"A": {"name": "内科"}},
            "rooms": rooms,
            "settings": {
                "announcement_ms": self._announcement_ms,
                "call_again_ms": 0,
                "missed_after_ms": 0,
            },
        }
        await self.reception.ask(topic_of(self.name, "setup"), "open", body)

    async def _receive(self) -> None:
        setup, kiosk = topic_of(self.name, "setup"), topic_of(self.name, "kiosk")
        while not self._resting.is_set():
            await self._places.acquire()
            if self._resting.is_set():
                return
            card = f"{self.name}-{next(self._cards):05d}"
            body = {"queue": "A", "name": "病人" + card[-2:], "card": card}
            given = await self.reception.ask(setup, "register", body)
            place = await self.reception.ask(kiosk, "check_in", {"card": card})
            assert place["ticket"] == given["ticket"], (given, place)
            self._waiting.release()

    async def _practise(self, room: str, doctor: Asker) -> None:
        desk = topic_of(self.name, "desk")
        current: str | None = None
        while not self._resting.is_set():
            await self._waiting.acquire()
            if self._resting.is_set():
                return
            after = {} if current is None else {"after": current}
            called = await doctor.ask(desk, "call_next", {"room": room, **after})
            current = called["ticket"]
            this = {"room": room, "ticket": current}
            if self._chance.random() < 0.2:
                await doctor.ask(desk, "call_again", this)
            if self._chance.random() < 0.15:
                await doctor.ask(desk, "missed", this)
                await doctor.ask(desk, "recall", {"ticket": current})
                current = None
                self._waiting.release()
                continue
            self._places.release()
            await doctor.ask(desk, "start", this)
            if self._chance.random() < 0.8:
                await doctor.ask(desk, "finish", this)
                current = None

    def rest(self) -> None:
        """Nobody begins anything more."""
        self._resting.set()
        for _ in ROOMS:
            self._waiting.release()
        for _ in range(3):
            self._places.release()


@asynccontextmanager
async def under_load(
    server: Server, clinics: list[Clinic]
) -> AsyncIterator[Callable[[], Any]]:
    """Everybody at work during the block; call what it gives and await it to have
    them finish what they have begun."""
    finished = trio.Event()

    async def all_work() -> None:
        async with trio.open_nursery() as workers:
            for clinic in clinics:
                workers.start_soon(clinic.work)
        finished.set()

    async def rest() -> None:
        for clinic in clinics:
            clinic.rest()
        await finished.wait()

    async with trio.open_nursery() as nursery:
        for clinic in clinics:
            for asker in clinic.askers:
                nursery.start_soon(asker.run, server.port)
        nursery.start_soon(all_work)
        yield rest
        nursery.cancel_scope.cancel()
