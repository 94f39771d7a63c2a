"""Setting up a hospital at its page: rules are seen before they hold, and revert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.looks import CONTRASTS, CUT_OFF
from tests.e2e.triage import Wire

# a browser because all of it is the page's: what is drawn, kept and sent once
SIZES = [(1366, 768), (1920, 1080)]
PARTS = (
    *("rooms", "doctors", "rules", "floor", "words", "history"),
    *("terminals", "schedules"),
)


class Setup:
    """Somebody who sets up the demo hospital."""

    def __init__(self, floor: Floor, part: str, clinic: str = "eye1") -> None:
        self.page: Page = floor.page((1366, 768))
        self.wire = Wire(self.page)
        address = floor.hospital.address
        self.page.goto(f"{address}/setup?clinic={clinic}&part={part}")
        expect(self.page.locator("main h2")).to_be_visible()
        self.said = self.page.locator("footer .said")

    def blank(self, field: str) -> Locator:
        return self.page.locator(f"[data-field='{field}']")

    def fill(self, field: str, value: str) -> None:
        self.blank(field).fill(value)
        self.blank(field).blur()

    def apply(self, why: str = "") -> None:
        self.page.get_by_label("为什么改").fill(why)
        self.page.get_by_role("button", name="现在生效").click()

    def part(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def revisions(self) -> int:
        self.part("修改记录")
        expect(self.page.locator("[data-change]").first).to_be_visible()
        return self.page.locator("[data-change]").count()


@pytest.fixture
def rules(floor: Floor) -> Iterator[Setup]:
    setup = Setup(floor, "rules")
    yield setup
    setup.page.close()


def test_a_rule_is_seen_applied_followed_and_taken_back(
    rules: Setup, floor: Floor
) -> None:
    page = rules.page
    page.get_by_role("button", name="用假设的上午").click()
    expect(page.get_by_text("假设的上午试排")).to_be_visible()
    rules.fill("late.every", "1")
    rules.fill("returns.first", "1")
    expect(page.get_by_text("原来：5 位")).to_be_visible()
    expect(page.locator("[data-moved]")).not_to_have_text(re.compile("^0"))
    expect(rules.said).to_contain_text("检查通过")
    rules.apply("迟到的等得太久")
    expect(rules.said).to_contain_text("已生效")

    # the clinic's own desk follows: its trial begins with the rules that hold now
    nurse = floor.open("/triage?clinic=eye1")
    expect(nurse.get_by_role("button", name=re.compile("试规则"))).to_be_visible()
    nurse.keyboard.press("F6")
    expect(nurse.get_by_label(re.compile("迟到：每看"))).to_have_value("1")

    page.get_by_role("button", name="撤回").click()
    expect(rules.said).to_contain_text("已撤回")
    expect(rules.blank("late.every")).to_have_value("5")
    nurse.close()


def test_what_cannot_be_says_what_to_do_and_is_not_applied(rules: Setup) -> None:
    rules.fill("late.every", "0")
    expect(rules.page.locator("main").get_by_text("1 到 50")).to_be_visible()
    expect(rules.said).to_contain_text("改好才能生效")
    expect(rules.page.get_by_role("button", name="现在生效")).to_be_disabled()
    rules.page.get_by_role("button", name="放弃草稿").click()
    expect(rules.blank("late.every")).to_have_value("5")


def test_two_who_edit_the_same(floor: Floor) -> None:
    one, other = Setup(floor, "rules"), Setup(floor, "rules")
    other.fill("late.every", "4")
    one.fill("late.every", "3")
    expect(one.said).to_contain_text("检查通过")
    one.apply()
    expect(one.said).to_contain_text("已生效")
    expect(other.said).to_contain_text("检查通过")
    other.apply()
    expect(other.said).to_contain_text("改过")
    # what was written stays
    expect(other.blank("late.every")).to_have_value("4")
    other.page.get_by_role("button", name="接着改").click()
    expect(other.said).to_contain_text("检查通过")
    other.apply()
    expect(other.said).to_contain_text("已生效")
    expect(one.blank("late.every")).to_have_value("4")
    for each in (one, other):
        each.page.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_while_applying_it_is_applied_once(when: str, floor: Floor) -> None:
    setup = Setup(floor, "rules")
    before = setup.revisions()
    setup.part("排队规则")
    setup.fill("returns.first", {"before": "6", "after": "7"}[when])
    expect(setup.said).to_contain_text("检查通过")
    setup.wire.cut("apply", when)
    setup.apply()
    expect(setup.said).to_contain_text("已生效")
    assert (setup.wire.cuts, setup.wire.asked.count("apply")) == (1, 2)
    assert setup.revisions() == before + 1
    setup.page.close()


def test_a_room_is_added_and_the_wall_has_it(floor: Floor) -> None:
    setup = Setup(floor, "rooms")
    rooms = setup.page.get_by_role("region", name="诊室")
    rooms.get_by_label("新 诊室").fill("9")
    rooms.get_by_role("button", name="添加").click()
    # nobody's yet: worth a look, and no reason to say no
    expect(rooms.get_by_text("没有队列")).to_be_visible()
    rooms.locator("[data-key='9']").get_by_role("button", name="眼科").click()
    expect(setup.page.get_by_text("新的马上能用")).to_be_visible()
    expect(setup.said).to_contain_text("检查通过")
    setup.apply("下午多开一间")
    expect(setup.said).to_contain_text("已生效")
    desk = floor.desk("eye1", "9")
    expect(desk.page.get_by_role("button", name="下一位")).to_be_enabled()
    desk.page.close()
    setup.page.close()


def test_a_screens_profile_says_whether_it_speaks(floor: Floor) -> None:
    setup = Setup(floor, "floor")
    screens = setup.page.locator("section", has_text="屏幕的样式")
    screens.get_by_label("新 代码").fill("east")
    screens.get_by_role("button", name="添加").click()
    screens.get_by_label("east 名称").fill("东屏")
    screens.get_by_label("east 名称").blur()
    speaks = screens.get_by_label("east 也播报")
    speaks.check()
    expect(setup.said).to_contain_text("检查通过")
    setup.apply("大厅里没有喇叭")
    expect(setup.said).to_contain_text("已生效")
    expect(speaks).to_be_checked()
    setup.page.close()


def test_files_out_and_in(floor: Floor, tmp_path: Path) -> None:
    setup = Setup(floor, "words")
    with setup.page.expect_download() as download:
        setup.page.get_by_role("button", name="导出文件").click()
    file = tmp_path / "plan.toml"
    download.value.save_as(file)
    text = file.read_text("utf-8")
    assert "[clinics.eye1.rooms.1]" in text

    dialog = setup.page.get_by_role("dialog", name="导入文件")
    pick = setup.page.get_by_label("导入文件").first
    with floor.expecting("400"):
        file.write_text(text.replace("floor = ", "flor = ", 1), "utf-8")
        pick.set_input_files(file)
        line = text.splitlines().index('floor = "2"') + 1
        alert = dialog.get_by_role("alert")
        expect(alert).to_contain_text(f"第 {line} 行的 clinics.im2.flor")
        dialog.get_by_role("button", name="不导入").click()

    file.write_text(text.replace('floor = "2"', 'floor = "5"'), "utf-8")
    pick.set_input_files(file)
    expect(dialog).to_contain_text("会改 1 处")
    dialog.get_by_role("button", name="导入，现在生效").click()
    expect(setup.said).to_contain_text("已经导入")
    setup.page.close()


def test_it_looks_right_in_both_languages(floor: Floor) -> None:
    setup = Setup(floor, "rules", "im2")
    page = setup.page
    setup.fill("late.every", "2")
    for part in PARTS:
        page.goto(f"{floor.hospital.address}/setup?clinic=im2&part={part}")
        expect(page.locator("main h2")).to_be_visible()
        for language in ("EN", "中文"):
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate(CUT_OFF) == [], (part, language, width)
            assert page.evaluate(CONTRASTS, 4.5) == [], (part, language)
            page.get_by_role("button", name=language, exact=True).click()
        assert violations(page) == [], part
    page.close()
