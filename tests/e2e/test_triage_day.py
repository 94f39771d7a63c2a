"""What a nurse has at hand beside the line: what the hall heard, earlier days, the end
of a half and of the day. In a browser, because they are dialogs over a live desk."""

import json
import re
import urllib.request

import trio
from playwright.sync_api import expect

from realtime.client import open_client
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.triage import OPENING, Triage, arrange, card_of, clinic_of, opened

WAITING = "候诊"


def a_voice_came_and_went(hospital: Hospital) -> None:
    """A wall that could speak, and has been switched off."""
    with urllib.request.urlopen(f"{hospital.address}/api/v1/server") as answer:
        facts = json.load(answer)
    clinic = clinic_of(hospital)
    area = f"{facts['hospital']['id']}/area/{clinic}/{facts['day']}:announcements"

    async def attend() -> None:
        url = hospital.address.replace("http", "ws") + "/live"
        token = hospital.token("screen", clinic)
        async with open_client(url, token, kind="screen", id="s") as wall:
            attending = {"shows": True, "speaks": {"ready": True}}
            await wall.ask(area, "attend", attending)
            gone = {"shows": True, "speaks": {"ready": False, "why": "blocked"}}
            await wall.ask(area, "attend", gone)

    trio.run(attend)


def test_what_nobody_heard_is_called_again_or_known(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital, announcement_ms=2000)
    desk = Triage.open(floor)
    a_voice_came_and_went(hospital)
    arrange(hospital, [("desk", "call_next", {"room": "2"})])
    band = desk.page.locator(".area")
    expect(band).to_contain_text("没有声音")
    expect(band).to_contain_text("要有人到屏前点一下才会出声")
    unheard = band.locator(".row").filter(has_text="没有播出声")
    expect(unheard).to_contain_text("A001 张三")
    expect(unheard).to_contain_text("2 诊室 林知远")
    unheard.get_by_role("button", name="再叫一次").click()
    desk.says("再叫 A001")
    expect(unheard).to_have_count(0)
    # that one is not heard either, and the nurse has gone and said it herself
    unheard.get_by_role("button", name="知道了").click()
    desk.says("知道了：A001 张三 没有播出声")
    expect(unheard).to_have_count(0)
    arrange(hospital, [("desk", "call_next", {"room": "3"})])
    desk.press("F4")
    expect(desk.dialog).to_contain_text("没有登记过的设备")
    expect(desk.dialog.locator(".zone .bad")).to_have_count(1)
    expect(desk.dialog.locator("li").first).to_contain_text("A002")
    desk.press("Escape")
    expect(desk.dialog).to_be_hidden()


def test_somebody_of_yesterday_with_all_that_happened(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital)
    yesterday = {"queue": "A", "number": "A077", "ticket": "y", "name": "钱多多"}
    arrange(
        hospital,
        [
            ("setup", "open", OPENING),
            ("setup", "register", {**yesterday, "card": "y"}),
            ("desk", "check_in", {"ticket": "y"}),
            ("desk", "give_up", {"ticket": "y", "reason": "家里有事"}),
        ],
        days_ago=1,
    )
    desk = Triage.open(floor)
    desk.find("qdd")
    expect(desk.page.get_by_role("option")).to_contain_text("找前几天")
    desk.press("F3")
    found = desk.dialog.locator("[data-found]")
    expect(found).to_have_text("A077钱多多心血管内科弃号")
    expect(desk.dialog.locator("h3").first).to_contain_text("昨天")
    found.click()
    expect(desk.dialog.locator(".history li")).to_have_count(3)
    expect(desk.dialog.locator(".history li").first).to_contain_text("家里有事")
    # today alone has nobody of that name, and says so
    desk.dialog.get_by_role("button", name="今天").click()
    expect(desk.dialog).to_contain_text("今天之内没有找到“qdd”")
    desk.dialog.get_by_role("button", name="一周").click()
    expect(found).to_have_count(1)


def test_a_half_is_ended_and_nobody_is_lost(hospital: Hospital, floor: Floor) -> None:
    opened(hospital, half="am")
    arrange(hospital, [("desk", "pin", {"ticket": "A002", "doctor": "xu"})])
    desk = Triage.open(floor)
    desk.page.get_by_role("button", name="结束门诊").click()
    desk.dialog.get_by_role("button", name="结束半天").click()
    expect(desk.dialog).to_contain_text("谁的、哪个半天")
    desk.dialog.get_by_text("许安禾 上午").click()
    # who moves and how stands there before it is confirmed, and follows the day
    effect = desk.dialog.locator(".effect")
    expect(effect).to_contain_text("1 人请分诊台逐个安排")
    expect(effect.locator("li")).to_have_text([re.compile("A002.*李秀芳.*候诊")])
    arrange(hospital, [("desk", "pin", {"ticket": "A003", "doctor": "xu"})])
    expect(effect.locator("li")).to_have_count(2)
    arrange(hospital, [("desk", "pin", {"ticket": "A003"})])
    expect(effect.locator("li")).to_have_count(1)
    desk.dialog.get_by_role("button", name="结束", exact=False).last.click()
    # no half follows this one in the plan: she is for the nurse to arrange
    desk.says("许安禾 上午结束：0 人接着排到下一个半天，1 人请您安排：A002")
    expect(desk.page.locator(".alarm")).to_contain_text("本半天结束还没看的")
    desk.gathers("A", WAITING, "A001", "A002", "A003", "A004")


def test_the_day_ends_when_everybody_has_an_end(
    hospital: Hospital, floor: Floor
) -> None:
    opened(hospital, here=3)
    arrange(hospital, [("desk", "call_next", {"room": "2"})])
    desk = Triage.open(floor)
    desk.page.get_by_role("button", name="结束门诊").click()
    expect(desk.dialog).to_contain_text("还有 3 人没有看完")
    expect(desk.dialog).to_contain_text("另有 5 人预约了没有来")
    desk.dialog.get_by_role("button", name="列出还没看完的人").click()
    rows = desk.dialog.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("A001")
    ends = [row.locator("select").input_value() for row in rows.all()]
    assert ends == ["missed", "gave_up", "gave_up"]
    # one is let be: then the day stays open
    rows.nth(1).locator("select").select_option("先不办")
    desk.dialog.get_by_role("button", name="确认 2 人，今天先不结束").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("A002")
    rows.first.locator("select").select_option("退号")
    desk.dialog.get_by_role("button", name="确认 1 人，结束今天").click()
    expect(desk.dialog).to_contain_text("今天的门诊已经结束")
    desk.press("Escape")
    expect(desk.page.locator(".closed")).to_be_visible()
    desk.stands("A", WAITING)
    desk.find(card_of("A005"))
    desk.press("Escape")
    desk.choose("A005")
    desk.press("Enter")
    desk.says("今天已经结束")
