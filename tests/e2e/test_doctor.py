"""All that a doctor does with patients, at the desk of a real server."""

import json
import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.clinics import do
from tests.e2e.floor import Desk, Floor
from tests.e2e.hospital import Hospital


def button(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("button", name=name, exact=True)


def key(desk: Desk, word: str) -> Locator:
    return desk.page.locator(".keys").get_by_role("button", name=word)


def row(desk: Desk, number: str) -> Locator:
    return desk.list.locator("ol > li").filter(has_text=number)


def tab(desk: Desk, name: str, count: int) -> None:
    expect(desk.page.get_by_role("tab", name=name)).to_have_text(f"{name} {count}")


def number_in(desk: Desk) -> str:
    return desk.current.locator(".num").inner_text()


def test_to_examination_and_back_with_the_reports(
    hospital: Hospital, floor: Floor
) -> None:
    desk = floor.desk("im2", "4")
    desk.call_next("B007")
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    desk.page.keyboard.press("F6")
    sheet = desk.page.get_by_role("dialog")
    expect(sheet).to_contain_text("B007 高素琴 去检查")
    # who is in and the keys stay in sight
    expect(desk.current).to_be_visible()
    expect(key(desk, "下一位")).to_be_visible()
    desk.page.keyboard.press("1")
    desk.page.keyboard.press("2")
    for word in ("心电图", "抽血"):
        expect(sheet.get_by_role("checkbox", name=word)).to_be_checked()
    desk.page.keyboard.press("Enter")
    expect(desk.status).to_contain_text("去检查 B007")
    expect(desk.current).to_contain_text("诊室里没有病人")
    tab(desk, "检查", 1)
    desk.tab("检查")
    away = row(desk, "B007")
    expect(away).to_contain_text("心电图、抽血 未出")

    nurse = [
        ("desk", "report_ready", {"ticket": ticket(desk, "B007"), "report": "ecg"})
    ]
    do(hospital, "nurse", "im2", nurse)
    expect(away).to_contain_text("抽血 未出")
    expect(away).not_to_contain_text("心电图")
    away.get_by_role("button", name="回来了").click()
    expect(desk.status).to_contain_text("检查回来了 B007")
    tab(desk, "检查", 0)
    desk.tab("候诊")
    expect(row(desk, "B007")).to_contain_text("复")
    row(desk, "B007").locator(".unfold").click()
    expect(row(desk, "B007")).to_contain_text("为什么排在这里")
    expect(row(desk, "B007")).to_contain_text("检查")

    # called again, the desk says which report is there
    row(desk, "B007").get_by_role("button", name="叫号").click()
    desk.page.keyboard.press("1")
    desk.page.keyboard.press("Enter")
    expect(desk.current).to_contain_text("B007")
    facts = desk.page.locator(".facts")
    expect(facts).to_contain_text(re.compile(r"心电图\s*\d\d:\d\d 已出"))
    expect(facts).to_contain_text(re.compile(r"抽血\s*未出"))
    expect(facts).to_contain_text("报告出来了")


def test_a_report_on_paper_is_there_when_the_doctor_says_so(floor: Floor) -> None:
    desk = floor.desk("im2", "6")
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    number = number_in(desk)
    desk.page.keyboard.press("F6")
    desk.page.keyboard.press("4")
    desk.page.keyboard.press("8")
    desk.page.keyboard.press("Enter")
    desk.tab("检查")
    away = row(desk, number)
    expect(away).to_contain_text("CT、内镜 未出")
    away.locator(".unfold").click()
    away.get_by_role("button", name="CT 到了").click()
    expect(desk.status).to_contain_text(f"报告到了 {number}")
    expect(away).to_contain_text("内镜 未出")
    away.locator(".unfold").click()
    away.get_by_role("button", name="内镜 到了").click()
    # all are there: back in line by itself
    expect(away).to_have_count(0)
    desk.tab("候诊")
    expect(row(desk, number)).to_contain_text("复")


def ticket(desk: Desk, number: str) -> str:
    """The id under which the server knows this number, as the page was told."""
    for frame in reversed(desk.heard):
        told = json.loads(frame)
        rows = told.get("view", {}).get("tickets", {})
        for key, ticket in rows.items():
            if ticket["number"] == number:
                return str(key)
    raise AssertionError(f"never heard of {number}")


def test_held_and_gone_on_with(floor: Floor) -> None:
    desk = floor.desk("im2", "5")
    desk.call_next("C001")
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    desk.page.keyboard.press("F9")
    expect(desk.status).to_contain_text("先挂起 C001")
    tab(desk, "挂起", 1)
    desk.call_next("C002")
    desk.tab("挂起")
    row(desk, "C001").get_by_role("button", name="接着看").click()
    expect(desk.current).to_contain_text("C001")
    expect(desk.current).to_contain_text("就诊中")
    tab(desk, "挂起", 0)
    # whoever was called meanwhile has been seen
    desk.tab("看完")
    expect(row(desk, "C002")).to_be_visible()
    # a hold is taken back like it was made: with one key
    desk.page.keyboard.press("F9")
    tab(desk, "挂起", 1)
    desk.page.keyboard.press("Control+z")
    expect(desk.current).to_contain_text("C001")
    desk.page.keyboard.press("F10")
    expect(desk.current).to_contain_text("诊室里没有病人")


def test_a_mistaken_call_is_taken_back(floor: Floor) -> None:
    wall, desk = floor.wall("eye1"), floor.desk("eye1", "1")
    desk.call_next("E001")
    expect(wall.rooms.filter(has_text="叶青")).to_contain_text("E001")
    desk.page.keyboard.press("Control+z")
    expect(desk.status).to_contain_text("已撤销叫号 E001")
    expect(desk.current).to_contain_text("诊室里没有病人")
    expect(desk.list.locator("ol > li").first).to_contain_text("E001")
    expect(wall.rooms.filter(has_text="叶青")).not_to_contain_text("E001")
    desk.page.keyboard.press("Control+z")
    expect(desk.status).to_contain_text("没有可以撤销的一步")


def test_one_particular_needs_a_reason(floor: Floor) -> None:
    desk = floor.desk("eye1", "2")
    row(desk, "E003").get_by_role("button", name="叫号").click()
    sheet = desk.page.get_by_role("dialog")
    send = sheet.get_by_role("button", name="叫号")
    expect(send).to_be_disabled()
    sheet.get_by_role("textbox").fill("孩子发烧")
    # typing is typing, also when a key of the desk takes back
    desk.page.keyboard.press("Control+z")
    expect(desk.current).to_contain_text("诊室里没有病人")
    sheet.get_by_role("textbox").fill("孩子发烧")
    desk.page.keyboard.press("Enter")
    expect(desk.current).to_contain_text("E003")
    expect(desk.page.locator(".facts")).to_contain_text("孩子发烧")
    desk.page.keyboard.press("Control+z")
    expect(desk.current).to_contain_text("诊室里没有病人")


def test_transferred_within_the_clinic_and_with_coming_back(floor: Floor) -> None:
    one, other = floor.desk("im2", "2"), floor.desk("im2", "6")
    one.call_next("A008")
    one.page.keyboard.press("F7")
    sheet = one.page.get_by_role("dialog")
    expect(sheet).not_to_contain_text("林知远")
    sheet.get_by_role("radio", name="C 消化内科").click()
    sheet.get_by_label("看完再回到我这里").check()
    sheet.get_by_label("说明").fill("腹痛待查")
    one.page.keyboard.press("Enter")
    expect(one.status).to_contain_text("已转走 A008")
    expect(one.current).to_contain_text("诊室里没有病人")
    row(other, "A008").get_by_role("button", name="叫号").click()
    other.page.keyboard.press("2")
    other.page.keyboard.press("Enter")
    expect(other.current).to_contain_text("龙梅")
    other.page.keyboard.press("F4")
    expect(other.current).to_contain_text("就诊中")
    other.page.keyboard.press("F10")
    expect(other.current).to_contain_text("诊室里没有病人")
    # home again, in the doctor's own line
    expect(row(one, "A008")).to_be_visible()


def test_transferred_to_another_clinic(floor: Floor) -> None:
    desk, eye = floor.desk("im2", "2"), floor.desk("eye1", "2")
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    number = number_in(desk)
    name = desk.current.locator(".name b").inner_text()
    desk.page.keyboard.press("F7")
    sheet = desk.page.get_by_role("dialog")
    sheet.get_by_role("radio", name="眼科诊区").click()
    expect(sheet.get_by_role("button", name="转过去")).to_be_disabled()
    sheet.get_by_role("radio", name="E 眼科").click()
    sheet.get_by_role("button", name="转过去").click()
    expect(desk.status).to_contain_text(f"已转走 {number}")
    expect(eye.list).to_contain_text(name)


def test_away_and_back(floor: Floor) -> None:
    wall, desk = floor.wall("eye1"), floor.desk("eye1", "2")
    desk.page.keyboard.press("F8")
    sheet = desk.page.get_by_role("dialog")
    expect(sheet.get_by_role("button", name="暂离", exact=False).last).to_be_disabled()
    desk.page.keyboard.press("2")
    sheet.get_by_role("radio", name="15 分钟后").click()
    desk.page.keyboard.press("Enter")
    note = desk.page.get_by_role("status").filter(has_text="暂离")
    expect(note.first).to_contain_text("会诊")
    expect(note.first).to_contain_text(re.compile(r"约\s*\d\d:\d\d\s*回来"))
    desk.page.keyboard.press("F2")
    expect(desk.status).to_contain_text("诊室正在暂离，请先按“回来”再叫。")
    expect(wall.rooms).to_have_count(2)
    desk.page.keyboard.press("F8")
    expect(desk.status).to_contain_text("回来了")
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    desk.page.keyboard.press("Control+z")
    expect(desk.current).to_contain_text("诊室里没有病人")


def test_a_queue_unticked_is_not_called_here(floor: Floor) -> None:
    desk, other = floor.desk("im2", "3"), floor.desk("im2", "1")
    ticks = desk.page.locator(".boxes")
    before = desk.list.locator("ol > li").count()
    zs = other.list.locator("ol > li").count()
    ticks.get_by_role("checkbox", name="Z").click()
    expect(desk.status).to_contain_text("先不叫 Z")
    tab(desk, "候诊", before - zs)
    expect(ticks.get_by_role("checkbox", name="Z")).not_to_be_checked()
    # the others go on calling it
    expect(other.list.locator("ol > li")).to_have_count(zs)
    desk.page.keyboard.press("F2")
    expect(desk.current.locator(".num")).to_have_text(re.compile("^A"))
    ticks.get_by_role("checkbox", name="Z").click()
    tab(desk, "候诊", before - 1)
    desk.page.keyboard.press("Control+z")
    expect(desk.current).to_contain_text("诊室里没有病人")


def test_help_is_called_answered_and_over(floor: Floor) -> None:
    mine, other = floor.desk("im2", "5"), floor.desk("im2", "6")
    mine.page.keyboard.press("F12")
    expect(mine.page.get_by_role("alert")).to_contain_text("您在呼叫支援")
    alarm = other.page.get_by_role("alert")
    expect(alarm).to_contain_text("紧急支援")
    expect(alarm).to_contain_text("何叙")
    # in a hurry one presses more than once
    mine.page.keyboard.press("F12")
    expect(mine.status).to_contain_text("已经在呼叫支援")
    expect(alarm).to_have_count(1)
    alarm.get_by_role("button", name="我马上去").click()
    expect(mine.page.get_by_role("alert")).to_contain_text("已应答")
    mine.page.get_by_role("alert").get_by_role("button", name="解除").click()
    for desk in (mine, other):
        expect(desk.page.get_by_role("alert")).to_have_count(0)


def test_what_the_nurse_says_and_measures_is_there(
    hospital: Hospital, floor: Floor
) -> None:
    """In a clinic where nobody is on the way back: the first in line is next."""
    desk = floor.desk("eye1", "1")
    first = desk.list.locator("ol > li").first
    number = first.locator(".num").inner_text()
    values = {"systolic": 152, "diastolic": 96, "temperature": 36.5}
    body = {"ticket": ticket(desk, number), "values": values}
    soon = {"text": "三楼电梯停用", "until": 4_102_444_800_000}
    do(
        hospital,
        "nurse",
        "eye1",
        [
            ("desk", "vitals", body),
            ("desk", "broadcast", soon),
            ("desk", "stop_calling", {"room": "1", "reason": "设备检修"}),
        ],
    )
    expect(desk.page.get_by_text("三楼电梯停用")).to_be_visible()
    expect(desk.page.get_by_text("设备检修")).to_be_visible()
    first.locator(".unfold").click()
    expect(first).to_contain_text("152/96")
    desk.page.keyboard.press("F2")
    expect(desk.status).to_contain_text("停叫")
    do(hospital, "nurse", "eye1", [("desk", "open_calling", {"room": "1"})])
    expect(desk.page.get_by_text("设备检修")).to_be_hidden()
    desk.call_next(number)
    expect(desk.page.locator(".facts")).to_contain_text("152/96")


def test_a_key_that_can_do_nothing_says_why(floor: Floor) -> None:
    desk = floor.desk("im2", "1")
    for press in ("F3", "F4", "F5", "F6", "F7", "F9", "F10"):
        desk.page.keyboard.press(press)
        expect(desk.status).to_contain_text("诊室里没有病人")
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    desk.page.keyboard.press("F5")
    expect(desk.status).to_contain_text(re.compile(r"请再等 \d+ 秒，人没来再按过号"))
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    desk.page.keyboard.press("F5")
    expect(desk.status).to_contain_text("已经进来了")


def test_missed_and_not_missed_after_all(floor: Floor) -> None:
    desk = floor.desk("im2", "6")
    desk.page.keyboard.press("F2")
    expect(desk.current).to_contain_text("正在叫")
    number = number_in(desk)
    expect(key(desk, "过号")).to_be_enabled()
    desk.page.keyboard.press("F5")
    expect(desk.status).to_contain_text(f"记为过号 {number}")
    desk.page.keyboard.press("Control+z")
    expect(desk.status).to_contain_text(f"已撤销过号 {number}")
    expect(row(desk, number)).to_be_visible()


def test_the_arrows_move_between_the_lists(floor: Floor) -> None:
    page: Page = floor.desk("eye1", "1").page
    page.get_by_role("tab", name="候诊").focus()
    for name in ("检查", "过号", "挂起", "看完", "候诊"):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=name)).to_be_focused()
        expect(page.get_by_role("tab", selected=True)).to_contain_text(name)
