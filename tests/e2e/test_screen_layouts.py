"""Every layout of a wall, at every size one hangs at: the called number is read from
ten metres, and nothing is cut off. A browser, for only it knows how big letters are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from realtime.version import CHECKOUT
from tests.e2e.floor import WALL_SIZE, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CONTRASTS, CUT_OFF

TEN_METRES = 1 / 12
PATIENTS_CONTRAST = 7
SIZES = [(1920, 1080), (3840, 2160), (1280, 720), (1024, 600), (1080, 1920)]
LAYOUTS = {
    "hall": "clinic=im2",
    "door": "clinic=im2&room=3",
    "dental": "clinic=im2&layout=dental",
    "examination": "clinic=im2&layout=examination",
    "pharmacy": "clinic=im2&layout=pharmacy",
    "overview": "clinic=im2,eye1",
}
DIGITS = """
() => [...document.querySelectorAll("[data-called] > *")].map((line) => {
  const box = line.getBoundingClientRect();
  const shrunk = box.width / line.offsetWidth;
  // of a line the digits take so much; the rest is for letters that hang below it
  const high = parseFloat(getComputedStyle(line).fontSize) * 0.733 * shrunk;
  const inside = box.left >= -1 && box.right <= innerWidth + 1;
  return { text: line.innerText, part: high / innerHeight, inside };
})
"""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """Where calls last as long as the module."""
    with Hospital(tmp_path_factory.mktemp("layouts"), hour=9) as hospital:
        yield hospital


def _size(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_called_number_is_read_from_ten_metres(layout: str, floor: Floor) -> None:
    page = floor.open(f"/screen?{LAYOUTS[layout]}", WALL_SIZE)
    expect(page.locator(f"[data-layout={layout}]")).to_be_visible()
    desk = floor.desk("im2", "3")
    desk.page.keyboard.press("F2")
    expect(page.locator("[data-called]")).not_to_have_count(0)
    for size in SIZES:
        _size(page, size)
        assert page.evaluate(CUT_OFF) == [], f"at {size}"
        found = page.evaluate(DIGITS)
        assert found, f"at {size}"
        for number in found:
            assert number["inside"], f"{number} at {size}"
            assert number["part"] >= TEN_METRES, f"{number} at {size}"
    assert page.evaluate(CONTRASTS, PATIENTS_CONTRAST) == []


@pytest.mark.parametrize("size", [(384, 96), (512, 128)])
def test_a_strip_of_lamps_says_number_and_room(
    size: tuple[int, int], floor: Floor
) -> None:
    page = floor.open("/screen?clinic=im2", size)
    desk = floor.desk("im2", "4")
    desk.page.keyboard.press("F2")
    number = page.locator("[data-called]")
    expect(number).to_be_visible()
    assert page.evaluate(CUT_OFF) == []
    (found,) = page.evaluate(DIGITS)
    # one line is all there is: it takes more than half of it
    assert found["part"] >= 1 / 2
    expect(page.locator(".plate")).to_be_visible()


def test_the_oldest_browser_can_read_the_bundle(pages: None) -> None:
    """Its syntax; a Chromium of 2018 itself is not here to be asked."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said = subprocess.run(
        ["node", "screen/oldest.mjs"],
        cwd=CHECKOUT / "kiosk_web",
        env={**os.environ, "PATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.stdout, said.stderr) == ("", "")


WITHOUT = """
for (const [of, names] of [
  [Object, ["fromEntries", "hasOwn"]],
  [Array.prototype, ["at", "findLast", "toSorted"]],
  [String.prototype, ["at", "matchAll", "replaceAll"]],
  [Promise, ["allSettled", "any"]],
  [window, ["queueMicrotask", "structuredClone"]],
  [Navigator.prototype, ["wakeLock"]],
]) for (const name of names) delete of[name];
"""


def test_a_browser_of_2018_lacks_nothing_the_wall_needs(floor: Floor) -> None:
    page = floor.page(WALL_SIZE)
    page.add_init_script(WITHOUT)
    page.goto(f"{floor.hospital.address}/screen?clinic=im2")
    expect(page.locator(".seat").first).to_be_visible()
    assert page.evaluate("'wakeLock' in navigator") is False
    desk = floor.desk("im2", "2")
    desk.page.keyboard.press("F2")
    expect(page.locator(".seat").nth(1)).to_contain_text("A0")
