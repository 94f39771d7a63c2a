"""Doctors: sitting down, changing rooms, away, and what waits at their doors."""

from __future__ import annotations

import msgspec
import pytest

from actors.clinic.commands import (
    CallNext,
    ChangeRoom,
    CheckIn,
    Finish,
    GetBack,
    GoAway,
    LogIn,
    LogOut,
    OpenCalling,
    Serve,
    StopCalling,
    UndoCall,
)
from actors.clinic.plan import DoctorPlan, RoomPlan
from actors.clinic.settings import Doctors, SecondStage, Settings
from actors.runtime.shape import Wake
from tests.actors.clinic.day import NINE, OPENING, Day, card_of

REQUIRED = msgspec.structs.replace(
    OPENING,
    rooms={"2": RoomPlan("lin", ("A", "B")), "3": RoomPlan("xu", ("A",))},
    doctors={"lin": DoctorPlan("林知远"), "xu": DoctorPlan("许安禾", "主治")},
    settings=Settings(doctors=Doctors(log_in="required", absent_after_ms=600_000)),
)
DOORS = msgspec.structs.replace(
    OPENING, settings=Settings(second_stage=SecondStage(mode="auto", at_most=2))
)


def call(room: str = "3", after: str | None = None) -> CallNext:
    return CallNext(by="dr", room=room, after=after)


def test_a_planned_doctor_sits_there_from_the_opening_on() -> None:
    day = Day()
    day.waiting("A001")
    assert day.ok(call()).ticket == "t1"


def test_where_logging_in_is_required_nobody_calls_before() -> None:
    day = Day(REQUIRED)
    day.waiting("A001")
    assert day.refused(call()).code == "not_logged_in"
    day.ok(LogIn(by="xu", room="3", doctor="xu"))
    assert day.ok(call()).ticket == "t1"


def test_a_doctor_who_does_not_come_is_noticed_once() -> None:
    day = Day(REQUIRED)
    day.ok(LogIn(by="lin", room="2", doctor="lin"))
    day.later(600)
    day.ok(Wake(due=day.now))
    (alarm,) = day.state.alarms.values()
    assert (alarm.kind, alarm.room, alarm.doctor) == ("doctor_absent", "3", "xu")
    day.later(600)
    day.ok(Wake(due=day.now))
    assert len(day.state.alarms) == 1
    day.ok(LogIn(by="xu", room="3", doctor="xu"))
    assert not day.state.alarms


def test_nobody_sits_in_two_rooms() -> None:
    day = Day(REQUIRED)
    day.ok(LogIn(by="xu", room="3", doctor="xu"))
    refusal = day.refused(LogIn(by="xu", room="2", doctor="xu"))
    assert (refusal.code, refusal.details["room"]) == ("logged_in_elsewhere", "3")


def test_a_patient_in_the_room_keeps_its_doctor_there() -> None:
    day = Day()
    day.waiting("A001")
    day.ok(call())
    assert day.refused(LogOut(by="xu", room="3")).code == "still_busy"
    assert day.refused(ChangeRoom(by="xu", room="3", to="2")).code == "room_taken"
    day.ok(Finish(by="xu", room="3", ticket="t1"))
    day.ok(LogOut(by="xu", room="3"))
    assert day.refused(call()).code == "not_logged_in"


def test_a_trainee_shares_the_doctors_room() -> None:
    day = Day(REQUIRED)
    trainee = LogIn(by="lin", room="3", doctor="lin", mode="trainee")
    assert day.refused(trainee).code == "nobody_logged_in"
    day.ok(LogIn(by="xu", room="3", doctor="xu"))
    day.ok(trainee)
    assert day.state.rooms["3"].trainees == ("lin",)
    day.ok(LogOut(by="lin", room="3", doctor="lin"))
    assert day.state.rooms["3"].doctor == "xu"


def test_unticking_a_queue_pauses_it_for_this_doctor_alone() -> None:
    day = Day()
    day.waiting("B001")
    day.ok(Serve(by="lin", room="2", queue="B", on=False))
    assert day.refused(call("2")).code == "nobody_waiting"
    day.ok(Serve(by="lin", room="2", queue="B", on=True))
    assert day.ok(call("2")).ticket == "t1"


def test_a_queue_is_ticked_by_who_has_come() -> None:
    """The walls would announce the next of a room in which nobody sits."""
    day = Day(REQUIRED)
    tick = Serve(by="n", room="2", queue="A", on=True)
    assert day.refused(tick).code == "not_logged_in"
    assert day.state.rooms["2"].served == ()


def test_who_is_away_calls_nobody() -> None:
    day = Day()
    day.waiting("A001")
    day.ok(GoAway(by="xu", room="3", reason="抢救", back_at=NINE + 1_200_000))
    assert day.refused(call()).code == "away"
    day.ok(GetBack(by="xu", room="3"))
    day.ok(call())


@pytest.mark.parametrize("what", [{"doctor": "许安禾"}, {"queue": "A"}, {"room": "3"}])
def test_the_nurses_stop_refuses_next_and_lets_finish(what: dict[str, str]) -> None:
    day = Day()
    day.waiting("A001", "A002")
    day.ok(call())
    day.ok(StopCalling(by="nurse", reason="开会", **what))
    refusal = day.refused(call(after="t1"))
    assert (refusal.code, refusal.details["reason"]) == ("calling_stopped", "开会")
    day.ok(Finish(by="xu", room="3", ticket="t1"))
    day.ok(OpenCalling(by="nurse", **what))
    assert day.ok(call(after="t1")).ticket == "t2"


# The second stage


def test_doors_are_filled_as_people_come_and_are_called() -> None:
    day = Day(DOORS)
    day.waiting("A001", "A002", "A003", "A004", "A005")
    rooms = day.state.rooms
    assert sorted([*rooms["2"].door, *rooms["3"].door]) == ["t1", "t2", "t3", "t4"]
    first = rooms["3"].door[0]
    assert day.ok(call()).ticket == first
    assert len(rooms["3"].door) == 2
    assert "t5" in rooms["3"].door


def test_who_logs_out_gives_them_back_to_where_they_stood() -> None:
    day = Day(DOORS)
    day.waiting("A001", "A002", "A003", "A004", "A005")
    day.ok(LogOut(by="lin", room="2"))
    day.ok(LogOut(by="xu", room="3"))
    assert day.state.queues["A"].order == ["t1", "t2", "t3", "t4", "t5"]
    assert {t.state for t in day.state.tickets.values()} == {"waiting"}


def test_who_changes_rooms_takes_them_along_and_it_is_announced() -> None:
    day = Day(DOORS)
    day.ok(LogOut(by="lin", room="2"))
    day.waiting("A001", "A002")
    door = list(day.state.rooms["3"].door)
    day.ok(ChangeRoom(by="xu", room="3", to="2"))
    assert day.state.rooms["2"].door == door
    assert {day.state.tickets[key].room for key in door} == {"2"}
    (notice,) = day.state.notices.values()
    assert "许安禾" in notice.text
    assert "2" in notice.text


def test_an_undone_call_stands_at_the_door_again() -> None:
    day = Day(DOORS)
    day.waiting("A001", "A002")
    door = list(day.state.rooms["3"].door)
    called = day.ok(call())
    day.ok(UndoCall(by="xu", room="3", ticket=called.ticket))
    assert day.state.rooms["3"].door[0] == door[0]


def test_checking_in_tells_how_many_are_called_before() -> None:
    day = Day(DOORS)
    day.waiting("A001", "A002", "A003")
    day.registered("A009")
    assert day.ok(CheckIn(by="k", card=card_of("A009"))).ahead == 3
