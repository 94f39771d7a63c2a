"""The area in the running house: a call reaches devices, they answer, the desk sees."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.kernel.times import day_of
from realtime.client import AskRefused, Client, TopicClosed
from realtime.client.topic import Topic
from realtime.house import House
from tests.realtime.house import a_house, clinic, open_clinic, person


def area(house: House, view: str = "announcements", area: str = "im2") -> str:
    day = day_of(house.system.clock.now(), house.settings.hospital.zone)
    return f"{house.settings.hospital.id}/area/{area}/{day}:{view}"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        yield house


@asynccontextmanager
async def device(
    house: House, name: str, *, role: str = "screen", place: str = "im2"
) -> AsyncIterator[tuple[Client, Topic]]:
    async with person(house, name, role, place=place) as client:
        yield client, await client.join(area(house))


async def call_next(house: House) -> None:
    async with person(house, "dr", "doctor", "nurse") as doctor:
        await doctor.ask(clinic(house, "desk"), "check_in", {"card": "1001"})
        await doctor.ask(clinic(house, "desk"), "call_next", {"room": "3"})


async def seen(topic: Topic, found: Any) -> Any:
    """What ``found`` gives of the view, as soon as it gives something."""
    with trio.fail_after(10):
        async for change in topic.changes():
            if (what := found(change.view)) is not None:
                return what
    raise AssertionError("the topic ended")


def nexts(view: dict[str, Any]) -> Any:
    return view.get("zones", {}).get("main", {}).get("next")


READY = {"shows": True, "speaks": {"ready": True}}


async def test_a_call_is_shown_spoken_and_settled(house: House) -> None:
    async with device(house, "wall") as (screen, topic):
        where = topic.name
        here = await screen.ask(where, "attend", READY)
        assert here == {"device": "wall", "zones": ["main"]}
        await call_next(house)
        offer = await seen(topic, nexts)
        assert offer == {"announcement": "a1", "nth": 1, "device": "wall"}
        body = {"announcement": "a1", "zone": "main", "nth": 1}
        turn = await screen.ask(where, "speak", body)
        assert turn["short"] is False
        receipt = {"shown_to": 1, "spoken": [turn["turn"]]}
        await screen.ask(where, "receipt", receipt)

        def outcome(view: dict[str, Any]) -> Any:
            found = view["announcements"]["a1"].get("outcome", {})
            return found if "shown" in found else None

        settled = await seen(topic, outcome)
        assert (settled["shown"], settled.get("unspoken")) == (1, None)
        row = topic.view["announcements"]["a1"]
        assert row["words"]["zh"].startswith("请 ")
        assert row["spoken"]["main"]["device"] == "wall"
        assert not topic.view.get("alarms")


async def test_the_desk_sees_who_has_gone(house: House) -> None:
    async with person(house, "nurse", "nurse") as nurse:
        topic = await nurse.join(area(house))
        async with device(house, "wall") as (screen, own):
            await screen.ask(own.name, "attend", READY)
            speakers = await seen(
                topic, lambda view: view.get("zones", {}).get("main") or None
            )
            assert speakers["speakers"]["wall"]["ready"]
        alarm = await seen(
            topic, lambda view: view.get("alarms", {}).get("speaker.wall")
        )
        assert alarm["why"] == "gone"


async def test_receipts_are_the_desks_to_see(house: House) -> None:
    async with (
        person(house, "nurse", "nurse") as nurse,
        device(house, "wall") as (screen, own),
    ):
        await screen.ask(own.name, "attend", READY)
        await call_next(house)
        await seen(own, nexts)
        topic = await nurse.join(area(house, "receipts"))

        def stage(view: dict[str, Any]) -> Any:
            return view.get("announcements", {}).get("a1", {}).get("wall")

        assert stage(topic.view) == "queued"
        await screen.ask(own.name, "receipt", {"delivered_to": 1})
        assert await seen(topic, lambda v: stage(v) == "delivered" or None)
        await screen.ask(own.name, "receipt", {"shown_to": 1})
        assert await seen(topic, lambda v: stage(v) == "shown" or None)
        with pytest.raises(TopicClosed):
            await screen.join(area(house, "receipts"))


async def test_only_devices_speak_and_only_desks_announce(house: House) -> None:
    async with (
        person(house, "nurse", "nurse") as nurse,
        person(house, "far", "screen", place="eye1") as far,
        device(house, "wall") as (screen, own),
    ):
        with pytest.raises(TopicClosed):
            await far.join(own.name)
        for client, name, body in (
            (nurse, "attend", READY),
            (nurse, "speak", {"announcement": "a1", "zone": "main"}),
            (screen, "announce", {"text": "安静", "until": 1}),
            (far, "attend", READY),
        ):
            with pytest.raises(AskRefused) as refused:
                await client.ask(own.name, name, body)
            assert refused.value.code == "forbidden", name
        until = house.system.clock.now() + 60_000
        made = await nurse.ask(
            own.name, "announce", {"text": "请 {name} 保持安静", "until": until}
        )
        n = made["announcement"]
        row = await seen(own, lambda view: view.get("announcements", {}).get(n))
        assert row["words"] == {"zh": "请 （name） 保持安静"}
        await nurse.ask(own.name, "withdraw", {"announcement": n})
        assert await seen(own, lambda view: not view.get("announcements") or None)
        slides = [{"title": "测血压前", "text": "请先安静坐五分钟。"}]
        texts = {"opening": "8:00 开始叫号", "slides": slides}
        await nurse.ask(own.name, "set_texts", texts)
        shown = await seen(own, lambda view: view.get("slides"))
        assert shown["s1"]["title"] == "测血压前"
        assert own.view["texts"] == {"opening": "8:00 开始叫号"}


async def test_nonsense_is_refused(house: House) -> None:
    async with device(house, "wall") as (screen, own):
        for name, body in (
            ("receipt", {"spoken": ["a1"]}),
            ("receipt", {"shown_to": -1}),
            ("speak", {"announcement": "u1", "zone": "main"}),
            ("attend", {"shows": True, "unit": "a b"}),
        ):
            with pytest.raises(AskRefused) as refused:
                await screen.ask(own.name, name, body)
            assert refused.value.code == "bad_request", (name, body)
        with pytest.raises(AskRefused) as unknown:
            await screen.ask(own.name, "dance", {})
        assert unknown.value.code == "unknown_ask"
