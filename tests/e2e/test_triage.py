"""A nurse checks people in: by card, number and name, with her hands anywhere."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import SCANNED
from tests.e2e.triage import Triage, arrange, card_of, opened

BOOKED = "未到"
WAITING = "候诊"

WITH_AN_INPUT_METHOD = """
(card) => {
  const press = (code) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown",
      { key: "Process", code, isComposing: true, bubbles: true, cancelable: true }));
  for (const sign of card) press(/[A-Z]/.test(sign) ? `Key${sign}` : `Digit${sign}`);
  press("Enter");
}
"""
"""A scanner types while an input method is on: keys have places, and no signs."""


@pytest.fixture
def desk(hospital: Hospital, floor: Floor) -> Triage:
    opened(hospital)
    return Triage.open(floor)


def test_everybody_is_in_one_place(desk: Triage) -> None:
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")
    desk.stands("A", BOOKED, "A005", "A006")
    desk.stands("B", BOOKED, "B001", "B002")
    expect(desk.columns.nth(0).locator(".count")).to_contain_text("4")


def test_one_scan_checks_in(desk: Triage) -> None:
    desk.page.evaluate(SCANNED, card_of("A005"))
    desk.says("已签到 A005 王月芳，前面 4 位")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004", "A005")
    expect(desk.sheet).to_contain_text("王月芳")
    # a second time it says where she is, and does nothing
    desk.page.evaluate(SCANNED, card_of("A005"))
    desk.says("您已经签到，号码是 A005")


def test_three_keys_check_in(desk: Triage) -> None:
    """/ and the first letters and Enter."""
    desk.find("wyf")
    expect(desk.page.get_by_role("option").first).to_contain_text("王月芳")
    desk.press("Enter")
    desk.says("已签到 A005")
    desk.find("6")
    desk.press("Enter")
    desk.says("已签到 A006")
    desk.find("没有这个人")
    expect(desk.page.get_by_role("option")).to_contain_text("没有找到")
    desk.press("Escape")
    expect(desk.page.get_by_role("option")).to_have_count(0)


def test_a_check_in_is_taken_back(desk: Triage) -> None:
    desk.choose("B001")
    desk.press("Enter")
    desk.stands("B", WAITING, "B001")
    desk.press("Control+z")
    desk.says("已撤销：已签到 B001")
    desk.stands("B", BOOKED, "B001", "B002")
    expect(desk.page.get_by_role("button", name="撤销")).to_be_disabled()


def test_a_doctor_is_chosen_at_check_in(desk: Triage) -> None:
    desk.choose("A006")
    desk.press("d")
    desk.answer("3")
    desk.says("已签到 A006")
    expect(desk.sheet.locator(".where")).to_contain_text("许安禾")
    expect(desk.sheet).to_contain_text("指定 许安禾 医生")


KEYED = """
() => {
  window.keyed = [];
  window.addEventListener("keydown", ({ timeStamp }) => keyed.push(timeStamp), true);
}
"""
SCANNERS_GAP_MS = 120
TRIES = 10


def keyed_like_a_scanner(desk: Triage, card: str, field: str) -> None:
    """Real keys, which write into the field. A machine that is busy may take longer
    between two of them than any scanner does: that was no scan, so the field is put
    right and it scans again."""
    page = desk.page
    page.evaluate(KEYED)
    for _ in range(TRIES):
        desk.hands_rest()
        page.evaluate("() => { keyed.length = 0; }")
        page.keyboard.type(card)
        page.keyboard.press("Enter")
        at = page.evaluate("keyed")
        # the Enter of a card is the page's alone
        whole = len(at) == len(card)
        if whole and max(b - a for a, b in pairwise(at)) <= SCANNERS_GAP_MS:
            return
        desk.search.fill(field)
    raise AssertionError(f"no {len(card)} keys in a scanner's time in {TRIES} tries")


def test_a_scan_works_in_a_field_and_leaves_it_as_it_was(desk: Triage) -> None:
    desk.find("zs")
    keyed_like_a_scanner(desk, card_of("A005"), "zs")
    desk.says("已签到 A005")
    expect(desk.search).to_have_value("zs")
    expect(desk.search).to_be_focused()


@pytest.mark.parametrize("how", [SCANNED, WITH_AN_INPUT_METHOD])
def test_a_scan_works_with_a_dialog_open(desk: Triage, how: str) -> None:
    desk.choose("A002")
    desk.press("p")
    expect(desk.dialog.locator(":focus")).to_have_count(1)
    desk.press("1")
    reason = desk.dialog.get_by_label("理由")
    expect(reason).to_be_focused()
    desk.page.keyboard.type("七十二")
    desk.hands_rest()
    desk.page.evaluate(how, card_of("A005"))
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004", "A005")
    expect(desk.dialog).to_be_visible()
    expect(reason).to_be_focused()
    expect(reason).to_have_value("七十二")
    # nor do its digits choose anything, wherever the focus is
    desk.dialog.get_by_role("radio").first.focus()
    desk.page.evaluate(how, card_of("A006"))
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004", "A005", "A006")
    expect(desk.dialog.get_by_role("radio").first).to_be_checked()
    desk.dialog.locator("button.go").click()
    desk.says("优先 A002 李秀芳")


def test_the_letters_of_a_card_press_nothing(desk: Triage) -> None:
    """Its D and P and G are keys of the chosen one."""
    desk.choose("A001")
    desk.page.evaluate(SCANNED, "DPGV0001")
    desk.says("没有查到您今天的号")
    expect(desk.dialog).to_have_count(0)
    assert desk.group("A", WAITING) == ["A001", "A002", "A003", "A004"]


def test_the_chosen_row_stays_where_it_is(hospital: Hospital, desk: Triage) -> None:
    desk.choose("A003")
    row = desk.row("A003")
    stood = row.bounding_box()
    # one before it is called, and one is put in front
    arrange(hospital, [("desk", "call_next", {"room": "2"})])
    moved = {"ticket": "A004", "before": "A002", "reason": "老人"}
    arrange(hospital, [("desk", "move", moved)])
    desk.stands("A", WAITING, "A004", "A002", "A003")
    assert row.bounding_box() == stood
    desk.press("Escape")
    desk.stands("A", WAITING, "A004", "A002", "A003")


def test_keys_walk_through_the_rows(desk: Triage) -> None:
    number = desk.sheet.locator("header .num")
    for key, expected in [
        ("ArrowDown", "A001"),
        ("ArrowDown", "A002"),
        ("ArrowRight", "B002"),
        ("ArrowUp", "B001"),
        ("ArrowLeft", "A001"),
    ]:
        desk.press(key)
        expect(number).to_have_text(expected)
    desk.press("Escape")
    expect(desk.sheet).to_contain_text("直接刷卡或扫码")


def test_a_clinic_that_is_not_open_and_one_without_patients(
    hospital: Hospital, floor: Floor
) -> None:
    page = floor.open("/triage?clinic=nowhere")
    expect(page.get_by_text("今天还没有开诊")).to_be_visible()
    opened(hospital, here=0)
    desk = Triage.open(floor)
    arrange(hospital, [("setup", "refund", {"ticket": t}) for t in ("B001", "B002")])
    expect(desk.columns.nth(1)).to_contain_text("看完 2")
