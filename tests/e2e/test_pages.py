"""What a newcomer sees: check in, call, and the wall lights up; and what a power
cut, a reload and a second press do to it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from realtime.demo_hospital import demo_cards
from tests.e2e.house import DemoHouse

STALE = "画面停在"
CARDS = {patient.number: patient.card for patient in demo_cards()}


def screen(context: BrowserContext, house: DemoHouse) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{house.address}/screen?clinic=im2")
    expect(page.get_by_text("内科二诊区")).to_be_visible()
    return page


def doctor(context: BrowserContext, house: DemoHouse, room: str = "2") -> Page:
    page = context.new_page()
    page.goto(f"{house.address}/doctor?clinic=im2&room={room}")
    expect(page.get_by_text("实时", exact=True)).to_be_visible()
    return page


def kiosk(context: BrowserContext, house: DemoHouse) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1080, "height": 1920})
    page.goto(f"{house.address}/kiosk?clinic=im2&cards=open")
    expect(page.get_by_text("马上签到")).to_be_visible()
    return page


def current(desk: Page) -> str:
    return desk.locator(".current .num").inner_text()


def test_a_patient_checks_in_the_doctor_calls_and_the_wall_lights_up(
    context: BrowserContext, own_house: DemoHouse
) -> None:
    wall, desk, machine = (
        open_(context, own_house) for open_ in (screen, doctor, kiosk)
    )
    expect(wall.get_by_text("现在没有叫号")).to_be_visible()

    machine.get_by_role("button", name=re.compile("蒋雯")).click()
    expect(machine.get_by_text("签到好了")).to_be_visible()
    expect(machine.get_by_text("A020")).to_be_visible()
    expect(machine.get_by_text("蒋*")).to_be_visible()
    expect(desk.get_by_text("蒋雯")).to_be_visible()

    first = desk.locator(".queue li .num").first.inner_text()
    desk.keyboard.press("F2")
    expect(wall.locator(".call .number")).to_have_text(first)
    expect(wall.locator(".call .plate")).to_have_text("2")
    expect(desk.get_by_text(f"已叫 {first}", exact=False).first).to_be_visible()

    desk.keyboard.press("F4")
    expect(desk.get_by_text("就诊中", exact=True).first).to_be_visible()
    expect(wall.get_by_text("现在没有叫号")).to_be_visible()


def test_the_kiosk_forgets_whom_it_served(
    context: BrowserContext, house: DemoHouse
) -> None:
    machine = kiosk(context, house)
    machine.keyboard.type(CARDS["A021"] + "\n")
    expect(machine.get_by_text("A021")).to_be_visible()
    masked = machine.locator(".who .name").inner_text()
    assert masked.startswith("欧")
    assert "*" in masked
    machine.get_by_role("button", name="看好了，退出").click()
    expect(machine.get_by_text("马上签到")).to_be_visible()
    left = machine.locator(".kiosk").evaluate(
        """kiosk => {
          kiosk.querySelector('.demo').remove()
          return kiosk.outerHTML + JSON.stringify({...localStorage, ...sessionStorage})
        }"""
    )
    for trace in ("A021", masked, CARDS["A021"]):
        assert trace not in left


def test_a_typed_number_checks_in_and_a_wrong_one_says_where_to_go(
    context: BrowserContext, house: DemoHouse
) -> None:
    machine = kiosk(context, house)
    for typed, said in (
        ("66019999", "没有查到您今天的号"),
        (CARDS["B014"], "签到好了"),
    ):
        machine.get_by_role("button", name="输入号码").click()
        for digit in typed:
            machine.locator(".pad").get_by_text(digit, exact=True).click()
        machine.get_by_role("button", name="签到", exact=True).click()
        expect(machine.get_by_text(said)).to_be_visible()
        machine.get_by_role("button", name="看好了，退出").click()


def test_pressed_twice_calls_one(context: BrowserContext, house: DemoHouse) -> None:
    desk = doctor(context, house, room="4")
    first = desk.locator(".queue li .num").first.inner_text()
    desk.evaluate(
        "for (const _ of [1, 2]) "
        "window.dispatchEvent(new KeyboardEvent('keydown', {key: 'F2'}))"
    )
    expect(desk.locator(".current .num")).to_have_text(first)
    expect(desk.get_by_role("tab", name="看完 0")).to_be_visible()
    expect(desk.locator("footer")).to_contain_text(f"已叫 {first}")


def test_a_missed_patient_is_called_back_to_the_end(
    context: BrowserContext, house: DemoHouse
) -> None:
    desk = doctor(context, house, room="5")
    desk.keyboard.press("F2")
    number = desk.locator(".current .num")
    expect(number).to_be_visible()
    missed = number.inner_text()
    key = desk.get_by_role("button", name=re.compile("^过号.*F5"))
    expect(key).to_be_enabled(timeout=15_000)
    desk.keyboard.press("F5")
    desk.get_by_role("tab", name="过号 1").click()
    desk.get_by_role("button", name="叫回").click()
    desk.get_by_role("tab", name=re.compile("候诊")).click()
    expect(desk.locator(".queue li .num").last).to_have_text(missed)


def test_a_reload_shows_the_call_and_does_not_announce_it_again(
    context: BrowserContext, own_house: DemoHouse
) -> None:
    wall, desk = screen(context, own_house), doctor(context, own_house)
    desk.keyboard.press("F2")
    expect(wall.locator(".call.fresh")).to_be_visible()
    wall.reload()
    expect(wall.locator(".call")).to_be_visible()
    expect(wall.locator(".call.fresh")).to_have_count(0)


def test_after_a_power_cut_the_wall_says_so_and_then_shows_what_was_called(
    context: BrowserContext, own_house: DemoHouse
) -> None:
    wall, desk = screen(context, own_house), doctor(context, own_house)
    desk.keyboard.press("F2")
    expect(wall.locator(".call .number")).to_be_visible()
    called = wall.locator(".call .number").inner_text()
    own_house.kill()
    expect(wall.get_by_text(STALE)).to_be_visible()
    expect(wall.locator(".seat.calling")).to_have_count(0)
    expect(wall.locator(".call.stale .number")).to_have_text(called)
    desk.keyboard.press("F2")
    expect(desk.locator("footer")).to_contain_text("没有办成", timeout=10_000)
    own_house.start()
    expect(wall.get_by_text(STALE)).to_have_count(0, timeout=20_000)
    expect(wall.locator(".call .number")).to_have_text(called)
    expect(wall.locator(".call.fresh")).to_have_count(0)
    expect(desk.get_by_text("实时", exact=True)).to_be_visible(timeout=20_000)
    assert current(desk) == called


def test_an_unregistered_device_says_what_to_do(
    context: BrowserContext, house: DemoHouse
) -> None:
    context.route("**/demo/token*", lambda route: route.fulfill(status=404))
    page = context.new_page()
    page.goto(f"{house.address}/screen?clinic=im2")
    expect(page.get_by_text("这台设备还没有登记")).to_be_visible()
    expect(page.get_by_text("houzhen token --role screen --place im2")).to_be_visible()


def test_a_handed_token_is_kept_and_leaves_the_address_bar(
    context: BrowserContext, house: DemoHouse
) -> None:
    page = context.new_page()
    answer = page.request.get(
        f"{house.address}/demo/token", params={"role": "screen", "place": "im2"}
    )
    token = answer.json()["token"]
    context.route("**/demo/token*", lambda route: route.fulfill(status=404))
    page.goto(f"{house.address}/screen?clinic=im2#token={token}")
    expect(page.get_by_text("内科二诊区")).to_be_visible()
    assert "token" not in page.url
    page.reload()
    expect(page.get_by_text("内科二诊区")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "width", "height"),
    [
        ("/screen?clinic=im2", 1920, 1080),
        ("/screen?clinic=im2", 1366, 768),
        ("/screen?clinic=im2", 1080, 1920),
        ("/kiosk?clinic=im2&cards=open", 1080, 1920),
        ("/kiosk?clinic=im2", 400, 700),
        ("/doctor?clinic=im2&room=2", 1920, 1080),
        ("/doctor?clinic=im2&room=2", 960, 1080),
        ("/doctor?clinic=im2&room=2", 360, 640),
    ],
)
def test_nothing_reaches_out_of_the_window(
    context: BrowserContext, house: DemoHouse, path: str, width: int, height: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(house.address + path)
    expect(page.locator("#app .num:visible").first).to_be_visible()
    outside = page.evaluate(
        """() => [...document.querySelectorAll('#app .num, #app button, #app h1')]
          .filter(each => !each.closest('.demo'))
          .filter(each => {
            const box = each.getBoundingClientRect()
            return box.right > innerWidth + 1 || box.left < -1
          })
          .map(each => each.textContent)"""
    )
    assert outside == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
