"""From the card on the kiosk to the call on the wall, and on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.floor import Desk, Floor
from tests.e2e.hospital import Hospital, patient

ME = patient("C004")
MASKED = "白*"
BEFORE_ME = ["C001", "C002", "C003"]
TIMES = 2
"""A call is said so often, and its bell goes with it."""


@pytest.fixture(scope="module", autouse=True)
def long_called(browser: Browser, hospital: Hospital) -> Iterator[Desk]:
    """A desk that has called E001. Who was called is given ten seconds to come; they
    pass while the first test runs."""
    floor = Floor(browser, hospital)
    try:
        desk = floor.desk("eye1", "2")
        desk.call_next("E001")
        yield desk
    finally:
        floor.close()
    assert floor.complaints == []


def test_from_the_card_to_the_call(floor: Floor) -> None:
    wall, desk, kiosk = floor.wall(), floor.desk("im2", "5"), floor.kiosk()

    kiosk.check_in(ME.card)
    slip = kiosk.page.locator(".ticket")
    expect(slip).to_contain_text(ME.number)
    expect(slip).to_contain_text(MASKED)
    expect(slip).to_contain_text("前面还有")
    expect(slip).to_contain_text("3位")

    waiting = desk.list.get_by_role("listitem").filter(has_text=ME.number)
    expect(waiting).to_contain_text(ME.name)

    wall.area.until_ready()
    for number in [*BEFORE_ME, ME.number]:
        desk.call_next(number)
        wall.area.until_said(number)
    expect(desk.current).to_contain_text(ME.name)
    expect(desk.current).to_contain_text("正在叫")
    seat = wall.rooms.filter(has_text="何叙")
    expect(seat).to_contain_text(ME.number)
    expect(seat).to_contain_text(MASKED)
    assert any(ME.number in sign for sign in wall.apricot())

    # each of them was announced, in their order, and this one after them
    expect(wall.call).to_contain_text(ME.number)
    expect(wall.call).to_contain_text(MASKED)
    expect(wall.call).to_contain_text("左边第 2 个门")
    assert any(ME.number in sign and MASKED in sign for sign in wall.apricot())
    assert wall.announced(*BEFORE_ME, ME.number)
    # one bell for all that follow one another at once
    assert wall.chimes() in range(1, TIMES * 4 + 1)

    # a reload shows the call, but announces nothing
    wall.page.reload()
    expect(wall.call).to_contain_text(ME.number)
    wall.area.until_ready()
    assert wall.has_announced() == []
    assert wall.chimes() == 0

    assert not wall.knows(ME.name)
    assert not kiosk.knows(ME.name)
    assert desk.knows(ME.name)


def test_pressed_twice_it_calls_one(floor: Floor) -> None:
    wall, desk = floor.wall("eye1"), floor.desk("eye1", "1")
    # in one turn of the page's loop, as fast as a bouncing key
    desk.page.evaluate(
        """() => {
          for (const press of [1, 2])
            dispatchEvent(new KeyboardEvent("keydown", { key: "F2" }));
        }"""
    )
    expect(desk.current).to_contain_text("E002")
    expect(desk.status).to_contain_text("已叫 E002")
    expect(desk.page.get_by_role("tab", name="候诊")).to_have_text("候诊 4")
    expect(desk.page.get_by_role("tab", name="看完")).to_have_text("看完 0")
    expect(wall.rooms.filter(has_text="叶青")).to_contain_text("E002")
    expect(wall.page.get_by_text("E003")).to_have_count(1)


def test_two_desks_of_one_room_call_one(floor: Floor) -> None:
    """Both press in the same instant, each seeing nobody in the room: the server tells
    the second one so, and its screen shows who was called."""
    page = floor.open("/screen")
    page.evaluate(
        """() => {
          document.body.innerHTML = ["a", "b"].map((id) =>
            `<iframe id="${id}" width="800" height="900"
              src="/doctor?clinic=im2&room=4"></iframe>`).join("");
        }"""
    )
    desks = [page.frame_locator("#a"), page.frame_locator("#b")]
    for desk in desks:
        expect(desk.locator(".list").get_by_text("B007")).to_be_visible()
    page.evaluate(
        """() => {
          for (const { contentWindow } of document.querySelectorAll("iframe"))
            contentWindow.dispatchEvent(
              new contentWindow.KeyboardEvent("keydown", { key: "F2" }));
        }"""
    )
    for desk in desks:
        expect(desk.locator(".current")).to_contain_text("B007")
        expect(desk.get_by_role("tab", name="候诊")).to_have_text("候诊 6")
    said = [desk.locator("footer") for desk in desks]
    for footer in said:
        expect(footer).to_contain_text(re.compile("已叫 B007|诊室里已经不是这一位了"))
    assert sum("已叫" in footer.inner_text() for footer in said) == 1


def test_missed_called_back_and_finished(floor: Floor, long_called: Desk) -> None:
    wall, desk = floor.wall("eye1"), long_called
    missed, finish = (
        desk.page.get_by_role("button", name=name) for name in ("过号", "看完了")
    )
    expect(missed).to_be_enabled()
    missed.click()
    expect(desk.status).to_contain_text("记为过号 E001")
    expect(desk.current).to_contain_text("诊室里没有病人")
    expect(wall.rooms.filter(has_text="秦朗川")).not_to_contain_text("E001")

    desk.tab("过号")
    row = desk.list.get_by_role("listitem")
    expect(row).to_contain_text("买买提·艾力")
    row.get_by_role("button", name="叫回").click()
    expect(desk.status).to_contain_text("叫回队尾 E001")
    expect(row).to_have_count(0)
    desk.tab("候诊")
    expect(row.last).to_contain_text("E001")

    number = row.first.locator(".num").inner_text()
    desk.call_next(number)
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    finish.click()
    expect(desk.current).to_contain_text("诊室里没有病人")
    desk.tab("看完")
    expect(row).to_contain_text(number)
