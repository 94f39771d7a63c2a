"""Three in three months close booking for three; and what opens it again."""

from __future__ import annotations

from typing import Any

import pytest

from actors.booker.actor import booker_capability, booker_stream, new
from actors.booker.messages import (
    Close,
    Closed,
    Entry,
    GiveBack,
    GivenBack,
    NoShowRule,
    Note,
    Noted,
    Reopen,
    TakeIn,
)
from actors.booker.state import BookerState, standing
from actors.kernel.errors import UnknownTarget
from actors.runtime.testkit import START, Kit
from tests.golden import lines_of, replayed

DAY = 86_400_000
BOOKER = booker_capability()


@pytest.fixture
def kit() -> Kit[BookerState]:
    return Kit(BOOKER, booker_stream("yunxiu", "p1"))


def note(number: int, outcome: Any, day: int = 0, **rule: int) -> Note:
    return Note(
        by="schedule",
        ref=f"cardio/day{number}/b1",
        day=f"day{number}",
        outcome=outcome,
        since=START + day * DAY,
        rule=NoShowRule(**rule),
    )


def test_what_is_told_twice_is_noted_once(kit: Kit[BookerState]) -> None:
    assert isinstance(kit.run(note(1, "held")).events[0], Noted)
    assert kit.run(note(1, "held")).events == ()
    assert kit.view("mine")["bookings"]["cardio/day1/b1"]["outcome"] == "held"


def test_the_third_in_ninety_days_closes_it_for_ninety(kit: Kit[BookerState]) -> None:
    assert len(kit.run(note(1, "no_show", day=0)).events) == 1
    assert len(kit.run(note(2, "no_show", day=50)).events) == 1
    _, closed = kit.run(note(3, "no_show", day=89)).events
    assert isinstance(closed, Closed)
    assert closed.until == START + (89 + 90) * DAY
    assert len(closed.no_shows) == 3
    assert kit.view("mine")["standing"] == {"closed_until": closed.until}
    # the three have been paid for: the next one is the first again
    assert len(kit.run(note(4, "no_show", day=180)).events) == 1


def test_three_in_a_longer_time_do_not(kit: Kit[BookerState]) -> None:
    for number, day in ((1, 0), (2, 60), (3, 90)):
        assert len(kit.run(note(number, "no_show", day=day)).events) == 1


def test_the_rule_is_the_schedules(kit: Kit[BookerState]) -> None:
    assert len(kit.run(note(1, "no_show", count=0)).events) == 1
    assert len(kit.run(note(2, "no_show", count=2, closed_days=7)).events) == 2
    assert kit.state.closed_until == START + 7 * DAY


def test_an_excused_one_opens_it_again(kit: Kit[BookerState]) -> None:
    for number in range(3):
        kit.run(note(number, "no_show"))
    assert kit.state.closed_until
    kit.run(note(1, "held", day=1))
    assert kit.state.closed_until == 0


def test_those_of_another_record_close_it_at_once(kit: Kit[BookerState]) -> None:
    def entries(day: int) -> tuple[Entry, ...]:
        return tuple(
            Entry(f"eye/e{n}/b1", f"e{n}", "no_show", START + day * DAY, counts=True)
            for n in range(2)
        )

    kit.run(note(1, "no_show", day=0))
    # too long ago to count with the last
    far = TakeIn(by="p", of="p7", bookings=entries(91), rule=NoShowRule())
    assert len(kit.run(far).events) == 1
    kit.run(GiveBack(by="p", to="p7", refs=("eye/e0/b1", "eye/e1/b1")))
    near = TakeIn(by="p", of="p7", bookings=entries(89), rule=NoShowRule())
    _, closed = kit.run(near).events
    assert isinstance(closed, Closed)
    assert closed.until == START + (89 + 90) * DAY
    assert kit.run(near).events == ()
    (back,) = kit.run(GiveBack(by="p", to="p7", refs=("eye/e0/b1",))).events
    assert isinstance(back, GivenBack)
    assert back.again == ("cardio/day1/b1", "eye/e1/b1")
    assert (kit.state.closed_until, len(kit.state.counted)) == (0, 2)


def test_a_rule_that_is_off_closes_nothing(kit: Kit[BookerState]) -> None:
    kit.run(note(1, "no_show"))
    entry = Entry("eye/e1/b1", "e1", "no_show", START, counts=True)
    taking = TakeIn(by="p", of="p7", bookings=(entry,), rule=NoShowRule(count=0))
    assert len(kit.run(taking).events) == 1
    assert kit.state.closed_until == 0


def test_an_old_state_of_affairs_does_not_come_back(kit: Kit[BookerState]) -> None:
    kit.run(note(1, "over", day=2))
    assert kit.run(note(1, "held", day=1)).events == ()


def test_staff_close_and_open(kit: Kit[BookerState]) -> None:
    kit.run(Close(by="d", until=START + DAY, reason="倒号"))
    assert standing(kit.state, "day1", "cardio").closed_until == START + DAY
    kit.run(Reopen(by="d", reason="查明"))
    assert standing(kit.state, "day1", "cardio").closed_until == 0
    again = kit.run(Reopen(by="d", reason="查明")).refusal
    assert again is not None
    assert again.code == "not_closed"
    past = kit.run(Close(by="d", until=START, reason="x")).refusal
    assert past is not None
    assert past.code == "already_over"


def test_the_days_other_numbers_are_counted(kit: Kit[BookerState]) -> None:
    kit.run(note(1, "held"))
    kit.run(note(2, "held"))
    assert standing(kit.state, "day1", "eye").that_day == 1
    assert standing(kit.state, "day1", "cardio").that_day == 0
    kit.run(note(1, "over", day=1))
    assert standing(kit.state, "day1", "eye").that_day == 0


@pytest.mark.parametrize("stream", ["h/booker", "h/booker/a/b", "h/clinic/p1"])
def test_what_is_no_person(stream: str) -> None:
    with pytest.raises(UnknownTarget):
        new(stream)


def test_the_record_replays_to_what_it_was(kit: Kit[BookerState]) -> None:
    state = replayed(BOOKER, kit.state.stream, lines_of("booker-events"))
    outcomes = {ref: booking.outcome for ref, booking in state.bookings.items()}
    assert outcomes == {
        "cardio/2026-11-20/b1": "no_show",
        "cardio/2026-11-21/b1": "no_show",
        "eye/2026-11-22/b4": "no_show",
        "eye/2026-11-23/b9": "held",
    }
    assert (state.closed_until, list(state.counted)) == (0, ["cardio/2026-11-20/b1"])
