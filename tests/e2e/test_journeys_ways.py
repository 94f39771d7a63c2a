"""What patients look up and are told at a kiosk, in a browser with devices behind it.

What is looked up is tested where it is made (tests/realtime/topics/test_lookups.py,
tests/actors/session/test_expected.py); here each way is gone once, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.clinics import do
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.stand import Stand, named, with_devices

RANGE = re.compile(r"\d\d:\d\d")


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with with_devices(tmp_path_factory.mktemp("ways")) as hospital:
        yield hospital


@pytest.fixture
def stand(floor: Floor) -> Stand:
    return Stand(floor)


def test_is_told_when_and_finds_it_on_the_slip_and_again_later(stand: Stand) -> None:
    me = named("蒋雯")
    stand.known(me)
    expect(stand.done).to_be_visible()
    shown = stand.page.locator(".expected")
    expect(shown).to_contain_text(RANGE)
    number = stand.number()
    # whether the slip waited for it is the machine's speed
    stand.gets_a_slip(number)
    stand.press("English")
    expect(stand.page.locator("main")).to_contain_text("Cardiology")
    stand.press("中文")
    stand.goes(me, number)
    # later, with the same card: where one stands, when, and where to go
    stand.press("还要等多久")
    stand.known(me)
    stand.stands("您今天的号")
    expect(stand.page.locator("main li")).to_contain_text(RANGE)
    expect(stand.page.locator("main li")).to_contain_text("去哪里等")
    stand.press("结束")
    stand.lifts()
    stand.forgot(me.name, me.card, number)


def test_without_a_card_the_queues_are_numbers(stand: Stand) -> None:
    main = stand.page.locator("main")
    # whoever reads English goes on reading English
    stand.press("English", "My place", "No card? See all queues")
    expect(main).to_contain_text("Cardiology Experts")
    stand.press("中文")
    stand.stands("现在叫到几号")
    expect(main).to_contain_text("心血管专家门诊")
    expect(main).to_contain_text("Z006")
    stand.press(re.compile("眼科诊区"))
    expect(main).to_contain_text("E001")
    assert "买买提" not in main.inner_text()
    stand.press("返回")
    expect(stand.home).to_be_visible()


def test_from_a_doctors_page_to_that_doctors_numbers(stand: Stand) -> None:
    stand.press("科室和专家", re.compile("呼吸内科"))
    main = stand.page.locator("main")
    expect(main).to_contain_text("慢阻肺、哮喘")
    stand.press("English")
    expect(main).to_contain_text("COPD, asthma")
    stand.press("中文", re.compile("罗一舟"))
    stand.stands("放上证件 就能挂号")
    me = named("苏晚")
    stand.known(me)
    stand.stands("您想什么时候来")
    expect(stand.page.locator(".chosen")).to_contain_text("罗一舟")
    stand.press("不办了")
    stand.lifts()
    stand.forgot(me.name, me.card)


def test_reads_how_to_prepare_before_the_examinations_check_in(
    floor: Floor, hospital: Hospital
) -> None:
    card = "88010001"
    blood = {
        "name": "抽血",
        "name_en": "Blood test",
        "prepare": "早上没有吃东西；昨晚十点以后没有喝酒",
        "prepare_en": "Nothing eaten this morning; no alcohol since ten last night",
        "afterwards": "两小时后在自助机打报告",
    }
    scan = {"name": "腹部超声", "name_en": "Ultrasound scan", "first": ["us1/B"]}
    who = {"name": "柳如烟", "card": card}
    do(
        hospital,
        "his",
        "us1",
        [
            (
                "setup",
                "open",
                {
                    "clinic": {"name": "检查中心", "hospital": "云岫市中心医院"},
                    "queues": {"B": blood, "U": scan},
                    "rooms": {"1": {"doctor": "许安禾", "queues": ["B", "U"]}},
                },
            ),
            ("setup", "register", who | {"queue": "B"}),
            ("setup", "register", who | {"queue": "U"}),
        ],
    )
    stand = Stand(floor, clinic="us1")
    stand.scan(card)
    stand.confirm()
    stand.stands("检查前要准备")
    expect(stand.page.locator("main li")).to_have_count(2)
    stand.press("还没有")
    stand.stands("请选一项")
    expect(stand.page.locator("main")).to_contain_text("请先到检查中心做抽血")
    stand.press(re.compile("^签到$"), "准备好了，签到")
    expect(stand.done).to_be_visible()
    expect(stand.page.locator("main")).to_contain_text("检查完：两小时后在自助机打报告")
    stand.gets_a_slip("检查完：两小时后")
    stand.press(re.compile("退出$"))
    stand.forgot("柳", card)
