"""The journeys of a patient alone at a kiosk: what they come for, to the end.

Needs a browser: a journey is a row of pages, and simulated devices at the byte level
behind them. Every step's variants (cut off, timed out, cancelled, killed) stand in
tests/actors/session and in kiosk_web/kiosk; here each journey goes its straight way.

| who comes | what for | test |
|---|---|---|
| is here for the first time | a file from the card, and five answers | first visit |
| has a file, no number | books: department, doctor, day and slot, slip | books |
| has a file, no number | takes the earliest, of whichever doctor | the earliest |
| has booked for today | takes the number, checks in at once | takes |
| has booked for today | gives it back | gives back |
| did not come yesterday | is told so, and where to go | overdue |
| has booked for another day | is told which | another day |
| has a ticket of another clinic | is told where that is | another clinic |
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.stand import Stand, named, with_devices, words_of

STRANGER = "10010119500102"
TAKE = re.compile("^取号$")


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with with_devices(tmp_path_factory.mktemp("journeys")) as hospital:
        yield hospital


@pytest.fixture
def stand(floor: Floor) -> Stand:
    return Stand(floor)


def test_a_first_visit_makes_a_file_and_is_known_from_then_on(stand: Stand) -> None:
    stand.hand("lay", card="")
    stand.stands("第一次来，先建个档")
    stand.types("13800009999")
    stand.press("下一步")
    stand.stands("您的婚姻状况")
    stand.press("已婚")
    stand.stands("看病的费用怎么付")
    stand.press("上一步")
    stand.stands("您的婚姻状况")
    stand.press("不填，下一步", "居民医保")
    stand.stands("有急事时联系谁")
    stand.press("子女")
    stand.types("13800008888")
    stand.press("建档")
    expect(stand.who).to_be_visible()
    assert stand.holds("闻人*")
    stand.confirm()
    stand.stands("您在这里没有号")
    stand.press("结束")
    stand.lifts()
    stand.forgot("闻", "13800009999", "13800008888", STRANGER)
    # there is one file, and no second one
    stand.hand("lay", card="")
    expect(stand.who).to_be_visible()
    stand.press("不是我")
    expect(stand.home).to_be_visible()
    stand.lifts()
    stand.forgot("闻")


def test_books_step_by_step(stand: Stand) -> None:
    me = named("苏晚")
    stand.press("挂号预约")
    stand.stands("放上证件 就能挂号")
    stand.known(me)
    stand.stands("您要看哪个科")
    stand.press("心血管内科")
    stand.stands("您想看哪位医生")
    stand.press(re.compile("许安禾"))
    stand.stands("您想什么时候来")
    slot = stand.page.locator(".slots button:not([disabled])").first
    when = slot.locator(".num").inner_text()
    slot.click()
    stand.press("就约这个时间")
    stand.stands("号给您留住了")
    expect(stand.page.locator(".sheet")).to_contain_text(when)
    stand.press("确定挂号")
    stand.stands("挂好号了")
    number = stand.number()
    stand.gets_a_slip(number, "心血管内科", "许安禾", when)
    stand.goes(me, number)


def test_takes_the_earliest_of_whichever_doctor_and_it_is_theirs_once(
    stand: Stand,
) -> None:
    me = named("顾小禾")
    stand.press("挂号预约")
    stand.known(me)
    stand.press("消化内科", re.compile("哪位都行"))
    stand.stands("号给您留住了")
    stand.press("确定挂号")
    stand.stands("挂好号了")
    number = stand.number()
    stand.goes(me, number)
    # whoever asks for the same again is told that it is theirs already
    stand.press("挂号预约")
    stand.known(me)
    stand.press("消化内科", re.compile("哪位都行"))
    expect(stand.said).to_contain_text("您在这个班次已经有号")
    assert stand.page.locator(".rows li", has_text=number).count() == 1
    stand.goes(me, number)


def test_takes_the_number_of_today_and_checks_in_with_it(stand: Stand) -> None:
    me = named("陆遥")
    stand.press("取号退号")
    stand.known(me)
    stand.stands("请选一项")
    stand.press(TAKE)
    stand.stands("取好号了")
    number = stand.number()
    stand.gets_a_slip(number)
    stand.press("现在签到")
    expect(stand.done).to_be_visible()
    assert stand.number() == number
    stand.goes(me, number)
    # it is taken, and checked in, once
    stand.known(me)
    stand.stands("您已经签到过了")
    stand.goes(me, number)


def test_gives_a_number_back_and_has_it_no_more(stand: Stand) -> None:
    me = named("纪晓岚")
    stand.press("取号退号")
    stand.known(me)
    expect(stand.rows).to_have_count(2)
    given_back = stand.page.locator("li", has=stand.button("退号"))
    number = given_back.locator("b").inner_text()
    stand.press("退号")
    stand.stands("号退好了")
    assert "去哪里等" not in stand.page.locator("main").inner_text()
    stand.press("再办一件")
    row = stand.rows.filter(has_text=number)
    expect(row).to_contain_text("这个号已经退了")
    expect(row.get_by_role("button")).to_have_count(0)
    stand.goes(me)


@pytest.mark.parametrize(
    ("name", "told", "told_in_english"),
    [
        ("程九思", "已经过了取号时间，请到窗口处理", "has passed. Go to the window"),
        ("Aleksandra Wiśniewska", "当天来签到", "Please come and check in on"),
    ],
)
def test_is_told_in_both_languages_what_cannot_be_done_here(
    stand: Stand, name: str, told: str, told_in_english: str
) -> None:
    me = named(name)
    stand.known(me)
    expect(stand.rows).to_contain_text(told)
    stand.press("English")
    expect(stand.rows).to_contain_text(told_in_english)
    stand.press("Finish")
    stand.lifts()
    stand.forgot(*words_of(me))


def test_is_sent_to_the_clinic_that_the_ticket_is_of(stand: Stand) -> None:
    me = named("张三")
    stand.known(me)
    expect(stand.rows).to_contain_text("请到3 楼眼科诊区签到，这里办不了")
    expect(stand.rows.get_by_role("button")).to_have_count(0)
    stand.goes(me)
