"""Rules 3 and 5: who may check in, be missed, come back by themselves."""

from typing import Any

import pytest

from actors.clinic.order.entry import NotYet, is_void, may_check_in, may_miss
from actors.clinic.settings import CheckInRules, Recall, Settings
from tests.actors.clinic_order.morning import MINUTE, at

SLOT = at("09:00"), at("09:30")
MORNING = at("08:00"), at("12:00")


def settings(**rules: Any) -> Settings:
    return Settings(check_in=CheckInRules(**rules))


@pytest.mark.parametrize(
    ("rules", "clock", "answer"),
    [
        ({"early": "any"}, "07:00", None),
        ({"early": "never"}, "08:59", NotYet("too_early", at("09:00"))),
        ({"early": "never"}, "09:00", None),
        ({"early": "minutes"}, "08:29", NotYet("too_early", at("08:30"))),
        ({"early": "minutes"}, "08:30", None),
        ({"early": "minutes", "early_ms": 0}, "09:00", None),
    ],
)
def test_early(rules: dict[str, Any], clock: str, answer: NotYet | None) -> None:
    asked = at(clock)
    for where in ("kiosk", "phone"):
        assert may_check_in(settings(**rules), asked, where, slot=SLOT) == answer
    assert may_check_in(settings(**rules), asked, "desk", slot=SLOT) is None
    strict = settings(**rules, desk_may_early=False)
    assert may_check_in(strict, asked, "desk", slot=SLOT) == answer


def test_without_a_slot_the_half_day_is_the_slot() -> None:
    never = settings(early="never")
    early = may_check_in(never, at("07:59"), "kiosk", half=MORNING)
    assert early == NotYet("too_early", at("08:00"))
    assert may_check_in(never, at("08:00"), "kiosk", half=MORNING) is None
    assert may_check_in(never, at("07:00"), "kiosk") is None


def test_a_morning_number_is_not_checked_in_by_a_machine_in_the_afternoon() -> None:
    over = NotYet("half_over", at("12:00"))
    assert may_check_in(Settings(), at("11:59"), "kiosk", half=MORNING) is None
    for where in ("kiosk", "phone"):
        assert may_check_in(Settings(), at("12:00"), where, half=MORNING) == over
    assert may_check_in(Settings(), at("15:00"), "desk", half=MORNING) is None
    open_kiosk = settings(kiosk_other_half=True)
    assert may_check_in(open_kiosk, at("15:00"), "kiosk", half=MORNING) is None


def test_the_cut_off_leaves_a_grace() -> None:
    grace = settings(cut_off_ms=20 * MINUTE)
    assert may_check_in(grace, at("12:19"), "kiosk", half=MORNING) is None
    over = NotYet("half_over", at("12:20"))
    assert may_check_in(grace, at("12:20"), "kiosk", half=MORNING) == over


def test_a_kiosk_checks_in_for_its_own_clinic_or_for_all() -> None:
    own = NotYet("other_clinic")
    now = at("09:00")
    assert may_check_in(Settings(), now, "kiosk", own_clinic=False) == own
    assert may_check_in(Settings(), now, "phone", own_clinic=False) is None
    assert may_check_in(Settings(), now, "desk", own_clinic=False) is None
    every = settings(kiosk_for="all")
    assert may_check_in(every, now, "kiosk", own_clinic=False) is None


def test_missed_is_refused_before_so_many_calls_and_so_long() -> None:
    rules = Settings(missed_after_calls=2, missed_after_ms=MINUTE)
    called = at("09:00")
    much_later = at("10:00")
    assert may_miss(rules, 1, called, much_later) == NotYet("call_again", calls=1)
    soon = NotYet("too_soon", called + MINUTE)
    assert may_miss(rules, 2, called, called + MINUTE - 1) == soon
    assert may_miss(rules, 2, called, called + MINUTE) is None


def test_after_so_many_misses_a_ticket_is_void() -> None:
    assert not is_void(Settings(), 99)
    three = Settings(recall=Recall(misses_void=3))
    assert not is_void(three, 2)
    assert is_void(three, 3)
