"""A visit as it happens at the desk: called, in, done, missed; and the clock."""

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    Finish,
    Miss,
    Open,
    Recall,
    Start,
)
from actors.clinic.events import AnnouncementExpired, Called, Finished
from actors.clinic.replies import (
    Announced,
    AnnouncedAgain,
    ThisTicket,
)
from actors.clinic.settings import Settings
from actors.runtime.shape import Accepted, Nothing, Wake
from tests.actors.clinic.day import NINE, OPENING, Day, card_of, register


@pytest.fixture
def day() -> Day:
    return Day()


def call(room: str = "3", after: str | None = None) -> CallNext:
    return CallNext(by="xu", room=room, after=after)


# The doctor


def test_next_calls_who_checked_in_first(day: Day) -> None:
    day.registered("A001")
    day.waiting("A002", "A003")
    day.ok(CheckIn(by="kiosk", card=card_of("A001")))
    assert day.ok(call()) == Announced("t2", "A002", "c1")
    assert day.ok(call(after="t2")) == Announced("t3", "A003", "c2")
    assert day.ok(call(after="t3")) == Announced("t1", "A001", "c3")


def test_a_room_with_two_queues_takes_who_waits_longest(day: Day) -> None:
    b1, a1, a2, b2 = day.waiting("B001", "A001", "A002", "B002")
    seen: str | None = None
    called = []
    for _ in range(4):
        seen = day.ok(call("2", after=seen)).ticket
        called.append(seen)
    assert called == [b1, a1, a2, b2]


def test_between_two_of_the_same_moment_the_rooms_first_queue_goes_first(
    day: Day,
) -> None:
    for number in ("B001", "A001"):
        day.registered(number)
        day.ok(CheckIn(by="kiosk", card=card_of(number)))
    assert day.ok(call("2")).number == "A001"


def test_next_finishes_the_current_one_in_the_same_breath(day: Day) -> None:
    a1, a2 = day.waiting("A001", "A002")
    day.ok(call())
    day.later(60)
    decision = day.ask(call(after=a1))
    assert isinstance(decision, Accepted)
    assert decision.events == (
        Finished(at=day.now, by="xu", ticket=a1, room="3"),
        Called(
            at=day.now,
            by="xu",
            call="c2",
            ticket=a2,
            room="3",
            expires=day.now + 60_000,
        ),
    )


def test_next_pressed_twice_calls_one(day: Day) -> None:
    a1, a2, _ = day.waiting("A001", "A002", "A003")
    day.ok(call())
    assert day.refused(call()).code == "moved_on"
    day.ok(call(after=a1))
    refusal = day.refused(call(after=a1))
    assert refusal.code == "moved_on"
    assert refusal.details == {"current": a2}


def test_next_after_one_who_was_just_finished_goes_on(day: Day) -> None:
    """The screen still showed a1 when the doctor pressed."""
    a1, a2, _ = day.waiting("A001", "A002", "A003")
    day.ok(call())
    day.ok(Finish(by="xu", room="3", ticket=a1))
    assert day.ok(call(after=a1)).ticket == a2
    assert day.refused(call(after=a1)).code == "moved_on"


def test_next_after_nobody_goes_on_when_the_room_is_empty(day: Day) -> None:
    a1, a2 = day.waiting("A001", "A002")
    day.ok(call())
    day.ok(Finish(by="xu", room="3", ticket=a1))
    assert day.ok(call()).ticket == a2


def test_next_after_one_who_was_never_here_is_an_old_picture(day: Day) -> None:
    day.waiting("A001")
    assert day.refused(call(after="t7")).code == "moved_on"
    assert day.refused(call(after="t1")).code == "moved_on"


def test_next_after_a_missed_one_who_waits_again_is_an_old_picture(day: Day) -> None:
    """Else the second press would end the visit that the first one began."""
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket=ticket))
    day.ok(Recall(by="nurse", ticket=ticket))
    assert day.refused(call(after=ticket)).code == "moved_on"
    assert day.ok(call()).ticket == ticket


def test_next_with_nobody_waiting_leaves_the_current_one_in(day: Day) -> None:
    assert day.refused(call()).code == "nobody_waiting"
    (ticket,) = day.waiting("A001")
    day.ok(call())
    refusal = day.refused(call(after=ticket))
    assert refusal.code == "nobody_waiting"
    assert "看完了" in refusal.message
    assert day.state.rooms["3"].current == ticket


def test_next_takes_only_from_the_rooms_own_queues(day: Day) -> None:
    day.waiting("B001", "Z001")
    assert day.refused(call("3")).code == "nobody_waiting"


def test_two_rooms_never_get_the_same_patient(day: Day) -> None:
    a1, a2 = day.waiting("A001", "A002")
    assert day.ok(call("2")).ticket == a1
    assert day.ok(call("3")).ticket == a2


@pytest.mark.parametrize(
    "command",
    [
        call("9"),
        CallAgain(by="xu", room="9", ticket="t1"),
        Start(by="xu", room="9", ticket="t1"),
        Finish(by="xu", room="9", ticket="t1"),
        Miss(by="xu", room="9", ticket="t1"),
    ],
)
def test_a_room_that_is_not_here(day: Day, command: Any) -> None:
    refusal = day.refused(command)
    assert refusal.code == "unknown_room"
    assert refusal.details == {"room": "9"}


@pytest.mark.parametrize("command", [CallAgain, Start, Finish, Miss])
def test_the_room_has_moved_on(day: Day, command: Any) -> None:
    a1, a2, _ = day.waiting("A001", "A002", "A003")
    assert day.refused(command(by="xu", room="3", ticket=a1)).code == "moved_on"
    day.ok(call())
    day.ok(call(after=a1))
    day.later(30)
    refusal = day.refused(command(by="xu", room="3", ticket=a1))
    assert refusal.code == "moved_on"
    assert refusal.details == {"current": a2}
    assert day.refused(command(by="lin", room="2", ticket=a2)).code == "moved_on"


def test_calling_again_makes_a_new_announcement(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.later(12)
    again = CallAgain(by="xu", room="3", ticket=ticket)
    assert day.ok(again) == AnnouncedAgain(ticket, "c2")
    assert [(c.times, c.expires) for c in day.state.calls.values()] == [
        (1, day.now + 48_000),
        (2, day.now + 60_000),
    ]
    row = day.state.tickets[ticket]
    assert (row.since, row.called_at) == (day.now - 12_000, day.now)


def test_calling_again_has_a_cool_down(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    again = CallAgain(by="xu", room="3", ticket=ticket)
    day.later(3.5)
    refusal = day.refused(again)
    assert refusal.code == "too_soon"
    assert refusal.details == {"wait_ms": 8_500}
    assert "9 秒" in refusal.message
    day.later(8.499)
    assert day.refused(again).details == {"wait_ms": 1}
    day.later(0.001)
    day.ok(again)
    day.later(11.999)
    assert day.refused(again).code == "too_soon"


def test_who_has_come_in_is_not_called_or_missed_or_started_again(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    start = Start(by="xu", room="3", ticket=ticket)
    assert day.ok(start) == ThisTicket(ticket)
    day.later(60)
    for command in (
        start,
        CallAgain(by="xu", room="3", ticket=ticket),
        Miss(by="xu", room="3", ticket=ticket),
    ):
        assert day.refused(command).code == "moved_on"
    assert day.ok(Finish(by="xu", room="3", ticket=ticket)) == ThisTicket(ticket)
    assert day.state.tickets[ticket].state == "done"


def test_missed_is_too_soon_until_ten_seconds_after_the_last_call(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    miss = Miss(by="xu", room="3", ticket=ticket)
    day.later(9.999)
    refusal = day.refused(miss)
    assert refusal.code == "too_soon"
    assert refusal.details == {"wait_ms": 1}
    day.later(2.001)
    day.ok(CallAgain(by="xu", room="3", ticket=ticket))
    day.later(9.999)
    assert day.refused(miss).code == "too_soon"
    day.later(0.001)
    assert day.ok(miss) == ThisTicket(ticket)
    assert day.state.rooms["3"].current is None
    assert day.state.missed == {ticket: day.now}


def test_a_missed_patient_comes_back_at_the_end(day: Day) -> None:
    a1, a2, a3 = day.waiting("A001", "A002", "A003")
    day.ok(call())
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket=a1))
    assert day.ok(Recall(by="nurse", ticket=a1)) == ThisTicket(a1)
    assert day.state.queues["A"].order == [a2, a3, a1]
    assert day.state.missed == {}
    assert day.refused(Recall(by="nurse", ticket=a1)).code == "not_missed"


def test_who_comes_back_is_called_as_if_for_the_first_time(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    day.ok(call())
    day.later(12)
    day.ok(CallAgain(by="xu", room="3", ticket=ticket))
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket=ticket))
    day.ok(Recall(by="nurse", ticket=ticket))
    row = day.state.tickets[ticket]
    assert (row.state, row.room, row.called_at) == ("waiting", None, None)
    day.ok(call("2"))
    assert day.state.calls["c3"].times == 1


def test_only_the_missed_are_recalled(day: Day) -> None:
    (ticket,) = day.waiting("A001")
    assert day.refused(Recall(by="nurse", ticket=ticket)).code == "not_missed"
    assert day.refused(Recall(by="nurse", ticket="t9")).code == "not_missed"


# The clock


def test_announcements_expire_together_when_their_time_has_come(day: Day) -> None:
    day.waiting("A001", "B001", "A002")
    day.ok(call("3"))
    day.ok(call("2"))
    day.later(5)
    day.ok(call("3", after="t1"))
    day.later(55)
    decision = day.ask(Wake(due=day.now))
    assert isinstance(decision, Accepted)
    assert decision.events == (AnnouncementExpired(at=day.now, calls=("c1", "c2")),)
    assert list(day.state.calls) == ["c3"]


@pytest.mark.parametrize("due", [0, NINE, NINE + 10**9])
def test_a_wake_up_that_finds_nothing_does_nothing(day: Day, due: int) -> None:
    day.waiting("A001")
    day.ok(call())
    day.later(59.999)
    decision = day.ask(Wake(due=due))
    assert decision == Accepted((), Nothing())
    assert list(day.state.calls) == ["c1"]


def test_a_wake_up_before_the_day_is_opened_does_nothing() -> None:
    assert Day(opening=None).ask(Wake(due=NINE)) == Accepted((), Nothing())


# What every refusal owes


def test_every_refusal_is_one_chinese_sentence_for_people(day: Day) -> None:
    a1, *_ = day.waiting("A001", "A002")
    day.ok(call())
    refusals = [
        day.refused(command)
        for command in (
            OPENING,
            register("X001"),
            register("A001", card="new"),
            register("A009", card=card_of("A001")),
            CheckIn(by="kiosk", card="unknown"),
            CheckIn(by="kiosk", card=card_of("A001")),
            CheckIn(by="kiosk", card=card_of("A002")),
            call("9"),
            call("3"),
            call("1"),
            CallAgain(by="xu", room="3", ticket=a1),
            Miss(by="xu", room="3", ticket=a1),
            Recall(by="nurse", ticket=a1),
        )
    ]
    for refusal in refusals:
        assert refusal.message.endswith("。"), refusal
        assert refusal.message.count("。") == 1, refusal
        assert "，" in refusal.message, refusal
        assert not refusal.retry, refusal


def test_an_open_by_hand_needs_no_english_and_no_settings() -> None:
    body = (
        b'{"type":"clinic.open","by":"admin","clinic":{"name":"n","hospital":"h"},'
        b'"queues":{"A":{"name":"q"}},"rooms":{"1":{"doctor":"d","queues":["A"]}}}'
    )
    command = msgspec.json.decode(body, type=Open)
    day = Day(command)
    assert day.state.settings == Settings()
    assert day.state.queues["A"].plan.kind == "普"
