"""What can be measured of how the pages look, at every size they are met at."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.floor import KIOSK_SIZE, Floor
from tests.e2e.hospital import Hospital, patient
from tests.e2e.looks import CONTRASTS, CUT_OFF, SMALL_TARGETS

SIZES = [(1920, 1080), (1366, 768), (1080, 1920), (360, 640)]
PATIENTS_CONTRAST = 7
STAFF_CONTRAST = 4.5
FINGER = 80


def _looks_right(
    page: Page,
    *,
    contrast: float = PATIENTS_CONTRAST,
    sizes: list[tuple[int, int]] = SIZES,
) -> None:
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        wrong = page.evaluate(CUT_OFF)
        assert wrong == [], f"at {width} × {height}"
    assert page.evaluate(CONTRASTS, contrast) == []


def _fits_a_finger(page: Page) -> None:
    page.set_viewport_size({"width": KIOSK_SIZE[0], "height": KIOSK_SIZE[1]})
    assert page.evaluate(SMALL_TARGETS, FINGER) == []


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
@pytest.mark.parametrize("large", [False, True], ids=["normal", "large"])
def test_the_kiosk(large: bool, english: bool, floor: Floor) -> None:
    # what differs between sizes is the scale; the usual words are tried at all
    sizes = SIZES if not (large or english) else [KIOSK_SIZE]
    kiosk = floor.kiosk()
    page = kiosk.page
    if large:
        page.get_by_role("button", name="大字").click()
    if english:
        page.get_by_role("button", name="English").click()
    _looks_right(page, sizes=sizes)
    _fits_a_finger(page)

    page.get_by_role("button", name="number" if english else "号码").click()
    _looks_right(page, sizes=sizes)
    _fits_a_finger(page)
    page.get_by_role("button", name="Back" if english else "返回").click()

    kiosk.scan(patient("A022").card)
    expect(page.get_by_text("John S*").first).to_be_visible()
    _looks_right(page, sizes=sizes)
    _fits_a_finger(page)
    page.get_by_role("button", name="Yes" if english else "是我，继续").click()
    expect(page.locator(".ticket")).to_be_visible()
    page.get_by_role("button", name="Stay longer" if english else "多看一会儿").click()
    _looks_right(page, sizes=sizes)
    _fits_a_finger(page)
    page.get_by_role("button", name="Done" if english else "看好了").click()


def test_the_wall_and_the_desk(floor: Floor) -> None:
    wall, desk = floor.wall(still=True), floor.desk("im2", "3")
    _looks_right(wall.page)
    _looks_right(desk.page, contrast=STAFF_CONTRAST)
    desk.call_next("Z006")
    expect(wall.call).to_contain_text("Z006")
    _looks_right(wall.page)
    _looks_right(desk.page, contrast=STAFF_CONTRAST)


def test_the_kiosk_with_the_demo_s_cards(floor: Floor) -> None:
    page = floor.open("/kiosk?cards=open", KIOSK_SIZE)
    expect(page.get_by_role("button", name=patient("Z012").name)).to_be_visible()
    _looks_right(page, contrast=STAFF_CONTRAST)


def test_a_wall_with_long_names_in_few_rooms(floor: Floor) -> None:
    _looks_right(floor.wall("eye1", still=True).page)


def test_the_front_page(floor: Floor) -> None:
    page = floor.open("/")
    expect(page.locator("iframe")).to_have_count(3)
    _looks_right(page, contrast=STAFF_CONTRAST)
    targets = page.evaluate(SMALL_TARGETS, 40)
    assert targets == []


def test_what_the_pages_say_when_nobody_answers(
    pages: None, tmp_path: Path, browser: Browser
) -> None:
    with Hospital(tmp_path) as hospital:
        floor = Floor(browser, hospital)
        wall, desk, kiosk = (
            floor.wall(still=True),
            floor.desk("im2", "3"),
            floor.kiosk(),
        )
        desk.call_next("Z006")
        expect(wall.call).to_contain_text("Z006")
    with floor.outage():
        expect(wall.stale).to_be_visible()
        _looks_right(wall.page)
        expect(desk.stale).to_be_visible()
        _looks_right(desk.page, contrast=STAFF_CONTRAST)
        expect(kiosk.refusal).to_be_visible()
        _looks_right(kiosk.page)
        floor.close()
    assert floor.complaints == []
