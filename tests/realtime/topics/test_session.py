"""A kiosk's session over the real server: from the card to the slip, as a page does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from actors.kernel.times import day_of
from realtime.bootstrap import House, serving
from realtime.client import Client
from tests.realtime.house import as_json, person, settings_at

HOUR = 3_600_000
KIOSK = "t4kiosk0001"
ID_CARD = "11010519491231002X"
PHONE = "13800001234"
PATIENCE_S = 15


def today(house: House) -> str:
    return day_of(house.system.clock.now(), house.settings.hospital.zone)


class Kiosk:
    """A page: it joins its session's view, and asks."""

    def __init__(self, client: Client, topic: Any, name: str) -> None:
        self.client = client
        self.topic = topic
        self.name = name

    @property
    def view(self) -> dict[str, Any]:
        view: dict[str, Any] = self.topic.view
        return view

    @property
    def step(self) -> str:
        step: str = self.view["session"]["step"]
        return step

    async def ask(self, name: str, body: Any = None) -> Any:
        return await self.client.ask(self.name, name, body or {})

    async def at(self, *steps: str) -> dict[str, Any]:
        """The view, once the session is at one of these steps."""
        with trio.fail_after(PATIENCE_S):
            async for change in self.topic.changes():
                if change.view["session"]["step"] in steps:
                    return dict(change.view)
        raise AssertionError(f"never at {steps}")


@asynccontextmanager
async def kiosk(
    house: House, name: str = KIOSK, place: str = "im2"
) -> AsyncIterator[Kiosk]:
    async with person(house, name, "kiosk", place=place) as client:
        topic = f"yunxiu/session/{name}/{today(house)}:kiosk"
        yield Kiosk(client, await client.join(topic), topic)


def a_day_open_now(house: House, **settings: Any) -> dict[str, Any]:
    """A clinic whose half-day has this moment in its middle."""
    now = house.system.clock.now()
    return {
        "clinic": {
            "name": "内科二诊区",
            "name_en": "Internal Medicine 2",
            "hospital": "云岫市中心医院",
            "floor": "2",
        },
        "queues": {"A": {"name": "心血管内科"}},
        "rooms": {"3": {"doctor": "许安禾", "queues": ["A"], "way": "右边第 3 个门"}},
        "halves": {"am": {"begins": now - HOUR, "ends": now + HOUR}},
        "settings": settings,
    }


async def open_clinic(
    house: House, clinic: str = "im2", cards: tuple[str, ...] = (), **settings: Any
) -> None:
    async with person(house, "his", "his", place="*") as his:
        setup = f"yunxiu/clinic/{clinic}/{today(house)}:setup"
        await his.ask(setup, "open", a_day_open_now(house, **settings))
        for card in cards:
            who = {"queue": "A", "name": "张友三", "card": card, "half": "am"}
            await his.ask(setup, "register", who)


def nothing_of_anybody(view: dict[str, Any]) -> None:
    text = as_json(view)
    assert {name for name, rows in view.items() if rows} <= {"session", "last"}
    for word in ("张", "*", "A001", ID_CARD, PHONE):
        assert word not in text


async def test_from_the_card_to_the_slip_in_three_asks(tmp_path: Path) -> None:
    async with serving(settings_at(tmp_path)) as house:
        await open_clinic(house, cards=("1001", "1002"))
        async with kiosk(house) as page:
            assert page.view == {"session": {"step": "idle"}}
            await page.ask("identify", {"how": "card", "value": "1002"})
            view = await page.at("confirm")
            assert view["who"] == {"name": "张*三"}
            ticket = view["tickets"]["1"]
            assert (ticket["does"], ticket["number"]) == ("check_in", "A002")
            assert "confirm" in view["session"]["can"]

            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            view = await page.at("done")
            assert view["said"]["code"] == "checked_in"
            assert view["said"]["zh"] == (
                "签到好了。您是 A002 号，马上就到您。请到 2 楼内科二诊区坐下等叫号。"
            )
            assert view["place"]["rooms"] == [
                {"room": "3", "doctor": "许安禾", "way": "右边第 3 个门"}
            ]
            code = view["slip"]["parts"][-2]["data"]
            texts = [part.get("text", "") for part in view["slip"]["parts"]]
            assert "A002" in texts
            assert "张友三" not in as_json(view)

            await page.ask("end", {"why": "done"})
            nothing_of_anybody(await page.at("idle"))

            # the slip in hand is as good as the card, for this ticket
            await page.ask("identify", {"how": "scan", "value": code})
            view = await page.at("confirm")
            assert view["tickets"]["1"]["does"] == "place"
            forged = code[:-1] + ("0" if code[-1] != "0" else "1")
            await page.ask("end", {"why": "cancelled"})
            await page.ask("identify", {"how": "scan", "value": forged})
            assert (await page.at("identifying"))["said"]["code"] == "bad_slip"
