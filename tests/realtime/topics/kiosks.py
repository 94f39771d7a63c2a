"""A kiosk's page for the tests: it joins its session, and asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from actors.kernel.times import day_of
from realtime.client import Client
from realtime.house import House
from tests.realtime.house import as_json, person

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

    async def said(self, code: str) -> dict[str, Any]:
        """The view, once it says this."""
        with trio.fail_after(PATIENCE_S):
            async for change in self.topic.changes():
                if change.view.get("said", {}).get("code") == code:
                    return dict(change.view)
        raise AssertionError(f"never said {code}")


@asynccontextmanager
async def kiosk(
    house: House, name: str = KIOSK, place: str = "im2"
) -> AsyncIterator[Kiosk]:
    async with person(house, name, "kiosk", place=place) as client:
        topic = f"yunxiu/session/{name}/{today(house)}:kiosk"
        yield Kiosk(client, await client.join(topic), topic)


def a_day_open_now(house: House, shift: int, settings: Any) -> dict[str, Any]:
    """A clinic whose half-day has this moment in its middle, or ``shift`` later."""
    now = house.system.clock.now() + shift
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
    house: House,
    clinic: str = "im2",
    cards: tuple[str, ...] = (),
    shift: int = 0,
    **settings: Any,
) -> None:
    async with person(house, "his", "his", place="*") as his:
        setup = f"yunxiu/clinic/{clinic}/{today(house)}:setup"
        await his.ask(setup, "open", a_day_open_now(house, shift, settings))
        for card in cards:
            who = {"queue": "A", "name": "张友三", "card": card, "half": "am"}
            await his.ask(setup, "register", who)


def nothing_of_anybody(view: dict[str, Any]) -> None:
    text = as_json(view)
    assert {name for name, rows in view.items() if rows} <= {"session", "last"}
    for word in ("张", "*", "A001", ID_CARD, PHONE):
        assert word not in text
