"""How the doctor's desk looks: empty, busy, and with five hundred in the line."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.clinics import fill, open_clinic
from tests.e2e.floor import DESK_SIZE, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CONTRASTS, CUT_OFF, SMALL_TARGETS
from tests.e2e.test_triage_crowd import SETTLED, UPDATE_MS, worked

SIZES = [(1920, 1080), (1366, 768), (360, 760), (360, 640)]
CLINIC = "big1"
MANY = 500

CALLED = """() => {
  window.shown = new Promise((done) => {
    new MutationObserver((_, watching) => {
      if (!document.querySelector(".current.calling")) return;
      watching.disconnect();
      done();
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}"""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with Hospital(tmp_path_factory.mktemp("doctor-looks")) as hospital:
        opening = {
            "clinic": {"name": "很多人的诊区", "hospital": "云岫市中心医院"},
            "queues": {"M": {"name": "候诊的人很多的队列"}, "E": {"name": "空队列"}},
            "rooms": {
                "1": {"doctor": "欧阳若溪", "title": "主任", "queues": ["M"]},
                "2": {"doctor": "单立群", "queues": ["E"]},
                "3": {"doctor": "", "queues": ["E"]},
            },
        }
        open_clinic(hospital, CLINIC, opening)
        fill(hospital, CLINIC, "M", MANY)
        yield hospital


def looks_right(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wrong = page.evaluate(CUT_OFF)
        assert wrong == [], f"at {width} × {height}"
        # rows out of sight are not laid out, and have no size
        small = [
            target
            for target in page.evaluate(SMALL_TARGETS, 36)
            if not target.endswith(" 0 × 0")
        ]
        assert small == [], f"at {width} × {height}"
    assert page.evaluate(CONTRASTS, 4.5) == []
    assert violations(page) == []


def wide(page: Page) -> None:
    page.set_viewport_size({"width": DESK_SIZE[0], "height": DESK_SIZE[1]})


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
def test_empty_and_not_logged_in(english: bool, floor: Floor) -> None:
    for room in ("2", "3"):
        desk = floor.desk(CLINIC, room)
        if english:
            desk.page.get_by_role("button", name="EN").click()
        looks_right(desk.page)


@pytest.mark.parametrize("english", [False, True], ids=["chinese", "english"])
def test_every_sheet_at_every_size(english: bool, floor: Floor) -> None:
    desk = floor.desk("im2", "6")
    page = desk.page
    if english:
        page.get_by_role("button", name="EN").click()
    if not desk.current.locator(".num").count():
        page.keyboard.press("F2")
    expect(desk.current.locator(".num")).to_be_visible()
    looks_right(page)
    sheet = page.get_by_role("dialog")
    for press in ("F6", "F7", "F8"):
        wide(page)
        page.keyboard.press(press)
        expect(sheet).to_be_visible()
        looks_right(page)
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
    for name in ("Keys" if english else "按键", "Room:" if english else "诊室："):
        wide(page)
        page.get_by_role("button", name=name).first.click()
        expect(sheet).to_be_visible()
        looks_right(page)
        page.keyboard.press("Escape")
    wide(page)
    page.locator(".list .unfold").first.click()
    page.keyboard.press("F12")
    alarm = page.get_by_role("alert").filter(has_text="help" if english else "支援")
    expect(alarm).to_be_visible()
    looks_right(page)
    page.get_by_role("button", name="It is over" if english else "解除").click()
    expect(alarm).to_be_hidden()


@pytest.mark.alone
def test_five_hundred_in_the_line(floor: Floor) -> None:
    desk = floor.desk(CLINIC, "1")
    page = desk.page
    expect(page.get_by_role("tab", name="候诊")).to_have_text(f"候诊 {MANY}")
    expect(desk.list.locator("ol > li")).to_have_count(MANY)
    looks_right(page)
    wide(page)
    rows = desk.list.locator("ol > li")
    last = rows.last.locator(".num").text_content() or ""
    client = page.context.new_cdp_session(page)
    # its own time, not what others of the machine take from it
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(CALLED)
    page.evaluate(SETTLED)
    before = worked(client)
    page.keyboard.press("F2")
    page.evaluate("() => window.shown")
    page.evaluate(SETTLED)
    called = worked(client) - before
    expect(page.get_by_role("tab", name="候诊")).to_have_text(f"候诊 {MANY - 1}")
    print(f"a call with {MANY} in the line: {called:.0f} ms of main thread")
    # the key that says "calling", and what the call changes
    assert 0 < called < 2 * UPDATE_MS
    desk.list.locator("ol").evaluate("list => list.scrollTo(0, 1e6)")
    expect(rows.last).to_be_in_viewport()
    expect(rows.last).to_contain_text(last)
    assert page.evaluate(CUT_OFF) == []
