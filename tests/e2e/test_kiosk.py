"""The machine in the hall: friendly to whoever is wrong, forgetful of everyone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor, Kiosk
from tests.e2e.hospital import Hospital, patient

NOBODYS = "99999999"
SLIP_STAYS_S = 8


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """One for all of these tests: each comes with a card of its own. Its heartbeat is
    slow, for a page whose clock is put forward misses the beats between."""
    settings = {"HOUZHEN_LIVE__HEARTBEAT_S": "120"}
    folder: Path = tmp_path_factory.mktemp("kiosk")
    with Hospital(folder, settings=settings) as hospital:
        yield hospital


def test_a_typed_number_shows_nothing_of_anybody(floor: Floor) -> None:
    """Whether it is somebody's or not: first comes what only its holder knows."""
    kiosk = floor.kiosk()
    for number in (NOBODYS, patient("B014").card):
        kiosk.type_number(number)
        expect(kiosk.page.get_by_role("heading", name="再核对一下")).to_be_visible()
        assert not kiosk.holds(patient("B014").name[0] + "*")
        kiosk.page.get_by_role("button", name="返回").click()
        expect(kiosk.home).to_be_visible()
        assert not kiosk.holds(number)


def test_a_card_nobody_knows_is_told_so_kindly(floor: Floor) -> None:
    kiosk = floor.kiosk()
    kiosk.scan(NOBODYS)
    expect(kiosk.refusal).to_contain_text("没有查到档案")
    kiosk.leave()
    _remembers_nothing(kiosk, NOBODYS)


def test_a_slip_leaves_the_glass_by_itself(floor: Floor) -> None:
    somebody = patient("B016")
    kiosk = floor.kiosk()
    kiosk.check_in(somebody.card)
    assert kiosk.holds(somebody.number)
    assert kiosk.holds("令狐*")
    expect(kiosk.home).to_be_visible(timeout=SLIP_STAYS_S * 1000 + 5000)
    _remembers_nothing(kiosk, somebody.number, "令狐", somebody.card)


def test_one_says_that_it_is_not_me(floor: Floor) -> None:
    somebody = patient("B015")
    kiosk = floor.kiosk()
    kiosk.scan(somebody.card)
    expect(kiosk.who).to_be_visible()
    kiosk.page.get_by_role("button", name="不是我").click()
    expect(kiosk.home).to_be_visible()
    _remembers_nothing(kiosk, somebody.number, somebody.card)


def test_another_card_never_switches_a_session(floor: Floor) -> None:
    first, second = patient("B015"), patient("Z012")
    kiosk = floor.kiosk()
    kiosk.scan(first.card)
    expect(kiosk.who).to_be_visible()
    kiosk.scan(second.card)
    expect(kiosk.refusal).to_contain_text("上一位还没有办完")
    assert not kiosk.holds(second.number)
    kiosk.page.get_by_role("button", name="退出").click()
    expect(kiosk.who).to_be_visible()
    expect(kiosk.page.get_by_text(first.number)).to_be_visible()
    kiosk.page.get_by_role("button", name="不办了").click()
    expect(kiosk.home).to_be_visible()


def test_a_page_that_is_loaded_anew_goes_on_where_it_was(floor: Floor) -> None:
    somebody = patient("C004")
    kiosk = floor.kiosk()
    kiosk.scan(somebody.card)
    expect(kiosk.who).to_be_visible()
    kiosk.page.reload()
    expect(kiosk.who).to_be_visible()
    kiosk.confirm()
    expect(kiosk.page.locator(".ticket")).to_contain_text(somebody.number)
    kiosk.leave()


def test_who_comes_twice_is_told_the_place_again(floor: Floor) -> None:
    somebody = patient("A019")
    kiosk = floor.kiosk()
    kiosk.check_in(somebody.card)
    kiosk.leave()
    kiosk.scan(somebody.card)
    kiosk.confirm()
    again = kiosk.page.get_by_role("heading", name="您已经签到过了")
    expect(again).to_be_visible()
    expect(kiosk.page.locator(".ticket")).to_contain_text(somebody.number)
    kiosk.leave()
    _remembers_nothing(kiosk, somebody.number, somebody.card)


def test_a_scanner_works_on_every_page(floor: Floor) -> None:
    """Its Enter ends a card; it presses nothing, though a button has the focus."""
    kiosk = floor.kiosk()
    kiosk.page.get_by_role("button", name="English").focus()
    assert kiosk.scan(patient("A020").card)
    kiosk.confirm()
    expect(kiosk.done).to_be_visible()
    # over the last patient's slip, and over a number somebody began to type
    kiosk.check_in(patient("A021").card)
    expect(kiosk.page.locator(".ticket")).to_contain_text("A021")
    kiosk.leave()
    kiosk.type_digits("6601")
    kiosk.check_in(patient("A022").card)
    expect(kiosk.page.locator(".ticket")).to_contain_text("A022")
    kiosk.leave()


def test_who_is_being_called_is_sent_in(floor: Floor) -> None:
    somebody = patient("C001")
    desk, kiosk = floor.desk("im2", "5"), floor.kiosk()
    desk.call_next(somebody.number)
    kiosk.scan(somebody.card)
    kiosk.confirm()
    expect(kiosk.page.get_by_text("正在叫您，请现在就到 5 诊室")).to_be_visible()
    kiosk.page.get_by_role("button", name="English").click()
    expect(kiosk.page.get_by_text("please go to room 5 now")).to_be_visible()
    kiosk.page.get_by_role("button", name="Finish").click()
    expect(kiosk.home).to_be_visible()


def _remembers_nothing(kiosk: Kiosk, *words: str) -> None:
    assert [word for word in words if kiosk.holds(word)] == []
    stored = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    kept = str(kiosk.page.evaluate(stored))
    assert [word for word in words if word in kept] == []
