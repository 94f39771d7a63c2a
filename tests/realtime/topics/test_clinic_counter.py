"""The clinic's counter: every command has a door, and every door its rights."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.clinic import commands as c
from actors.clinic.commands import Command
from actors.kernel.errors import BadRequest, Forbidden, Refusal, UnknownAsk
from actors.runtime.shape import Accepted, Wake
from realtime.tokens import Principal
from realtime.topics.clinic_asks import ASKS
from realtime.topics.clinic_counter import ClinicCounter
from realtime.version import CHECKOUT
from tests.actors.clinic.day import VAULT, Day, card_of

COUNTER = ClinicCounter(VAULT)
PARTS = ("im2", "2026-11-23")
OWN = {
    ("kiosk", "check_in"): c.CheckIn,
    ("desk", "check_in"): c.CheckIn,
    ("setup", "register"): c.Register,
    ("desk", "register"): c.Register,
    ("desk", "complaint"): c.NoteComplaint,
    ("setup", "rename"): c.Rename,
    ("setup", "merge"): c.Merge,
}
BETWEEN_ACTORS = {c.CarryOver, c.Arrive, c.Left, c.NotTaken, Wake}


def somebody(*roles: str, at: str = "im2") -> Principal:
    return Principal("who", frozenset(roles), frozenset({at}), expires=2**53)


def errand(who: Principal, view: str, name: str, body: dict[str, Any]) -> Any:
    raw = msgspec.Raw(msgspec.json.encode(body))
    return COUNTER.errand(who, PARTS, view, name, raw)


def test_every_command_has_a_door() -> None:
    doors = {ask.command for ask in ASKS.values()} | set(OWN.values())
    assert doors == set(typing.get_args(Command)) - BETWEEN_ACTORS


def test_no_door_is_for_what_passes_between_actors() -> None:
    names = {name for _, name in ASKS}
    assert names.isdisjoint({"arrive", "left", "not_taken", "carry_over", "wake"})


def test_every_ask_is_written_down() -> None:
    text = Path(CHECKOUT / "docs" / "protocol.md").read_text("utf-8")
    clinic = text[text.index("## The clinic") : text.index("## The keys of a room")]
    for _, name in (*ASKS, *OWN):
        assert f"`{name}" in clinic, name


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("call_next", {"room": "3"}),
        ("log_in", {"room": "3", "doctor": "xu"}),
        ("away", {"room": "3", "reason": "抢救"}),
        ("to_examination", {"room": "3", "ticket": "t1", "reports": ["ct"]}),
    ],
)
def test_a_room_is_its_doctors_and_the_nurses(name: str, body: dict[str, Any]) -> None:
    for who in (somebody("doctor", at="im2/3"), somebody("nurse")):
        assert errand(who, "desk", name, body).command.room == "3"
    for who in (
        somebody("doctor", at="im2/2"),
        somebody("nurse", at="eye1"),
        somebody("screen"),
        somebody("his", "admin"),
    ):
        with pytest.raises(Forbidden):
            errand(who, "desk", name, body)


def test_both_rooms_of_a_move_must_be_theirs() -> None:
    body = {"room": "3", "to": "2"}
    with pytest.raises(Forbidden):
        errand(somebody("doctor", at="im2/3"), "desk", "change_room", body)
    assert errand(somebody("doctor"), "desk", "change_room", body).command.to == "2"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("set_class", {"ticket": "t1", "special": "aged", "reason": "七十三岁"}),
        ("stop_clinic", {"doctor": "xu", "reason": "急诊手术"}),
        ("close_day", {}),
        ("check_in", {"ticket": "t1"}),
    ],
)
def test_the_desk_is_the_nurses(name: str, body: dict[str, Any]) -> None:
    assert errand(somebody("nurse"), "desk", name, body).command.by == "who"
    for who in (somebody("doctor"), somebody("kiosk"), somebody("his")):
        with pytest.raises(Forbidden):
            errand(who, "desk", name, body)


def test_rules_are_the_nurse_managers() -> None:
    body = {"settings": {"late": {"mode": "interleave"}}}
    changed = errand(somebody("admin"), "setup", "change_rules", body).command
    assert changed.settings.late.mode == "interleave"
    with pytest.raises(Forbidden):
        errand(somebody("his"), "setup", "change_rules", body)
    assert errand(somebody("nurse"), "desk", "preview_rules", body)


def test_a_kiosk_is_a_kiosk_whatever_it_says() -> None:
    body = {"card": "1001", "where": "desk"}
    assert errand(somebody("kiosk"), "kiosk", "check_in", body).command.where == "kiosk"
    at_desk = errand(somebody("nurse"), "desk", "check_in", {"card": "1001"}).command
    assert at_desk.where == "desk"
    assert at_desk.card == VAULT.index("card", "1001")


@pytest.mark.parametrize(
    ("view", "name", "body", "field"),
    [
        ("desk", "set_class", {"ticket": "t1", "special": "aged"}, "reason"),
        ("desk", "call_one", {"room": "3", "ticket": "t1", "reason": " "}, "reason"),
        ("desk", "triage", {"ticket": "t1", "level": 5}, "level"),
        ("desk", "check_in", {}, "card"),
        ("desk", "settle", {"ticket": "t1", "end": "gone"}, "end"),
        ("desk", "register", {"queue": "A", "name": "无名氏"}, "card"),
    ],
)
def test_a_wrong_body_says_where(
    view: str, name: str, body: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        errand(somebody("nurse", "doctor"), view, name, body)
    assert refused.value.details["field"] == field


def test_what_is_not_asked_here_is_unknown() -> None:
    for view, name in (("hall", "call_next"), ("desk", "open"), ("kiosk", "finish")):
        with pytest.raises(UnknownAsk):
            errand(somebody("nurse", "admin"), view, name, {})


def test_somebody_unnamed_has_a_ticket_too() -> None:
    body = {"queue": "A", "name": "无名氏", "ticket": "e1", "level": 1}
    day = Day()
    day.ok(errand(somebody("nurse"), "desk", "register", body).command)
    day.ok(errand(somebody("nurse"), "desk", "check_in", {"ticket": "e1"}).command)
    assert day.state.tickets["e1"].facts.emergency == 1


def test_a_visit_goes_on_from_one_that_was_theirs() -> None:
    earlier = Day()
    earlier.waiting("A001")
    earlier.ok(c.CallNext(by="dr", room="3"))
    body = {
        **{"queue": "A", "name": "张友三", "card": "1001"},
        **{"linked": "t1", "linked_day": "2026-11-21"},
    }
    asked = errand(somebody("nurse"), "desk", "register", body)
    assert (asked.facts.kind, asked.facts.parts) == ("clinic", ("im2", "2026-11-21"))
    no = asked.facts.complete(earlier.state)
    assert isinstance(no, Refusal)
    assert no.code == "no_such_visit"

    mine = earlier.state.tickets["t1"]
    mine.card = VAULT.index("card", "1001")
    assert asked.facts.complete(earlier.state).code == "no_such_visit"  # not seen yet
    earlier.ok(c.Finish(by="dr", room="3", ticket="t1"))
    complete = asked.facts.complete(earlier.state)
    assert (complete.linked, complete.linked_day) == ("t1", "2026-11-21")
    assert Day().ask(complete).events[0].linked == "t1"  # type: ignore[union-attr]


def test_a_history_says_who_when_where_and_why() -> None:
    day = Day()
    day.waiting("A001")
    body = {"ticket": "t1", "reason": "家属要求", "where": "desk-2"}
    day.ok(errand(somebody("nurse"), "desk", "give_up", body).command)
    asked = errand(somebody("nurse"), "desk", "history", {"ticket": "t1"})
    decided = day.ask(asked.command)
    assert isinstance(decided, Accepted)
    told = asked.finish(msgspec.json.encode(decided.reply), day.state)
    history = msgspec.json.decode(told)["history"]
    assert [step["type"] for step in history] == [
        "clinic.registered",
        "clinic.checked_in",
        "clinic.gave_up",
    ]
    last = history[-1]
    assert (last["by"], last["where"], last["reason"]) == ("who", "desk-2", "家属要求")
    assert last["at"] == day.now
    for private in ("张友三", card_of("A001"), "box"):
        assert private not in told.decode()


def test_a_complaint_travels_sealed_and_is_the_nurses_to_note() -> None:
    body = {"ticket": "t1", "text": " 胸闷三天 "}
    command = errand(somebody("nurse"), "desk", "complaint", body).command
    assert VAULT.open(command.complaint) == "胸闷三天"
    assert "胸闷" not in repr(command)
    body["text"] = " "
    assert (
        errand(somebody("nurse"), "desk", "complaint", body).command.complaint is None
    )
    with pytest.raises(Forbidden):
        errand(somebody("doctor"), "desk", "complaint", body)


def test_a_desk_looks_a_week_back_and_no_further() -> None:
    counter = ClinicCounter(VAULT, lambda: "2026-11-23")
    nurse = somebody("nurse")
    history = msgspec.Raw(b'{"ticket": "t1"}')
    for day in ("2026-11-23", "2026-11-16"):
        counter.may_look(nurse, ("im2", day), "desk")
        counter.errand(nurse, ("im2", day), "desk", "history", history)
    with pytest.raises(Forbidden):
        counter.may_look(nurse, ("im2", "2026-11-15"), "desk")
    with pytest.raises(Forbidden):
        counter.errand(nurse, ("im2", "2026-11-15"), "desk", "history", history)
    # whoever it is: the day before is nobody's who does not work there
    with pytest.raises(Forbidden):
        counter.may_look(somebody("nurse", at="eye1"), ("im2", "2026-11-22"), "desk")
