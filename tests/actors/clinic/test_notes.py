"""What stands beside numbers and on doors: marks, reasons, notes; what is hidden."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import (
    CallNext,
    CheckIn,
    GoAway,
    Miss,
    NoteComplaint,
    Recall,
    Register,
    SetClass,
    StopCalling,
    StopClinic,
    TakeVitals,
    Triage,
)
from actors.clinic.plan import Extra, Slot, Vitals
from actors.clinic.settings import Settings, SpecialClass
from queue_displays.hall import HallView
from tests.actors.clinic.day import CLINIC, NINE, OPENING, VAULT, Day
from tests.actors.clinic.pictures import whole

HALL = HallView(VAULT)
CLASSES = Settings(classes=(SpecialClass("aged", "七十岁以上"),))


def hall(day: Day) -> Any:
    return whole(HALL, day.state)


def desk(day: Day) -> Any:
    return whole(CLINIC.views["desk"], day.state)


def registered(day: Day, **more: Any) -> str:
    name = VAULT.seal("张友三")
    card = f"c{len(day.state.tickets)}"
    given = day.ok(Register(by="his", queue="A", name=name, card=card, **more))
    day.ok(CheckIn(by="n", ticket=given.ticket, where="desk"))
    ticket: str = given.ticket
    return ticket


@pytest.fixture
def day() -> Day:
    return Day(msgspec.structs.replace(OPENING, settings=CLASSES))


def test_marks_are_codes_on_wall_and_desk_alike(day: Day) -> None:
    booked = registered(day, booked=True, special=("aged",))
    plain = registered(day)
    for view in (hall(day), desk(day)):
        assert view["tickets"][booked]["marks"] == ["booked", "priority"]
        assert "marks" not in view["tickets"][plain]
    day.ok(CallNext(by="xu", room="3"))
    day.later(60)
    command = {"by": "xu", "room": "3", "ticket": booked}
    day.ok(Miss(**command))
    day.ok(Recall(by="n", ticket=booked))
    assert "recall" in hall(day)["tickets"][booked]["marks"]


def test_reasons_are_the_desks_and_go_with_the_wait(day: Day) -> None:
    ticket = registered(day)
    day.ok(SetClass(by="n", ticket=ticket, special="aged", reason="七十三岁"))
    row = desk(day)["tickets"][ticket]
    assert row["reasons"][0]["code"] == "class_first"
    assert row["classes"] == ["aged"]
    assert "reasons" not in hall(day)["tickets"][ticket]
    day.ok(CallNext(by="xu", room="3"))
    assert "reasons" not in desk(day)["tickets"][ticket]


def test_the_desk_sees_slot_level_and_vital_signs(day: Day) -> None:
    slot = Slot(NINE, NINE + 1_800_000)
    ticket = registered(day, slot=slot, person="p1")
    day.ok(Triage(by="n", ticket=ticket, level=3))
    day.ok(TakeVitals(by="n", ticket=ticket, values=Vitals(pulse=88)))
    row = desk(day)["tickets"][ticket]
    assert (row["slot"], row["level"], row["person"], row["vitals"]) == (
        [slot.start, slot.end],
        3,
        "p1",
        {"pulse": 88},
    )
    # when they joined is among the reasons of a place, at the desk
    assert row.keys() >= hall(day)["tickets"][ticket].keys() - {"joined"}


def test_what_they_come_for_is_the_desks_alone(day: Day) -> None:
    ticket = registered(day)
    day.ok(NoteComplaint(by="n", ticket=ticket, complaint=VAULT.seal("胸闷三天")))
    assert desk(day)["tickets"][ticket]["complaint"] == "胸闷三天"
    assert "complaint" not in hall(day)["tickets"][ticket]
    day.ok(NoteComplaint(by="n", ticket=ticket))
    assert "complaint" not in desk(day)["tickets"][ticket]


def test_a_number_that_is_not_shown_is_on_no_wall(day: Day) -> None:
    hidden = registered(day, extra=Extra("同事", shown=False))
    shown = registered(day)
    day.ok(CallNext(by="xu", room="3"))
    wall = hall(day)
    called = day.state.rooms["3"].current
    assert {hidden, shown} == {called, *day.state.queues["A"].order}
    assert hidden not in wall["tickets"]
    assert hidden not in wall["orders"]["A"]
    assert hidden not in {row["ticket"] for row in wall.get("calls", {}).values()}
    assert hidden in desk(day)["tickets"]


@pytest.mark.parametrize(
    ("command", "note"),
    [
        (
            GoAway(by="xu", room="3", reason="抢救", back_at=NINE + 60_000),
            {"kind": "away", "reason": "抢救", "since": NINE, "back_at": NINE + 60_000},
        ),
        (
            StopCalling(by="n", doctor="许安禾", reason="开会"),
            {"kind": "stopped", "reason": "开会"},
        ),
        (
            StopClinic(by="n", doctor="许安禾", reason="手术"),
            {"kind": "clinic_stopped", "reason": "手术", "half": "all"},
        ),
    ],
)
def test_a_door_says_why_nobody_is_called(
    day: Day, command: Any, note: dict[str, Any]
) -> None:
    day.ok(command)
    assert hall(day)["rooms"]["3"]["note"] == note
    assert "note" not in hall(day)["rooms"]["2"]
