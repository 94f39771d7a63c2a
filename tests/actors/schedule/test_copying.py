"""A day laid out as another was: seen before, all of it or nothing, and taken back."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from actors.schedule.commands import (
    AddSessions,
    RemoveSessions,
    SeePlan,
    SetCount,
    Stop,
)
from actors.schedule.plan import SessionPlan
from tests.actors.schedule.day import EXPERT, LIN, OPENING, Day, slot

NIGHT = SessionPlan(
    half="night",
    slots={"1": slot(10, 4), "2": slot(10.5, 4)},
    doctor="zhou",
    kind="专",
    price=5000,
    clinic="im2",
    queue="Z",
    prefix="N",
)
LINS = replace(NIGHT, doctor="lin", slots={"1": slot(1, 4)})


def adding(dry: bool = False, **sessions: SessionPlan) -> AddSessions:
    return AddSessions(by="admin", sessions=sessions, doctors={"lin": LIN}, dry=dry)


def removing(*sessions: str) -> RemoveSessions:
    return RemoveSessions(by="admin", sessions=sessions)


def shown(day: Day) -> Any:
    view = day.view("desk")
    return set(view["sessions"]), set(view["counts"]), set(view["slots"])


def test_the_plan_is_what_was_laid_out_whatever_has_become_of_it() -> None:
    day = Day()
    day.booked("p1")
    day.ok(SetCount(by="a", session="e", slot="1", count=9, reason="加号"))
    told = day.ok(SeePlan(by="admin"))
    assert told.sessions == OPENING.sessions
    assert (told.department, told.doctors) == (OPENING.department, OPENING.doctors)


def test_it_is_said_before_what_would_be_added_is_the_same_or_cannot_be() -> None:
    day = Day()
    other = replace(EXPERT, price=9000)
    busy = replace(NIGHT, slots={"1": slot(1.25, 2)})
    asked = adding(n=NIGHT, o=OPENING.sessions["o"], e=other, busy=busy)
    told = day.ok(replace(asked, dry=True))
    assert (told.added, told.same) == (("n",), ("o",))
    assert told.conflicts == {"e": "session_taken", "busy": "doctor_busy"}
    refused = day.no(asked)
    assert (refused.code, refused.details["session"]) == ("session_taken", "e")
    # all or none
    assert set(day.state.sessions) == {"e", "o"}


def test_added_at_once_and_again_it_is_the_same() -> None:
    day = Day()
    asked = adding(n=NIGHT, x=LINS)
    assert day.ok(asked).added == ("n", "x")
    assert day.ok(asked).same == ("n", "x")
    day.booked("p1", "n")


def test_a_doctor_who_was_stopped_is_free() -> None:
    day = Day()
    day.ok(Stop(by="a", session="e", reason="手术"))
    busy = replace(EXPERT, slots={"1": slot(1, 2)})
    assert day.ok(adding(x=busy)).added == ("x",)


def test_it_is_taken_back_as_if_it_had_never_been() -> None:
    day = Day()
    before = shown(day)
    day.ok(adding(n=NIGHT, x=LINS))
    assert shown(day) != before
    day.ok(removing("n", "x"))
    assert shown(day) == before
    assert day.no(removing("n")).code == "unknown_session"


def test_what_somebody_has_had_a_number_of_is_stopped_instead() -> None:
    day = Day()
    day.ok(adding(n=NIGHT, x=LINS))
    day.booked("p1", "n")
    refused = day.no(removing("x", "n"))
    assert (refused.code, refused.details["session"]) == ("places_held", "n")
    assert "x" in day.state.sessions


def test_no_clinic_of_a_doctor_nobody_knows() -> None:
    day = Day()
    unknown = AddSessions(by="a", sessions={"n": replace(NIGHT, doctor="nobody")})
    assert day.no(unknown).code == "bad_request"
