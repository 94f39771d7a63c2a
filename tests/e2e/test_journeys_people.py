"""The journeys of who is not simply the patient with a card.

Needs a browser, and simulated devices behind it: see test_journeys.py. One stand for
all of them, one after the other.

| who comes | what for | test |
|---|---|---|
| a mother with her own card | checks one child in, then the other | guardian |
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
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
