"""Operations at its page: what is wrong, who sees to it, and what was repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.floor import Floor
from tests.e2e.looks import CUT_OFF

# a browser because all of it is the page's: what is drawn, asked once and read aloud
SIZES = [(1366, 768), (1920, 1080)]
PARTS = ("告警", "故障工单", "巡检", "台账", "耗材", "设置", "设备墙")
UNPLUGGED = "tdemoki0007"


@pytest.fixture
def page(floor: Floor) -> Iterator[Page]:
    page = floor.page(SIZES[0])
    opened(page, floor, "wall")
    yield page
    page.close()


def opened(page: Page, floor: Floor, part: str, terminal: str = "") -> None:
    query = f"?part={part}" + (f"&terminal={terminal}" if terminal else "")
    page.goto(f"{floor.hospital.address}/operations{query}")
    expect(page.locator("main h2, main .sum").first).to_be_visible()


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name=name).click()


def said(page: Page, words: str) -> None:
    expect(page.locator("header .said")).to_contain_text(words)


def test_from_the_alarm_to_the_repair(page: Page) -> None:
    tile = page.locator(f"[data-terminal='{UNPLUGGED}']")
    expect(tile).to_contain_text("身份证读卡器 线断开")
    page.get_by_role("button", name=re.compile("只看有问题的")).click()
    expect(page.locator("[data-terminal='tdemoki0001']")).to_have_count(0)
    tile.click()
    sheet = page.get_by_role("complementary")
    expect(sheet.locator("[data-device='id_reader']")).to_contain_text("线断开")
    expect(sheet.get_by_role("img", name=re.compile("一天最低"))).to_be_visible()
    sheet.get_by_role("button", name="开工单").first.click()
    said(page, "已开工单")

    ticket = page.locator("[data-ticket]").filter(has_text="身份证读卡器")
    expect(ticket).to_contain_text("响应还剩")
    ticket.get_by_role("button", name="我来处理").click()
    expect(ticket).to_contain_text("修复还剩")
    ticket.get_by_role("button", name="修好了").click()
    ticket.get_by_label("原因").fill("线被踢松")
    ticket.get_by_label("措施").fill("加线槽")
    ticket.get_by_role("button", name="记下").click()
    ticket.get_by_role("button", name="结单").click()
    said(page, "已结单")
    page.get_by_role("button", name=re.compile("看已结的")).click()
    expect(ticket).to_contain_text("线被踢松")
    # who made a ticket of it has seen it
    part(page, "告警")
    row = page.locator("[data-alarm]").filter(has_text="身份证读卡器")
    expect(row).to_contain_text("operator")


def test_who_has_seen_an_alarm_is_seen_at_another_desk(
    page: Page, floor: Floor
) -> None:
    other = floor.page(SIZES[0])
    opened(other, floor, "alarms")
    part(page, "告警")
    row = page.locator("[data-alarm]").filter(has_text="打印机 缺纸")
    row.get_by_role("textbox").fill("马上换")
    row.get_by_role("button", name="确认").click()
    said(page, "已确认")
    there = other.locator("[data-alarm]").filter(has_text="打印机 缺纸")
    expect(there).to_contain_text("马上换")
    other.close()


def test_a_round_by_hand(page: Page) -> None:
    part(page, "巡检")
    fine = page.locator("[data-unit='SM08032011150010']")
    fine.get_by_role("button", name="正常").click()
    expect(fine).to_contain_text(re.compile(r"正常.*operator|正常.*demo", re.DOTALL))
    bad = page.locator("[data-unit='SM08032011150012']")
    bad.get_by_role("button", name="有问题").click()
    bad.get_by_label("触摸准确").check()
    bad.get_by_label("备注").fill("左边点不动")
    bad.get_by_role("button", name="记下 1 处不对").click()
    expect(bad).to_contain_text("不对：触摸准确")
    page.get_by_role("button", name="只看没检的").click()
    expect(fine).to_have_count(0)


def test_the_ledger_out_and_in(page: Page, tmp_path: Path) -> None:
    part(page, "台账")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 CSV").click()
    file = tmp_path / "ledger.csv"
    download.value.save_as(file)
    text = file.read_text("utf-8-sig")
    assert "SM08032011150001,SST-M-0803" in text
    more = "SM08032011150099,SST-M-0803,备机,库房,,2026/3/9,,新到\r\n"
    file.write_bytes((text + more).encode("gb18030"))
    page.get_by_label("导入文件").set_input_files(file)
    row = page.locator("[data-unit='SM08032011150099']")
    expect(row).to_contain_text("2026-03-09")
    file.write_text("编号,型号\na b,x\n", "utf-8")
    page.get_by_label("导入文件").set_input_files(file)
    said(page, "第 1 行：设备编号请用字母")


def test_it_looks_right_in_both_languages(page: Page, floor: Floor) -> None:
    opened(page, floor, "wall", UNPLUGGED)
    for where in PARTS:
        part(page, where)
        expect(page.locator("main h2, main .sum").first).to_be_visible()
        # colours and names are the same in both languages: judged once
        assert violations(page) == [], where
        for language in ("EN", "中文"):
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate(CUT_OFF) == [], (where, language, width)
            page.get_by_role("button", name=language, exact=True).click()


def test_killed_it_says_so_and_what_was_seen_stands(page: Page, floor: Floor) -> None:
    part(page, "告警")
    row = page.locator("[data-alarm]").filter(has_text="时钟不准")
    row.get_by_role("textbox").fill("已报信息科")
    row.get_by_role("button", name="确认").click()
    said(page, "已确认")
    with floor.outage():
        floor.hospital.kill()
        expect(page.locator(".band")).to_contain_text("设备现在怎样还不知道")
        floor.hospital.start()
        expect(page.locator(".band")).to_have_count(0)
    expect(row).to_contain_text("已报信息科")
