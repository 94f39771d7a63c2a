"""A loudspeaker without a screen, on the real server: it takes its turns, says each
call once over its own death, and when it is broken another zone's speaks for it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio

from actors.hospital.actor import plan_stream
from actors.hospital.messages import Replace
from actors.hospital.plan import AreaPlan, ZonePlan
from devices.simulators.speaker import SimulatedSpeaker
from devices.speaker import SoundDevice
from queue_displays.speech.engine import NoVoice, Program
from realtime.client import Client
from realtime.edge import loudspeaker
from realtime.edge.agent import Agent, open_agent
from realtime.edge.settings import EdgeSettings, load_edge
from realtime.house import House
from tests.actors.hospital.plans import PLAN
from tests.machine import missing
from tests.realtime.house import a_house, clinic, open_clinic, person
from tests.realtime.test_floor import until

ROSTER = "yunxiu/terminals/main:roster"
TOML = """
server = "{server}"
data_dir = "{name}"
role = "speaker"
[local]
port = 0
[devices.speaker]
"""


@pytest.fixture(autouse=True)
def _a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        Program()
    except NoVoice:
        missing("espeak-ng", "install espeak-ng")
    for name in list(os.environ):
        if name.startswith("HOUZHEN_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr("realtime.edge.uplink.PAUSE_S", 0.05)
    monkeypatch.setattr("realtime.edge.uplink.BEAT_S", 0.2)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path / "server") as house:
        yield house


def settings(house: House, folder: Path, name: str = "edge") -> EdgeSettings:
    file = folder / f"{name}.toml"
    file.write_text(TOML.format(server=house.address, name=name))
    return load_edge(file)


async def enrolled(admin: Client, agent: Agent, name: str) -> str:
    with trio.fail_after(30):
        code = await agent.uplink.shows_code()
        body = {"code": code, "name": name, "places": ["im2"]}
        terminal = str((await admin.ask(ROSTER, "confirm", body))["terminal"])
        await agent.uplink.reaches_server()
    return terminal


def speaks_in(view: dict[str, Any], zone: str, terminal: str) -> bool:
    speakers = view.get("zones", {}).get(zone, {}).get("speakers", {})
    return bool(speakers.get(terminal, {}).get("ready"))


def said_twice(view: dict[str, Any]) -> dict[str, Any] | None:
    row: dict[str, Any] = view.get("announcements", {}).get("a1", {})
    return row if row.get("spoken", {}).get("main", {}).get("times") == 2 else None


def area(house: House, view: str = "announcements") -> str:
    return clinic(house, view).replace("/clinic/", "/area/")


@asynccontextmanager
async def called(house: House, patients: int = 3) -> AsyncIterator[Any]:
    """A nurse calls, one patient after the other."""
    await open_clinic(house, patients)
    async with person(house, "li", "nurse", "admin", place="*") as nurse:
        desk = clinic(house, "desk")
        for card in range(patients):
            await nurse.ask(desk, "check_in", {"card": f"{1001 + card}"})

        async def call(room: str = "3") -> str:
            answer = await nurse.ask(desk, "call_next", {"room": room})
            return str(answer["number"])

        yield nurse, call


async def has_played(speaker: SimulatedSpeaker, sounds: int) -> None:
    with trio.fail_after(20):
        while len(speaker.heard) < sounds:  # noqa: ASYNC110
            await trio.sleep(0.01)


async def test_it_takes_its_turns_and_answers_for_them(
    house: House, tmp_path: Path
) -> None:
    speaker = SimulatedSpeaker(speed=0.02)
    async with (
        called(house) as (nurse, call),
        open_agent(settings(house, tmp_path), speaker=speaker) as agent,
    ):
        terminal = await enrolled(nurse, agent, "大厅音箱")
        topic = await nurse.join(area(house))
        await until(topic, lambda v: speaks_in(v, "main", terminal))
        await call()
        row = await until(topic, said_twice)
        assert row["spoken"]["main"]["device"] == terminal
        await has_played(speaker, 2)
        assert not speaker.overlapped
        first, second = (one.seconds for one in speaker.played)
        # the chime comes after a silence, and the words are said whole
        assert first > 3.0
        assert second > 2.5
        assert first > second
        assert agent.floor.conditions["speaker"].trouble is None


async def test_killed_while_it_speaks_it_says_nothing_twice(
    house: House, tmp_path: Path
) -> None:
    """Something of the turn was heard: it counts as spoken, and is told late."""
    dying, back = SimulatedSpeaker(speed=1.0), SimulatedSpeaker(speed=0.02)
    async with called(house) as (nurse, call):
        topic = await nurse.join(area(house))
        async with open_agent(settings(house, tmp_path), speaker=dying) as agent:
            terminal = await enrolled(nurse, agent, "大厅音箱")
            await until(topic, lambda v: speaks_in(v, "main", terminal))
            await call()
            with trio.fail_after(20):
                while not dying.played:  # noqa: ASYNC110
                    await trio.sleep(0.01)
        assert not dying.heard
        kept = (tmp_path / "edge" / "spoken.json").read_bytes()
        assert "张" not in kept.decode()
        async with open_agent(settings(house, tmp_path), speaker=back):
            row = await until(topic, said_twice)
            assert row["spoken"]["main"]["device"] == terminal
            await has_played(back, 1)
            assert len(back.played) == 1, "the first words were said again"


async def test_when_it_is_broken_the_fallback_zone_speaks_and_the_desk_sees_it(
    house: House, tmp_path: Path
) -> None:
    ours, theirs = SimulatedSpeaker(broken=True), SimulatedSpeaker(speed=0.02)
    async with (
        called(house) as (nurse, call),
        open_agent(settings(house, tmp_path, "north"), speaker=ours) as first,
        open_agent(settings(house, tmp_path, "south"), speaker=theirs) as second,
    ):
        north = await enrolled(nurse, first, "北厅音箱")
        south = await enrolled(nurse, second, "南厅音箱")
        await planned(house, north, south)
        topic = await nurse.join(area(house).replace("/im2/", "/hall2/"))
        await until(
            topic,
            lambda v: speaks_in(v, "east", north) and speaks_in(v, "south", south),
        )
        await call()
        row = await until(
            topic,
            lambda v: (
                (row := v.get("announcements", {}).get("a1"))
                and row.get("spoken")
                and row
            ),
        )
        assert row["target"]["zones"] == ["east"]
        assert row["spoken"]["east"]["device"] == south
        assert ours.played == []
        alarm = topic.view["alarms"][f"speaker.{north}"]
        assert (alarm["kind"], alarm["why"]) == ("speaker_silent", "error")
        trouble = first.floor.conditions["speaker"].trouble
        assert trouble is not None
        assert trouble.code == "no_sound"


async def planned(house: House, north: str, south: str) -> None:
    """Two halls of one area; where the north's voice fails, the south's speaks."""
    zones = {
        "east": ZonePlan("北厅", (north,), "south"),
        "south": ZonePlan("南厅", (south,)),
    }
    areas = {"hall2": AreaPlan("二楼大厅", clinics=("im2",), zones=tuple(zones))}
    # it is open already: the plan opens it on another day
    today = date.fromisoformat(clinic(house, "").rpartition("/")[2][:-1])
    another = today.isoweekday() % 7 + 1
    im2 = msgspec.structs.replace(PLAN.clinics["im2"], days=(another,))
    clinics = {**PLAN.clinics, "im2": im2}
    plan = msgspec.structs.replace(PLAN, clinics=clinics, areas=areas, zones=zones)
    ref = house.system.ref(plan_stream("yunxiu"))
    await ref.ask(Replace(by="root", plan=plan), principal="root")


def is_silent(view: dict[str, Any], terminal: str, why: str) -> bool:
    alarm = view.get("alarms", {}).get(f"speaker.{terminal}", {})
    return bool(alarm.get("why") == why)


async def test_an_unplugged_sound_card_is_said_before_anybody_is_called(
    house: House, tmp_path: Path
) -> None:
    """And spoken through as soon as it is there again."""
    cards = tmp_path / "asound"
    (cards / "card1").mkdir(parents=True)
    (cards / "cards").touch()
    heard = tmp_path / "heard"
    player = ["/bin/sh", "-c", f"cat > /dev/null; echo x >> {heard}"]
    device = SoundDevice("plughw:1,0", player, cards)
    async with (
        called(house) as (nurse, call),
        open_agent(settings(house, tmp_path), speaker=device) as agent,
    ):
        terminal = await enrolled(nurse, agent, "大厅音箱")
        topic = await nurse.join(area(house))
        await until(topic, lambda v: speaks_in(v, "main", terminal))
        (cards / "card1").rmdir()
        await until(topic, lambda v: is_silent(v, terminal, "no_device"))
        trouble = agent.floor.conditions["speaker"].trouble
        assert trouble is not None
        assert trouble.code == "no_card"
        await call()
        (cards / "card1").mkdir()
        await until(topic, said_twice)
        assert heard.read_text().split() == ["x", "x"]
        assert agent.floor.conditions["speaker"].trouble is None


async def test_one_that_does_not_play_is_tried_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn went back unheard: once it plays, the call is spoken after all."""
    monkeypatch.setitem(loudspeaker.BACK_S, "error", 0.2)
    speaker = SimulatedSpeaker(speed=0.02, broken=True)
    async with (
        called(house) as (nurse, call),
        open_agent(settings(house, tmp_path), speaker=speaker) as agent,
    ):
        terminal = await enrolled(nurse, agent, "大厅音箱")
        topic = await nurse.join(area(house))
        await until(topic, lambda v: speaks_in(v, "main", terminal))
        await call()
        await until(topic, lambda v: is_silent(v, terminal, "error"))
        assert agent.floor.conditions["speaker"].trouble is not None
        speaker.broken = False
        row = await until(topic, said_twice)
        assert row["spoken"]["main"]["device"] == terminal
        await has_played(speaker, 2)
        await until(topic, lambda v: f"speaker.{terminal}" not in v.get("alarms", {}))
        assert agent.floor.conditions["speaker"].trouble is None
