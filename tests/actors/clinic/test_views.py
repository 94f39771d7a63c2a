"""What is seen of a clinic, row by row as docs/protocol.md writes it."""

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import CallNext, CheckIn, Finish, Miss, Start
from actors.clinic.settings import Settings
from actors.clinic.views import UNREADABLE, DeskView, KioskView
from actors.kernel.sealed import Vault
from tests.actors.clinic.day import CLINIC, NINE, VAULT, Day, card_of
from tests.actors.clinic.pictures import Document, whole


@pytest.fixture
def day() -> Day:
    """Two waiting, one called, one in consultation, one missed, one done, one not
    here yet."""
    day = Day()
    for number in ("A001", "A002", "A003", "A004", "A005"):
        day.registered(number, name="欧阳娜娜")
        day.ok(CheckIn(by="kiosk", card=card_of(number)))
    day.registered("B001", name="John Smith")
    day.ok(CallNext(by="xu", room="3"))
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket="t1"))
    day.ok(CallNext(by="xu", room="3"))
    day.ok(CallNext(by="xu", room="3", after="t2"))
    day.ok(Start(by="xu", room="3", ticket="t3"))
    day.ok(CallNext(by="lin", room="2"))
    return day


def desk(day: Day) -> Document:
    return whole(CLINIC.views["desk"], day.state)


def test_the_clinic_is_named_with_its_day(day: Day) -> None:
    clinic = desk(day)["clinic"]
    # the staff's desk sees the rules too, and could send them back as they are
    assert msgspec.convert(clinic.pop("rules"), Settings) == day.state.settings
    assert clinic == {
        "name": "内科二诊区",
        "name_en": "Internal Medicine Area 2",
        "hospital": "云岫市中心医院",
        "floor": "2",
        "day": "2026-11-23",
    }


def test_queues_rooms_and_orders(day: Day) -> None:
    picture = desk(day)
    assert picture["queues"] == {
        "A": {"name": "心血管内科", "kind": "普"},
        "B": {"name": "呼吸内科", "kind": "普"},
        "Z": {"name": "心血管专家门诊", "kind": "专"},
    }
    assert picture["rooms"] == {
        "1": {
            "doctor": "周文澜",
            "logged_in": "周文澜",
            "mode": "ordinary",
            "title": "主任",
            "queues": ["Z"],
        },
        "2": {
            "doctor": "林知远",
            "logged_in": "林知远",
            "mode": "ordinary",
            "title": "副主任",
            "queues": ["A", "B"],
            "current": "t4",
        },
        "3": {
            "doctor": "许安禾",
            "logged_in": "许安禾",
            "mode": "ordinary",
            "title": "主治",
            "queues": ["A"],
            "current": "t3",
            "way": "右边第 3 个门",
            "way_en": "Room 3, right",
        },
    }
    assert picture["orders"] == {"A": ["t5"], "B": [], "Z": []}


def test_the_desk_sees_everyone_of_the_day_by_full_name(day: Day) -> None:
    tickets = desk(day)["tickets"]
    assert {key: row["state"] for key, row in tickets.items()} == {
        "t1": "missed",
        "t2": "done",
        "t3": "in",
        "t4": "called",
        "t5": "waiting",
        "t6": "booked",
    }
    assert tickets["t5"] == {
        "number": "A005",
        "name": "欧阳娜娜",
        "queue": "A",
        "state": "waiting",
        "since": NINE,
        "reasons": [{"code": "by_check_in"}],
    }
    assert tickets["t4"] == {
        "number": "A004",
        "name": "欧阳娜娜",
        "queue": "A",
        "state": "called",
        "room": "2",
        "since": NINE + 10_000,
        "called_at": NINE + 10_000,
    }
    assert tickets["t6"]["name"] == "John Smith"
    assert desk(day)["missed"] == {"t1": NINE + 10_000}


def test_an_announcement_outlives_the_visit_it_began(day: Day) -> None:
    day.ok(Finish(by="lin", room="2", ticket="t4"))
    calls = desk(day)["calls"]
    assert list(calls) == ["c1", "c2", "c3", "c4"]
    assert calls["c4"] == {
        "ticket": "t4",
        "number": "A004",
        "name": "欧阳娜娜",
        "room": "2",
        "at": NINE + 10_000,
        "expires": NINE + 70_000,
        "times": 1,
    }


def test_a_kiosk_sees_queues_and_rooms_and_no_patient(day: Day) -> None:
    picture = whole(CLINIC.views["kiosk"], day.state)
    assert picture.keys() == {"clinic", "queues", "rooms"}
    named = {k: v for k, v in desk(day)["clinic"].items() if k != "rules"}
    assert picture["clinic"] == named
    assert picture["queues"] == {
        "A": {"name": "心血管内科", "kind": "普", "waiting": 1},
        "B": {"name": "呼吸内科", "kind": "普", "waiting": 0},
        "Z": {"name": "心血管专家门诊", "kind": "专", "waiting": 0},
    }
    assert all("current" not in room for room in picture["rooms"].values())


def test_a_row_stays_as_it_was_when_the_state_goes_on(day: Day) -> None:
    """The runtime compares it with the next one."""
    before = desk(day)
    was = msgspec.json.encode(before)
    day.waiting("A006")
    day.ok(CallNext(by="xu", room="3", after="t3"))
    assert msgspec.json.encode(before) == was
    assert desk(day)["orders"]["A"] != before["orders"]["A"]


@pytest.mark.parametrize("view", [DeskView(VAULT), KioskView()])
def test_a_day_that_is_not_open_shows_nothing(view: Any) -> None:
    assert whole(view, Day(opening=None).state) == {}


@pytest.mark.parametrize("view", [DeskView(VAULT), KioskView()])
@pytest.mark.parametrize(
    "path",
    [
        ("tickets", "t99"),
        ("calls", "c99"),
        ("missed", "t5"),
        ("queues", "X"),
        ("orders", "X"),
        ("rooms", "9"),
        ("clinic", "plan"),
        ("cards", "c"),
    ],
)
def test_what_is_not_there_has_no_row(day: Day, view: Any, path: Any) -> None:
    assert view.row(day.state, *path) is None


def test_a_name_that_cannot_be_opened_stops_nobody_else(day: Day) -> None:
    view = DeskView(Vault("test", bytes(16), bytes(32)))
    tickets = whole(view, day.state)["tickets"]
    assert {row["name"] for row in tickets.values()} == {UNREADABLE}
    assert tickets["t5"]["number"] == "A005"
