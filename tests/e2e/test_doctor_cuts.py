"""The line is cut in the middle of a press: it happens once, and the desk says so."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.clinics import fill, open_clinic
from tests.e2e.floor import DESK_SIZE, Desk, Floor
from tests.e2e.hospital import Hospital

CLINIC = "cut1"
ASIDE = "00"
"""A room beside those of the tests, to which patients can be sent."""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """A room with a queue of its own for each of these tests."""
    with Hospital(tmp_path_factory.mktemp("cuts")) as hospital:
        rooms = [ASIDE, "dead", *(f"{deed}-{when}" for deed in DEEDS for when in WHEN)]
        opening = {
            "clinic": {"name": "断线诊区", "hospital": "云岫市中心医院"},
            "queues": {room: {"name": f"队列 {room}"} for room in rooms},
            "rooms": {
                room: {"doctor": f"医生-{room}", "queues": [room]} for room in rooms
            },
            "settings": {"call_again_ms": 0, "missed_after_ms": 0},
        }
        open_clinic(hospital, CLINIC, opening)
        for room in rooms[1:]:
            fill(hospital, CLINIC, room, 3)
        yield hospital


class Line:
    """The wire between a page and its server. Armed, it dies under the next ask:
    before the server gets it, or after, when the answer is on its way."""

    def __init__(self, page: Page) -> None:
        self.armed = ""
        self.dead = False
        self.cuts = 0
        self.asks: list[dict[str, Any]] = []
        self._gone: list[Any] = []
        page.route_web_socket("**/live", self._open)

    def _open(self, here: WebSocketRoute) -> None:
        if self.dead:
            here.close(code=4004)
            return
        there = here.connect_to_server()
        here.on_message(lambda message: self._to_server(here, there, str(message)))
        there.on_message(lambda message: self._to_page(here, there, str(message)))

    def _to_server(self, here: Any, there: Any, message: str) -> None:
        if here in self._gone:
            return
        frame = json.loads(message)
        if frame["type"] == "ask" and frame["name"] != "history":
            self.asks.append(frame)
            if self.armed == "before":
                self._cut(here, there)
                return
        there.send(message)

    def _to_page(self, here: Any, there: Any, message: str) -> None:
        if here in self._gone:
            return
        # the answer and what it changed both get lost
        if self.armed == "after" and self.asks:
            frame = json.loads(message)
            if frame["type"] == "reply" and frame["ref"] == self.asks[0]["ref"]:
                self._cut(here, there)
            return
        here.send(message)

    def _cut(self, here: Any, there: Any) -> None:
        self.armed = ""
        self.cuts += 1
        self._gone.append(here)
        there.close()
        here.close(code=4004)

    def arm(self, when: str) -> None:
        self.asks.clear()
        self.armed = when


def desk_with_line(floor: Floor, room: str) -> tuple[Desk, Line]:
    page = floor.page(DESK_SIZE)
    line = Line(page)
    desk = Desk(page)
    page.goto(f"{floor.hospital.address}/doctor?clinic={CLINIC}&room={room}")
    expect(desk.live).to_be_visible()
    return desk, line


def called(desk: Desk) -> None:
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    expect(desk.status).to_contain_text("已叫")


def inside(desk: Desk) -> None:
    called(desk)
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    expect(desk.status).to_contain_text("开始就诊")


def tab(desk: Desk, name: str, count: int) -> None:
    expect(desk.page.get_by_role("tab", name=name)).to_have_text(f"{name} {count}")


Step = Callable[[Desk], None]


def sheet(press: str, *then: str) -> Step:
    def do(desk: Desk) -> None:
        desk.page.keyboard.press(press)
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        for key in then:
            desk.page.keyboard.press(key)
        desk.page.keyboard.press("Enter")

    return do


def key(press: str) -> Step:
    return lambda desk: desk.page.keyboard.press(press)


# before, the press, what the desk says, and what must have happened exactly once
DEEDS: dict[str, tuple[Step, Step, str, Step]] = {
    "next": (inside, key("F2"), "已叫", lambda desk: tab(desk, "看完", 1)),
    "again": (
        called,
        key("F3"),
        "又叫了一次",
        lambda desk: expect(desk.current).to_contain_text("第 2 次"),
    ),
    "start": (
        called,
        key("F4"),
        "开始就诊",
        lambda desk: expect(desk.current).to_contain_text("就诊中"),
    ),
    "missed": (called, key("F5"), "记为过号", lambda desk: tab(desk, "过号", 1)),
    "finish": (inside, key("F10"), "看完了", lambda desk: tab(desk, "看完", 1)),
    "hold": (inside, key("F9"), "先挂起", lambda desk: tab(desk, "挂起", 1)),
    "examination": (
        inside,
        sheet("F6", "1"),
        "去检查",
        lambda desk: tab(desk, "检查", 1),
    ),
    "undo": (called, key("Control+z"), "已撤销叫号", lambda desk: tab(desk, "候诊", 3)),
    "help": (
        called,
        key("F12"),
        "已呼叫支援",
        lambda desk: expect(
            desk.page.get_by_role("alert").filter(has_text="您在呼叫支援")
        ).to_have_count(1),
    ),
    "away": (
        lambda desk: None,
        sheet("F8", "1"),
        "已经写明：暂离",
        lambda desk: expect(desk.page.locator(".note")).to_have_count(1),
    ),
    "transfer": (
        inside,
        sheet("F7", "1"),
        "已转走",
        lambda desk: tab(desk, "候诊", 2),
    ),
}


WHEN = ("before", "after")


HERE = ("next", "transfer")
"""A key and a sheet. That it is so with every deed is shown without a browser
(kiosk_web/doctor); with one, `make soak` shows it."""


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize(
    "deed",
    [
        pytest.param(deed, marks=() if deed in HERE else pytest.mark.soak)
        for deed in DEEDS
    ],
)
def test_cut_in_the_middle_it_happens_once(deed: str, when: str, floor: Floor) -> None:
    ready, press, says, happened = DEEDS[deed]
    desk, line = desk_with_line(floor, f"{deed}-{when}")
    ready(desk)
    line.arm(when)
    press(desk)
    expect(desk.status).to_contain_text(says)
    assert line.cuts == 1
    expect(desk.live).to_be_visible()
    happened(desk)
    # what went out a second time is the same ask
    keys = {ask["key"] for ask in line.asks}
    assert (len(line.asks), len(keys)) == (2, 1)


def test_a_line_that_stays_away_says_what_is_known(floor: Floor) -> None:
    desk, line = desk_with_line(floor, "dead")
    line.arm("before")
    line.dead = True
    desk.page.keyboard.press("F2")
    expect(desk.stale).to_be_visible()
    # it had left this desk: nobody can say here whether it arrived
    expect(desk.status).to_contain_text("没有等到回音，可能已经办成")
    desk.page.keyboard.press("F2")
    expect(desk.status).to_contain_text("网络断了，这次没有办成")
    line.dead = False
    expect(desk.stale).to_be_hidden(timeout=30_000)
    # neither is done later, behind the doctor's back
    expect(desk.current).to_contain_text("诊室里没有病人")
    tab(desk, "候诊", 3)
    called(desk)
