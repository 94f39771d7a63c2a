"""From the card on the kiosk to the call on the wall, and on."""

import re

from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import patient

ME = patient("C004")
MASKED = "白*"
BEFORE_ME = ["C001", "C002", "C003"]


def test_from_the_card_to_the_call(floor: Floor) -> None:
    wall, desk, kiosk = floor.wall(), floor.desk("im2", "5"), floor.kiosk()

    kiosk.scan(ME.card)
    expect(kiosk.done).to_be_visible()
    slip = kiosk.page.locator(".ticket")
    expect(slip).to_contain_text(ME.number)
    expect(slip).to_contain_text(MASKED)
    expect(slip).to_contain_text("前面还有")
    expect(slip).to_contain_text("3位")

    waiting = desk.list.get_by_role("listitem").filter(has_text=ME.number)
    expect(waiting).to_contain_text(ME.name)

    for number in [*BEFORE_ME, ME.number]:
        desk.call_next(number)
    expect(desk.current).to_contain_text(ME.name)
    expect(desk.current).to_contain_text("正在叫")
    seat = wall.rooms.filter(has_text="何叙")
    expect(seat).to_contain_text(ME.number)
    expect(seat).to_contain_text(MASKED)
    assert any(ME.number in sign for sign in wall.apricot())

    # those called in haste are each announced, in their order, and this one after them
    expect(wall.call).to_contain_text(ME.number)
    expect(wall.call).to_contain_text(MASKED)
    expect(wall.call).to_contain_text("左边第 2 个门")
    assert any(ME.number in sign and MASKED in sign for sign in wall.apricot())
    assert wall.announced(*BEFORE_ME, ME.number)
    assert wall.chimes() == 4

    # a reload shows the call, but announces nothing
    wall.page.reload()
    expect(wall.call).to_contain_text(ME.number)
    assert wall.announced()
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
    expect(desk.current).to_contain_text("E001")
    expect(desk.status).to_contain_text("已叫 E001")
    expect(desk.page.get_by_role("tab", name="候诊")).to_have_text("候诊 5")
    expect(desk.page.get_by_role("tab", name="看完")).to_have_text("看完 0")
    expect(wall.call).to_contain_text("E001")
    assert wall.announced("E001")


def test_two_desks_of_one_room_call_one(floor: Floor) -> None:
    """Both press in the same instant, each seeing nobody in the room: the server tells
    the second one so, and its screen shows who was called."""
    page = floor.open("/screen?clinic=eye1")
    page.evaluate(
        """() => {
          document.body.innerHTML = ["a", "b"].map((id) =>
            `<iframe id="${id}" width="800" height="900"
              src="/doctor?clinic=eye1&room=1"></iframe>`).join("");
        }"""
    )
    desks = [page.frame_locator("#a"), page.frame_locator("#b")]
    for desk in desks:
        expect(desk.locator(".list").get_by_text("E001")).to_be_visible()
    page.evaluate(
        """() => {
          for (const { contentWindow } of document.querySelectorAll("iframe"))
            contentWindow.dispatchEvent(
              new contentWindow.KeyboardEvent("keydown", { key: "F2" }));
        }"""
    )
    for desk in desks:
        expect(desk.locator(".current")).to_contain_text("E001")
        expect(desk.get_by_role("tab", name="候诊")).to_have_text("候诊 5")
    said = [desk.locator("footer") for desk in desks]
    for footer in said:
        expect(footer).to_contain_text(re.compile("已叫 E001|诊室里已经不是这一位了"))
    assert sum("已叫" in footer.inner_text() for footer in said) == 1


def test_missed_called_back_and_finished(floor: Floor) -> None:
    wall, desk = floor.wall("eye1"), floor.desk("eye1", "2")
    missed, finish = (
        desk.page.get_by_role("button", name=name) for name in ("过号", "看完了")
    )
    desk.call_next("E001")
    # who was called is given ten seconds to come
    expect(missed).to_be_disabled()
    expect(missed).to_be_enabled()
    missed.click()
    expect(desk.status).to_contain_text("记为过号 E001")
    expect(desk.current).to_contain_text("诊室里没有病人")
    expect(wall.page.get_by_text("过号，请到分诊台")).to_be_visible()
    expect(wall.page.locator("main")).to_contain_text("E001")

    desk.tab("过号")
    row = desk.list.get_by_role("listitem")
    expect(row).to_contain_text("买买提·艾力")
    row.get_by_role("button", name="叫回").click()
    expect(desk.status).to_contain_text("叫回队尾 E001")
    expect(row).to_have_count(0)
    desk.tab("候诊")
    expect(row.last).to_contain_text("E001")

    desk.call_next("E002")
    desk.page.keyboard.press("F4")
    expect(desk.current).to_contain_text("就诊中")
    finish.click()
    expect(desk.current).to_contain_text("诊室里没有病人")
    desk.tab("看完")
    expect(row).to_contain_text("余欢")
