"""A kiosk with its devices: simulated ones, behind the real drivers and the edge.

Needs a browser: what is tested is the page together with the bytes behind it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import patient


class Bench:
    """The demo's bench: a kiosk, and hands at its devices."""

    def __init__(self, floor: Floor, query: str = "") -> None:
        self.page: Page = floor.open(f"/kiosk?clinic=im2&bench=open{query}")
        self.kiosk: FrameLocator = self.page.locator("iframe").content_frame
        self.home = self.kiosk.get_by_role("heading", name="放上证件")
        self.done = self.kiosk.get_by_role("heading", name="签到好了")
        self.slips = self.page.locator("pre")
        expect(self.home).to_be_visible()

    def comes(self, number: str) -> None:
        self.page.get_by_label("谁来了").select_option(patient(number).card)

    def hand(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def check_in(self) -> None:
        """Whoever's card was laid down says yes."""
        self.kiosk.get_by_role("button", name="是我，继续").click()
        expect(self.done).to_be_visible()

    def leave(self) -> None:
        self.kiosk.get_by_role("button", name="退出").click()
        expect(self.home).to_be_visible()


@pytest.fixture
def bench(floor: Floor) -> Bench:
    return Bench(floor)


def test_a_card_is_put_in_and_a_slip_comes_out(bench: Bench) -> None:
    bench.comes("A019")
    bench.hand("插社保卡")
    bench.check_in()
    expect(bench.kiosk.get_by_text("请取走小票")).to_be_visible()
    expect(bench.slips.first).to_contain_text("A019")
    assert patient("A019").name not in bench.slips.first.inner_text()
    bench.leave()
    # it lies there still, and is called out
    expect(bench.kiosk.get_by_text("您的卡忘在机器上了")).to_be_visible()
    bench.hand("拔社保卡")
    expect(bench.kiosk.get_by_text("您的卡忘在机器上了")).to_be_hidden()


def test_without_paper_the_number_stands_on_the_glass(bench: Bench) -> None:
    bench.hand("扯掉纸")
    bench.comes("A020")
    bench.hand("扫一扫")
    bench.check_in()
    expect(bench.kiosk.get_by_text("小票打不出来")).to_be_visible()
    bench.leave()
    bench.hand("装上纸")
    # what was given up does not come out for whoever is next
    bench.comes("A021")
    bench.hand("扫一扫")
    bench.check_in()
    expect(bench.kiosk.get_by_text("请取走小票")).to_be_visible()
    expect(bench.slips.first).to_contain_text("A021")
    expect(bench.page.locator("pre", has_text="A020")).to_have_count(0)
    bench.leave()


def test_a_card_that_cannot_be_read_is_asked_for_again(bench: Bench) -> None:
    bench.hand("读不出")
    expect(bench.kiosk.get_by_text("没读到卡，请再放一次")).to_be_visible()


def test_without_the_network_it_says_so_and_comes_back(
    floor: Floor, bench: Bench
) -> None:
    with floor.expecting("WebSocket connection"):
        bench.hand("断网")
        expect(bench.kiosk.get_by_text("网络断了，请到分诊台")).to_be_visible()
        bench.comes("A022")
        bench.hand("扫一扫")
        expect(bench.done).to_be_hidden()
        bench.hand("接上网")
        expect(bench.home).to_be_visible()
    bench.hand("扫一扫")
    bench.check_in()
    bench.leave()
