"""The server is away: the list is there, and paper comes into the system after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import violations
from tests.e2e.floor import NOBODY_ANSWERS, Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CUT_OFF, SMALL_TARGETS
from tests.e2e.test_log_in import OWN, REFUSED
from tests.e2e.test_triage_lock import sits_down
from tests.e2e.triage import CLINIC, Triage, arrange, opened

KEPT = "/emergency?clinic=" + CLINIC
NO_PAGE = "Failed to load resource"


@pytest.fixture
def hospital(pages: None, tmp_path: Path) -> Iterator[Hospital]:
    with Hospital(tmp_path, command="serve") as hospital:
        yield hospital


def the_list_is_kept(desk: Triage) -> None:
    """With its time, and the page that shows it."""
    key = desk.page.get_by_role("button", name="应急名单")
    expect(key).to_contain_text(":", timeout=30_000)
    desk.page.wait_for_function("() => caches.match('/emergency')")


def rows(page: Page) -> list[str]:
    return page.locator("tbody tr .num").all_inner_texts()


def note(page: Page, number: str, what: str, time: str) -> None:
    page.get_by_label("号码", exact=True).fill(number)
    page.get_by_text(what, exact=True).click()
    page.get_by_label("时间").fill(time)
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_role("status")).to_contain_text(f"记下了 {number}")


def test_paper_bridges_an_outage(hospital: Hospital, floor: Floor) -> None:
    opened(hospital, here=3)
    with floor.expecting(REFUSED, NO_PAGE, *NOBODY_ANSWERS):
        desk = sits_down(floor, "qin")
        the_list_is_kept(desk)
        assert "李秀芳" not in desk.page.evaluate("JSON.stringify({...localStorage})")
        hospital.kill()
        expect(desk.stale).to_be_visible()
        with desk.page.context.expect_page() as opening:
            desk.press("F10")
        paper = opening.value
        expect(paper.get_by_text("时的情况")).to_be_visible()
        assert rows(paper)[:3] == ["A001", "A002", "A003"]
        expect(paper.locator("tbody").first).to_contain_text("李秀芳")
        assert paper.evaluate(CUT_OFF) == []
        assert paper.evaluate(SMALL_TARGETS, 32) == []
        assert violations(paper) == []
        # somebody else at the machine, with a window of their own, sees nothing of it
        other = desk.page.context.new_page()
        other.goto(hospital.address + KEPT)
        expect(other.get_by_label("密码")).to_be_visible()
        assert "李秀芳" not in other.content()
        assert violations(other) == []
        other.get_by_label("账号").fill("qin")
        other.get_by_label("密码").fill(OWN + "!")
        other.get_by_role("button", name="打开").click()
        expect(other.get_by_role("alert")).to_contain_text("打不开")
        other.get_by_label("密码").fill(OWN)
        other.get_by_role("button", name="打开").click()
        expect(other.locator("tbody").first).to_contain_text("李秀芳")
        other.emulate_media(media="print")
        expect(other.get_by_role("button", name="打印")).to_be_hidden()
        other.close()

        note(paper, "A005", "到了", "10:32")
        note(paper, "A004", "到了", "10:20")
        note(paper, "A001", "看完了", "10:25")
        expect(paper.locator("li").first).to_contain_text("10:20 A004")
        paper.close()

        hospital.start()
        expect(desk.stale).to_be_hidden(timeout=30_000)
        band = desk.page.get_by_label("补录", exact=True)
        expect(band).to_contain_text("3 条")
        # meanwhile another desk has taken one of them already
        arrange(hospital, [("desk", "check_in", {"ticket": "A005"})])
        band.get_by_role("button", name="补录", exact=True).click()
        expect(band).to_be_hidden()
        desk.says("补录了 3 条")
        desk.stands("A", "候诊", "A002", "A003", "A005", "A004")
        desk.choose("A004")
        expect(desk.sheet.locator(".history")).to_contain_text("补录：纸上 10:20")


def test_a_line_that_goes_down_enters_nothing_twice(
    hospital: Hospital, floor: Floor
) -> None:
    """The desk is reloaded over a kill in the middle: each entry keeps its key."""
    opened(hospital, here=1)
    with floor.expecting(REFUSED, NO_PAGE, *NOBODY_ANSWERS):
        desk = sits_down(floor, "qin")
        the_list_is_kept(desk)
        with desk.page.context.expect_page() as opening:
            desk.press("F10")
        paper = opening.value
        note(paper, "A002", "到了", "10:01")
        note(paper, "A003", "不看了", "10:02")
        paper.close()
        band = desk.page.get_by_label("补录", exact=True)
        expect(band).to_contain_text("2 条")
        hospital.kill()
        expect(desk.stale).to_be_visible()
        hospital.start()
        desk.page.reload()
        band.get_by_role("button", name="补录", exact=True).click()
        expect(band).to_be_hidden()
        desk.stands("A", "候诊", "A001", "A002")
        desk.choose("A002")
        assert desk.history().count("签到") == 1
