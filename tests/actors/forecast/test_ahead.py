"""The walk forward, where the answer is known."""

from __future__ import annotations

import time
from math import exp, factorial, log, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from actors.forecast.ahead import HORIZON_MS, look_ahead
from actors.forecast.experience import Experience
from actors.forecast.floor import Floor, Habits, Returning, Standing
from tests.actors.forecast.floors import (
    EXACT,
    MINUTE,
    chair,
    exactly,
    floor,
    line,
    pace,
    quantiles,
)


def minutes(of: Floor, **how: int) -> dict[str, float]:
    """When each is called, where nothing is uncertain."""
    found = look_ahead(of, **how)
    for expected in found.values():
        assert expected.p90 == pytest.approx(expected.p50)
    return {
        ticket: round(expected.p50 / MINUTE, 3) for ticket, expected in found.items()
    }


def test_with_one_doctor_it_is_the_place_times_the_time() -> None:
    found = minutes(floor([chair(7)], [line(5)]))
    assert found == {"t0": 0, "t1": 7, "t2": 14, "t3": 21, "t4": 28}


def test_who_is_in_there_is_waited_for_only_as_long_as_is_left() -> None:
    assert minutes(floor([chair(7, busy=3)], [line(2)])) == {"t0": 4, "t1": 11}


def test_two_doctors_take_from_one_line() -> None:
    found = minutes(floor([chair(10, busy=5), chair(4)], [line(5, chairs=0b11)]))
    assert found == {"t0": 0, "t1": 4, "t2": 5, "t3": 8, "t4": 12}


def test_who_wants_one_doctor_is_passed_by_those_who_do_not() -> None:
    both = line(2, chairs=0b11)
    mine = Standing("mine", 0b10)
    lines = [replace(both, standing=(mine, *both.standing))]
    found = minutes(floor([chair(4), chair(10, busy=0)], lines))
    assert found == {"t0": 0, "t1": 4, "mine": 10}


def test_a_line_is_kept_within_one_doctors_patients() -> None:
    standing = tuple(Standing(f"t{place}", 0b01) for place in range(3))
    lines = [replace(line(0), standing=standing)]
    found = minutes(floor([chair(5), chair(1)], lines))
    assert found == {"t0": 0, "t1": 5, "t2": 10}


def test_of_two_queues_the_head_that_waits_longest_is_next() -> None:
    one = replace(
        line(0), standing=(Standing("a", 1, since=-9.0), Standing("b", 1, since=-5.0))
    )
    two = replace(line(0), standing=(Standing("c", 1, since=-7.0),))
    found = minutes(floor([chair(5, prefers=(0, 0))], [one, two]))
    assert found == {"a": 0, "c": 5, "b": 10}


def test_a_doctors_own_numbers_go_first() -> None:
    own = replace(line(2, name="own"), first=2)
    found = minutes(floor([chair(5, prefers=(1, 0))], [line(2), own]))
    assert found == {"own0": 0, "own1": 5, "t0": 10, "t1": 15}


def test_one_back_from_an_examination_is_called_after_two_others() -> None:
    returning = [Returning(due=1 * MINUTE)]
    found = minutes(floor([chair(10)], [line(5, returning=returning)]))
    # t0, then it is back; t1, t2, then it is called: t3 is ten minutes later
    assert found == {"t0": 0, "t1": 10, "t2": 20, "t3": 40, "t4": 50}


def test_where_they_go_first_one_who_is_back_is_called_at_once() -> None:
    returning = [Returning(due=1 * MINUTE)]
    found = minutes(floor([chair(10)], [line(3, returning=returning, first=0)]))
    assert found == {"t0": 0, "t1": 20, "t2": 30}


def test_calls_that_were_counted_before_count() -> None:
    """One normal call was made since the last returned one; it counts only for whom
    was there by then, and this one comes later."""
    gone = [Returning(due=1 * MINUTE)]
    waits = replace(line(4, returning=gone), called=1)
    assert minutes(floor([chair(10)], [waits]))["t3"] == 40


def test_a_second_consultation_takes_as_long_as_second_ones_do() -> None:
    habits = replace(EXACT, again=log(0.5))
    returning = [Returning(due=1 * MINUTE)]
    found = minutes(floor([chair(10)], [line(4, returning=returning)], habits))
    assert found["t3"] == 35


def test_everybody_sent_to_an_examination_comes_back_in_between() -> None:
    """Each is called twice; the second time after 15 minutes and two others."""
    habits = replace(EXACT, examination=exactly(15 * MINUTE))
    found = minutes(floor([chair(10, examined=1.0)], [line(6)], habits))
    # 0 1 2 (0 is back at 25, one normal call later is counted) 3 4 [0] 5
    assert found == {"t0": 0, "t1": 10, "t2": 20, "t3": 30, "t4": 40, "t5": 60}


def test_a_missed_call_takes_the_time_of_a_missed_call() -> None:
    found = minutes(floor([chair(7, missed=1.0)], [line(3)]))
    assert found == {"t0": 0, "t1": 1, "t2": 2}


def test_who_is_not_here_yet_stands_where_they_will() -> None:
    late = Standing("late", 1, arrives=exactly(12 * MINUTE))
    waits = line(4)
    standing = (late, *waits.standing)
    found = minutes(floor([chair(10)], [replace(waits, standing=standing)]))
    assert found == {"t0": 0, "t1": 10, "t2": 30, "t3": 40}


def test_a_no_show_is_not_waited_for() -> None:
    never = Standing("never", 1, arrives=exactly(0.0), here=0.0)
    waits = line(2)
    standing = (never, *waits.standing)
    found = minutes(floor([chair(10)], [replace(waits, standing=standing)]))
    assert found == {"t0": 0, "t1": 10}


def test_a_doctor_who_promised_to_be_back_is_waited_for() -> None:
    assert minutes(floor([chair(5, back=20)], [line(2)])) == {"t0": 20, "t1": 25}


def test_who_begins_late_as_a_rule_is_expected_late() -> None:
    habits = replace(EXACT, start=exactly(25 * MINUTE))
    seat = replace(chair(5), starts=10 * MINUTE)
    assert minutes(floor([seat], [line(2)], habits)) == {"t0": 35, "t1": 40}


def test_a_promise_that_has_passed_is_not_a_time_in_the_past() -> None:
    habits = replace(EXACT, absence=quantiles(lambda u: 10 * MINUTE * u))
    found = look_ahead(floor([chair(5, back=-30)], [line(1)], habits))
    assert 0 <= found["t0"].p50 <= found["t0"].p90 < 30 * MINUTE


def test_nobody_is_promised_what_nobody_does() -> None:
    lines = [replace(line(1), standing=(Standing("t0", 0),))]
    assert look_ahead(floor([chair(5)], lines)) == {}
    assert look_ahead(floor([], [line(1, chairs=0)])) == {}


def test_beyond_the_horizon_there_is_no_time() -> None:
    found = look_ahead(floor([chair(60)], [line(40)]))
    assert max(one.p90 for one in found.values()) < HORIZON_MS
    assert 15 <= len(found) <= 17


@pytest.mark.parametrize("ahead", [1, 3, 10, 30])
def test_exponential_turns_give_erlangs_quantiles(ahead: int) -> None:
    """In an M/M/1 queue whoever has ``ahead`` before them waits the sum of so many
    exponential turns: the one under way, being memoryless, is as long as any."""
    shape = quantiles(lambda u: log(-log1p(-u)), 2000)
    habits = replace(EXACT, shape=shape)
    found = look_ahead(
        floor([chair(6, busy=2)], [line(ahead)], habits), replications=4000
    )
    last = found[f"t{ahead - 1}"]
    assert last.p50 / MINUTE == pytest.approx(erlang(ahead, 0.5) * 6, rel=0.05)
    assert last.p90 / MINUTE == pytest.approx(erlang(ahead, 0.9) * 6, rel=0.05)


def erlang(count: int, share: float) -> float:
    """The quantile of a sum of exponentials of mean 1, by bisection."""
    low, high = 0.0, 10.0 * count + 10.0
    for _ in range(60):
        x = (low + high) / 2
        below = 1 - exp(-x) * sum(x**k / factorial(k) for k in range(count))
        low, high = (x, high) if below < share else (low, x)
    return low


def test_not_knowing_the_doctor_widens_the_range_down_the_line() -> None:
    def p90(doubt: float) -> float:
        seat = replace(chair(7), pace=pace(7, doubt=doubt))
        return look_ahead(floor([seat], [line(20)]))["t19"].p90

    assert p90(0.3) > 1.2 * p90(0.0)


def test_a_moment_is_looked_at_alike_twice() -> None:
    usual = Experience().habits("im2")
    of = floor([chair(7, examined=0.3)], [line(30)], usual)
    assert look_ahead(of, seed=1) == look_ahead(of, seed=1)


HABITS = st.builds(
    lambda spread, pause: Habits(
        shape=quantiles(lambda u: spread * (2 * u - 1), 20),
        pause=quantiles(lambda u: pause * u, 20),
        missed=EXACT.missed,
        examination=quantiles(lambda u: 90 * MINUTE * u, 20),
        recall=EXACT.recall,
        absence=EXACT.absence,
        start=EXACT.start,
    ),
    st.floats(0, 1.5),
    st.floats(0, 10 * MINUTE),
)
CHAIRS = st.lists(
    st.builds(
        lambda minutes, busy, examined, missed: chair(
            minutes, busy=busy, examined=examined, missed=missed
        ),
        st.floats(0.5, 30),
        st.none() | st.floats(0, 90),
        st.sampled_from([0.0, 0.3]),
        st.sampled_from([0.0, 0.2]),
    ),
    min_size=1,
    max_size=4,
)


@given(CHAIRS, HABITS, st.integers(1, 25), st.integers(0, 4), st.integers(0, 3))
def test_later_in_a_plain_line_is_never_earlier(
    chairs: list[object], habits: Habits, waiting: int, away: int, first: int
) -> None:
    returning = [Returning(gone=place * 20 * MINUTE) for place in range(away)]
    everyone = (1 << len(chairs)) - 1
    waits = line(waiting, chairs=everyone, returning=returning, first=first)
    found = look_ahead(
        floor(chairs, [waits], habits),  # type: ignore[arg-type]
        replications=40,
    )
    times = [found[one.ticket] for one in waits.standing if one.ticket in found]
    assert all(0 <= one.p50 <= one.p90 for one in times)
    assert [one.p50 for one in times] == sorted(one.p50 for one in times)
    assert [one.p90 for one in times] == sorted(one.p90 for one in times)


def test_two_thousand_who_wait_are_looked_at_in_time() -> None:
    """Well within the five seconds between two forecasts, on a busy machine too."""
    usual = Experience().habits("im2")
    everyone = (1 << 40) - 1
    of = floor(
        [chair(7, busy=2, examined=0.2, missed=0.05) for _ in range(40)],
        [line(2000, chairs=everyone)],
        usual,
    )
    begun = time.process_time()
    found = look_ahead(of)
    assert len(found) == 2000
    assert time.process_time() - begun < 3.0
