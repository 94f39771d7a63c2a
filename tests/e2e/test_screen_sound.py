"""What a waiting room hears, by the browsers' own loudspeakers, and what it does not.

A browser, for only Web Audio knows when a recording really begins; where the server
has no voice (no espeak-ng) there is nothing to measure.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.floor import WALL_SIZE, Floor, Wall
from tests.e2e.hospital import Hospital
from tests.e2e.listening import PLAYED, Listening
from tests.e2e.looks import ANNOUNCED

SPOKEN = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no voice here")
TIMES = 2
"""A call is said so often, and its bell goes with it."""
PAUSED = re.compile(r"画面停在 \d\d:\d\d")

# a browser that waits for a touch; the tests' own is told not to
LOCKED = """
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    get state() { return "suspended"; }
  };
"""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("sound"), hour=9) as hospital:
        yield hospital


def hearing(floor: Floor, clinic: str, *scripts: str) -> Wall:
    """A wall that remembers what it played, word for word and as long as it lasts."""
    page = floor.page(WALL_SIZE)
    wall = Wall(page, quick=False)
    for script in (PLAYED, *scripts):
        page.add_init_script(script)
    page.goto(f"{floor.hospital.address}/screen?clinic={clinic}")
    expect(wall.rooms.first).to_be_visible()
    return wall


def played(*walls: Wall) -> list[dict[str, Any]]:
    """On all of them, in the order in which it began."""
    found = [each for wall in walls for each in wall.page.evaluate("window.played")]
    return sorted(found, key=lambda each: each["begins"])


def number_of(area: Listening, key: str) -> str:
    for number, row in area.rows.items():
        for field in ("audio", "audio_short"):
            if key in row.get(field, {}).values():
                return number
    raise AssertionError(f"{key} is no announcement's")


def test_a_display_that_slept_says_nothing_old(floor: Floor) -> None:
    """Its clock goes on by twenty minutes while its line brings nothing. When it wakes,
    somebody was called meanwhile, and is in by now."""
    page = floor.page(WALL_SIZE, still=False)
    page.add_init_script(ANNOUNCED)
    page.add_init_script(PLAYED)
    page.clock.install()
    asleep, lost = False, 0

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            nonlocal lost
            if asleep:
                lost += 1
            else:
                socket.send(frame)

        server.on_message(pass_on)

    page.route_web_socket("**/live", through)
    page.goto(f"{floor.hospital.address}/screen?clinic=eye1")
    seat = page.locator(".seat").nth(1)
    expect(seat).to_be_visible()
    desk = floor.desk("eye1", "2")
    asleep = True
    desk.page.keyboard.press("F2")
    number = desk.called()
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    assert lost, "nothing came while it slept"
    asleep = False
    page.clock.fast_forward(20 * 60_000)
    # it knows who is in there, and lets it be
    expect(seat).to_contain_text(number)
    page.clock.fast_forward(2_000)
    assert page.evaluate("[window.announced, window.played, window.chimes]") == [
        [],
        [],
        0,
    ]


@SPOKEN
def test_words_come_in_order_and_never_over_one_another(floor: Floor) -> None:
    """Two walls of one hall, calls from three rooms at once."""
    walls = [hearing(floor, "im2"), hearing(floor, "im2")]
    area = walls[0].area
    area.until(lambda: len(area.ready()) == 2, "two speakers")
    numbers = []
    for room in ("1", "2", "3"):
        desk = floor.desk("im2", room)
        desk.page.keyboard.press("F2")
        numbers.append(desk.called())
    area.until(lambda: all(map(area.was_heard, numbers)), f"{numbers} heard")

    heard = played(*walls)
    for before, after in pairwise(heard):
        assert before["ends"] <= after["begins"], "one over the other"
    # what cannot be heard has not been said
    assert all(each["peak"] > 0.05 for each in heard)
    firsts = list(dict.fromkeys(number_of(area, each["key"]) for each in heard))
    assert firsts == numbers
    # whose turn it was is whose loudspeaker it came from
    devices = {row["spoken"]["main"]["device"] for _, row in area.rows.items()}
    assert len(devices) == sum(bool(played(wall)) for wall in walls)


@SPOKEN
def test_where_one_is_locked_the_other_speaks(floor: Floor) -> None:
    locked = hearing(floor, "eye1", LOCKED)
    area = locked.area
    area.until(lambda: "blocked" in area.whys(), "told that it is locked")
    other = hearing(floor, "eye1")
    area.until(lambda: len(area.ready()) == 1, "one speaker")
    desk = floor.desk("eye1", "1")
    desk.page.keyboard.press("F2")
    number = desk.called()
    area.until_said(number)
    assert played(locked) == []
    assert locked.chimes() == 0
    assert len(played(other)) == TIMES
    # a repeat that follows at once has none: everybody listens
    assert other.chimes() in range(1, TIMES + 1)


def test_where_all_are_locked_the_desk_is_told(floor: Floor) -> None:
    wall = hearing(floor, "eye1", LOCKED)
    area = wall.area
    area.until(lambda: "blocked" in area.whys(), "told that it is locked")
    desk = floor.desk("eye1", "2")
    desk.page.keyboard.press("F2")
    area.until(lambda: "zone_silent" in area.alarms(), "told that nobody speaks")
    assert wall.chimes() == 0
    assert played(wall) == []


def test_a_server_that_dies_under_a_door_and_a_strip_of_lamps(
    hospital: Hospital, floor: Floor
) -> None:
    door = floor.open("/screen?clinic=im2&room=5", (1080, 1920))
    lamps = floor.open("/screen?clinic=im2&room=5", (512, 128))
    desk = floor.desk("im2", "5")
    desk.page.keyboard.press("F2")
    number = desk.called()
    for page in (door, lamps):
        _same_document(page)
        expect(page.locator("[data-called]").first).to_contain_text(number)
    with floor.outage():
        hospital.kill()
        for page in (door, lamps):
            expect(page.get_by_text(PAUSED)).to_be_visible()
        # what may be old is nobody's call
        expect(lamps.locator("[data-called]")).to_have_count(0)
        hospital.start()
        for page in (door, lamps):
            expect(page.get_by_text(PAUSED)).to_have_count(0)
    for page in (door, lamps):
        expect(page.locator("[data-called]").first).to_contain_text(number)
        assert page.evaluate("window.sameDocument === true"), "it was reloaded"


def _same_document(page: Page) -> None:
    page.evaluate("window.sameDocument = true")
