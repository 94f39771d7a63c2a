"""Every layout in every state one can find a wall in, at every size: nothing is cut or
lies on something else, and who is called is read from ten metres.

A browser, for only it knows how big letters are; no server, so a scene takes a moment.
The whole table is for whoever changes the wall; some of it is looked at always.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.looks import CONTRASTS, CUT_OFF
from tests.e2e.pretended import Pretended
from tests.e2e.test_screen_layouts import DIGITS, PATIENTS_CONTRAST, TEN_METRES
from tests.e2e.wall_scenes import SCENES, Scene, sizes_of

ALWAYS = ("hall-full-locked", "overview-six-stale")
"""What was once wrong: the sign lay on the last row, and rows on one another."""
LAMPS = 1 / 2
"""Of a strip's height, which is one line."""


@pytest.fixture
def page(browser: Browser, pages: None) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def _looked_at(page: Page, scene: Scene) -> list[str]:
    """What is wrong with it."""
    wrong: list[str] = []
    least = LAMPS if scene.layout == "led" else TEN_METRES
    for width, height in sizes_of(scene):
        page.set_viewport_size({"width": width, "height": height})
        at = f"at {width}×{height}"
        wrong += [f"{words} {at}" for words in page.evaluate(CUT_OFF)]
        numbers = page.evaluate(DIGITS)
        # an old picture calls nobody by a strip or a door
        if scene.calls and not numbers and scene.trouble != "stale":
            wrong.append(f"no number {at}")
        wrong += [
            f"{number} {at}"
            for number in numbers
            if not number["inside"] or number["part"] < least
        ]
    if scene.trouble == "locked" and scene.layout != "led":
        expect(page.get_by_text("声音没有打开")).to_be_visible()
    wrong += page.evaluate(CONTRASTS, PATIENTS_CONTRAST)
    return wrong


def _looks(page: Page, scene: Scene) -> None:
    first = sizes_of(scene)[0]
    page.set_viewport_size({"width": first[0], "height": first[1]})
    Pretended(page, scene).open()
    assert _looked_at(page, scene) == []


@pytest.mark.parametrize("name", ALWAYS)
def test_a_full_wall_with_something_wrong_can_be_read(name: str, page: Page) -> None:
    _looks(page, SCENES[name])


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", [name for name, scene in SCENES.items() if scene.trouble != "flash"]
)
def test_every_scene_can_be_read(name: str, page: Page) -> None:
    _looks(page, SCENES[name])
