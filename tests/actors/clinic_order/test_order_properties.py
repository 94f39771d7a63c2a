"""What holds under any rules, whoever waits."""

import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from actors.clinic.order.bounds import overtaken_by
from actors.clinic.order.choice import may_take, next_for
from actors.clinic.order.counting import Counters
from actors.clinic.order.facts import QueueFacts, Waiting
from actors.clinic.order.line import line_up
from actors.clinic.order.memo import Memo
from actors.clinic.order.places import Places
from actors.clinic.order.refill import refill
from actors.clinic.settings import Fairness, SecondStage, Settings
from tests.actors.clinic_order.days import rooms, rules
from tests.actors.clinic_order.morning import at, called, calls, line, seat, tickets

NOON = at("12:00")


@given(rooms(doors=True), rules(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_makes_no_difference(
    waiting: QueueFacts, settings: Settings, chance: random.Random
) -> None:
    shuffled = list(waiting.waiting)
    chance.shuffle(shuffled)
    again = replace(waiting, waiting=tuple(shuffled))
    assert line_up(again, settings) == line_up(waiting, settings)


@given(rooms(doors=True, pins=True), rules())
def test_everybody_stands_in_the_line_once(
    waiting: QueueFacts, settings: Settings
) -> None:
    order = tickets(line_up(waiting, settings))
    assert sorted(order) == sorted(who.ticket for who in waiting.waiting)


@given(rooms(), rules())
def test_calling_the_head_leaves_the_tail(
    waiting: QueueFacts, settings: Settings
) -> None:
    """Asked anew before every call, a seat calls just what the line has promised."""
    assert calls(waiting, settings) == line(waiting, settings)


@given(rooms(pins=True, doors=True), rules(per=("queue", "doctor")))
def test_whoever_is_chosen_may_be_taken_and_somebody_is(
    waiting: QueueFacts, settings: Settings
) -> None:
    for by in (seat("3"), seat("4", calling="stopped"), seat("5", levels=(1, 2))):
        may = {
            who.ticket
            for who in waiting.waiting
            if may_take(by, waiting, who, settings)
        }
        choice = next_for(by, {"A": waiting}, settings, NOON)
        if choice is None:
            assert not may
        else:
            assert choice.ticket in may
            assert choice.why


@given(st.lists(rooms(), min_size=1, max_size=4), rules(), rules())
def test_a_memo_changes_no_answer(
    several: list[QueueFacts], settings: Settings, other: Settings
) -> None:
    memo = Memo()
    for waiting in several:
        for under in (settings, other, settings):
            kept = replace(waiting, memo=memo)
            assert line_up(kept, under) == line_up(waiting, under)
            by = seat()
            assert next_for(by, {"A": kept}, under, NOON) == next_for(
                by, {"A": waiting}, under, NOON
            )


@given(rooms(), rules())
def test_emergencies_go_by_level_and_classes_by_theirs(
    waiting: QueueFacts, settings: Settings
) -> None:
    settings = replace(settings, fairness=Fairness())
    plain = [
        replace(who, anchor=None, overdue=False, extra="") for who in waiting.waiting
    ]
    waiting = replace(waiting, waiting=tuple(plain))
    places = Places(waiting, settings)
    by_ticket = {who.ticket: who for who in plain}
    ranks: list[tuple[int, int]] = []
    for place in line_up(waiting, settings):
        who = by_ticket[place.ticket]
        held = places.special(who)
        if level := places.level(who):
            ranks.append((0, level))
        elif held is not None and held[0].mode == "absolute":
            ranks.append((1, held[0].level))
        else:
            ranks.append((2, 0))
    assert ranks == sorted(ranks)


@given(rooms(), rules())
def test_who_is_interleaved_does_not_reorder_the_others(
    waiting: QueueFacts, settings: Settings
) -> None:
    normal = {
        place.ticket for place in line_up(waiting, settings) if place.lane == "normal"
    }
    only = tuple(who for who in waiting.waiting if who.ticket in normal)
    alone = tickets(line_up(replace(waiting, waiting=only), settings))
    among = [
        ticket for ticket in tickets(line_up(waiting, settings)) if ticket in normal
    ]
    assert alone == among


@given(rooms(), rules(per=("queue", "doctor")), st.integers(0, 11))
def test_a_call_taken_back_was_never_made(
    waiting: QueueFacts, settings: Settings, which: int
) -> None:
    before = line_up(waiting, settings)
    if not before:
        return
    place = before[which % len(before)]
    counters, counted = waiting.counters.count(place.lane, "dr3")
    undone = replace(waiting, counters=counters.take_back(counted))
    assert line_up(undone, settings) == before


@given(rooms(), rules())
def test_a_due_class_is_called_before_one_more_normal_patient(
    waiting: QueueFacts, settings: Settings
) -> None:
    """Between two calls of a lane that still has somebody stand no more normal ones
    than its interval says."""
    every = {
        "late": settings.late.every,
        "recalled": settings.recall.every,
        "returned": settings.returns.first,
        "class:child": 2,
    }
    interleaved = {
        "late": settings.late.mode == "interleave",
        "recalled": settings.recall.mode == "interleave",
        "returned": settings.returns.mode == "interleave",
        "class:child": True,
    }
    lanes = [place.lane for place in line_up(waiting, settings)]
    for lane, interval in every.items():
        if not interleaved[lane] or lane not in lanes:
            continue
        last = max(i for i, found in enumerate(lanes) if found == lane)
        normals = 0
        for found in lanes[:last]:
            normals = 0 if found == lane else normals + (found == "normal")
            assert normals <= interval


@given(rooms(most=16, doors=True, pins=True), rules(), st.integers(1, 3))
def test_doors_are_filled_and_never_overfilled(
    waiting: QueueFacts, settings: Settings, most: int
) -> None:
    settings = replace(settings, second_stage=SecondStage("auto", most))
    seats = [seat("3"), seat("4", busy=True), seat("5", away=True)]
    draws = refill(seats, {"A": waiting}, settings, NOON)
    by_ticket = {who.ticket: who for who in waiting.waiting}
    doors = {"3": 0, "4": 0}
    for who in waiting.waiting:
        if who.at_room in doors:
            doors[who.at_room] += 1
    had = dict(doors)
    for draw in draws:
        doors[draw.room] += 1
        assert not by_ticket[draw.ticket].at_room
    assert len({draw.ticket for draw in draws}) == len(draws)
    assert all(doors[room] <= max(most, had[room]) for room in doors)
    left = [
        who
        for who in waiting.waiting
        if who.ticket not in {draw.ticket for draw in draws}
    ]
    for by in seats[:2]:
        free = [
            who
            for who in left
            if not who.at_room and may_take(by, waiting, who, settings)
        ]
        assert doors[by.room] >= most or not free


@given(rooms(most=16), rules(), st.integers(1, 3))
def test_nobody_is_overtaken_more_often_than_the_bound(
    waiting: QueueFacts, settings: Settings, bound: int
) -> None:
    settings = replace(settings, fairness=Fairness(overtaken=bound))
    fresh = tuple(replace(who, overtaken=0, overdue=False) for who in waiting.waiting)
    waiting = replace(waiting, waiting=fresh)
    while waiting.waiting:
        choice = next_for(seat(), {"A": waiting}, settings, NOON)
        assert choice is not None
        over = overtaken_by(waiting, settings, choice.ticket, seat())
        waiting = called(waiting, settings, choice.ticket)
        waiting = replace(
            waiting,
            waiting=tuple(
                _overtaken(who, who.ticket in over) for who in waiting.waiting
            ),
        )
        assert all(who.overtaken <= bound for who in waiting.waiting)


def _overtaken(who: Waiting, now: bool) -> Waiting:
    return replace(who, overtaken=who.overtaken + 1) if now else who


@given(st.lists(st.sampled_from(["normal", "late"]), max_size=30), st.data())
def test_counters_are_what_was_called_and_not_taken_back(
    lanes: list[str], data: st.DataObject
) -> None:
    counters = Counters()
    made = []
    for lane in lanes:
        counters, counted = counters.count(lane, "dr3")
        made.append(counted)
    gone = data.draw(st.lists(st.sampled_from(made), unique=True)) if made else []
    for counted in gone:
        counters = counters.take_back(counted)
    left = [counted for counted in made if counted not in gone]
    for lane in ("normal", "late"):
        ordinals = tuple(one.ordinal for one in left if one.lane == lane)
        assert counters.of(lane) == counters.of(lane, "dr3") == ordinals
