"""A running server as the simulation's world: everything goes through its protocol.

Doctors, the nurse, the kiosk and the registration each hold a connection of their own,
with a token for what they are. One of them, the nurse, watches the desk; from what she
sees the patients hear their numbers. An ask that got no answer is asked again under its
key for as long as it takes, so a server that is killed and comes back is gone on with.

A room in which something happens that the simulation did not do is somebody's: it is
left alone until nothing has happened there for a while.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

import trio

from realtime.client import AskRefused, Topic
from realtime.simulate.days import Ms
from realtime.simulate.live_desks import Desks
from realtime.simulate.live_time import Clock, LiveBell
from realtime.simulate.people import Person
from realtime.simulate.world import Bell, Deed, No, Plan, Where

QUIET_S = 180.0
"""How long nobody has to touch a room before the simulation works in it again."""

_ANSWER_S = 5.0
_log = logging.getLogger("houzhen.simulate")


class LiveClinic:
    """See World. ``run`` is what its keys begin with; ``rooms`` whom each serves;
    ``outlived``: its connections live on when those who live in it are cancelled."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        desks: Desks,
        topic: Topic,
        nursery: trio.Nursery,
        rooms: Mapping[str, tuple[str, ...]],
        run: str,
        *,
        outlived: bool = False,
    ) -> None:
        self.plan = plan
        self.clock = clock
        self.announcements = 0
        self._desks = desks
        self._topic = topic
        self._nursery = nursery
        self._run = run
        self._outlived = outlived
        self._queues_of = rooms
        self._tickets: dict[str, LiveBell] = {}
        self._rooms = {room: LiveBell(clock) for room in rooms}
        self._own = {room: self._current(room) for room in rooms}
        self._asking: dict[str, int] = dict.fromkeys(rooms, 0)
        self._touched: dict[str, float] = {}
        self._numbers = count(1)
        self._calls = set(self._section("calls"))

    # -- World ---------------------------------------------------------------------

    def now(self) -> Ms:
        return self.clock.now()

    async def until(self, at: Ms) -> None:
        await self.clock.until(at)

    def start_soon(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._nursery.start_soon(_lives, coroutine)

    def where(self, ticket: str) -> Where | None:
        row = self._section("tickets").get(ticket)
        return row and Where(row["state"], row["since"], row.get("room"))

    def waiting_for(self, room: str) -> bool:
        orders = self._section("orders")
        return any(orders.get(queue) for queue in self._queues_of[room])

    def waiting_in(self, queue: str) -> int:
        return len(self._section("orders").get(queue, ()))

    def ticket_bell(self, ticket: str) -> Bell:
        if ticket not in self._tickets:
            self._tickets[ticket] = LiveBell(self.clock)
        return self._tickets[ticket]

    def room_bell(self, room: str) -> Bell:
        return self._rooms[room]

    async def register(self, person: Person) -> tuple[str, str]:
        body: dict[str, Any] = {
            "queue": person.queue,
            "name": person.name,
            "card": person.card,
        }
        if person.number is not None:
            body["number"] = person.number
        if person.slot is not None:
            start, end = map(self.clock.on_the_wall, person.slot)
            body |= {"booked": person.booked, "slot": {"start": start, "end": end}}
        if person.extra:
            body["extra"] = {"reason": "加号"}
        reply = await self._ask("his", "setup", "register", body, f"{person.key}-r")
        return reply["ticket"], reply["number"]

    async def check_in(self, person: Person, *, at_desk: bool = False) -> None:
        body = {"card": person.card}
        if at_desk:
            await self._nurse("check_in", **body)
        else:
            await self._ask("kiosk", "kiosk", "check_in", body)

    async def recall(self, ticket: str) -> None:
        await self._nurse("recall", ticket=ticket)

    async def revive(self, ticket: str) -> None:
        await self._nurse("revive", ticket=ticket, reason="病人回来了")

    async def leave(self, ticket: str) -> None:
        await self._ask("kiosk", "kiosk", "leave", {"ticket": ticket})

    async def triage(self, ticket: str, level: int) -> None:
        with _if_it_can():
            await self._nurse("triage", ticket=ticket, level=level)

    async def call_next(self, room: str) -> str:
        body = {"room": room}
        if (current := self._current(room)) is not None:
            body["after"] = current[0]
        reply = await self._from(room, "call_next", body)
        ticket: str = reply["ticket"]
        return ticket

    async def at_room(self, deed: Deed, room: str, ticket: str) -> None:
        await self._from(room, deed, {"room": room, "ticket": ticket})

    async def to_examination(
        self, room: str, ticket: str, *, keeps_seat: bool = False
    ) -> None:
        body = {"room": room, "ticket": ticket, "keeps_seat": keeps_seat}
        try:
            await self._from(room, "to_examination", body)
        except No as no:
            if no.code != "unknown_ask":
                raise
            if not keeps_seat:  # an older server knows one consultation only
                await self.at_room("finish", room, ticket)

    async def come_back(self, ticket: str) -> None:
        """To a seat that was kept, it changes the room: which is our doing."""
        where = self.where(ticket)
        room = where.room if where is not None else None
        if room is None or room not in self._rooms:
            await self._nurse("come_back", ticket=ticket)
            return
        with self._our_doing_in(room):
            await self._nurse("come_back", ticket=ticket)
            if (current := self._current(room)) == (ticket, "in"):
                self._own[room] = current

    async def away(self, room: str, back_at: Ms) -> None:
        back = self.clock.on_the_wall(back_at)
        with _if_it_can():
            await self._from(
                room, "away", {"room": room, "reason": "暂离", "back_at": back}
            )

    async def back(self, room: str) -> None:
        with _if_it_can():
            await self._from(room, "back", {"room": room})

    # -- what a nurse sees ------------------------------------------------------------

    async def watch(self) -> None:
        """Let everybody hear what becomes of them, as long as the topic lives."""
        async for change in self._topic.changes():
            patch = change.patch
            tickets = change.view.get("tickets", {})
            moved = tickets if patch is None else (patch.get("tickets") or {})
            for ticket in moved:
                if bell := self._tickets.get(ticket):
                    bell.ring()
            for room in self._rooms:
                self._look_at(room)
                if patch is None or patch.get("orders") or patch.get("rooms"):
                    self._rooms[room].ring()
            calls = set(change.view.get("calls", {}))
            self.announcements += len(calls - self._calls)
            self._calls = calls
        if self._topic.closed is not None:
            raise self._topic.closed

    def taken(self, room: str) -> bool:
        """Whether somebody else works in this room."""
        return self._quiet_in(room) > 0

    def _quiet_in(self, room: str) -> float:
        touched = self._touched.get(room)
        return 0 if touched is None else touched + QUIET_S - trio.current_time()

    def _current(self, room: str) -> tuple[str, str] | None:
        ticket = self._section("rooms").get(room, {}).get("current")
        if ticket is None:
            return None
        return ticket, self._section("tickets").get(ticket, {}).get("state", "")

    def _look_at(self, room: str) -> None:
        """Has something happened here that was not our doing?"""
        if self._asking[room]:
            return
        current = self._current(room)
        if current != self._own[room]:
            if not self.taken(room):
                _log.info("room %s of %s is somebody's now", room, self._desks.stream)
            self._own[room] = current
            self._touched[room] = trio.current_time()

    def _section(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._topic.view.get(name, {})
        return found

    # -- asking ----------------------------------------------------------------------

    async def _from(self, room: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """From a doctor's desk. What it changes in the room is our doing; what the
        room was when we asked must have been so too."""
        self._look_at(room)
        if (quiet := self._quiet_in(room)) > 0:
            raise No("taken", round(quiet * 1000 * self.clock.speed))
        with self._our_doing_in(room):
            try:
                reply = await self._ask(f"doctor/{room}", "desk", name, body)
            except No as no:
                if no.code == "moved_on":
                    self._touched[room] = trio.current_time()
                self._own[room] = self._current(room)
                raise
            ticket = reply.get("ticket", "")
            stage = {"call_next": "called", "call_again": "called", "start": "in"}
            if name in ("away", "back"):
                self._own[room] = self._current(room)
            else:
                self._own[room] = (ticket, stage[name]) if name in stage else None
        return reply

    @contextmanager
    def _our_doing_in(self, room: str) -> Iterator[None]:
        """What changes there meanwhile may be ours; who is done last looks again."""
        self._asking[room] += 1
        try:
            yield
        finally:
            self._asking[room] -= 1
            self._look_at(room)

    async def _ask(
        self,
        who: str,
        view: str,
        name: str,
        body: dict[str, Any],
        key: str | None = None,
    ) -> dict[str, Any]:
        """Ask until there is an answer, and until the desk shows what it says."""
        client = self._desks.client(who)
        key = f"{self._run}-{key or next(self._numbers)}"
        pause = 0.1
        while True:
            try:
                # what is under way is heard out, so that we know what we have done
                with trio.CancelScope(shield=self._outlived):
                    answer = await client.answer(
                        f"{self._desks.stream}:{view}",
                        name,
                        body,
                        key=key,
                        deadline=_ANSWER_S,
                    )
                    if answer.seq is not None:
                        with trio.move_on_after(_ANSWER_S):
                            await self._topic.shows(answer.seq)
                return answer.body or {}
            except AskRefused as refused:
                if not refused.retry and refused.code != "deadline":
                    wait = refused.details.get("wait_ms", 0) * self.clock.speed
                    raise No(refused.code, round(wait)) from refused
                _log.info("%s: %s; again", name, refused.code)
            await trio.sleep(pause)
            pause = min(5.0, pause * 2)

    async def _nurse(self, name: str, **body: Any) -> dict[str, Any]:
        return await self._ask("nurse", "desk", name, body)

    async def close_the_day(self) -> None:
        """Each ticket that is left ends as the clinic proposes, and the day with it."""
        with _if_it_can():
            closing = await self._nurse("close_day")
            for left in closing.get("left", ()):
                end = {"ticket": left["ticket"], "end": left["proposed"]}
                await self._nurse("settle", **end, reason="模拟结束")
            if closing.get("left"):
                await self._nurse("close_day")

    async def tidy_up(self) -> None:
        """Nobody is left standing in a room that we worked in. Behaviour has ended."""
        for room in self._rooms:
            current = self._current(room)
            if current is None or self.taken(room) or current != self._own[room]:
                continue
            try:
                await self.at_room("finish", room, current[0])
            except No as no:
                _log.info("room %s stays as it is: %s", room, no.code)


@contextmanager
def _if_it_can() -> Iterator[None]:
    """What a server does not offer (yet), or not now, is done without."""
    try:
        yield
    except No as no:
        _log.info("done without: %s", no.code)


async def _lives(coroutine: Coroutine[Any, Any, None]) -> None:
    await coroutine
