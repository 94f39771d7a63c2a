"""The journeys that something cuts: a device, the network, the server, the patient.

Needs a browser, and simulated devices behind it: see test_journeys.py. What is cut at
each of a session's steps stands in tests/actors/session; here each is cut once.

| what happens | what follows | test |
|---|---|---|
| the paper is out | that is said; number and code on the glass | paper |
| the printer is unplugged | the same | printer |
| the reader is unplugged | scanning goes on | reader |
| another card is laid in a session | nobody is switched | switches |
| a card stays on the reader | it is called out, read for nobody | left |
| the network is cut at each page | said; back where it was, done once | network |
| the page is loaded anew at each page | goes on where it was | reload |
| nobody touches anything | counts down, and forgets | idle |
| it is cancelled at each page | forgets; a place held is free again | cancel |
| the server is killed | comes back where it was, checked in once | killed |
| help is called | the nurse's desk rings and can answer | help |
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital, patient
from tests.e2e.stand import Stand, named, with_devices, words_of
from tests.e2e.triage import Triage

LAST_COUNTED_S = 15


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    # a page whose clock is put forward misses the beats between
    folder = tmp_path_factory.mktemp("cut")
    with with_devices(folder, HOUZHEN_LIVE__HEARTBEAT_S="120") as hospital:
        yield hospital


@pytest.fixture
def stand(floor: Floor) -> Stand:
    return Stand(floor)


@pytest.mark.parametrize(
    ("number", "cut", "mend"),
    [
        ("A019", {"what": "tear"}, {"what": "load"}),
        (
            "A020",
            {"what": "unplug", "device": "printer"},
            {"what": "plug", "device": "printer"},
        ),
    ],
    ids=["paper", "printer"],
)
def test_without_a_slip_number_and_code_are_on_the_glass(
    stand: Stand, number: str, cut: dict[str, str], mend: dict[str, str]
) -> None:
    me = patient(number)
    stand.hand(**cut)
    stand.known(me)
    expect(stand.news).to_contain_text("小票打不出来，请记下号码")
    assert stand.number() == number
    expect(stand.page.locator("figure svg")).to_be_visible()
    expect(stand.page.get_by_text("拍下来当小票")).to_be_visible()
    stand.goes(me)
    before = stand.slips()
    stand.hand(**mend)
    stand.forgot(*words_of(me))
    assert stand.slips() == before


def test_without_its_reader_it_says_so_and_takes_codes(stand: Stand) -> None:
    stand.hand("unplug", device="id_reader")
    expect(stand.news).to_contain_text("读卡器坏了，请扫码或输号码")
    me = patient("A021")
    stand.hand("scan", text=me.card)
    stand.confirm()
    expect(stand.done).to_be_visible()
    stand.press(re.compile("退出"))
    stand.forgot(*words_of(me))
    stand.hand("plug", device="id_reader")
    expect(stand.news).to_be_hidden()


def test_another_card_switches_nobody_and_one_left_is_called_out(
    stand: Stand,
) -> None:
    me, other = patient("B014"), patient("B015")
    stand.lays(me)
    expect(stand.who).to_be_visible()
    stand.hand("insert", card=other.card)
    expect(stand.said).to_contain_text("上一位还没有办完")
    assert not stand.holds(other.number)
    stand.press("退出")
    expect(stand.page.get_by_text(me.number)).to_be_visible()
    stand.pulls()
    stand.confirm()
    expect(stand.done).to_be_visible()
    stand.press(re.compile("退出"))
    # its patient has gone: it is said, and nobody is shown what it opens
    expect(stand.news).to_contain_text("您的卡忘在机器上了")
    expect(stand.home).to_be_visible()
    stand.lifts()
    expect(stand.news).to_be_hidden()
    stand.forgot(*words_of(me), *words_of(other))


def test_at_every_page_it_comes_back_from_a_cut_or_a_reload(
    floor: Floor, stand: Stand
) -> None:
    """And what was held is held once, and booked once."""
    me = named("顾小禾")

    def disturbed(heading: str) -> None:
        with floor.expecting("WebSocket connection"):
            stand.cut()
            expect(stand.no_network).to_be_visible()
            assert not stand.holds("顾*")
            stand.mend()
            stand.stands(heading)
        stand.page.reload()
        stand.stands(heading)

    stand.press("挂号预约")
    disturbed("放上证件 就能挂号")
    stand.lays(me)
    disturbed("是您本人吗")
    stand.confirm()
    stand.stands("您要看哪个科")
    disturbed("您要看哪个科")
    stand.press("呼吸内科", re.compile("哪位都行"))
    disturbed("号给您留住了")
    stand.press("确定挂号")
    stand.stands("挂好号了")
    number = stand.number()
    stand.goes(me, number)
    stand.known(me)
    expect(stand.done).to_be_visible()
    assert stand.number() == number
    stand.goes(me, number)


@pytest.mark.parametrize(
    ("presses", "heading", "seconds"),
    [
        ((), "是您本人吗", 30),
        (("是我，继续",), "您要看哪个科", 60),
        (("是我，继续", "消化内科", re.compile("哪位都行")), "号给您留住了", 60),
    ],
)
def test_where_nobody_touches_it_it_counts_down_and_forgets(
    floor: Floor, presses: tuple[str, ...], heading: str, seconds: int
) -> None:
    """Unless a finger is put anywhere on the glass."""
    me = named("苏晚")
    stand = Stand(floor, hurried=True)
    stand.press("挂号预约")
    stand.lays(me)
    stand.press(*presses)
    stand.stands(heading)
    stand.wait(seconds - LAST_COUNTED_S + 1)
    expect(stand.page.locator(".stay")).to_contain_text("您还在吗")
    stand.asked("stay")
    stand.page.locator(".stay").click()
    assert stand.asked("stay")
    stand.wait(seconds + 2)
    expect(stand.home).to_be_visible()
    stand.lifts()
    stand.forgot(*words_of(me))


def test_at_every_page_it_can_be_cancelled(stand: Stand) -> None:
    me = named("苏晚")
    stand.press("挂号预约")
    stand.press("不办了")
    stand.forgot()
    for heading, presses in (
        ("是您本人吗", ()),
        ("您要看哪个科", ("是我，继续",)),
        ("您想看哪位医生", ("是我，继续", "眼科")),
        ("您想什么时候来", ("是我，继续", "眼科", re.compile("叶青"))),
        ("号给您留住了", ("是我，继续", "眼科", re.compile("哪位都行"))),
    ):
        stand.press("挂号预约")
        stand.lays(me)
        stand.press(*presses)
        stand.stands(heading)
        stand.press("不办了")
        expect(stand.home).to_be_visible()
        stand.lifts()
        stand.forgot(*words_of(me))
    # the place that was held is nobody's, and nothing is booked
    stand.known(me)
    stand.stands("您在这里没有号")
    stand.goes(me)


def test_help_rings_the_nurses_desk(floor: Floor, stand: Stand) -> None:
    nurse = Triage.open(floor, "im2")
    stand.press("叫人帮忙")
    expect(stand.said).to_contain_text("护士知道了，请在这里等")
    stand.press("退出")
    stand.press("叫人帮忙")
    expect(stand.said).to_contain_text("护士知道了")
    alarm = nurse.page.locator(".alarm.help")
    expect(alarm).to_have_count(1)
    expect(alarm).to_contain_text("自助机旁有人要帮忙")
    alarm.get_by_role("button", name="我马上去").click()
    expect(alarm).to_contain_text("已应答")
    alarm.get_by_role("button", name="解除").click()
    expect(alarm).to_have_count(0)


def test_a_killed_server_comes_back_where_it_was(floor: Floor) -> None:
    """Last of all: the devices of the demo end with it."""
    me, kiosk = patient("C004"), floor.kiosk()
    kiosk.scan(me.card)
    expect(kiosk.who).to_be_visible()
    with floor.outage():
        floor.hospital.kill()
        expect(kiosk.page.get_by_role("heading", name="网络断了")).to_be_visible()
        assert not kiosk.holds(me.number)
        floor.hospital.start()
        expect(kiosk.who.or_(kiosk.home)).to_be_visible()
    if kiosk.home.is_visible():  # it took longer than a session waits
        kiosk.scan(me.card)
    kiosk.confirm()
    expect(kiosk.done).to_be_visible()
    kiosk.leave()
    kiosk.scan(me.card)
    kiosk.confirm()
    again = kiosk.page.get_by_role("heading", name="您已经签到过了")
    expect(again).to_be_visible()
    kiosk.leave()
