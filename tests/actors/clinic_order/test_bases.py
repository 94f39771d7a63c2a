"""Rules 1, 2 and 11: what a queue is ordered by, halves, and extra numbers."""

import pytest

from actors.clinic.order.facts import put_after
from actors.clinic.settings import Order, Settings
from tests.actors.clinic_order.morning import (
    SLOTS,
    at,
    back,
    line,
    one,
    queue,
    slot,
    why,
)

BY_NUMBER = Settings(order=Order(base="registration"))
BY_SLOT = Settings(order=Order(base="slot"))


def test_by_check_in_whoever_came_first_is_first() -> None:
    waiting = queue(one("a2", registered=1), one("a1", registered=2))
    assert line(waiting) == "a1 a2"
    assert why(waiting, "a1") == ["by_check_in"]


def test_by_number_whoever_registered_first_is_first() -> None:
    waiting = queue(one("a2", registered=1), one("a1", registered=2))
    assert line(waiting, BY_NUMBER) == "a2 a1"
    assert why(waiting, "a1", BY_NUMBER) == ["by_number"]


@pytest.mark.parametrize("base", ["registration", "check_in"])
def test_booked_first_or_no_difference(base: str) -> None:
    waiting = queue(
        one("a1"), one("a2", booked=True), one("a3"), one("a4", booked=True)
    )
    same = Settings(order=Order(base=base))  # type: ignore[arg-type]
    first = Settings(order=Order(base=base, booked_first=True))  # type: ignore[arg-type]
    assert line(waiting, same) == "a1 a2 a3 a4"
    assert line(waiting, first) == "a2 a4 a1 a3"
    assert why(waiting, "a3", first)[-1] == "walk_in"
    assert why(waiting, "a2", first)[-1] == "booked"


def test_by_slot_the_slot_decides_not_the_check_in() -> None:
    waiting = queue(
        one("a1", booked=True, **slot("09:00")),
        one("a2", booked=True, **slot("08:30")),
        one("a3", booked=True, **slot("08:00")),
        slots=SLOTS,
    )
    assert line(waiting, BY_SLOT) == "a3 a2 a1"
    assert why(waiting, "a1", BY_SLOT) == ["slot", "booked"]


def test_inside_a_slot_booked_before_walk_in() -> None:
    waiting = queue(
        one("w1", **slot("08:00")),
        one("b2", booked=True, **slot("08:00")),
        one("b3", booked=True, **slot("08:30")),
        slots=SLOTS,
    )
    assert line(waiting, BY_SLOT) == "b2 w1 b3"


def test_inside_a_slot_those_alike_go_by_check_in_or_by_number() -> None:
    waiting = queue(
        one("a1", registered=9, booked=True, **slot("08:00")),
        one("a2", registered=3, booked=True, **slot("08:00")),
        slots=SLOTS,
    )
    by_number = Settings(order=Order(base="slot", inside="registration"))
    assert line(waiting, BY_SLOT) == "a1 a2"
    assert line(waiting, by_number) == "a2 a1"


def test_a_walk_in_without_a_slot_belongs_to_the_one_it_comes_in() -> None:
    waiting = queue(
        one("w1", checked_in_at=at("08:40")),
        one("b2", booked=True, **slot("09:00")),
        one("b3", booked=True, **slot("08:30")),
        slots=SLOTS,
    )
    assert line(waiting, BY_SLOT) == "b3 w1 b2"


@pytest.mark.parametrize(
    ("comes", "order"),
    [
        ("07:30", "b2 w1 b3"),  # before the first slot: the first
        ("08:30", "b2 b3 w1"),  # on the boundary: the one that begins
        ("12:10", "b2 b3 w1"),  # after the last: the end of the half-day
    ],
)
def test_the_slot_of_a_moment(comes: str, order: str) -> None:
    waiting = queue(
        one("w1", checked_in_at=at(comes)),
        one("b2", booked=True, **slot("08:00")),
        one("b3", booked=True, **slot("08:30")),
        slots=SLOTS,
    )
    assert line(waiting, BY_SLOT) == order


def test_slots_that_overlap_because_doctors_have_their_own() -> None:
    """08:40 lies in 08:00–10:00 and in 08:30–09:00: the one that began last."""
    slots = tuple(sorted([(at("08:00"), at("10:00")), *SLOTS]))
    waiting = queue(
        one("w1", checked_in_at=at("08:40")),
        one("b2", booked=True, **slot("08:30")),
        one("b3", booked=True, slot_start=at("08:00"), slot_end=at("10:00")),
        one("b4", booked=True, **slot("09:00")),
        slots=slots,
    )
    assert line(waiting, BY_SLOT) == "b3 b2 w1 b4"
    later = queue(
        one("w1", checked_in_at=at("09:35")), *waiting.waiting[1:], slots=slots
    )
    assert line(later, BY_SLOT) == "b3 b2 b4 w1"


def test_a_queue_that_knows_no_slots_orders_walk_ins_between_those_booked() -> None:
    waiting = queue(
        one("w1", checked_in_at=at("08:40")),
        one("b2", booked=True, **slot("09:00")),
        one("b3", booked=True, **slot("08:30")),
    )
    assert line(waiting, BY_SLOT) == "b3 w1 b2"


@pytest.mark.parametrize("settings", [Settings(), BY_NUMBER, BY_SLOT])
def test_the_unseen_of_the_morning_go_before_the_afternoon(settings: Settings) -> None:
    waiting = queue(
        one("p1", half="pm", booked=True, **slot("08:00")),
        one("a2", half="am", **slot("08:00")),
        one("n3", half="night", booked=True, **slot("08:00")),
        slots=SLOTS,
    )
    assert line(waiting, settings) == "a2 p1 n3"


def test_halves_make_no_difference_where_the_settings_say_so() -> None:
    settings = Settings(order=Order(unseen_first=False))
    waiting = queue(one("p1", half="pm"), one("a2", half="am"))
    assert line(waiting, settings) == "p1 a2"


def test_an_extra_number_stands_at_the_end_of_its_half_day() -> None:
    waiting = queue(
        one("x1", extra="half_end", half="am"),
        one("a2", half="am"),
        one("p3", half="pm"),
        one("a4", half="am"),
    )
    assert line(waiting) == "a2 a4 x1 p3"
    assert why(waiting, "x1") == ["extra_half_end"]


def test_an_extra_number_stands_at_the_end_of_its_slot() -> None:
    waiting = queue(
        one("x1", extra="slot_end", **slot("08:30")),
        one("a2", booked=True, **slot("08:30")),
        one("w3", **slot("08:30")),
        one("a4", booked=True, **slot("09:00")),
        slots=SLOTS,
    )
    assert line(waiting, BY_SLOT) == "a2 w3 x1 a4"


def test_an_extra_number_stands_after_the_ticket_named() -> None:
    a1, a2, a3 = one("a1"), one("a2"), one("a3")
    extra = put_after(one("x9"), a1, 9)
    assert line(queue(a1, a2, a3, extra)) == "a1 x9 a2 a3"
    assert why(queue(a1, extra), "x9") == ["extra_after"]


def test_an_extra_number_keeps_its_place_when_the_one_named_is_gone() -> None:
    a1, a2, a3 = one("a1"), one("a2"), one("a3")
    extra = put_after(one("x9"), a2, 9)
    assert line(queue(a1, a3, extra)) == "a1 x9 a3"


def test_the_later_of_two_extra_numbers_stands_nearer_to_the_one_named() -> None:
    a1, a2 = one("a1"), one("a2")
    first, second = put_after(one("x8"), a1, 8), put_after(one("x9"), a1, 9)
    assert line(queue(a1, a2, first, second)) == "a1 x9 x8 a2"


def test_who_asked_to_wait_longer_joins_anew() -> None:
    waiting = queue(one("a1"), one("a2"), one("p5", registered=1, origin="postponed"))
    assert line(waiting) == "a1 a2 p5"
    assert line(waiting, BY_NUMBER) == "a1 a2 p5"
    assert why(waiting, "p5") == ["postponed"]


def test_a_return_follows_the_base_alone_when_nobody_else_waits() -> None:
    assert line(queue(back("r2"), back("r1"))) == "r1 r2"
