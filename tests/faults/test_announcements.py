"""Forty rooms of one area call into three zones, lines are cut, a voice is blocked, the
server is killed: each call is shown on every wall, spoken at most once, in the zone of
its room, and otherwise reported.

What was heard is an ear's word, what was reported the journal's; neither asked the
other.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter, defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import trio

from actors.hospital.files import to_file
from actors.hospital.plan import AreaPlan, ClinicPlan, QueuePlan, RoomPlan, ZonePlan
from actors.hospital.plan import Plan as HospitalPlan
from actors.kernel.times import WallClock, day_of
from queue_displays.announcements.actor import area_capability
from realtime.config import Settings
from tests.actors.clinic.day import VAULT
from tests.faults.load import Asker, Ledger
from tests.faults.server import Server, installation
from tests.faults.waiting_room import Device, Ear, Heard

CLINICS = {"im1": 14, "im2": 13, "eye1": 13}
"""And how many rooms each of them has."""
HALL = "hall2"
ZONES = ("north", "middle", "south")
FALLBACK = {"north": "middle", "middle": "south", "south": ""}
AREA = area_capability(VAULT)
ENDS_S = 30.0


class Plan(msgspec.Struct, frozen=True):
    """``calls`` in all, in ``lasts_s``; how long words take and a call is up."""

    calls: int
    lasts_s: float
    speaks_s: float
    up_ms: int
    cuts: float = 0.02


SHORT = Plan(calls=36, lasts_s=2.4, speaks_s=0.08, up_ms=4_000)
WHOLE = Plan(calls=201, lasts_s=60.0, speaks_s=0.9, up_ms=60_000)


class Room:
    """Three clinics at work around one hall with three zones: two voices in each, of
    which one is blocked in the north, and walls; four of the nine lines are cut all the
    time."""

    def __init__(self, server: Server, plan: Plan, seed: int) -> None:
        self.server = server
        self.plan = plan
        self.chance = random.Random(seed)
        self.ear = Ear()
        hospital = Settings().hospital
        self._day = day_of(WallClock().now(), hospital.zone)
        self._hospital = hospital.id
        ledger = Ledger()
        self.staff = [
            Asker(
                f"staff-{clinic}",
                server.token("nurse", clinic, "his", "admin", name=f"staff-{clinic}"),
                ledger,
                self.chance,
            )
            for clinic in CLINICS
        ]
        self.devices = [
            self._device(name, voice, cuts)
            for zone in ZONES
            for name, voice, cuts in (
                (f"{zone}-1", "ready", plan.cuts),
                (f"{zone}-2", "blocked" if zone == "north" else "ready", 0.0),
                (f"{zone}-wall", "", plan.cuts if zone == "south" else 0.0),
            )
        ]

    def _device(self, name: str, voice: str, cuts: float) -> Device:
        return Device(
            name,
            self.server.token("screen", "*", name=name),
            f"{self.area}:announcements",
            self.ear,
            self.chance,
            voice=voice,
            speaks_s=self.plan.speaks_s,
            cuts=cuts,
        )

    @property
    def area(self) -> str:
        return f"{self._hospital}/area/{HALL}/{self._day}"

    def zone(self, room: str) -> str:
        """Where a room is heard: neighbours are not, in one zone."""
        return ZONES[int(room) % len(ZONES)]

    async def plan_hall(self) -> None:
        """By a file, as somebody imports one. The clinics are opened by hand: the plan
        does it on another day."""
        another = date.fromisoformat(self._day).isoweekday() % 7 + 1
        clinics = {
            clinic: ClinicPlan(
                name=clinic,
                days=(another,),
                queues={"A": QueuePlan(name="内科")},
                rooms={
                    str(n + 1): RoomPlan(("A",), zone=self.zone(str(n + 1)))
                    for n in range(rooms)
                },
            )
            for clinic, rooms in CLINICS.items()
        }
        zones = {
            zone: ZonePlan(zone, (f"{zone}-1", f"{zone}-2"), FALLBACK[zone])
            for zone in ZONES
        }
        areas = {HALL: AreaPlan("二楼大厅", clinics=tuple(CLINICS), zones=ZONES)}
        plan = HospitalPlan(clinics=clinics, areas=areas, zones=zones)
        admin = self.server.token("admin", "*", name="root")
        headers = {"Authorization": f"Bearer {admin}", "Idempotency-Key": "plan-0001"}
        address = f"http://127.0.0.1:{self.server.port}/api/v1/plan"
        async with httpx.AsyncClient(trust_env=False) as http:
            file = to_file(plan).encode()
            answer = await http.post(address, content=file, headers=headers)
        assert answer.is_success, answer.text

    async def open(self) -> None:
        await self.plan_hall()
        async with trio.open_nursery() as nursery:
            for place, clinic in enumerate(CLINICS):
                nursery.start_soon(self._open, self.staff[place], clinic)

    async def _open(self, staff: Asker, clinic: str) -> None:
        stream = f"{self._hospital}/clinic/{clinic}/{self._day}"
        rooms = {
            str(n + 1): {"doctor": "d", "queues": ["A"]} for n in range(CLINICS[clinic])
        }
        body = {
            "clinic": {"name": clinic, "hospital": "云岫"},
            "queues": {"A": {"name": "内科"}},
            "rooms": rooms,
            "settings": {"announcement_ms": self.plan.up_ms},
        }
        await staff.ask(f"{stream}:setup", "open", body)
        for number in range(self.plan.calls // len(CLINICS)):
            card = f"{clinic}-{number}"
            patient = {"queue": "A", "name": "张友三", "card": card}
            await staff.ask(f"{stream}:setup", "register", patient)
            await staff.ask(f"{stream}:desk", "check_in", {"card": card})

    async def call_all(self) -> None:
        async with trio.open_nursery() as nursery:
            for place, clinic in enumerate(CLINICS):
                nursery.start_soon(self._call, self.staff[place], clinic)

    async def _call(self, staff: Asker, clinic: str) -> None:
        stream = f"{self._hospital}/clinic/{clinic}/{self._day}"
        calls = self.plan.calls // len(CLINICS)
        inside: dict[str, str] = {}
        for number in range(calls):
            room = str(number % CLINICS[clinic] + 1)
            body = {"room": room}
            if room in inside:
                body["after"] = inside[room]
            answer = await staff.ask(f"{stream}:desk", "call_next", body)
            inside[room] = answer["ticket"]
            pause = self.plan.lasts_s / calls
            await trio.sleep(self.chance.uniform(0.0, 2 * pause))

    # -- what must be true of it ---------------------------------------------------

    def events(self, path: Path) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        found: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                "select stream, name, body from events order by position"
            )
            for stream, name, body in rows:
                found[stream].append((name, msgspec.json.decode(body)))
        connection.close()
        return found

    async def settled(self) -> None:
        """Everything that was called has been spoken, called back or reported."""
        with trio.fail_after(ENDS_S + self.plan.up_ms / 1000):
            while True:
                events = self.events(self.server.journal)
                if self._is_settled(events[self.area]):
                    return
                await trio.sleep(0.2)

    def _is_settled(self, events: list[tuple[str, dict[str, Any]]]) -> bool:
        state = AREA.new(self.area)
        for _, body in events:
            AREA.evolve(state, AREA.read_event(msgspec.json.encode(body)))
        lanes = state.lanes.values()
        quiet = all(not lane.firsts and lane.speaking is None for lane in lanes)
        return quiet and state.made == self.plan.calls

    def judge(self) -> Counter[str]:
        self._nothing_overlaps()
        events = self.events(self.server.journal)
        area = events[self.area]
        announced = [body for name, body in area if name == "area.announced"]
        for clinic in CLINICS:
            stream = f"{self._hospital}/clinic/{clinic}/{self._day}"
            calls = [body for name, body in events[stream] if name == "clinic.called"]
            ours = [one for one in announced if one["source"].startswith(f"{clinic}/")]
            called = [f"{clinic}/{one['call']}" for one in calls]
            assert [one["source"] for one in ours] == called, "once each, in order"
            for one, call in zip(ours, calls, strict=True):
                assert one["zones"] == [self.zone(call["room"])], one
        assert len(announced) == self.plan.calls
        self._everybody_showed(announced)
        return self._each_was_heard_or_told(announced, area)

    def _nothing_overlaps(self) -> None:
        by_zone: dict[str, list[Heard]] = defaultdict(list)
        for one in self.ear.heard:
            by_zone[one.zone].append(one)
        # nor does one mouth say two things, where it speaks for a zone beside its own
        for one in self.ear.heard:
            by_zone[f"device {one.device}"].append(one)
        for heard in by_zone.values():
            for before, after in pairwise(heard):
                assert before.ended is not None, before
                assert before.ended <= after.began, (before, after)
        said = Counter((h.zone, h.announcement, h.nth) for h in self.ear.heard)
        assert all(times == 1 for times in said.values()), said.most_common(3)

    def _everybody_showed(self, announced: list[dict[str, Any]]) -> None:
        withdrawn_too = {f"a{one['n']}" for one in announced}
        for device in self.devices:
            missing = withdrawn_too - device.shown.keys()
            assert not missing or device.cut, (device.name, missing)
            for one in announced:
                row = device.shown.get(f"a{one['n']}")
                if row is not None:
                    number = one["number"]
                    assert row["number"] == number
                    assert f"请 {number}号 张*三 到" in row["words"]["zh"]

    def _each_was_heard_or_told(
        self, announced: list[dict[str, Any]], area: list[Any]
    ) -> Counter[str]:
        turns = {b["turn"]: b for name, b in area if name == "area.turn_taken"}
        spoken = {
            turns[b["turn"]]["announcement"]
            for name, b in area
            if name == "area.turn_ended" and b["how"] == "spoken"
        }
        silent = {
            turns[b["turn"]]["announcement"]
            for name, b in area
            if name == "area.turn_ended" and b["how"] == "silent"
        }
        expired = {
            n for name, b in area if name == "area.expired" for n in b["announcements"]
        }
        withdrawn = {
            n
            for name, b in area
            if name == "area.withdrawn"
            for n in b["announcements"]
        }
        heard = {int(h.announcement[1:]) for h in self.ear.heard if h.nth == 1}
        ended: Counter[str] = Counter()
        for one in announced:
            n = one["n"]
            assert n in spoken | silent | expired | withdrawn, f"{n} came to no end"
            if n in spoken:
                assert n in heard, f"{n} was reported spoken, and nobody heard it"
            ended["spoken" if n in spoken else "not spoken, and reported"] += 1
        for n in heard:
            assert n in spoken | silent | withdrawn, f"{n} was heard, and not told of"
        told = {one["n"]: one for one in announced}
        for said in self.ear.heard:
            one = told[int(said.announcement[1:])]
            number = one["number"]
            assert f"请 {number}号" in said.words, "another number than was shown"
            assert said.zone.partition("/")[2] in one["zones"], "heard elsewhere"
        return ended


async def a_morning(folder: Path, plan: Plan, seed: int, *, kills: int) -> None:
    print(f"seed {seed}")
    async with installation(folder) as server:
        await server.start()
        room = Room(server, plan, seed)
        async with trio.open_nursery() as nursery:
            for staff in room.staff:
                nursery.start_soon(staff.run, server.port)
            for device in room.devices:
                nursery.start_soon(device.run, server.port)
            with trio.fail_after(ENDS_S):
                await room.open()
            async with trio.open_nursery() as calls:
                calls.start_soon(room.call_all)
                for _ in range(kills):
                    await trio.sleep(plan.lasts_s / (kills + 1))
                    await server.kill()
                    await server.start()
            await room.settled()
            nursery.cancel_scope.cancel()
        ended = room.judge()
        cuts = sum(device.cut for device in room.devices)
        print(f"{dict(ended)}, {len(room.ear.heard)} heard, {cuts} lines cut")
        assert ended["spoken"] > 0
        assert "Traceback" not in server.said, server.said


async def test_each_call_is_heard_once_or_reported(tmp_path: Path) -> None:
    await a_morning(tmp_path, SHORT, random.randrange(10**9), kills=2)


@pytest.mark.soak
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kills", [0, 3])
async def test_two_hundred_calls_in_a_minute(tmp_path: Path, kills: int) -> None:
    await a_morning(tmp_path, WHOLE, random.randrange(10**9), kills=kills)
