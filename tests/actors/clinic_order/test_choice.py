"""Rules 8 and 9: whom a seat may take, and from which of its queues."""

from typing import Any

import pytest
from msgspec.structs import replace

from actors.clinic.order.choice import may_take, next_for
from actors.clinic.order.facts import QueueFacts, Seat
from actors.clinic.order.line import place_of
from actors.clinic.settings import Cross, CrossRule, Emergency, Recall, Settings
from tests.actors.clinic_order.morning import (
    AGED,
    at,
    back,
    called,
    classed,
    one,
    queue,
    recalled,
    seat,
)

NINE = at("09:00")


def chosen(
    by: Seat, *queues: QueueFacts, settings: Settings | None = None, now: int = NINE
) -> str | None:
    choice = next_for(
        by, {facts.key: facts for facts in queues}, settings or Settings(), now
    )
    return None if choice is None else choice.ticket


def codes(by: Seat, *queues: QueueFacts, settings: Settings | None = None) -> list[str]:
    choice = next_for(
        by, {facts.key: facts for facts in queues}, settings or Settings(), NINE
    )
    assert choice is not None
    return [reason.code for reason in choice.why]


def test_the_head_is_next_with_its_reasons() -> None:
    waiting = queue(one("a2"), one("a1"))
    choice = next_for(seat(), {"A": waiting}, Settings(), NINE)
    assert choice is not None
    assert (choice.ticket, choice.queue, choice.lane) == ("a1", "A", "normal")
    assert [reason.code for reason in choice.why] == ["by_check_in"]


def test_nobody_is_next_when_nobody_waits_or_no_queue_is_ticked() -> None:
    assert chosen(seat(), queue()) is None
    assert chosen(seat(), queue(one("b1"), key="B")) is None
    assert chosen(seat(queues=("Z",)), queue(one("a1"))) is None


def test_the_pinned_go_only_to_their_doctor_and_room() -> None:
    waiting = queue(one("a1", doctor="dr4"), one("a2", room="5"), one("a3"))
    assert chosen(seat("3"), waiting) == "a3"
    assert chosen(seat("4"), waiting) == "a1"
    assert chosen(seat("5"), waiting) == "a2"


def test_a_pinned_patient_does_not_hold_up_the_pattern_of_another_doctor() -> None:
    """Two normal ones stand before m9, but dr3 may call neither: n8 comes first."""
    settings = Settings(recall=Recall(mode="interleave", every=2))
    waiting = queue(
        one("a1", doctor="dr4"), one("a2", doctor="dr4"), recalled("m9"), one("n3")
    )
    assert chosen(seat("3"), waiting, settings=settings) == "n3"
    assert chosen(seat("4"), waiting, settings=settings) == "a1"


def test_an_ordinary_log_in_serves_its_own_expert_numbers_first() -> None:
    ordinary = queue(one("a1"))
    own = queue(one("e2"), key="E", doctor="dr3")
    other = queue(one("f0"), key="F", doctor="dr9")
    by = seat(queues=("A", "E", "F"))
    assert chosen(by, ordinary, own, other) == "e2"
    assert codes(by, ordinary, own)[0] == "own_expert_first"
    assert chosen(by, ordinary, queue(key="E", doctor="dr3"), other) == "a1"
    later = Settings(cross=Cross(own_expert_first=False))
    assert chosen(by, ordinary, own, settings=later) == "a1"


def test_an_expert_log_in_serves_only_its_own_numbers() -> None:
    ordinary = queue(one("a1"))
    own = queue(one("e2"), key="E", doctor="dr3")
    by = seat(queues=("A", "E"), mode="expert")
    assert chosen(by, ordinary, own) == "e2"
    assert chosen(by, ordinary) is None


def test_of_several_queues_whose_head_has_waited_longest() -> None:
    first, second = queue(one("a3")), queue(one("b2"), key="B")
    by = seat(queues=("A", "B"))
    assert chosen(by, first, second) == "b2"
    assert codes(by, first, second)[0] == "queue_waits_longest"


def test_between_two_alike_the_queue_named_first() -> None:
    first, second = queue(one("a2")), queue(one("b2"), key="B")
    assert chosen(seat(queues=("A", "B")), first, second) == "a2"
    assert chosen(seat(queues=("B", "A")), first, second) == "b2"


def test_the_queue_named_first_as_long_as_it_has_somebody() -> None:
    settings = Settings(cross=Cross(mode="listed"))
    by = seat(queues=("A", "B"))
    waiting = queue(one("a9")), queue(one("b1"), key="B")
    assert chosen(by, *waiting, settings=settings) == "a9"
    assert chosen(by, queue(), queue(one("b1"), key="B"), settings=settings) == "b1"


@pytest.mark.parametrize(
    ("last", "in_a_row", "expected"),
    [
        ("", 0, "a1"),
        ("A", 1, "a1"),  # A may call twice in a row
        ("A", 2, "b1"),
        ("B", 1, "c1"),
        ("C", 1, "a1"),
        ("Z", 1, "a1"),  # not served any more
    ],
)
def test_in_turn(last: str, in_a_row: int, expected: str) -> None:
    settings = Settings(cross=Cross(mode="in_turn", turns={"A": 2}))
    by = seat(queues=("A", "B", "C"), last_queue=last, in_a_row=in_a_row)
    queues = [queue(one(f"{key.lower()}1"), key=key) for key in "ABC"]
    assert chosen(by, *queues, settings=settings) == expected


def test_in_turn_skips_who_has_nobody() -> None:
    settings = Settings(cross=Cross(mode="in_turn"))
    by = seat(queues=("A", "B", "C"), last_queue="A", in_a_row=1)
    filled = [queue(one("a1")), queue(key="B"), queue(one("c1"), key="C")]
    assert chosen(by, *filled, settings=settings) == "c1"
    assert chosen(by, filled[0], settings=settings) == "a1"


def test_a_queue_with_a_long_wait_goes_first() -> None:
    hour = 60 * 60_000
    settings = Settings(cross=Cross(mode="listed", rules=(CrossRule("B", hour),)))
    by = seat(queues=("A", "B"))
    first = queue(one("a1"))
    second = queue(one("b2", classes=classed("aged")), one("b1"), key="B")
    since = at("08:01")  # of b1, who is not even the head
    settings = replace(settings, classes=(AGED,))
    assert chosen(by, first, second, settings=settings, now=since + hour) == "a1"
    assert chosen(by, first, second, settings=settings, now=since + hour + 1) == "b2"


def test_an_emergency_goes_before_every_queue_order() -> None:
    settings = Settings(cross=Cross(mode="listed"))
    waiting = queue(one("a1")), queue(one("e9", emergency=2), key="B")
    assert chosen(seat(queues=("A", "B")), *waiting, settings=settings) == "e9"


def test_who_waits_too_long_goes_before_every_queue_order() -> None:
    settings = Settings(cross=Cross(mode="listed"))
    waiting = queue(one("a1")), queue(one("b9", overdue=True), key="B")
    assert chosen(seat(queues=("A", "B")), *waiting, settings=settings) == "b9"


def test_a_room_takes_only_its_levels() -> None:
    settings = Settings(emergency=Emergency(on=True))
    waiting = queue(one("e1", emergency=1), one("e3", emergency=3), one("u4"))
    assert chosen(seat(levels=(1, 2)), waiting, settings=settings) == "e1"
    assert chosen(seat(levels=(3,)), waiting, settings=settings) == "e3"
    assert chosen(seat(levels=(4,)), waiting, settings=settings) == "u4"
    assert chosen(seat(levels=(2,)), waiting, settings=settings) is None
    # a patient without a level, where nobody is triaged, is anybody's
    assert chosen(seat(levels=(2,)), queue(one("a1"))) == "a1"


@pytest.mark.parametrize("where", ["seat", "queue"])
def test_stopped_only_those_who_come_back_are_called(where: str) -> None:
    stop: dict[str, Any] = {"calling": "stopped"}
    by = seat(**stop) if where == "seat" else seat()
    facts = stop if where == "queue" else {}
    assert chosen(by, queue(one("a1"), back("r2"), **facts)) == "r2"
    assert chosen(by, queue(one("a1"), **facts)) is None
    assert chosen(by, queue(one("a1"), one("d2", at_room="3"), **facts)) == "d2"


@pytest.mark.parametrize("where", ["seat", "queue"])
def test_frozen_nobody_is_called(where: str) -> None:
    stop: dict[str, Any] = {"calling": "frozen"}
    by = seat(**stop) if where == "seat" else seat()
    facts = stop if where == "queue" else {}
    waiting = queue(back("r1"), one("d2", at_room="3"), one("e3", emergency=1), **facts)
    assert chosen(by, waiting) is None


def test_may_take_agrees_with_who_is_taken() -> None:
    settings = Settings(emergency=Emergency())
    tickets = [
        one("a1"),
        one("a2", doctor="dr4"),
        one("a3", room="4"),
        one("e4", emergency=2),
        back("r5"),
        one("d6", at_room="3"),
        one("d7", at_room="4"),
    ]
    seats = [
        seat(),
        seat("4"),
        seat(levels=(2,)),
        seat(levels=(3,)),
        seat(calling="stopped"),
        seat(calling="frozen"),
        seat(queues=()),
        seat(mode="expert"),
    ]
    for by in seats:
        for who in tickets:
            for calling in ("open", "stopped", "frozen"):
                alone = queue(who, calling=calling)
                taken = chosen(by, alone, settings=settings) is not None
                assert may_take(by, alone, who, settings) == taken, (by, who, calling)


def test_a_place_without_the_line() -> None:
    settings = Settings(recall=Recall(mode="interleave"))
    waiting = queue(one("a1"), recalled("m2"))
    place = place_of(waiting, settings, waiting.waiting[1])
    assert (place.ticket, place.lane) == ("m2", "recalled")
    counted = called(waiting, settings, "m2")
    assert counted.counters.of("recalled") == (1,)
