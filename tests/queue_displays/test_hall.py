"""What a wall shows of a clinic, and what it must not."""

import msgspec
import pytest

from actors.clinic.commands import CallNext, CheckIn, Finish, Miss
from actors.kernel.sealed import Vault
from queue_displays.hall import HallView
from tests.actors.clinic.day import NINE, VAULT, Day, card_of
from tests.actors.clinic.pictures import whole

HALL = HallView(VAULT)


@pytest.fixture
def day() -> Day:
    day = Day()
    for number, name in [
        ("A012", "张友三"),
        ("A015", "欧阳娜娜"),
        ("A019", "买买提·艾力"),
    ]:
        day.registered(number, name=name)
        day.ok(CheckIn(by="kiosk", card=card_of(number)))
    day.registered("A020", name="John Smith")
    day.ok(CallNext(by="xu", room="3"))
    return day


def test_it_shows_the_protocols_picture(day: Day) -> None:
    picture = whole(HALL, day.state)
    assert picture["clinic"] == {
        "name": "内科二诊区",
        "name_en": "Internal Medicine Area 2",
        "hospital": "云岫市中心医院",
        "floor": "2",
        "day": "2026-11-23",
        "missed_guide": {
            "zh": "过号请到分诊台重新报到，重新排队",
            "en": "Missed? Please check in at the desk again: queued again",
        },
    }
    assert picture["queues"]["A"] == {"name": "心血管内科", "kind": "普"}
    assert picture["rooms"]["3"] == {
        "doctor": "许安禾",
        "title": "主治",
        "queues": ["A"],
        "current": "t1",
        "way": "右边第 3 个门",
        "way_en": "Room 3, right",
        "next": ["t2", "t3"],
    }
    assert picture["tickets"]["t1"] == {
        "number": "A012",
        "name": "张*三",
        "queue": "A",
        "state": "called",
        "room": "3",
        "since": NINE,
        "called_at": NINE,
    }
    assert picture["orders"]["A"] == ["t2", "t3"]
    assert picture["calls"] == {
        "c1": {
            "ticket": "t1",
            "number": "A012",
            "name": "张*三",
            "room": "3",
            "at": NINE,
            "expires": NINE + 60_000,
            "times": 1,
        }
    }


def test_it_shows_who_is_here_and_nobody_else(day: Day) -> None:
    shown = whole(HALL, day.state)["tickets"]
    assert {key: row["name"] for key, row in shown.items()} == {
        "t1": "张*三",
        "t2": "欧阳*娜",
        "t3": "买*·艾*",
    }
    day.ok(Finish(by="xu", room="3", ticket="t1"))
    assert "t1" not in whole(HALL, day.state)["tickets"]


def test_it_keeps_the_missed_in_sight(day: Day) -> None:
    day.later(10)
    day.ok(Miss(by="xu", room="3", ticket="t1"))
    picture = whole(HALL, day.state)
    assert picture["missed"] == {"t1": day.now}
    assert picture["tickets"]["t1"]["state"] == "missed"
    assert "current" not in picture["rooms"]["3"]


def test_no_full_name_reaches_it(day: Day) -> None:
    text = msgspec.json.encode(whole(HALL, day.state)).decode()
    for name in ("张友三", "欧阳娜娜", "买买提", "艾力", "John"):
        assert name not in text


def test_a_department_may_mask_more(day: Day) -> None:
    by_number = HallView(VAULT, mask=lambda name: "*")
    picture = whole(by_number, day.state)
    rows = [*picture["tickets"].values(), *picture["calls"].values()]
    assert {row["name"] for row in rows} == {"*"}


def test_a_name_that_cannot_be_opened_is_a_star(day: Day) -> None:
    view = HallView(Vault("test", bytes(16), bytes(32)))
    rows = whole(view, day.state)["tickets"]
    assert rows["t1"]["name"] == "*"
    assert rows["t1"]["number"] == "A012"
