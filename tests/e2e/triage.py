"""The triage desk in a browser, and a clinic with rules enough to try all of it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

import trio
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from realtime.client import open_client
from tests.e2e.floor import DESK_SIZE, Device, Floor
from tests.e2e.hospital import Hospital

CLINIC = "tr1"
"""The first that a hospital opened; see `clinic_of`."""

OPENING: dict[str, Any] = {
    "clinic": {
        "name": "内科三诊区",
        "name_en": "Internal Medicine Area 3",
        "hospital": "云岫市中心医院",
        "floor": "3",
    },
    "queues": {
        "A": {"name": "心血管内科", "department": "cardio"},
        "B": {"name": "心律失常门诊", "department": "cardio"},
    },
    "doctors": {
        "lin": {"name": "林知远", "title": "副主任"},
        "xu": {"name": "许安禾", "title": "主治"},
        "luo": {"name": "罗一舟", "title": "主治"},
    },
    "rooms": {
        "2": {"doctor": "lin", "queues": ["A"]},
        "3": {"doctor": "xu", "queues": ["A"]},
        "4": {"doctor": "luo", "queues": ["B"]},
    },
    "settings": {
        "missed_after_ms": 0,
        "call_again_ms": 0,
        "classes": [
            {"key": "aged", "name": "70 岁以上", "name_en": "70+", "level": 3},
            {"key": "pregnant", "name": "孕妇", "name_en": "pregnant", "level": 3},
        ],
        "recall": {"mode": "interleave", "every": 3, "misses_void": 2},
        "emergency": {"on": False},
    },
}
"""Doors are the doctors' own here; a test that needs a second stage sets one."""

PEOPLE = {
    "A001": "张三",
    "A002": "李秀芳",
    "A003": "欧阳静",
    "A004": "单雅宁",
    "A005": "王月芳",
    "A006": "吴桐",
    "B001": "罗小满",
    "B002": "曾洋",
}


def card_of(number: str) -> str:
    return f"7700{number}"


def clinic_of(hospital: Hospital) -> str:
    """The clinic of the test that runs: the last that was opened."""
    return f"tr{max(1, _opened[hospital])}"


def arrange(
    hospital: Hospital, asks: Iterable[tuple[str, str, Any]], *, days_ago: int = 0
) -> list[Any]:
    """What others of the house do meanwhile: (view, ask, body) of the test's clinic."""
    with urllib.request.urlopen(f"{hospital.address}/api/v1/server") as answer:
        facts = json.load(answer)
    day = date.fromisoformat(facts["day"]) - timedelta(days_ago)
    stream = f"{facts['hospital']['id']}/clinic/{clinic_of(hospital)}/{day}"
    url = hospital.address.replace("http", "ws") + "/live"

    async def ask_all() -> list[Any]:
        async with (
            open_client(url, _token(hospital, "admin"), kind="test", id="a") as admin,
            open_client(url, _token(hospital, "nurse"), kind="test", id="n") as nurse,
        ):
            who = {"setup": admin, "desk": nurse}
            return [
                await who[view].ask(f"{stream}:{view}", name, body)
                for view, name, body in asks
            ]

    return trio.run(ask_all)


_opened: Counter[Hospital] = Counter()


@cache
def _token(hospital: Hospital, role: str) -> str:
    return hospital.token(role, "*")


def opened(
    hospital: Hospital, *, here: int = 4, half: str | None = None, **settings: Any
) -> None:
    """A clinic of the test's own is open; the first of its people have checked in.
    With a ``half`` that is whose numbers they have."""
    _opened[hospital] += 1
    opening = {**OPENING, "settings": {**OPENING["settings"], **settings}}
    numbers = list(PEOPLE)
    asks: list[tuple[str, str, Any]] = [("setup", "open", opening)]
    for number, name in PEOPLE.items():
        row = {"queue": number[0], "number": number, "name": name, "ticket": number}
        if half is not None:
            row["half"] = half
        asks.append(("setup", "register", {**row, "card": card_of(number)}))
    asks += [("desk", "check_in", {"ticket": number}) for number in numbers[:here]]
    arrange(hospital, asks)


class Triage(Device):
    """A nurse's desk."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.live = page.get_by_text("实时", exact=True)
        self.columns = page.locator(".column")
        self.sheet = page.locator("aside")
        self.said = page.locator("footer [role=status]")
        self.search = page.get_by_role("combobox")
        self.dialog = page.get_by_role("dialog")
        self.stale = page.get_by_text("画面停在")

    @classmethod
    def open(
        cls,
        floor: Floor,
        clinic: str | None = None,
        size: tuple[int, int] = DESK_SIZE,
    ) -> Triage:
        page = floor.page(size)
        desk = cls(page)
        clinic = clinic or clinic_of(floor.hospital)
        page.goto(f"{floor.hospital.address}/triage?clinic={clinic}")
        expect(desk.live).to_be_visible()
        expect(desk.columns.first).to_be_visible()
        return desk

    def row(self, number: str) -> Locator:
        return self.page.locator("li[data-ticket]").filter(has_text=number)

    def group(self, queue: str, name: str) -> list[str]:
        """The numbers under a heading, from the top."""
        found: list[str] = self.page.evaluate(_GROUP, [queue, name])
        return found

    def stands(self, queue: str, name: str, *numbers: str) -> None:
        """Waits until these and no others are under that heading, in this order."""
        self.page.wait_for_function(
            f"([queue, name, numbers]) => ({_GROUP})([queue, name]).join() === numbers",
            arg=[queue, name, ",".join(numbers)],
        )

    def gathers(self, queue: str, name: str, *numbers: str) -> None:
        """As ``stands``, in whichever order."""
        self.page.wait_for_function(
            f"([queue, name, all]) => ({_GROUP})([queue, name]).sort().join() === all",
            arg=[queue, name, ",".join(sorted(numbers))],
        )

    def choose(self, number: str) -> None:
        """By its row; without moving anything."""
        self.row(number).get_by_role("button").click()
        expect(self.sheet.locator("header .num")).to_have_text(number)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def hands_rest(self) -> None:
        """As long as a hand takes to let go of a key: what follows is a scanner's."""
        began = self.page.evaluate("performance.now()")
        self.page.wait_for_function("from => performance.now() > from + 200", arg=began)

    def find(self, words: str) -> None:
        """As a nurse does: / and some letters."""
        self.press("/")
        expect(self.search).to_be_focused()
        self.page.keyboard.type(words)

    def answer(self, *keys: str, reason: str | None = None) -> None:
        """A dialog's choices by their keys, its words, and Enter."""
        expect(self.dialog).to_be_visible()
        for place, key in enumerate(keys, 1):
            self.press(key)
            expect(self.dialog.locator(".option.on")).to_have_count(place)
        if reason is not None:
            self.dialog.locator("[data-field=reason]").fill(reason)
        self.dialog.locator("button.go").click()
        expect(self.dialog).to_be_hidden()

    def says(self, words: str | re.Pattern[str]) -> None:
        expect(self.said).to_contain_text(words)

    def history(self) -> list[str]:
        """What happened to the chosen one, the newest first; all of it."""
        more = self.sheet.locator("h3 button[aria-expanded=false]")
        if more.count():
            more.click()
            expect(more).to_have_count(0)
        return self.sheet.locator(".history li b").all_inner_texts()


_GROUP = """([queue, name]) => {
  const column = [...document.querySelectorAll(".column")].find(
    (each) => each.querySelector(".sign").innerText === queue);
  const numbers = [];
  for (const heading of column?.querySelectorAll("h3") ?? []) {
    if (!heading.textContent.trim().startsWith(name)) continue;
    const list = heading.nextElementSibling;
    if (list?.tagName !== "OL") continue;
    for (const number of list.querySelectorAll(".num")) numbers.push(number.innerText);
  }
  return numbers;
}"""


class Wire:
    """The line between one page and the server, which can be cut at a bad moment:
    when an ask goes out (``before``), or when its reply would come (``after``)."""

    def __init__(self, page: Page) -> None:
        self.cuts = 0
        self.asked: list[str] = []
        self._at: tuple[str, str] | None = None
        self._ref: str | None = None
        self._ended: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(r"/live$"), self._connect)

    def cut(self, ask: str, when: str) -> None:
        """Once, at the next ask of that name."""
        self._at = (ask, when)

    def _connect(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def up(text: str | bytes) -> None:
            if server in self._ended:
                return
            frame = json.loads(text)
            if frame["type"] == "ask":
                self.asked.append(frame["name"])
                if self._at == (frame["name"], "before"):
                    self._end(page, server)
                    return
                if self._at == (frame["name"], "after"):
                    self._ref = frame["ref"]
            server.send(text)

        def down(text: str | bytes) -> None:
            if server in self._ended:
                return
            frame = json.loads(text)
            if self._ref is not None and frame.get("ref") == self._ref:
                self._end(page, server)
                return
            page.send(text)

        page.on_message(up)
        server.on_message(down)

    def _end(self, page: WebSocketRoute, server: WebSocketRoute) -> None:
        self._at = self._ref = None
        self.cuts += 1
        # what was under way is lost: neither end can be sent anything now
        self._ended.append(server)
        server.close()
        page.close(code=4000, reason="cut by the test")
