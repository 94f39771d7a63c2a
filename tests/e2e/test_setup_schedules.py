"""Schedules at their page: laid out, changed, stopped, moved, handed over, resumed. In
a browser, because its forms are what an administrator has of the schedule."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.looks import CUT_OFF

SIZES = [(1366, 768), (1920, 1080)]


class Schedules:
    """An administrator at the demo's schedules, on one of the days to come: the
    second but one that is laid out, whichever weekday it is today, or this one."""

    def __init__(self, floor: Floor, day: int | None = None) -> None:
        self.page: Page = floor.page((1366, 768))
        self.page.goto(f"{floor.hospital.address}/setup?part=schedules")
        self.days = self.page.locator("[data-day]")
        expect(self.days).to_have_count(14)
        laid = self.days.filter(has=self.page.locator("i"))
        expect(laid).not_to_have_count(0)
        (laid.nth(2) if day is None else self.days.nth(day)).click()
        self.said = self.page.locator("footer .said")
        self.sessions = self.page.locator("[data-session]")

    def row(self, session: str) -> Locator:
        return self.page.locator(f"[data-session='{session}']")

    def pick(self, label: str) -> Locator:
        """A choice by what stands over it, which its options are no part of."""
        label_of = self.page.locator("label").filter(has_text=re.compile(f"^{label}"))
        return label_of.locator("select")

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def change(self, session: str, what: str, why: str) -> Locator:
        row = self.row(session)
        if not row.locator("form").count():
            row.get_by_role("button", name="更改").click()
        row.get_by_label("理由").fill(why)
        if what:
            row.get_by_role("button", name=what, exact=True).first.click()
        return row


@pytest.fixture
def quiet_day(floor: Floor) -> Iterator[Schedules]:
    """One the demo has not laid out."""
    schedules = Schedules(floor, 10)
    expect(schedules.page.get_by_text("这一天还没有排班")).to_be_visible()
    yield schedules
    schedules.page.close()


def test_a_session_is_laid_out_on_three_days_with_what_channels_may_have(
    quiet_day: Schedules,
) -> None:
    page = quiet_day.page
    quiet_day.pick("医生").select_option("xu")
    quiet_day.pick("在哪个队列叫").select_option(index=1)
    quiet_day.fill("结束", "09:00")
    quiet_day.fill("每段号数", "3")
    quiet_day.fill("微信 专门留几个", "7")
    expect(page.get_by_text("一共 6 个号，留不出 7 个")).to_be_visible()
    expect(page.get_by_role("button", name="排好")).to_be_disabled()
    quiet_day.fill("微信 专门留几个", "2")
    quiet_day.fill("电话 最多挂几个", "1")
    also = page.locator(".also input")
    also.nth(10).check()
    also.nth(11).check()
    page.get_by_role("button", name="排 3 天").click()
    expect(quiet_day.said).to_contain_text("排好 3 天")
    row = quiet_day.row("xu-am")
    expect(row).to_contain_text("上午 08:00–09:00")
    expect(row).to_contain_text("许安禾")
    expect(row).to_contain_text("0 / 6")
    # two of six are kept for WeChat, and the telephone has one at most
    expect(row).to_contain_text("窗口 4 · 自助机 4 · 电话 1 · 微信 6")
    quiet_day.days.nth(11).click()
    expect(quiet_day.row("xu-am")).to_contain_text("0 / 6")


def test_its_numbers_change_and_it_stops_resumes_and_is_handed_over(
    floor: Floor,
) -> None:
    day = Schedules(floor)
    expect(day.sessions.first).to_be_visible()
    session = str(day.sessions.first.get_attribute("data-session"))
    row = day.change(session, "加号数、减号数", "多开半小时")
    slots = row.locator(".slots li")
    was = slots.first.locator("input").input_value()
    slots.first.locator("input").fill(str(int(was) + 2))
    slots.first.get_by_role("button", name="改").click()
    expect(day.said).to_contain_text(f"改为 {int(was) + 2} 个号")

    day.change(session, "停诊", "急诊手术").locator(".go").click()
    expect(day.said).to_contain_text("已停诊")
    expect(row).to_contain_text("急诊手术")
    day.change(session, "", "手术取消").get_by_role("button", name="恢复出诊").click()
    expect(day.said).to_contain_text("恢复出诊")
    expect(row).to_contain_text("在挂")

    change = day.change(session, "替诊", "外出会诊")
    change.get_by_label("谁来替").select_option(index=1)
    change.locator(".go").click()
    expect(day.said).to_contain_text("已替诊")
    expect(row.locator("small").first).to_contain_text("替 ")

    last = str(day.sessions.last.get_attribute("data-session"))
    change = day.change(last, "改诊", "诊室维修")
    change.get_by_label("改到哪天").select_option(index=1)
    expect(change.get_by_label("哪个班次").locator("option")).not_to_have_count(1)
    change.get_by_label("哪个班次").select_option(index=1)
    change.locator(".go").click()
    expect(day.said).to_contain_text("已改诊")
    expect(day.row(last)).to_contain_text("改到")
    day.page.close()


def test_a_day_is_laid_out_as_another_was_and_taken_back(floor: Floor) -> None:
    day = Schedules(floor, 9)
    page = day.page
    expect(page.get_by_text("这一天还没有排班")).to_be_visible()
    target = str(day.days.nth(9).get_attribute("data-day"))
    day.pick("照着哪天排").select_option(index=1)
    rows = page.locator(f"[data-copy='{target}'] tbody tr")
    expect(rows.first).to_contain_text("新增")
    many = rows.count()
    # what is left out is not laid out
    if many > 1:
        rows.last.get_by_label("带上").uncheck()
        many -= 1
    page.get_by_role("button", name=f"照排 {many} 个班次").click()
    expect(day.said).to_contain_text(f"照着排好了 {many} 个班次")
    expect(day.sessions).to_have_count(many)

    # a second time each of them is there, and another doctor's hour is in the way
    day.pick("照着哪天排").select_option(index=1)
    expect(rows.first).to_contain_text("已经一样，不动")

    page.get_by_role("button", name="撤回").click()
    expect(day.said).to_contain_text("和照排之前一样")
    expect(day.sessions).to_have_count(0)
    page.close()


def test_a_department_and_a_doctor_are_added(floor: Floor) -> None:
    day = Schedules(floor)
    page = day.page
    page.get_by_role("button", name="新科室").click()
    form = page.locator(".top form")
    form.get_by_label("名称").fill("康复医学科")
    form.get_by_label("代码").fill("rehab")
    form.get_by_role("button", name="添加").click()
    expect(day.said).to_contain_text("有了科室 康复医学科")
    expect(day.pick("科室")).to_have_value("rehab")
    expect(page.get_by_text("这一天还没有排班")).to_be_visible()
    form = page.locator("form.sheet.fresh")
    form.get_by_label("姓名").fill("方一诺")
    form.get_by_label("代码").fill("fang")
    form.get_by_role("button", name="加入科室").click()
    expect(day.said).to_contain_text("方一诺 可以排班了")
    expect(day.pick("医生")).to_have_value("fang")
    page.close()


def test_it_looks_right_in_both_languages(floor: Floor) -> None:
    day = Schedules(floor)
    day.page.get_by_role("button", name="更改").first.click()
    for language in ("EN", "中文"):
        for width, height in SIZES:
            day.page.set_viewport_size({"width": width, "height": height})
            assert day.page.evaluate(CUT_OFF) == [], (language, width)
        assert violations(day.page) == [], language
        day.page.get_by_role("button", name=re.compile(f"^{language}$")).click()
    day.page.close()
