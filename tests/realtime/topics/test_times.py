"""Expected times as a wall sees them: a real server, a real worker, real sockets."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.forecast import forecasts
from realtime.client import Client, Topic, TopicClosed
from tests.realtime.house import a_house, clinic, open_clinic, person
from tests.realtime.topics.kiosks import kiosk

PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test does not wait five seconds for the second forecast."""
    monkeypatch.setattr(forecasts, "EVERY_S", 0.05)


async def until(topic: Topic, shown: Callable[[dict[str, Any]], bool]) -> Any:
    with trio.fail_after(PATIENCE_S):
        async for _ in topic.changes():
            if shown(topic.view):
                return topic.view
    raise AssertionError("the topic ended")


async def check_in(nurse: Client, topic: str, *cards: str) -> list[str]:
    return [
        (await nurse.ask(topic, "check_in", {"card": card}))["ticket"] for card in cards
    ]


def children() -> list[int]:
    """The processes this one has started."""
    mine = os.getpid()
    return [
        int(child)
        for task in Path(f"/proc/{mine}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


async def test_a_wall_sees_when_everybody_is_called(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with (
            person(house, "nurse", "nurse", "doctor") as nurse,
            person(house, "wall", "screen") as wall,
        ):
            times = await wall.join(clinic(house, "times"))
            one, two = await check_in(nurse, clinic(house, "kiosk"), "1001", "1002")
            view = await until(times, lambda view: two in view.get("times", {}))
            now = house.system.clock.now()
            first, second = view["times"][one], view["times"][two]
            assert abs(first[0] - now) < 3 * 60_000
            assert first[0] < second[0] <= second[1]
            assert second[1] - now < 60 * 60_000
            await nurse.ask(clinic(house, "desk"), "call_next", {"room": "3"})
            view = await until(times, lambda view: one not in view.get("times", {}))
            assert two in view["times"]


async def test_a_doctor_who_is_not_there_has_no_times(tmp_path: Path) -> None:
    async with (
        a_house(tmp_path) as house,
        person(house, "his", "his", "nurse") as his,
    ):
        setup = clinic(house, "setup")
        opening = {
            "clinic": {"name": "内科二诊区", "hospital": "云岫市中心医院"},
            "queues": {"A": {"name": "心血管内科"}},
            "rooms": {"3": {"doctor": "", "queues": ["A"]}},
        }
        await his.ask(setup, "open", opening)
        body = {"queue": "A", "name": "张友三", "card": "1001"}
        await his.ask(setup, "register", body)
        (ticket,) = await check_in(his, clinic(house, "kiosk"), "1001")
        times = await his.join(clinic(house, "times"))
        view = await until(times, lambda view: "why" in view)
        assert view == {"why": {ticket: "doctor_absent"}}


async def test_a_worker_that_is_killed_is_followed_by_another(tmp_path: Path) -> None:
    before = set(children())
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with person(house, "nurse", "nurse", "doctor") as nurse:
            times = await nurse.join(clinic(house, "times"))
            kiosk = clinic(house, "kiosk")
            (one,) = await check_in(nurse, kiosk, "1001")
            await until(times, lambda view: one in view.get("times", {}))
            (worker,) = set(children()) - before
            os.kill(worker, signal.SIGKILL)
            view = await until(times, lambda view: "stale" in view.get("clinic", {}))
            assert one in view["times"], "what was known last stays, and says it is old"
            (two,) = await check_in(nurse, kiosk, "1002")
            view = await until(times, lambda view: two in view.get("times", {}))
            assert "clinic" not in view
    assert set(children()) <= before, "it ends with the server"


async def test_who_may_not_see_the_hall_sees_no_times(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with person(house, "else", "screen", place="im3") as stranger:
            with pytest.raises(TopicClosed, match="forbidden"):
                await stranger.join(clinic(house, "times"))


async def test_a_clinic_that_cannot_be_has_no_times(tmp_path: Path) -> None:
    async with (
        a_house(tmp_path) as house,
        person(house, "nurse", "nurse", place="*") as nurse,
    ):
        hospital = house.settings.hospital.id
        with pytest.raises(TopicClosed, match="unknown_topic"):
            await nurse.join(f"{hospital}/clinic/im2/someday:times")


async def test_a_kiosk_is_told_when_its_patient_is_called(tmp_path: Path) -> None:
    """Nobody watches: the forecast is made for whoever has just checked in."""
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with kiosk(house) as page:
            await page.ask("identify", {"how": "card", "value": "1001"})
            await page.at("confirm")
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            view = await until(
                page.topic, lambda view: "expected" in view.get("place", {})
            )
            about, by = view["place"]["expected"]
            now = house.system.clock.now()
            assert about <= by
            assert abs(about - now) < 3 * 60_000
            texts = [part.get("text", "") for part in view["slip"]["parts"]]
            assert any("大约" in text for text in texts)
            assert "awaits" not in view["place"]
            await page.ask("more")
            await page.at("choose")
            row = (await until(page.topic, lambda v: "expected" in v["tickets"]["1"]))[
                "tickets"
            ]["1"]
            assert row["ahead"] == 0
            assert [room["room"] for room in row["rooms"]] == ["3"]
