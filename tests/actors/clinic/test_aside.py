"""Away and back: examinations, set aside, missed too often, given up."""

from __future__ import annotations

import msgspec
import pytest

from actors.clinic.commands import (
    CallNext,
    CallOne,
    ComeBack,
    GiveUp,
    Hold,
    Leave,
    Miss,
    OpenedElsewhere,
    Postpone,
    Recall,
    ReportReady,
    Resume,
    Revive,
    Start,
    ToExamination,
    UndoCall,
    UndoCheckIn,
    UndoMissed,
)
from actors.clinic.settings import Recall as RecallRules
from actors.clinic.settings import Returns, Settings
from actors.runtime.shape import Wake
from tests.actors.clinic.day import OPENING, Day


def opened(settings: Settings) -> Day:
    return Day(msgspec.structs.replace(OPENING, settings=settings))


@pytest.fixture
def day() -> Day:
    """t1 is called into room 3; t2 and t3 wait."""
    day = Day()
    day.waiting("A001", "A002", "A003")
    day.ok(CallNext(by="xu", room="3"))
    return day


def state_of(day: Day, ticket: str = "t1") -> str:
    return day.state.tickets[ticket].state


def test_back_when_the_last_report_is_ready(day: Day) -> None:
    day.ok(ToExamination(by="xu", room="3", ticket="t1", reports=("ct", "blood")))
    assert day.state.rooms["3"].current is None
    day.ok(ReportReady(by="lis", ticket="t1", report="ct"))
    day.ok(ReportReady(by="lis", ticket="t1", report="ct"))
    assert state_of(day) == "examination"
    day.ok(ReportReady(by="lis", ticket="t1", report="blood"))
    assert state_of(day) == "waiting"
    assert day.state.tickets["t1"].facts.origin == "return"
    assert day.state.tickets["t1"].facts.doctor == "许安禾"


def test_without_automatic_return_a_report_changes_no_place() -> None:
    day = opened(Settings(returns=Returns(automatic=False)))
    day.waiting("A001")
    day.ok(CallNext(by="xu", room="3"))
    day.ok(ToExamination(by="xu", room="3", ticket="t1", reports=("ct",)))
    day.ok(ReportReady(by="lis", ticket="t1"))
    assert state_of(day) == "examination"
    day.ok(ComeBack(by="nurse", ticket="t1"))
    assert state_of(day) == "waiting"


def test_back_at_a_set_time(day: Day) -> None:
    back_at = day.now + 1_200_000
    day.ok(ToExamination(by="xu", room="3", ticket="t1", back_at=back_at))
    day.now = back_at
    day.ok(Wake(due=back_at))
    assert state_of(day) == "waiting"
    day.ok(Wake(due=back_at))


def test_a_kept_chair_waits_for_its_patient(day: Day) -> None:
    day.ok(ToExamination(by="xu", room="3", ticket="t1", keeps_seat=True))
    refusal = day.refused(CallNext(by="xu", room="3"))
    assert (refusal.code, refusal.details["ticket"]) == ("seat_kept", "t1")
    day.ok(ComeBack(by="xu", ticket="t1"))
    assert (state_of(day), day.state.rooms["3"].current) == ("in", "t1")
    assert day.state.rooms["3"].kept is None


def test_set_aside_and_gone_on_with(day: Day) -> None:
    day.ok(Hold(by="xu", room="3", ticket="t1", reason="等家属"))
    assert day.ok(CallNext(by="xu", room="3", after="t1")).ticket == "t2"
    stale = Resume(by="xu", room="3", ticket="t1")
    assert day.refused(stale).code == "moved_on"
    day.ok(Resume(by="xu", room="3", ticket="t1", after="t2"))
    assert (state_of(day), state_of(day, "t2")) == ("in", "done")


def test_a_mistaken_call_leaves_no_trace_in_the_line(day: Day) -> None:
    day.ok(UndoCall(by="xu", room="3", ticket="t1", reason="按错"))
    assert day.state.queues["A"].order == ["t1", "t2", "t3"]
    assert day.state.rooms["3"].current is None
    assert day.state.tickets["t1"].called_at is None
    day.ok(CallNext(by="xu", room="3"))
    day.ok(Start(by="xu", room="3", ticket="t1"))
    assert day.refused(UndoCall(by="xu", room="3", ticket="t1")).code == "too_late"


def test_a_miss_undone_returns_to_its_place(day: Day) -> None:
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket="t1"))
    day.ok(UndoMissed(by="xu", ticket="t1"))
    assert day.state.queues["A"].order == ["t1", "t2", "t3"]
    assert day.state.tickets["t1"].misses == 0
    assert not day.state.missed


def test_missed_too_often_only_the_nurse_revives(day: Day) -> None:
    day = opened(Settings(recall=RecallRules(misses_void=2), missed_after_ms=0))
    day.waiting("A001")
    for _ in range(2):
        day.ok(CallNext(by="xu", room="3"))
        day.ok(Miss(by="xu", room="3", ticket="t1"))
        if not day.state.tickets["t1"].void:
            day.ok(Recall(by="nurse", ticket="t1"))
    assert day.refused(Recall(by="nurse", ticket="t1")).code == "void"
    by_name = CallOne(by="xu", room="3", ticket="t1", reason="他来了", after="t1")
    assert day.refused(by_name).code == "void"
    day.ok(Revive(by="nurse", ticket="t1", reason="手机没电"))
    assert state_of(day) == "waiting"


def test_two_calls_before_a_miss_where_the_rules_say_so() -> None:
    day = opened(Settings(missed_after_calls=2))
    day.waiting("A001")
    day.ok(CallNext(by="xu", room="3"))
    day.later(60)
    refusal = day.refused(Miss(by="xu", room="3", ticket="t1"))
    assert (refusal.code, refusal.details["calls"]) == ("call_again_first", 1)


def test_one_called_out_of_turn_keeps_why(day: Day) -> None:
    day.ok(CallOne(by="xu", room="3", ticket="t3", reason="要去手术", after="t1"))
    assert (state_of(day), state_of(day, "t3")) == ("done", "called")
    called = day.state.history["t3"][-1]
    assert (called.reason, called.out_of_turn) == ("要去手术", True)


def test_given_up_and_thought_better_of(day: Day) -> None:
    day.ok(GiveUp(by="nurse", ticket="t2", reason="不等了"))
    day.ok(Leave(by="phone", ticket="t3"))
    assert day.state.queues["A"].order == []
    day.ok(Revive(by="nurse", ticket="t2"))
    assert day.state.queues["A"].order == ["t2"]
    day.registered("A009")
    day.ok(GiveUp(by="nurse", ticket="t4"))
    day.ok(Revive(by="nurse", ticket="t4"))
    assert state_of(day, "t4") == "booked"


def test_who_gives_up_when_called_frees_the_room(day: Day) -> None:
    day.ok(Leave(by="phone", ticket="t1"))
    assert day.state.rooms["3"].current is None
    assert day.ok(CallNext(by="xu", room="3")).ticket == "t2"


def test_postponed_goes_behind_who_waits(day: Day) -> None:
    day.ok(Postpone(by="phone", ticket="t2"))
    assert day.state.queues["A"].order == ["t3", "t2"]


def test_the_wrong_one_checked_in(day: Day) -> None:
    day.ok(UndoCheckIn(by="nurse", ticket="t2"))
    assert state_of(day, "t2") == "booked"
    assert day.refused(UndoCheckIn(by="nurse", ticket="t1")).code == "not_waiting"


def test_opened_in_his_is_a_call_and_a_start(day: Day) -> None:
    day.ok(OpenedElsewhere(by="his", ticket="t3", room="3"))
    assert (state_of(day), state_of(day, "t3")) == ("done", "in")
    before = len(day.events)
    day.ok(OpenedElsewhere(by="his", ticket="t3", room="3"))
    assert len(day.events) == before
    assert list(day.state.calls) == ["c1"]  # nobody announces what HIS opened
