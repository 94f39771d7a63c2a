"""Halves, 停诊, and the day's end: nobody is forgotten."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import (
    AnswerHelp,
    AnswerStop,
    Broadcast,
    CallHelp,
    CallNext,
    ChangeRules,
    CheckIn,
    CloseDay,
    EndHalf,
    LiftStop,
    Miss,
    PreviewHalf,
    PreviewRules,
    Register,
    Settle,
    StopClinic,
    ToExamination,
    Triage,
)
from actors.clinic.plan import DoctorPlan, HalfPlan, QueuePlan, RoomPlan, Target
from actors.clinic.settings import Emergency, Order, Settings
from actors.kernel.errors import BadRequest
from actors.runtime.shape import Wake
from tests.actors.clinic.day import NINE, OPENING, VAULT, Day, card_of

HOUR = 3_600_000
HALVES = msgspec.structs.replace(
    OPENING,
    queues={
        "A": QueuePlan("心血管内科"),
        "Z": QueuePlan("专家门诊", doctor="zhou"),
    },
    rooms={"1": RoomPlan("zhou", ("Z", "A")), "2": RoomPlan("lin", ("A",))},
    doctors={"zhou": DoctorPlan("周文澜"), "lin": DoctorPlan("林知远")},
    halves={
        "am": HalfPlan(NINE, NINE + 3 * HOUR),
        "pm": HalfPlan(NINE + 5 * HOUR, NINE + 8 * HOUR),
    },
)


def call(room: str = "3", after: str | None = None) -> CallNext:
    return CallNext(by="dr", room=room, after=after)


# Halves


def test_a_registration_is_of_its_half() -> None:
    day = Day(HALVES)
    day.registered("A001")
    day.now = NINE + 6 * HOUR
    day.registered("A002")
    halves = [ticket.half for ticket in day.state.tickets.values()]
    assert halves == ["am", "pm"]


def test_a_number_is_shown_once_in_a_half() -> None:
    day = Day(HALVES)
    day.registered("A001")
    day.now = NINE + 6 * HOUR
    day.registered("A001", card="another")
    assert len(day.state.tickets) == 2


def test_a_kiosk_refuses_a_half_that_is_over_and_the_desk_does_not() -> None:
    day = Day(HALVES)
    day.registered("A001")
    day.now = NINE + 6 * HOUR
    late = CheckIn(by="kiosk", card=card_of("A001"))
    assert day.refused(late).code == "cut_off"
    day.ok(CheckIn(by="nurse", ticket="t1", where="desk"))


def test_the_unseen_of_the_morning_go_on_to_the_afternoon() -> None:
    day = Day(HALVES)
    day.waiting("Z001", "Z002")
    ended = day.ok(EndHalf(by="zhou", half="am", doctor="zhou"))
    assert (ended.moved, ended.asked) == (("t1", "t2"), ())
    again = day.ok(EndHalf(by="zhou", half="am", doctor="zhou"))
    assert (again.moved, again.asked) == ((), ())


def test_with_no_half_to_come_the_nurse_is_asked() -> None:
    day = Day(HALVES)
    day.now = NINE + 6 * HOUR
    day.waiting("Z001")
    ended = day.ok(EndHalf(by="zhou", half="pm", doctor="zhou"))
    assert ended.asked == ("t1",)
    (alarm,) = day.state.alarms.values()
    assert (alarm.kind, alarm.doctor) == ("unseen_half", "zhou")


def test_the_end_of_a_half_is_seen_before_it_is_done() -> None:
    day = Day(HALVES)
    day.waiting("Z001", "Z002", "Z003")
    day.ok(call("1"))
    day.now += 60_000
    day.ok(Miss(by="zhou", room="1", ticket="t1"))
    day.now = NINE + 6 * HOUR
    day.waiting("Z009")
    asked: Any = {"by": "zhou", "half": "am", "doctor": "zhou"}
    before = day.ok(PreviewHalf(**asked))
    assert before.to == "pm"
    # before who came for the afternoon, in the order in which they will be called
    places = [(one.ticket, one.place) for one in before.moved]
    assert places == [("t2", 1), ("t3", 2)]
    assert [(one.ticket, one.state) for one in before.asked] == [("t1", "missed")]
    assert day.state.doctors["zhou"].ended == ()
    assert day.state.alarms == {}

    ended = day.ok(EndHalf(**asked))
    assert set(ended.moved) == {"t2", "t3"}
    assert ended.asked == ("t1",)
    assert day.state.queues["Z"].order[:2] == [key for key, _ in places]
    again = day.ok(PreviewHalf(**asked))
    assert (again.moved, again.asked) == ((), ())


def test_who_would_be_the_nurses_to_arrange_is_seen_before() -> None:
    day = Day(HALVES)
    day.now = NINE + 6 * HOUR
    day.waiting("Z001")
    seen = day.ok(PreviewHalf(by="n", half="pm", doctor="zhou"))
    assert (seen.to, seen.moved, seen.asked[0].number) == (None, (), "Z001")
    nobody = PreviewHalf(by="n", half="pm", doctor="nobody")
    assert day.refused(nobody).code == "unknown_doctor"


# 停诊


def test_a_stop_asks_everybody_and_is_tracked_until_all_have_answered() -> None:
    day = Day(HALVES)
    day.waiting("Z001", "Z002", "Z003")
    day.registered("Z009")
    day.waiting("A001")
    day.ok(call("1"))
    stopped = day.ok(StopClinic(by="nurse", doctor="zhou", half="all", reason="手术"))
    assert stopped.tickets == ("t2", "t3", "t4")
    assert day.state.queues["Z"].order == []
    assert day.state.tickets["t1"].state == "called"  # is still seen to
    assert day.refused(call("1", "t1")).code == "clinic_stopped"
    register = Register(by="his", queue="Z", name=VAULT.seal("何苗"), card="x")
    assert day.refused(register).code == "clinic_stopped"

    to = Target(queue="A")
    one = day.ok(AnswerStop(by="n", ticket="t2", answer="doctor", to=to))
    assert one.open == 2
    assert day.state.queues["A"].order == ["t2", "t5"]  # came earlier
    day.ok(AnswerStop(by="n", ticket="t3", answer="refund"))
    last = day.ok(AnswerStop(by="n", ticket="t4", answer="day", day="2026-11-24"))
    assert last.open == 0
    states = [day.state.tickets[key].state for key in ("t2", "t3", "t4")]
    assert states == ["waiting", "refunded", "gave_up"]
    assert day.refused(AnswerStop(by="n", ticket="t3", answer="refund")).code == (
        "not_stopped"
    )


def test_a_booked_one_moves_to_the_other_doctor_booked() -> None:
    day = Day(HALVES)
    day.registered("Z001")
    day.ok(StopClinic(by="n", queue="Z", reason="手术"))
    day.ok(AnswerStop(by="n", ticket="t1", answer="doctor", to=Target(queue="A")))
    ticket = day.state.tickets["t1"]
    assert (ticket.state, ticket.queue) == ("booked", "A")


def test_a_lifted_stop_puts_those_who_have_not_answered_back_where_they_stood() -> None:
    day = Day(HALVES)
    day.waiting("Z001", "Z002", "Z003")
    day.registered("Z009")
    before = list(day.state.queues["Z"].order)
    day.ok(StopClinic(by="nurse", doctor="zhou", half="all", reason="手术"))
    day.ok(AnswerStop(by="n", ticket="t2", answer="refund"))
    lifted = day.ok(LiftStop(by="his", doctor="zhou", reason="手术取消"))
    assert lifted.tickets == ("t1", "t3", "t4")
    assert day.state.queues["Z"].order == [key for key in before if key != "t2"]
    states = [day.state.tickets[key].state for key in ("t1", "t2", "t3", "t4")]
    assert states == ["waiting", "refunded", "waiting", "booked"]
    assert day.ok(call("1")).ticket == "t1"
    again = LiftStop(by="his", doctor="zhou", reason="手术取消")
    assert day.refused(again).code == "not_stopped"
    # another stop is another key: nobody's answer is taken for one of the first
    day.ok(StopClinic(by="nurse", doctor="zhou", half="all", reason="手术"))
    assert set(day.state.stops) == {"s2"}


# Rules while the day runs


def test_changed_rules_are_seen_before_they_hold() -> None:
    day = Day()
    day.registered("A002")
    day.registered("A001")
    for ticket in ("t2", "t1"):
        day.ok(CheckIn(by="n", ticket=ticket))
    settings = Settings(order=Order(base="registration"))
    (change,) = day.ok(PreviewRules(by="n", settings=settings)).changes
    assert (change.before, change.after) == (("t2", "t1"), ("t1", "t2"))
    assert day.state.queues["A"].order == ["t2", "t1"]
    day.ok(ChangeRules(by="admin", settings=settings, reason="专家建议"))
    assert day.state.queues["A"].order == ["t1", "t2"]


def test_rules_that_cannot_be_are_told_in_words() -> None:
    day = Day()
    refusal = day.refused(
        ChangeRules(by="admin", settings=Settings(missed_after_calls=0))
    )
    assert isinstance(refusal, BadRequest)
    assert refusal.details["field"] == "settings.missed_after_calls"
    assert "过号" in refusal.message


# The day's end


def test_the_day_closes_when_everybody_has_an_end() -> None:
    day = Day()
    day.waiting("A001", "A002", "A003", "A004")
    day.registered("A009")  # never came: no obstacle
    day.ok(call())
    day.ok(ToExamination(by="xu", room="3", ticket="t1"))
    day.ok(call())
    closing = day.ok(CloseDay(by="nurse"))
    assert not closing.closed
    assert {left.ticket: left.proposed for left in closing.left} == {
        "t1": "done",
        "t2": "missed",
        "t3": "gave_up",
        "t4": "gave_up",
    }
    for left in closing.left:
        day.ok(Settle(by="nurse", ticket=left.ticket, end=left.proposed))
    assert day.ok(CloseDay(by="nurse")).closed
    assert day.ok(CloseDay(by="nurse")).closed
    assert day.refused(call()).code == "day_closed"
    assert day.state.rooms["3"].current is None


# Emergency, help, notices


def test_an_exceeded_target_raises_a_retriage_alarm_once() -> None:
    day = Day(
        msgspec.structs.replace(
            OPENING, settings=Settings(emergency=Emergency(on=True))
        )
    )
    day.waiting("A001")
    day.ok(Triage(by="n", ticket="t1", level=3))
    target = day.now + 30 * 60_000
    assert day.state.timers["retriage:t1"] == target
    day.now = target
    day.ok(Wake(due=target))
    (alarm,) = day.state.alarms.values()
    assert (alarm.kind, alarm.ticket) == ("retriage", "t1")
    day.ok(Wake(due=target))
    assert len(day.state.alarms) == 1
    day.ok(Triage(by="n", ticket="t1", level=2, reason="胸痛加重"))
    assert not day.state.alarms
    assert day.state.timers["retriage:t1"] == day.now + 10 * 60_000
    day.ok(call())
    assert "retriage:t1" not in day.state.timers


@pytest.mark.parametrize("over", [False, True])
def test_help_is_seen_and_answered(over: bool) -> None:
    day = Day()
    alarm = day.ok(CallHelp(by="xu", room="3", reason="晕倒")).alarm
    day.ok(AnswerHelp(by="nurse", alarm=alarm))
    assert day.state.alarms[alarm].answered == "nurse"
    if over:
        day.ok(AnswerHelp(by="nurse", alarm=alarm, over=True))
        assert not day.state.alarms


def test_a_broadcast_ends_by_itself() -> None:
    day = Day()
    until = day.now + 60_000
    day.ok(Broadcast(by="n", text="请保持安静", until=until, zones=("north",)))
    assert len(day.state.notices) == 1
    day.now = until
    day.ok(Wake(due=until))
    assert not day.state.notices
