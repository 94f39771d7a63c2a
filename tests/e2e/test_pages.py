"""The pages as documents: the front page, and what no page may do."""

from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import patient


def test_the_front_page_s_three_steps(floor: Floor) -> None:
    """Its three frames are the pages themselves, and alive."""
    me = patient("Z012")
    page = floor.open("/")
    kiosk, desk, wall = (
        page.locator(f"iframe[src^='/{name}']").content_frame
        for name in ("kiosk", "doctor", "screen")
    )
    for alive in (
        kiosk.get_by_role("heading", name="放上证件"),
        desk.get_by_text("实时", exact=True),
        wall.get_by_role("heading", name="内科二诊区"),
    ):
        expect(alive).to_be_visible()
    expect(desk.get_by_role("tab", name="候诊")).to_have_text("候诊 15")

    kiosk.get_by_role("button", name=me.name).click()
    kiosk.get_by_role("button", name="是我，继续").click()
    expect(kiosk.get_by_role("heading", name="签到好了")).to_be_visible()
    expect(desk.get_by_role("tab", name="候诊")).to_have_text("候诊 16")
    desk.get_by_role("button", name="下一位").click()
    called = desk.locator(".current .num")
    expect(called).to_have_text("Z006")
    expect(wall.locator("[aria-live=assertive]")).to_contain_text("Z006")
    expect(wall.locator("[aria-live=assertive]")).to_contain_text("陈*明")


def test_a_desk_without_a_room_is_none(floor: Floor) -> None:
    page = floor.open("/doctor?clinic=im2&room=99")
    expect(page.get_by_role("heading", name="没有这个诊室：99")).to_be_visible()
    expect(page.get_by_text("There is no such room")).to_be_visible()
    expect(page.get_by_text("实时", exact=True)).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("path", ["/nowhere", "/assets/nothing.js", "/../etc/passwd"])
def test_what_is_not_there_says_so(path: str, floor: Floor) -> None:
    with floor.expecting("404"):
        page = floor.open(path)
        expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()


@pytest.mark.parametrize(
    ("event", "wrong", "words"),
    [
        ("console", "console.error('it broke')", "it broke"),
        ("weberror", "setTimeout(() => { throw Error('uncaught') })", "uncaught"),
        ("console", "document.head.append(inline)", "Content Security Policy"),
        ("request", "open('http://127.0.0.1:9')", "asked another host"),
    ],
)
def test_these_tests_notice_what_they_forbid(
    event: Literal["console", "request", "weberror"],
    wrong: str,
    words: str,
    floor: Floor,
) -> None:
    """Every test here fails by what its pages did unasked; this one sees to that."""
    page = floor.kiosk().page
    page.evaluate(
        """() => {
          window.inline = document.createElement("script");
          inline.textContent = "nothing()";
        }"""
    )
    with page.context.expect_event(event):
        page.evaluate(f"() => {{ {wrong} }}")
    noticed = [*floor.complaints]
    floor.complaints.clear()
    assert any(words in complaint for complaint in noticed)
