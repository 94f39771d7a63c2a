"""Reasons in words, for nurse and patient, in Chinese and in English."""

from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from msgspec.structs import replace

from actors.clinic.order.choice import next_for
from actors.clinic.order.facts import QueueFacts, put_after
from actors.clinic.order.line import line_up
from actors.clinic.order.reason import Reason
from actors.clinic.order.reasons import Names, marks, said, templates
from actors.clinic.settings import Late, Order, Settings
from tests.actors.clinic_order.days import rooms, rules
from tests.actors.clinic_order.morning import (
    AGED,
    SLOTS,
    at,
    back,
    classed,
    one,
    queue,
    recalled,
    seat,
    slot,
)

ZONE = ZoneInfo("Asia/Shanghai")


def words(
    waiting: QueueFacts,
    settings: Settings,
    ticket: str,
    language: str = "zh",
    audience: str = "nurse",
) -> list[str]:
    names = Names(tickets={"a1": "A001"}, doctors={"dr4": "许安禾"})
    (place,) = [one for one in line_up(waiting, settings) if one.ticket == ticket]
    return [
        said(reason, ZONE, language=language, audience=audience, names=names)  # type: ignore[arg-type]
        for reason in place.reasons
    ]


def test_a_booked_slot() -> None:
    settings = Settings(order=Order("slot"))
    waiting = queue(one("a1", booked=True, **slot("09:00")), slots=SLOTS)
    assert words(waiting, settings, "a1") == [
        "预约时段 09:00–09:30",
        "预约在现场号之前",
    ]
    assert words(waiting, settings, "a1", "en") == [
        "slot 09:00–09:30",
        "booked before walk-in",
    ]


def test_a_special_class() -> None:
    settings = Settings(classes=(AGED,))
    waiting = queue(one("a1", classes=classed("aged")))
    assert words(waiting, settings, "a1")[0] == "70 岁以上优先（5级）"
    assert words(waiting, settings, "a1", "zh", "patient")[0] == "70 岁以上优先"
    assert words(waiting, settings, "a1", "en", "patient")[0] == "70+ first"


def test_back_from_examination() -> None:
    waiting = queue(back("r1"))
    assert words(waiting, Settings(), "r1") == ["检查回来，每 2 位初诊后 1 位"]
    assert words(waiting, Settings(), "r1", "en") == [
        "back from examination, 1 after every 2 first visits"
    ]


def test_late_and_pinned() -> None:
    settings = Settings(late=Late("interleave"))
    late = one("a1", doctor="dr4", checked_in_at=at("11:00"), **slot("08:00"))
    assert words(queue(late), settings, "a1") == [
        "迟到，每 3 位准时的后 1 位",
        "指定 许安禾 医生",
    ]
    assert words(queue(late), settings, "a1", "zh", "patient") == [
        "晚于预约时段签到，每 3 位后轮到 1 位",
        "由 许安禾 医生看",
    ]


def test_an_emergency_level_is_a_roman_number_and_not_told_to_the_patient() -> None:
    waiting = queue(one("e1", emergency=2))
    nurse, _ = words(waiting, Settings(), "e1")
    patient, _ = words(waiting, Settings(), "e1", "zh", "patient")
    assert nurse == "急诊Ⅱ级，按级别和分诊时间"
    assert "Ⅱ" not in patient


def test_another_ticket_is_named_by_its_number() -> None:
    waiting = queue(one("a1"), put_after(one("x2"), one("a1"), 2))
    assert words(waiting, Settings(), "x2") == ["加号，排在 A001 之后"]


def test_a_code_from_a_newer_release_is_said_as_itself() -> None:
    assert said(Reason("of_tomorrow", {"x": 1}), ZONE) == "of_tomorrow"


def test_every_code_is_said_in_both_languages_to_both() -> None:
    args: dict[str, str | int] = {
        "start": SLOTS[0][0],
        "end": SLOTS[0][1],
        "level": 1,
        "room": "3",
        "minutes": 60,
        "times": 2,
        "ticket": "a1",
        "name": "军人",
        "name_en": "military",
        "every": 3,
        "first": 2,
        "back": 1,
        "doctor": "dr4",
        "queue": "A",
    }
    for code in templates():
        for audience in ("nurse", "patient"):
            chinese = said(Reason(code, args), ZONE, audience=audience)
            english = said(
                Reason(code, args),
                ZONE,
                language="en",
                audience=audience,
            )
            assert any("一" <= char <= "鿿" for char in chinese), code
            assert english.isascii() or "Ⅰ" in english or "–" in english, code
            assert "军人" not in english


@given(rooms(pins=True, doors=True), rules(per=("queue", "doctor")))
def test_every_place_and_every_choice_has_reasons_that_can_be_said(
    waiting: QueueFacts, settings: Settings
) -> None:
    reasons = [
        reason for place in line_up(waiting, settings) for reason in place.reasons
    ]
    assert all(place.reasons for place in line_up(waiting, settings))
    other = replace(waiting, key="B")
    by = seat(queues=("A", "B"))
    choice = next_for(by, {"A": waiting, "B": other}, settings, at("12:00"))
    if choice is not None:
        reasons += choice.why
    for reason in reasons:
        assert reason.code in templates()
        for language in ("zh", "en"):
            for audience in ("nurse", "patient"):
                sentence = said(
                    reason,
                    ZONE,
                    language=language,
                    audience=audience,
                )
                assert sentence
                assert "{" not in sentence


def test_a_reason_is_written_as_code_and_args() -> None:
    assert msgspec.json.encode(Reason("booked")) == b'{"code":"booked"}'
    assert msgspec.json.encode(Reason("at_room", {"room": "3"})) == (
        b'{"code":"at_room","args":{"room":"3"}}'
    )


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (one("a1", booked=True), ("预",)),
        (one("a1"), ("现",)),
        (back("a1", booked=True), ("预", "复")),
        (recalled("a1"), ("现", "过")),
        (one("a1", classes=classed("aged")), ("现", "优")),
        (one("a1", emergency=1), ("现", "优")),
    ],
)
def test_marks(who: object, expected: tuple[str, ...]) -> None:
    assert marks(who) == expected  # type: ignore[arg-type]
