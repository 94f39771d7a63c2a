"""The server goes away and comes back while its pages are open."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital, patient

TIMES = 2
"""A call is said so often."""

A_MOMENT = """async () => {
  for (const frame of [1, 2, 3]) await new Promise(requestAnimationFrame);
}"""
CLOCK = r"\d\d:\d\d"


@pytest.fixture
def hospital(pages: None, tmp_path: Path) -> Iterator[Hospital]:
    """One for each of these tests, which tell what was from what came after."""
    with Hospital(tmp_path) as hospital:
        yield hospital


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(Hospital.kill, id="kill -9"),
        # how a server says good-bye is shown without a browser, too
        pytest.param(Hospital.stop, id="SIGTERM", marks=pytest.mark.soak),
    ],
)
def test_gone_and_back(
    gone: Callable[[Hospital], object], hospital: Hospital, floor: Floor
) -> None:
    somebody = patient("C004")
    wall, desk, kiosk = floor.wall(), floor.desk("im2", "5"), floor.kiosk()
    devices = (wall, desk, kiosk)
    for device in devices:
        _mark(device.page)
    wall.area.until_ready()
    desk.call_next("C001")
    expect(wall.call).to_contain_text("C001")
    expect(wall.call).to_contain_text("请就诊")
    wall.area.until_said("C001")
    assert wall.announced("C001")
    assert wall.apricot()
    kiosk.type_digits(somebody.card)
    assert kiosk.holds(somebody.card)

    with floor.outage():
        gone(hospital)
        expect(wall.stale).to_contain_text(re.compile(f"画面停在 {CLOCK}"))
        expect(wall.call).to_contain_text("最后叫到")
        assert wall.apricot() == []
        expect(desk.stale).to_contain_text(re.compile(f"画面停在 {CLOCK}，网络断了"))
        expect(desk.page.get_by_text("断开", exact=True)).to_be_visible()
        assert desk.apricot() == []
        expect(kiosk.page.get_by_role("alert")).to_contain_text("网络断了")
        assert not kiosk.holds(somebody.card)
        kiosk.scan(somebody.card)

        hospital.start()
        for gone_band in (wall.stale, desk.stale):
            expect(gone_band).to_be_hidden()
        expect(kiosk.home).to_be_visible()
    assert all(_is_marked(device.page) for device in devices), "a page was reloaded"

    # the call is the same one: shown, but nobody is called a second time
    expect(wall.call).to_contain_text("请就诊")
    assert any("C001" in sign for sign in wall.apricot())
    expect(desk.current).to_contain_text("尹长河")
    desk.call_next("C002")
    expect(wall.call).to_contain_text("C002")
    wall.area.until_said("C002")
    # each was said twice, the one before the outage, the other after it; a bell goes
    # before the first words, and before the repeat only where it was quiet meanwhile
    assert wall.chimes() in range(2, 2 * TIMES + 1)
    expect(wall.rooms.filter(has_text="何叙")).to_contain_text("C002")

    # a card that was shown to a dead kiosk has not been kept for later
    expect(desk.list.get_by_text(somebody.number)).to_be_hidden()
    kiosk.check_in(somebody.card)
    expect(desk.list.get_by_text(somebody.number)).to_be_visible()


def test_a_call_from_before_does_not_fill_the_panel_again(
    hospital: Hospital, floor: Floor
) -> None:
    wall, desk = floor.wall(), floor.desk("im2", "5")
    desk.call_next("C001")
    assert wall.announced("C001")
    with floor.outage():
        hospital.kill()
        expect(wall.stale).to_be_visible()
        hospital.start()
        expect(wall.stale).to_be_hidden()
    assert wall.apricot()
    wall.page.evaluate(A_MOMENT)
    assert wall.has_announced() == ["C001"]


def test_a_slip_on_the_glass_when_the_line_dies_leaves_too(
    hospital: Hospital, floor: Floor
) -> None:
    somebody = patient("C004")
    kiosk = floor.kiosk()
    kiosk.check_in(somebody.card)
    with floor.outage():
        hospital.kill()
        kiosk.page.get_by_role("button", name="退出").click()
        expect(kiosk.page.get_by_role("alert")).to_contain_text("网络断了")
        assert not kiosk.holds("白*")
        assert not kiosk.holds(somebody.number)
        floor.close()


def _mark(page: Page) -> None:
    page.evaluate("window.sameDocument = true")


def _is_marked(page: Page) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))
