"""A whole server in the test's own loop, and the people who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.times import day_of
from realtime.bootstrap import serving
from realtime.client import Client, open_client
from realtime.config import Actors, Http, Journal, Live, Secrets, Settings
from realtime.house import House
from realtime.tokens import mint

DAY_MS = 86_400_000

OPENING: dict[str, Any] = {
    "clinic": {"name": "内科二诊区", "hospital": "云岫市中心医院"},
    "queues": {"A": {"name": "心血管内科"}},
    "rooms": {"3": {"doctor": "许安禾", "queues": ["A"]}},
}


def settings_at(folder: Path, **live: Any) -> Settings:
    return Settings(
        data_dir=folder,
        journal=Journal(url=f"sqlite:///{folder}/houzhen.db", busy_s=0.2),
        http=Http(port=0),
        live=Live(**live),
        actors=Actors(),
        secrets=Secrets(file=folder / "keys.toml"),
    )


@asynccontextmanager
async def a_house(folder: Path, **live: Any) -> AsyncIterator[House]:
    async with serving(settings_at(folder, **live)) as house:
        yield house


def token(
    house: House,
    name: str,
    *roles: str,
    place: str = "im2",
    lasts_ms: int = DAY_MS,
    token_id: str | None = None,
) -> str:
    now = house.system.clock.now()
    return mint(
        house.keys.tokens,
        name,
        roles,
        [place],
        now=now,
        lasts_ms=lasts_ms,
        token_id=token_id,
    )


@asynccontextmanager
async def person(
    house: House, name: str, *roles: str, place: str = "im2", **extra: Any
) -> AsyncIterator[Client]:
    url = house.address.replace("http", "ws") + "/live"
    shown = token(house, name, *roles, place=place, **extra)
    async with open_client(url, shown, kind="test", id=name) as client:
        yield client


def clinic(house: House, view: str, clinic: str = "im2") -> str:
    day = day_of(house.system.clock.now(), house.settings.hospital.zone)
    return f"{house.settings.hospital.id}/clinic/{clinic}/{day}:{view}"


async def open_clinic(house: House, patients: int = 3) -> None:
    """The clinic is open, and some have a number there: cards 1001, 1002, …"""
    async with person(house, "his", "his") as his:
        setup = clinic(house, "setup")
        await his.ask(setup, "open", OPENING)
        for place in range(patients):
            body = {"queue": "A", "name": f"张友{'三四五六七八九'[place % 7]}"}
            await his.ask(setup, "register", {**body, "card": f"{1001 + place}"})


def as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
