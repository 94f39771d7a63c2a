"""How the triage desk looks: at both sizes, in both languages, with everything open."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CONTRASTS, CUT_OFF, SMALL_TARGETS
from tests.e2e.triage import Triage, arrange, opened

SIZES = [(1366, 768), (1920, 1080)]


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("looks")) as hospital:
        opened(hospital, emergency={"on": True})
        busy: list[tuple[str, str, Any]] = [
            (
                "desk",
                "set_class",
                {"ticket": "A003", "special": "aged", "reason": "7"},
            ),
            ("desk", "triage", {"ticket": "A004", "level": 2}),
            ("desk", "vitals", {"ticket": "A002", "values": {"pulse": 82}}),
            ("desk", "call_next", {"room": "2"}),
            ("desk", "hand_over", {"to": "宋", "note": "A002 要轮椅"}),
        ]
        arrange(hospital, busy)
        yield hospital


HIDDEN = """(these) => {
  for (const element of document.querySelectorAll(these))
    element.style.visibility = "hidden";
}"""


def looks_right(page: Page, *, over: str = "") -> None:
    """``over`` is what something lies on just now: it is left out."""
    if over:
        page.evaluate(HIDDEN, over)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(CUT_OFF) == [], f"at {width} × {height}"
        assert page.evaluate(SMALL_TARGETS, 32) == []
        assert page.evaluate(CONTRASTS, 4.5) == []
    assert violations(page) == []


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
def test_the_desk(english: bool, floor: Floor) -> None:
    desk = Triage.open(floor)
    desk.choose("A003")
    expect(desk.sheet.locator(".history li").first).to_be_visible()
    if english:
        desk.page.get_by_role("button", name="EN", exact=True).click()
        expect(desk.page.get_by_role("button", name="Undo")).to_be_visible()
    looks_right(desk.page)


@pytest.mark.parametrize("key", ["p", "v", "t", "F6", "F8", "F9", "F12"])
def test_its_dialogs(key: str, floor: Floor) -> None:
    desk = Triage.open(floor)
    desk.choose("A002")
    desk.press(key)
    expect(desk.dialog.locator(":focus")).to_have_count(1)
    looks_right(desk.page, over=".triage")
    # whoever lets a deed be has the patient still in hand
    desk.press("Escape")
    expect(desk.dialog).to_be_hidden()
    expect(desk.sheet.locator("header .num")).to_have_text("A002")


def test_its_bands_search_and_board(hospital: Hospital, floor: Floor) -> None:
    desk = Triage.open(floor)
    desk.find("a00")
    expect(desk.page.get_by_role("option").first).to_be_visible()
    looks_right(desk.page, over=".columns, .columns *, .bands *")
    desk = Triage.open(floor)
    [told] = arrange(
        hospital, [("desk", "call_help", {"room": "3", "reason": "病人晕倒"})]
    )
    expect(desk.page.get_by_role("alert")).to_contain_text("病人晕倒")
    looks_right(desk.page)
    arrange(hospital, [("desk", "answer_help", {"alarm": told["alarm"], "over": True})])
    desk.press("F7")
    expect(desk.page.get_by_label("遮名的候诊情况")).to_contain_text("A002")
    looks_right(desk.page)


def test_nobody_and_nothing(floor: Floor) -> None:
    page = floor.open("/triage?clinic=nowhere")
    expect(page.get_by_text("今天还没有开诊")).to_be_visible()
    looks_right(page)
