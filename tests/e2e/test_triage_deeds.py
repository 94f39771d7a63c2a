"""Everything a nurse can do with a ticket, a queue and the clinic; and undo."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.triage import Triage, arrange, opened

WAITING = "候诊"


@pytest.fixture
def desk(hospital: Hospital, floor: Floor) -> Triage:
    opened(hospital)
    return Triage.open(floor)


def test_priority_with_a_reason_and_back(desk: Triage) -> None:
    desk.choose("A003")
    desk.press("p")
    desk.answer("1", reason="七十二岁")
    desk.says("优先 A003 欧阳静")
    # it stays under the hand that handles it; let go, it stands where it belongs
    expect(desk.sheet.locator(".where")).to_contain_text("排第 1 位")
    expect(desk.row("A003").locator(".badge")).to_have_text("70 岁以上")
    expect(desk.sheet).to_contain_text("70 岁以上优先（3级）")
    desk.press("Escape")
    desk.stands("A", WAITING, "A003", "A001", "A002", "A004")
    desk.press("Control+z")
    desk.says("已撤销：优先 A003")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")


def test_forward_with_a_reason_later_and_back(desk: Triage) -> None:
    desk.choose("A003")
    desk.press("f")
    expect(desk.dialog).to_contain_text("排到 A002 李秀芳 前面？")
    desk.answer(reason="腿脚不便")
    desk.says("往前 A003 欧阳静")
    expect(desk.sheet).to_contain_text("护士移到 A002 之前")
    expect(desk.sheet.locator(".history")).to_contain_text("腿脚不便")
    desk.press("Escape")
    desk.stands("A", WAITING, "A001", "A003", "A002", "A004")
    desk.press("Control+z")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")
    desk.choose("A001")
    desk.press("l")
    desk.says("往后排 A001 张三")
    desk.press("Escape")
    desk.stands("A", WAITING, "A002", "A003", "A004", "A001")


def test_another_doctor_and_back(desk: Triage) -> None:
    desk.choose("A002")
    desk.press("d")
    desk.answer("3")
    where = desk.sheet.locator(".where")
    expect(where).to_contain_text("许安禾")
    desk.press("Control+z")
    desk.says("已撤销：换医生 A002")
    expect(where).not_to_contain_text("许安禾")


def test_a_transfer(desk: Triage) -> None:
    desk.choose("A001")
    desk.press("t")
    desk.answer("1", reason="心律不齐")
    desk.says("转诊 A001 张三")
    desk.stands("B", WAITING, "A001")
    assert desk.history()[0].startswith("转到 心律失常门诊")


def test_vital_signs(desk: Triage) -> None:
    desk.choose("A001")
    desk.press("v")
    for field, value in [("收缩压", "148"), ("舒张压", "92"), ("体温", "36.6")]:
        desk.dialog.get_by_label(field).fill(value)
    desk.press("Enter")
    desk.says("生命体征 A001")
    expect(desk.sheet).to_contain_text("148/92")
    expect(desk.sheet).to_contain_text("36.6")
    desk.press("v")
    desk.dialog.get_by_label("脉搏").fill("900")
    desk.press("Enter")
    desk.says("体征数值不对")


def test_giving_up_and_back(desk: Triage) -> None:
    desk.choose("A002")
    desk.press("g")
    desk.answer(reason="有事先走")
    desk.says("弃号 A002")
    desk.stands("A", WAITING, "A001", "A003", "A004")
    expect(desk.columns.first).to_contain_text("看完 1")
    desk.press("Enter")
    desk.says("恢复号码 A002")
    expect(desk.sheet.locator("header small")).to_contain_text("候诊")


def test_missed_back_missed_void_and_revived(desk: Triage, hospital: Hospital) -> None:
    calls = [("desk", "call_next", {"room": "2"})]
    [called] = arrange(hospital, calls)
    assert called["number"] == "A001"
    seat = desk.page.locator(".seat").filter(has_text="A001")
    expect(seat).to_contain_text("正在叫")
    seat.click()
    desk.press("m")
    desk.says("过号 A001")
    desk.stands("A", "过号", "A001")
    desk.press("u")
    desk.says("撤销过号 A001")
    desk.stands("A", "过号")
    arrange(hospital, calls)
    expect(desk.sheet.locator("header small")).to_contain_text("正在叫")
    desk.press("Enter")
    desk.says("再叫 A001")
    desk.press("m")
    desk.stands("A", "过号", "A001")
    desk.press("Enter")
    desk.says("重新排队 A001")
    expect(desk.sheet).to_contain_text("过号回来，每 3 位后 1 位")
    one = {"room": "2", "ticket": "A001", "reason": "刚回来"}
    arrange(hospital, [("desk", "call_one", one)])
    expect(desk.sheet.locator("header small")).to_contain_text("正在叫")
    desk.press("m")
    # twice is once too often here: only a nurse makes the number good again
    expect(desk.sheet.get_by_role("button", name="恢复号码")).to_be_visible()
    desk.press("Enter")
    desk.says("恢复号码 A001")
    desk.press("h")
    expect(desk.sheet.locator("h3 button[aria-expanded=true]")).to_be_visible()
    told = desk.history()
    assert told[:2] == ["恢复号码", "过号，号码作废 2 诊室"]
    assert told.count("撤销过号") == 1


def test_a_call_is_taken_back(desk: Triage, hospital: Hospital) -> None:
    arrange(hospital, [("desk", "call_next", {"room": "2"})])
    desk.page.locator(".seat").filter(has_text="A001").click()
    desk.press("u")
    desk.says("撤回叫号 A001")
    desk.stands("A", WAITING, "A001", "A002", "A003", "A004")


def test_examination_and_back(desk: Triage, hospital: Hospital) -> None:
    sent = {"room": "2", "ticket": "A001", "reports": ["ecg"]}
    arrange(
        hospital,
        [
            ("desk", "call_next", {"room": "2"}),
            ("desk", "start", {"room": "2", "ticket": "A001"}),
            ("desk", "to_examination", sent),
        ],
    )
    desk.stands("A", "检查中", "A001")
    desk.choose("A001")
    desk.press("b")
    desk.says("报告到了 A001")
    desk.stands("A", "检查中")
    expect(desk.row("A001").locator(".badge")).to_have_text("回诊")
    arrange(
        hospital,
        [
            ("desk", "call_one", {"room": "2", "ticket": "A001", "reason": "复诊"}),
            ("desk", "start", {"room": "2", "ticket": "A001"}),
            ("desk", "to_examination", sent),
        ],
    )
    desk.stands("A", "检查中", "A001")
    desk.press("Enter")
    desk.says("检查回来 A001")
    desk.stands("A", "检查中")


def test_to_the_door_of_a_room(hospital: Hospital, floor: Floor) -> None:
    opened(hospital, here=0, sign_in=False, second_stage={"mode": "manual"})
    desk = Triage.open(floor)
    desk.choose("A003")
    desk.press("s")
    desk.answer("2")
    desk.says("送到诊室 A003")
    desk.stands("A", "诊室门外", "A003")
    expect(desk.sheet).to_contain_text("已在 3 诊室门口候诊")


def test_emergency_levels(hospital: Hospital, floor: Floor) -> None:
    opened(hospital, emergency={"on": True})
    desk = Triage.open(floor)
    desk.choose("A004")
    desk.press("e")
    desk.answer("2", reason="胸痛")
    desk.says("分级 A004")
    expect(desk.row("A004").locator(".badge.alarm")).to_have_text("Ⅱ级")
    desk.press("Escape")
    desk.stands("A", WAITING, "A004", "A001", "A002", "A003")


def test_a_broadcast(desk: Triage) -> None:
    desk.press("F9")
    desk.dialog.get_by_label("内容").fill("请家属到大厅等候")
    desk.dialog.get_by_text("15 分钟").click()
    desk.dialog.locator("button.go").click()
    desk.says("广播：请家属到大厅等候")
    expect(desk.page.locator("footer .notice")).to_contain_text("请家属到大厅等候")


def test_a_time_is_typed_as_it_comes_to_hand(desk: Triage) -> None:
    """A broadcast till then, without the mouse; what is over is not taken."""
    desk.press("F9")
    expect(desk.dialog).to_be_visible()
    desk.dialog.locator("[data-field=text]").fill("一号扶梯检修")
    till = desk.dialog.locator("[data-field=till]")
    expect(till).to_have_count(0)
    desk.dialog.get_by_text("到几点几分").click()
    till.focus()
    desk.page.keyboard.type("+9x")
    expect(till).to_have_attribute("aria-invalid", "true")
    expect(desk.dialog.locator("button.go")).to_be_disabled()
    desk.press("Backspace")
    desk.press("ArrowUp")
    time = till.input_value()
    assert re.fullmatch(r"\d\d:\d[05]", time)
    desk.press("Enter")
    desk.says("广播：一号扶梯检修")
    expect(desk.page.locator("footer")).to_contain_text(f"到 {time}")

    desk.press("F9")
    desk.dialog.get_by_text("到几点几分").click()
    desk.dialog.get_by_role("button", name="打开钟点表").click()
    desk.dialog.get_by_role("button", name="23", exact=True).click()
    desk.dialog.get_by_role("button", name=":55").click()
    expect(till).to_have_value("23:55")
    desk.press("Escape")
    expect(desk.dialog).to_be_hidden()


def test_calling_is_stopped_and_opened(desk: Triage) -> None:
    column = desk.columns.first
    column.get_by_role("button", name="停或开").click()
    desk.answer("1", "1", reason="消毒")
    desk.says("心血管内科 停叫")
    expect(column).to_contain_text("停叫：消毒")
    column.get_by_role("button", name="停或开").click()
    desk.answer("1", "1")
    desk.says("心血管内科 恢复叫号")
    expect(column).not_to_contain_text("停叫：")
    # and of one doctor, which Ctrl+Z takes back
    column.get_by_role("button", name="停或开").click()
    desk.answer("1", "2", reason="会诊")
    desk.says("林知远 停叫")
    expect(column.locator(".seat").first).to_contain_text("停叫：会诊")
    desk.press("Control+z")
    expect(column.locator(".seat").first).not_to_contain_text("停叫")


def test_a_clinic_is_closed_and_everybody_is_asked(desk: Triage) -> None:
    column = desk.columns.first
    column.get_by_role("button", name="停或开").click()
    desk.answer("2", "1", reason="停电")
    desk.says("心血管内科 停诊，6 人等答复")
    expect(column).to_contain_text("停诊：队列已冻结")
    assert len(desk.group("A", "等答复")) == 6
    desk.choose("A001")
    desk.press("Enter")
    desk.answer("1")
    desk.says("已安排 A001")
    desk.choose("A002")
    desk.press("Enter")
    # another day: which one is asked for then, and only then
    day = desk.dialog.get_by_label("改到哪天")
    expect(day).to_have_count(0)
    desk.dialog.get_by_text("改天再来").click()
    day.select_option(index=1)
    desk.dialog.locator("button.go").click()
    desk.says("已安排 A002")
    desk.choose("A003")
    desk.press("Enter")
    desk.dialog.get_by_text("改看 B 罗一舟").click()
    desk.dialog.locator("button.go").click()
    desk.says("已安排 A003")
    desk.stands("B", WAITING, "A003")
    assert desk.history()[0] == "答复：改看 罗一舟"


def test_help_is_called_answered_and_over(
    desk: Triage, hospital: Hospital, floor: Floor
) -> None:
    other = Triage.open(floor)
    desk.press("F12")
    desk.dialog.get_by_label("什么事").fill("病人晕倒")
    desk.press("Enter")
    desk.says("已发出紧急呼叫")
    for each in (desk, other):
        band = each.page.get_by_role("alert")
        expect(band).to_contain_text("紧急支援")
        expect(band).to_contain_text("病人晕倒")
    other.page.get_by_role("button", name="只静音").click()
    expect(other.page.get_by_role("button", name="只静音")).to_have_count(0)
    other.press("F2")
    expect(desk.page.get_by_role("alert")).to_contain_text("已应答")
    desk.page.get_by_role("button", name="解除").click()
    expect(other.page.get_by_role("alert")).not_to_contain_text("紧急支援")


def test_other_rules_are_tried_before_anybody_moves(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital)
    back = [
        ("desk", "call_next", {"room": "2"}),
        ("desk", "missed", {"room": "2", "ticket": "A001"}),
        ("desk", "recall", {"ticket": "A001"}),
    ]
    arrange(hospital, back)
    desk = Triage.open(floor)
    desk.stands("A", WAITING, "A002", "A003", "A004", "A001")
    desk.press("F6")
    expect(desk.dialog).to_contain_text("0 人位置有变化")
    desk.dialog.get_by_label(re.compile("过号回来")).fill("1")
    expect(desk.dialog).to_contain_text("3 人位置有变化")
    expect(desk.dialog).to_contain_text("最多往后 1 位")
    expect(desk.dialog.locator("path.up")).to_have_count(1)
    expect(desk.dialog.locator("path.down")).to_have_count(2)
    desk.press("Escape")
    expect(desk.dialog).to_be_hidden()
    assert desk.group("A", WAITING) == ["A002", "A003", "A004", "A001"]
