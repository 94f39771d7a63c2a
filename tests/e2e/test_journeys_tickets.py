"""The journeys of who has a ticket already, or no card at all.

Needs a browser, and simulated devices behind it: see test_journeys.py.

| who comes | what for | test |
|---|---|---|
| has tickets in two queues | chooses one, then the other | several |
| was called and missed | lines up again, once | missed |
| comes back from an examination | is in line for the doctor again | returns |
| has lost the slip | gets it again, under the number of before | reprint |
| has only the slip | sees the place of that ticket alone | slip |
| has only a number | says what only its holder knows | typed |
| types somebody else's number | is told nothing; out after three | guesses |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from realtime.demo_hospital import DemoPatient
from tests.e2e import clinics
from tests.e2e.floor import Floor
from tests.e2e.hospital import Hospital
from tests.e2e.stand import Stand, named, with_devices, words_of

CLINIC = "walk"
MISSED, BACK, LOST, TWICE = map(named, ("江听澜", "沈星河", "Nur Aisyah", "欧阳念之"))
OPENING: dict[str, Any] = {
    "clinic": {
        "name": "步行诊区",
        "name_en": "Walking Clinic",
        "hospital": "云岫市中心医院",
        "floor": "4",
    },
    "queues": {"J": {"name": "全科"}, "K": {"name": "换药"}},
    "rooms": {
        "1": {"doctor": "周文澜", "queues": ["J"]},
        "2": {"doctor": "许安禾", "queues": ["K"]},
    },
    "settings": {"missed_after_ms": 0},
}


def _ticket(who: DemoPatient, queue: str, number: str) -> clinics.Asked:
    body = {"queue": queue, "number": number, "name": who.name, "ticket": number}
    return [("setup", "register", body | {"card": who.id_number})]


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    with with_devices(tmp_path_factory.mktemp("tickets")) as hospital:
        clinics.open_clinic(hospital, CLINIC, OPENING)
        asked = [
            *_ticket(MISSED, "J", "J001"),
            *_ticket(BACK, "J", "J002"),
            *_ticket(LOST, "K", "K003"),
            *_ticket(TWICE, "J", "J004"),
            *_ticket(TWICE, "K", "K005"),
        ]
        clinics.do(hospital, "his", CLINIC, asked)
        yield hospital


@pytest.fixture
def stand(floor: Floor) -> Stand:
    return Stand(floor, clinic=CLINIC)


def doctor(floor: Floor, *asked: tuple[str, dict[str, Any]]) -> None:
    clinics.do(
        floor.hospital, "doctor", CLINIC, [("desk", name, body) for name, body in asked]
    )


def test_who_has_several_tickets_chooses_one_after_the_other(stand: Stand) -> None:
    stand.known(TWICE)
    stand.stands("请选一项")
    expect(stand.rows).to_have_count(2)
    stand.rows.filter(has_text="K005").get_by_role("button", name="签到").click()
    expect(stand.done).to_be_visible()
    stand.gets_a_slip("K005", "换药")
    stand.press("再办一件")
    expect(stand.rows.filter(has_text="K005")).to_contain_text("看排到哪里")
    stand.rows.filter(has_text="J004").get_by_role("button", name="签到").click()
    stand.gets_a_slip("J004", "全科")
    stand.goes(TWICE, "J004", "K005")


def test_who_was_missed_lines_up_again(floor: Floor, stand: Stand) -> None:
    stand.known(MISSED)
    expect(stand.done).to_be_visible()
    stand.goes(MISSED, "J001")
    doctor(
        floor,
        ("call_one", {"room": "1", "ticket": "J001", "reason": "先看"}),
        ("missed", {"room": "1", "ticket": "J001"}),
    )
    stand.known(MISSED)
    stand.stands("重新排上队了")
    stand.gets_a_slip("J001")
    stand.goes(MISSED, "J001")


def test_who_comes_back_from_an_examination_is_in_line_again(
    floor: Floor, stand: Stand
) -> None:
    stand.known(BACK)
    expect(stand.done).to_be_visible()
    stand.goes(BACK, "J002")
    doctor(
        floor,
        ("call_one", {"room": "1", "ticket": "J002", "reason": "先看"}),
        ("start", {"room": "1", "ticket": "J002"}),
        ("to_examination", {"room": "1", "ticket": "J002"}),
    )
    stand.known(BACK)
    stand.stands("回诊签到好了")
    stand.goes(BACK, "J002")


def test_a_lost_slip_is_printed_again_and_is_as_good_as_a_card(stand: Stand) -> None:
    stand.known(LOST)
    stand.gets_a_slip("K003")
    stand.goes(LOST, "K003")
    stand.press("补打小票")
    stand.known(LOST)
    stand.press(re.compile("^补打$"))
    stand.stands("小票打好了")
    stand.gets_a_slip("K003")
    code = stand.code()
    stand.goes(LOST, "K003", code)
    # who has lost the card has the slip: it shows this ticket and nothing else
    stand.hand("scan", text=code)
    stand.confirm()
    stand.stands("您已经签到过了")
    assert stand.number() == "K003"
    stand.press(re.compile("退出"))
    stand.forgot(*words_of(LOST), "K003", code)


def test_a_typed_number_wants_what_only_its_holder_knows(stand: Stand) -> None:
    me = named("苏晚")
    stand.press("输入号码")
    stand.types(me.card)
    stand.press("下一步")
    stand.stands("再核对一下")
    assert not stand.holds("苏*")
    stand.types("19000101")
    stand.press("下一步")
    expect(stand.said).to_contain_text("核对不上")
    assert not stand.holds("苏*")
    stand.types(me.birth)
    stand.press("下一步")
    expect(stand.who).to_be_visible()
    assert stand.holds("苏*")
    stand.press("不是我")
    stand.forgot(*words_of(me), "苏*")


def test_who_guesses_is_out_after_three_times(stand: Stand) -> None:
    stand.press("输入号码")
    stand.types(TWICE.card)
    stand.press("下一步")
    for guess in ("1111", "2222", "3333"):
        expect(stand.page.locator(".field")).not_to_contain_text("0")
        stand.types(guess)
        stand.press("下一步")
    stand.forgot(*words_of(TWICE))
