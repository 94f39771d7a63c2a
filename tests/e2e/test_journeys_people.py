"""The journeys of who is not simply the patient with a card.

Needs a browser, and simulated devices behind it: see test_journeys.py. One stand for
all of them, one after the other.

| who comes | what for | test |
|---|---|---|
| a mother with her own card | checks one child in, then the other | guardian |
| a mother with a newborn, and one with a number | makes their files | newborn |
| somebody with a passport | makes a file, under a long name | passport |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from devices.identity import check_character
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.looks import CUT_OFF
from tests.e2e.stand import Stand, named, with_devices, words_of


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with with_devices(tmp_path_factory.mktemp("people")) as hospital:
        yield hospital


@pytest.fixture
def stand(floor: Floor) -> Stand:
    return Stand(floor)


def test_a_guardian_s_card_is_for_the_children_too(stand: Stand) -> None:
    mother, child = named("叶知秋"), named("叶小满")
    stand.lays(mother)
    stand.stands("给谁办")
    rows = stand.page.locator("main li")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("我自己")
    rows.filter(has_text="叶*满").get_by_role("button").click()
    stand.stands("给这位办")
    expect(stand.page.locator("main")).to_contain_text("孩子")
    stand.press("对，继续")
    expect(stand.done).to_be_visible()
    stand.gets_a_slip("叶*满", stand.number())
    stand.press("换一位")
    stand.stands("给谁办")
    rows.filter(has_text="叶*寒").get_by_role("button").click()
    stand.press("对，继续")
    stand.stands("您在这里没有号")
    stand.goes(mother, *words_of(child), *words_of(named("叶小寒")))


def test_a_newborn_gets_a_file_with_the_mother_s_card(stand: Stand) -> None:
    mother = named("苏晚")
    stand.known(mother)
    stand.press("给孩子建档", re.compile("刚出生"), re.compile("女孩"))
    stand.press(re.compile("老二"))
    stand.types(f"{date.today() - timedelta(days=3):%Y%m%d}")
    stand.press("建档")
    stand.stands("给这位办")
    expect(stand.page.locator(".name")).to_have_text("苏*之二女")
    stand.press("换一位")
    stand.stands("给谁办")
    # and one with a number, whose name is spelt on the glass
    stand.press("给孩子建档", re.compile("户口簿"))
    first17 = "10010120240107006"
    stand.types(first17 + check_character(first17))
    stand.press("下一步")
    for letters, sign in (("SU", "苏"), ("XI", "溪")):
        stand.types(letters)
        stand.press(re.compile(f"^{sign}$"))
    stand.press("建档")
    stand.stands("给这位办")
    expect(stand.page.locator(".name")).to_have_text("苏*")
    stand.press("对，继续", "结束")
    stand.lifts()
    stand.forgot(*words_of(mother), first17, "苏溪", "之二女")


def test_a_passport_is_read_by_its_lines_and_its_name_is_nowhere_cut(
    stand: Stand,
) -> None:
    first = "P<UTOVAN<DER<MERWE<OOSTHUIZEN<<CHRISTOFFEL<B".ljust(44, "<")
    second = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    stand.hand("scan", text=f"{first}\r{second}")
    stand.stands("第一次来，先建个档")
    expect(stand.page.locator(".card b")).to_have_text(
        "Christoffel B Van Der Merwe Oosthuizen"
    )
    assert stand.page.evaluate(CUT_OFF) == []
    stand.types("13800009999")
    stand.press("下一步", "不填，下一步", "不填，下一步", "不填，下一步")
    expect(stand.who).to_be_visible()
    expect(stand.page.locator(".name")).to_have_text("Christoffel * V* D* M* O*")
    assert stand.page.evaluate(CUT_OFF) == []
    stand.press("不是我")
    stand.forgot("Christoffel", "OOSTHUIZEN", "L898902C3", "13800009999")
