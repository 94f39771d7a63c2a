"""停诊, 改诊, 替诊: nobody with a number is forgotten, nobody without one is kept."""

from __future__ import annotations

import msgspec
import pytest

from actors.schedule.commands import (
    Answer,
    Cancel,
    Change,
    Confirm,
    Move,
    Replace,
    Resume,
    Stop,
    Take,
)
from actors.schedule.events import Answered, Stopped
from actors.schedule.plan import HOUR, DoctorPlan
from tests.actors.schedule.day import (
    EIGHT,
    EXPERT,
    LIN,
    OPENING,
    Day,
    book,
    lock,
    slot,
)

STOP = Stop(by="office", session="e", reason="急诊手术")
OTHER = msgspec.structs.replace(EXPERT, slots={"1": slot(6, 2)}, half="pm")


@pytest.fixture
def day() -> Day:
    sessions = {**OPENING.sessions, "x": OTHER}
    return Day(msgspec.structs.replace(OPENING, sessions=sessions))


def test_who_has_a_number_is_asked_and_who_only_held_a_place_is_let_go(
    day: Day,
) -> None:
    kept = day.booked("p1")
    held = day.lock("p2")
    reply = day.ok(STOP)
    assert (reply.bookings, reply.ended) == ((kept.booking,), (held.booking,))
    assert [day.stage(b) for b in ("b1", "b2")] == ["stopped", "cancelled"]
    late = Confirm(by="d", booking=held.booking, paid=5000, trade="t")
    assert day.no(late).code == "not_held"
    assert day.no(lock("p3")).code == "session_stopped"
    session = day.view("pool")["sessions"]["e"]
    assert (session["stopped"], session["note"]) == (True, "急诊手术")
    assert set(session["left"].values()) == {0}
    assert day.view("desk")["affected"]["b1"]["open"] is True
    assert day.view("desk")["counts"]["e"]["withdrawn"] == 4
    assert day.no(STOP).code == "already_stopped"


def test_another_doctor_today_takes_the_payment_along(day: Day) -> None:
    day.booked("p1")
    day.ok(STOP)
    given = day.ok(
        Answer(by="p", booking="b1", person="p1", answer="doctor", session="x")
    )
    assert (given.booking, given.number, given.session) == ("b2", "Z002", "x")
    assert day.state.bookings["b2"].paid == 5000
    case = day.view("desk")["affected"]["b1"]
    assert (case["open"], case["answer"], case["to"]) == (False, "doctor", "b2")
    again = Answer(by="p", booking="b1", answer="refund")
    assert day.no(again).details == {"answer": "doctor"}


def test_the_money_back(day: Day) -> None:
    day.booked("p1")
    day.ok(STOP)
    refund = Answer(by="p", booking="b1", person="p1", answer="refund")
    ended = day.ok(refund)
    assert (ended.refund, ended.trade) == (5000, "pay-b1")
    assert day.run(refund).events == ()
    assert day.stage("b1") == "cancelled"


def test_giving_it_back_is_an_answer_too(day: Day) -> None:
    day.booked("p1")
    day.ok(STOP)
    (event,) = day.run(Cancel(by="p", booking="b1", person="p1")).events
    assert isinstance(event, Answered)
    assert day.view("desk")["affected"]["b1"]["answer"] == "refund"


def test_another_day_is_booked_there_and_named_here(day: Day) -> None:
    day.booked("p1")
    day.ok(STOP)
    nowhere = Answer(by="p", booking="b1", answer="day")
    assert day.no(nowhere).code == "no_other_booking"
    to = "cardio/2026-11-24/b7"
    day.ok(Answer(by="schedule", booking="b1", answer="day", to=to))
    assert day.state.bookings["b1"].to == to
    stay = Answer(by="p", booking="b1", answer="stay")
    assert day.no(stay).code == "already_answered"


def test_one_slot_may_be_stopped_alone(day: Day) -> None:
    first, second = day.booked("p1", slot="1"), day.booked("p2", slot="2")
    day.ok(msgspec.structs.replace(STOP, slots=("1",)))
    assert day.stage(first.booking) == "stopped"
    assert day.stage(second.booking) == "confirmed"
    assert day.lock("p3").slot == "2"
    change = Answer(by="p", booking="b1", answer="doctor", session="e", slot="2")
    assert day.no(change).code == "none_left"
    assert day.no(msgspec.structs.replace(STOP, slots=("9",))).code == "unknown_slot"


def test_resumed_everybody_unanswered_keeps_number_and_stage(day: Day) -> None:
    waits, leaves, taken = (day.booked(f"p{n}") for n in range(3))
    day.ok(Take(by="kiosk", booking=taken.booking))
    day.ok(STOP)
    day.ok(Answer(by="p", booking=leaves.booking, answer="refund"))
    resume = Resume(by="office", session="e", reason="手术提前结束")
    assert day.ok(resume).bookings == (waits.booking, taken.booking)
    stages = [day.stage(b.booking) for b in (waits, leaves, taken)]
    assert stages == ["confirmed", "cancelled", "taken"]
    assert day.view("pool")["sessions"]["e"]["left"]["window"] == 2
    assert day.no(resume).code == "not_stopped"


def test_who_has_come_and_whose_slot_has_begun_is_the_clinics(day: Day) -> None:
    here, later = day.booked("p1", slot="1"), day.booked("p2", slot="2")
    for given in (here, later):
        day.ok(Take(by="kiosk", booking=given.booking))
    day.clock.at = EIGHT + HOUR
    reply = day.ok(STOP)
    assert reply.bookings == (later.booking,)
    assert day.stage(here.booking) == "taken"


def test_moved_to_another_session_of_the_day(day: Day) -> None:
    day.booked("p1")
    move = Move(by="office", session="e", to="x", reason="开会")
    (event,) = day.run(move).events
    assert isinstance(event, Stopped)
    case = day.view("desk")["affected"]["b1"]
    assert (case["kind"], case["proposal"]) == ("moved", "x")
    assert day.view("pool")["sessions"]["e"]["moved_to"] == "x"
    nowhere = msgspec.structs.replace(move, session="x", to="nowhere")
    assert day.no(nowhere).code == "unknown_session"
    assert day.no(msgspec.structs.replace(move, to="e")).code == "unknown_session"
    back = msgspec.structs.replace(move, session="x", to="e")
    assert day.no(back).code == "session_stopped"
    far = msgspec.structs.replace(move, session="x", to="cardio/2026-11-24/e")
    day.ok(far)


def test_replaced_numbers_stay_good_and_may_be_given_back(day: Day) -> None:
    stays, leaves, comes = (day.booked(f"p{n}") for n in range(3))
    replace = Replace(by="office", session="e", doctor="lin", reason="出差")
    assert len(day.ok(replace).bookings) == 3
    session = day.view("pool")["sessions"]["e"]
    assert (session["doctor"], session["replaces"]) == ("lin", "zhou")
    day.ok(Answer(by="p", booking=stays.booking, answer="stay"))
    day.ok(Answer(by="p", booking=leaves.booking, answer="refund"))
    day.ok(Take(by="kiosk", booking=comes.booking))  # that is an answer as well
    cases = day.view("desk")["affected"]
    assert [case["open"] for case in cases.values()] == [False, False, False]
    assert day.stage(stays.booking) == "confirmed"
    assert day.no(replace).code == "same_doctor"
    unknown = msgspec.structs.replace(replace, doctor="he")
    assert day.no(unknown).code == "unknown_doctor"
    day.ok(msgspec.structs.replace(unknown, plan=DoctorPlan("何叙", "主治")))
    assert day.view("pool")["doctors"]["he"] == {"name": "何叙", "title": "主治"}
    assert day.state.doctors["lin"] == LIN


def test_a_replaced_one_who_changes_has_answered(day: Day) -> None:
    day.booked("p1")
    day.ok(Replace(by="office", session="e", doctor="lin", reason="出差"))
    day.ok(Change(by="p", booking="b1", person="p1", session="x"))
    case = day.view("desk")["affected"]["b1"]
    assert (case["answer"], case["to"]) == ("doctor", "b2")


def test_who_is_not_affected_has_nothing_to_answer(day: Day) -> None:
    day.booked("p1")
    answer = Answer(by="p", booking="b1", answer="refund")
    assert day.no(answer).code == "not_affected"
    wrong = msgspec.structs.replace(answer, person="p2")
    assert day.no(wrong).code == "unknown_booking"


def test_another_price_is_another_number(day: Day) -> None:
    day.booked("p1")
    day.ok(STOP)
    cheaper = Answer(by="p", booking="b1", answer="doctor", session="o")
    assert day.no(cheaper).details == {"price": 2000}


def test_reserves_do_not_keep_out_whom_the_hospital_sends(day: Day) -> None:
    cheap = msgspec.structs.replace(OTHER, price=2000)
    sessions = {**OPENING.sessions, "x": cheap}
    day = Day(msgspec.structs.replace(OPENING, sessions=sessions))
    day.booked("p0", "x")
    for n in range(1, 5):
        day.booked(f"p{n}", "o")
    assert day.no(lock("p9", "o")).code == "none_left"
    day.ok(msgspec.structs.replace(STOP, session="x"))
    answer = Answer(by="p", booking="b1", answer="doctor", session="o")
    assert day.ok(answer).number == "A005"


def test_given_out_elsewhere_while_it_is_stopped(day: Day) -> None:
    day.ok(STOP)
    given = day.ok(book("p1", outside=True, slot="1"))
    assert day.state.bookings[given.booking].over
    day.ok(Resume(by="office", session="e", reason="x"))
    assert day.view("desk")["counts"]["e"] == {
        "total": 5,
        "free": 4,
        "locked": 0,
        "confirmed": 1,
        "taken": 0,
        "no_show": 0,
        "withdrawn": 0,
    }
