"""Settings: old days keep their order, and what cannot be is said so that a nurse
manager understands it."""

import msgspec
import pytest

from actors.clinic.settings import (
    CheckInRules,
    Cross,
    CrossRule,
    Doctors,
    Emergency,
    Extra,
    Fairness,
    Late,
    Order,
    Recall,
    Returns,
    SecondStage,
    Settings,
    SpecialClass,
    problems,
)
from tests.actors.clinic_order.morning import MINUTE, line, one, queue, recalled

DAY = 24 * 60 * MINUTE


def test_the_defaults_have_no_problems() -> None:
    assert problems(Settings()) == ()


def test_a_day_of_the_first_release_decodes_and_keeps_its_order() -> None:
    written = b'{"announcement_ms":60000,"call_again_ms":12000,"missed_after_ms":10000}'
    settings = msgspec.json.decode(written, type=Settings)
    assert settings == Settings()
    assert settings.missed_after_calls == 1
    assert line(queue(one("a3"), recalled("m2"), one("a1")), settings) == "a1 m2 a3"


def test_settings_are_written_and_read_back() -> None:
    settings = Settings(
        order=Order("slot", booked_first=True),
        classes=(SpecialClass("aged", "70 岁以上", level=3),),
        cross=Cross("in_turn", rules=(CrossRule("A", MINUTE),), turns={"A": 2}),
    )
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("announcement_ms", Settings(announcement_ms=-1)),
        ("call_again_ms", Settings(call_again_ms=3_600_001)),
        ("missed_after_ms", Settings(missed_after_ms=-5)),
        ("check_in.early_ms", Settings(check_in=CheckInRules(early_ms=DAY + 1))),
        ("check_in.cut_off_ms", Settings(check_in=CheckInRules(cut_off_ms=-1))),
        ("late.grace_ms", Settings(late=Late(grace_ms=-1))),
        ("fairness.longest_ms", Settings(fairness=Fairness(longest_ms=-1))),
        ("doctors.absent_after_ms", Settings(doctors=Doctors(absent_after_ms=-1))),
        (
            "emergency.targets_ms.4",
            Settings(emergency=Emergency(targets_ms=(0, 1, 2, DAY + 1))),
        ),
        (
            "cross.rules.0.over_ms",
            Settings(cross=Cross(rules=(CrossRule("A", -1),))),
        ),
        ("missed_after_calls", Settings(missed_after_calls=0)),
        ("late.every", Settings(late=Late(every=0))),
        ("recall.every", Settings(recall=Recall(every=51))),
        ("recall.misses_void", Settings(recall=Recall(misses_void=-1))),
        ("returns.first", Settings(returns=Returns(first=-1))),
        ("returns.back", Settings(returns=Returns(back=0))),
        ("returns.days", Settings(returns=Returns(days=31))),
        ("fairness.overtaken", Settings(fairness=Fairness(overtaken=-1))),
        ("emergency.untriaged_as", Settings(emergency=Emergency(untriaged_as=0))),
        ("second_stage.at_most", Settings(second_stage=SecondStage(at_most=0))),
        ("extra.daily_limit", Settings(extra=Extra(daily_limit=-1))),
        ("cross.turns.A", Settings(cross=Cross(turns={"A": 0}))),
        ("late.mode", Settings(late=Late("slot_end_checkin"))),
        ("late.mode", Settings(late=Late("slot_end_registered"))),
        ("recall.mode", Settings(recall=Recall("slot_end"))),
        ("extra.where", Settings(extra=Extra("slot_end"))),
        ("second_stage.mode", Settings(second_stage=SecondStage("manual"))),
        (
            "emergency.targets_ms",
            Settings(emergency=Emergency(targets_ms=(5, 4, 6, 7))),
        ),
        (
            "cross.rules.1.queue",
            Settings(cross=Cross(rules=(CrossRule("A", 1), CrossRule("A", 2)))),
        ),
        ("classes.0.key", Settings(classes=(SpecialClass("", "军人"),))),
        ("classes.0.key", Settings(classes=(SpecialClass("army", ""),))),
        (
            "classes.1.key",
            Settings(classes=(SpecialClass("a", "甲"), SpecialClass("a", "乙"))),
        ),
        ("classes.0.level", Settings(classes=(SpecialClass("a", "甲", level=-1),))),
        ("classes.0.every", Settings(classes=(SpecialClass("a", "甲", every=0),))),
    ],
)
def test_what_cannot_be_names_the_field_and_says_what_to_do(
    field: str, settings: Settings
) -> None:
    found = problems(settings)
    assert [problem.field for problem in found] == [field]
    message = found[0].message
    assert "要在" in message or "请" in message or "要越短" in message
    assert "_ms" not in message


@pytest.mark.parametrize(
    "settings",
    [
        Settings(order=Order("slot"), late=Late("slot_end_checkin")),
        Settings(order=Order("slot"), recall=Recall("slot_end")),
        Settings(order=Order("slot"), extra=Extra("slot_end")),
        Settings(sign_in=False, second_stage=SecondStage("manual")),
        Settings(returns=Returns(first=0)),
        Settings(emergency=Emergency(targets_ms=(0, 0, 0, 0))),
    ],
)
def test_what_can_be_has_no_problems(settings: Settings) -> None:
    assert problems(settings) == ()


def test_all_problems_are_told_at_once() -> None:
    settings = Settings(late=Late("slot_end_checkin", every=0), missed_after_calls=0)
    fields = [problem.field for problem in problems(settings)]
    assert fields == ["missed_after_calls", "late.every", "late.mode"]
