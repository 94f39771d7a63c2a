"""The machine in the hall: friendly to whoever is wrong, forgetful of everyone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor, Kiosk
from tests.e2e.hospital import Hospital, patient

NOBODYS = "99999999"
SLIP_STAYS_S = 8
FORGETS_S = 30


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


def test_a_number_nobody_has_is_refused_kindly(floor: Floor) -> None:
    kiosk = floor.kiosk(hurried=True)
    kiosk.type_number(NOBODYS)
    expect(kiosk.refusal).to_contain_text("没有查到您今天的号")
    expect(kiosk.refusal).to_contain_text("请先挂号，或到分诊台问一问")
    kiosk.wait(SLIP_STAYS_S)
    expect(kiosk.home).to_be_visible()
    assert not kiosk.holds(NOBODYS)


def test_a_slip_leaves_the_glass_by_itself(floor: Floor) -> None:
    somebody = patient("B016")
    kiosk = floor.kiosk(hurried=True)
    kiosk.scan(somebody.card)
    expect(kiosk.done).to_be_visible()
    assert kiosk.holds(somebody.number)
    assert kiosk.holds("令狐*")
    kiosk.wait(SLIP_STAYS_S - 2)
    expect(kiosk.done).to_be_visible()
    kiosk.wait(2)
    expect(kiosk.home).to_be_visible()
    _remembers_nothing(kiosk, somebody.number, "令狐", somebody.card)


def test_who_needs_longer_gets_it(floor: Floor) -> None:
    kiosk = floor.kiosk(hurried=True)
    kiosk.scan(patient("B015").card)
    kiosk.page.get_by_role("button", name="多看一会儿").click()
    kiosk.wait(SLIP_STAYS_S)
    expect(kiosk.done).to_be_visible()
    kiosk.wait(SLIP_STAYS_S * 2)
    expect(kiosk.home).to_be_visible()


def test_a_number_half_typed_is_forgotten(floor: Floor) -> None:
    kiosk = floor.kiosk(hurried=True)
    kiosk.page.get_by_role("button", name="English").click()
    expect(kiosk.page.get_by_role("heading", name="Place your card")).to_be_visible()
    kiosk.page.get_by_role("button", name="Type your number").click()
    for digit in "6601":
        kiosk.page.get_by_role("button", name=digit, exact=True).click()
    assert kiosk.holds("6601")
    kiosk.wait(FORGETS_S)
    # and the next one finds it in Chinese again
    expect(kiosk.home).to_be_visible()
    _remembers_nothing(kiosk, "6601")


def test_who_comes_twice_is_told_the_place_again(floor: Floor) -> None:
    somebody = patient("A019")
    kiosk = floor.kiosk()
    kiosk.scan(somebody.card)
    expect(kiosk.done).to_be_visible()
    kiosk.leave()
    kiosk.scan(somebody.card)
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
    expect(kiosk.done).to_be_visible()
    # over the last patient's slip, and over a number somebody began to type
    kiosk.scan(patient("A021").card)
    expect(kiosk.page.locator(".ticket")).to_contain_text("A021")
    kiosk.leave()
    kiosk.page.get_by_role("button", name="输入号码").click()
    kiosk.scan(patient("A022").card)
    expect(kiosk.done).to_be_visible()
    expect(kiosk.page.locator(".ticket")).to_contain_text("A022")


def test_who_is_being_called_is_sent_in(floor: Floor) -> None:
    somebody = patient("C001")
    desk, kiosk = floor.desk("im2", "5"), floor.kiosk()
    desk.call_next(somebody.number)
    kiosk.scan(somebody.card)
    expect(kiosk.refusal).to_contain_text("正在叫您")
    expect(kiosk.refusal).to_contain_text("5 诊室")
    expect(kiosk.refusal).to_contain_text("You are being called now")
    kiosk.page.get_by_role("button", name="English").click()
    expect(kiosk.refusal).to_contain_text("Please go in now")


def _remembers_nothing(kiosk: Kiosk, *words: str) -> None:
    assert [word for word in words if kiosk.holds(word)] == []
    stored = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    kept = str(kiosk.page.evaluate(stored))
    assert [word for word in words if word in kept] == []
