"""Set-up's pages for the pictures: each part as it is used, empty, and very full."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import trio
from playwright.sync_api import Page, expect

from realtime.client import open_client
from tests.e2e.clinics import facts
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital

CLINIC = "im2"
CROWDED = "eye1"
CROWD = 1000
CHANGES = 1000
SURNAMES = "林许罗沈宋顾陆江温叶秦乔"
GIVEN = ("知远", "安禾", "一舟", "明夏", "若溪", "景行", "听澜", "予墨", "书禾", "望舒")

Look = Callable[[Floor], Page]


def name_of(n: int) -> str:
    return SURNAMES[n % len(SURNAMES)] + GIVEN[n // len(SURNAMES) % len(GIVEN)]


def part_at(part: str, clinic: str = CLINIC, press: str = "") -> Look:
    """``press`` is what is opened before it is looked at, in either language."""

    def look(floor: Floor) -> Page:
        page = floor.open(f"/setup?clinic={clinic}&part={part}")
        expect(page.locator("main h2").first).to_be_visible()
        if press:
            page.get_by_role("button", name=re.compile(press)).first.click()
        return page

    return look


def office_at(part: str, role: str) -> Look:
    """As one of the offices sees it, with a token as a log-in would give it."""

    def look(floor: Floor) -> Page:
        hospital = floor.hospital
        page = floor.page((1366, 768))
        kept = {
            "token": hospital.token(role, "*"),
            "expires": 4_102_444_800_000,
            "account": "anruo",
            "roles": [role],
            "places": ["*"],
        }
        page.goto(f"{hospital.address}/setup?part={part}")
        page.evaluate(
            "kept => sessionStorage.setItem('houzhen.staff', kept)", json.dumps(kept)
        )
        page.reload()
        expect(page.locator("main h2").first).to_be_visible()
        return page

    return look


def crowd_the_plan(hospital: Hospital) -> None:
    """A clinic with a thousand doctors, and a thousand changes of its set-up."""
    main = f"{facts(hospital)['hospital']['id']}/plan/main:plan"
    titles = ("主任", "副主任", "主治", "住院")
    doctors = [
        {
            "kind": "doctor",
            "key": f"{CROWDED}/d{n:04d}",
            "value": {"name": name_of(n), "title": titles[n % 4]},
        }
        for n in range(CROWD)
    ]

    async def change(token: str) -> None:
        url = hospital.address.replace("http", "ws") + "/live"
        async with open_client(url, token, kind="test", id="plan") as client:
            seen = 1_000_000
            body: dict[str, Any]
            # a frame carries no thousand of them
            for begin in range(0, CROWD, 100):
                some = doctors[begin : begin + 100]
                body = {"edits": some, "seen": seen, "when": "now"}
                await client.ask(main, "apply", body, deadline=60)
            for n in range(CHANGES - CROWD // 100):
                value = {"name": name_of(n), "title": titles[(n + 1) % 4]}
                key = f"{CROWDED}/d{n % 7:04d}"
                body = {
                    "edits": [{"kind": "doctor", "key": key, "value": value}],
                    "seen": seen,
                    "when": "now",
                    "reason": f"第 {n + 1} 次试排",
                }
                await client.ask(main, "apply", body, deadline=30)

    with ThreadPoolExecutor(1) as thread:
        thread.submit(trio.run, change, hospital.token("admin", "*")).result(600)


def staff(hospital: Hospital, many: int, there: int = 0) -> None:
    """So many accounts, as the security officer makes them."""
    token = hospital.token("security", "*")
    roles = ("nurse", "doctor", "expert", "manager")

    def make(n: int) -> None:
        body = {
            "account": f"staff{n:04d}",
            "name": name_of(n),
            "roles": [roles[n % 4]],
            "places": [f"{CLINIC}/{n % 6 + 1}" if n % 4 else CLINIC],
        }
        request = urllib.request.Request(
            f"{hospital.address}/api/v1/staff",
            json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        with urllib.request.urlopen(request, timeout=60):
            pass

    with ThreadPoolExecutor(2) as threads:
        for _ in threads.map(make, range(there, many)):
            pass


def in_use() -> Iterable[tuple[str, Look]]:
    yield "rooms", part_at("rooms")
    yield "doctors", part_at("doctors")
    yield "rules", part_at("rules", press="假设的上午|made-up morning|imagined")
    yield "floor", part_at("floor")
    yield "terminals", part_at("terminals")
    yield "words", part_at("words")
    yield "schedules", part_at("schedules")
    yield "history", part_at("history")


def empty() -> Iterable[tuple[str, Look]]:
    for part in ("rooms", "floor", "terminals", "words", "schedules", "history"):
        yield part, office_at(part, "admin")
