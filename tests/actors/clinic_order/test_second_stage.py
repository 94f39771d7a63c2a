"""Rule 10: who waits at the door of a room, and how doors fill."""

from msgspec.structs import replace

from actors.clinic.order.choice import next_for
from actors.clinic.order.facts import QueueFacts, Seat
from actors.clinic.order.refill import refill, took
from actors.clinic.settings import Cross, Recall, SecondStage, Settings
from tests.actors.clinic_order.morning import (
    AGED,
    at,
    classed,
    line,
    one,
    queue,
    recalled,
    seat,
    why,
)

AUTO = Settings(second_stage=SecondStage("auto", at_most=2), classes=(AGED,))
MANUAL = Settings(second_stage=SecondStage("manual"), sign_in=False)


def drawn(
    *seats: Seat, facts: QueueFacts, settings: Settings = AUTO
) -> list[tuple[str, str]]:
    draws = refill(seats, {facts.key: facts}, settings, at("09:00"))
    return [(draw.ticket, draw.room) for draw in draws]


def chosen(by: Seat, facts: QueueFacts, settings: Settings = AUTO) -> str | None:
    choice = next_for(by, {facts.key: facts}, settings, at("09:00"))
    return None if choice is None else choice.ticket


def five() -> QueueFacts:
    return queue(*(one(f"a{n}") for n in range(1, 6)))


def test_doors_fill_in_turn_from_the_line() -> None:
    expected = [("a1", "3"), ("a2", "4"), ("a3", "3"), ("a4", "4")]
    assert drawn(seat("3"), seat("4"), facts=five()) == expected
    assert drawn(seat("4"), seat("3"), facts=five()) == expected


def test_a_door_holds_no_more_than_it_may() -> None:
    facts = queue(one("a1", at_room="3"), one("a2", at_room="3"), one("a3"), one("a4"))
    assert drawn(seat("3"), seat("4"), facts=facts) == [("a3", "4"), ("a4", "4")]
    assert drawn(seat("3"), facts=facts) == []


def test_nobody_is_drawn_where_nobody_calls() -> None:
    for closed in (
        seat("3", doctor=""),
        seat("3", away=True),
        seat("3", calling="stopped"),
        seat("3", calling="frozen"),
    ):
        assert drawn(closed, facts=five()) == []
    assert drawn(seat("3"), facts=five(), settings=MANUAL) == []
    assert drawn(seat("3"), facts=five(), settings=Settings()) == []


def test_the_least_work_ahead_draws_first() -> None:
    one_only = queue(one("a1"))
    busy, idle = seat("3", busy=True), seat("4")
    assert drawn(busy, idle, facts=one_only) == [("a1", "4")]
    slow, quick = seat("3", pace_ms=900_000), seat("4", busy=True, pace_ms=300_000)
    facts = queue(one("d1", at_room="3"), one("a2"))
    assert drawn(slow, quick, facts=facts) == [("a2", "4")]
    served, fresh = seat("3", served=9), seat("4", served=2)
    assert drawn(served, fresh, facts=one_only) == [("a1", "4")]


def test_the_pinned_are_drawn_to_their_doctor() -> None:
    facts = queue(one("a1", doctor="dr4"), one("a2"))
    assert drawn(seat("3"), seat("4"), facts=facts) == [("a2", "3"), ("a1", "4")]


def test_the_pattern_goes_on_at_the_doors() -> None:
    settings = replace(
        AUTO,
        recall=Recall(mode="interleave", every=2),
        second_stage=SecondStage("auto", at_most=4),
    )
    facts = queue(*(one(f"a{n}") for n in range(1, 5)), recalled("m9"))
    draws = refill([seat("3")], {"A": facts}, settings, at("09:00"))
    assert [(draw.ticket, draw.lane) for draw in draws] == [
        ("a1", "normal"),
        ("a2", "normal"),
        ("m9", "recalled"),
        ("a3", "normal"),
    ]


def test_who_is_at_the_door_keeps_the_place() -> None:
    facts = queue(
        one("a1", at_room="3", at_room_seq=2),
        one("a5", at_room="3", at_room_seq=1),
        one("g2", classes=classed("aged")),
    )
    assert chosen(seat("3"), facts) == "a5"
    assert line(facts, AUTO) == "a5 a1 g2"
    assert why(facts, "a5", AUTO)[0] == "at_room"


def test_only_an_emergency_overtakes_the_door() -> None:
    facts = queue(
        one("a1", at_room="3", at_room_seq=1), one("e9", emergency=4), one("a2")
    )
    assert chosen(seat("3"), facts) == "e9"
    assert line(facts, AUTO) == "e9 a1 a2"


def test_at_the_door_too_the_graver_level_goes_first() -> None:
    here = one("e1", emergency=3, at_room="3", triaged_at=at("08:00"))
    graver = one("e2", emergency=2, triaged_at=at("08:30"))
    same = one("e3", emergency=3, triaged_at=at("08:30"))
    assert chosen(seat("3"), queue(here, same)) == "e1"
    assert chosen(seat("3"), queue(here, graver)) == "e2"


def test_another_rooms_door_is_not_ours() -> None:
    facts = queue(one("a1", at_room="4"), one("a2"))
    assert chosen(seat("3"), facts) == "a2"
    assert chosen(seat("4"), facts) == "a1"


def test_who_was_sent_to_the_door_is_called_though_the_queue_is_not_ticked() -> None:
    facts = queue(one("b1", at_room="3"), key="B")
    assert chosen(seat("3", queues=("A",)), facts) == "b1"


def test_in_the_manual_stage_only_who_was_sent_is_called_in_that_order() -> None:
    facts = queue(
        one("a1"),
        one("a3", at_room="3", at_room_seq=8),
        one("a2", at_room="3", at_room_seq=9),
    )
    assert chosen(seat("3"), facts, MANUAL) == "a3"
    assert chosen(seat("4"), facts, MANUAL) is None


def test_given_back_they_stand_where_they_stood() -> None:
    before = five()
    facts = replace(
        before,
        waiting=tuple(
            replace(who, at_room="3", at_room_seq=1) if who.ticket == "a3" else who
            for who in before.waiting
        ),
    )
    assert line(facts, AUTO) == "a3 a1 a2 a4 a5"
    back = tuple(replace(who, at_room="", at_room_seq=0) for who in facts.waiting)
    assert line(replace(facts, waiting=back), AUTO) == line(before, AUTO)


def test_a_door_fills_from_its_queues_in_turn() -> None:
    settings = replace(
        AUTO, cross=Cross("in_turn"), second_stage=SecondStage("auto", at_most=4)
    )
    queues = {
        "A": queue(*(one(f"a{n}") for n in range(1, 5))),
        "B": queue(*(one(f"b{n}") for n in range(1, 5)), key="B"),
    }
    draws = refill([seat(queues=("A", "B"))], queues, settings, at("09:00"))
    assert [draw.ticket for draw in draws] == ["a1", "b1", "a2", "b2"]


def test_what_was_taken_is_remembered_for_taking_turns() -> None:
    by = took(took(seat("3"), "A"), "A")
    assert (by.last_queue, by.in_a_row) == ("A", 2)
    assert took(by, "B").in_a_row == 1
