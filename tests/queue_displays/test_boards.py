"""Boards for doors, chairs, windows and corridors: whole in themselves, and masked."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.clinic.commands import (
    Broadcast,
    CallNext,
    CheckIn,
    GoAway,
    Miss,
    Register,
    StopCalling,
)
from actors.clinic.plan import DoctorPlan, Extra, QueuePlan, RoomPlan
from actors.clinic.settings import Recall, SecondStage, Settings
from queue_displays.boards.cards import missed_guide
from queue_displays.boards.views import boards
from queue_displays.hall import HallView
from tests.actors.clinic.day import NINE, OPENING, VAULT, Day, card_of
from tests.actors.clinic.pictures import whole

BOARDS = {board.name: board for board in boards(VAULT)}


def shown(day: Day, board: str) -> dict[str, Any]:
    return whole(BOARDS[board], day.state)


def numbers(cards: list[dict[str, Any]]) -> list[str]:
    return [card["number"] for card in cards]


@pytest.fixture
def day() -> Day:
    opening = msgspec.structs.replace(
        OPENING,
        rooms={
            "1": RoomPlan("zhou", ("Z", "A")),
            "2": RoomPlan("林知远", ("A",), door="7", seat="东座"),
            "3": RoomPlan("许安禾", ("B",), door="7", seat="西座"),
        },
        queues={**OPENING.queues, "Z": QueuePlan("心血管专家", "专", doctor="zhou")},
        doctors={"zhou": DoctorPlan("周文澜", "主任", "/photos/zhou.jpg")},
    )
    day = Day(opening)
    day.waiting("A001", "A002", "A003", "Z001", "A004", "B001")
    return day


def test_a_door_needs_nothing_but_its_row(day: Day) -> None:
    day.ok(CallNext(by="zhou", room="1"))
    card = shown(day, "door")["rooms"]["1"]
    assert card["doctor"] == "周文澜"
    assert (card["title"], card["photo"]) == ("主任", "/photos/zhou.jpg")
    assert card["kinds"] == ["专", "普"]
    assert card["current"] == {
        "ticket": "t4",
        "number": "Z001",
        "name": "张*三",
        "state": "called",
        "since": day.now,
    }
    assert numbers(card["next"]) == ["A001", "A002", "A003"]
    assert card["next"][0]["joined"] == NINE


def test_the_doctors_own_experts_come_before(day: Day) -> None:
    assert numbers(shown(day, "door")["rooms"]["1"]["next"])[0] == "Z001"
    assert numbers(shown(day, "door")["rooms"]["2"]["next"])[0] == "A001"


def test_who_waits_at_the_door_is_next_there(day: Day) -> None:
    opening = msgspec.structs.replace(
        OPENING, settings=Settings(second_stage=SecondStage(mode="auto", at_most=1))
    )
    two = Day(opening)
    two.waiting("A001", "A002", "A003")
    rooms = shown(two, "door")["rooms"]
    first = {key: numbers(rooms[key]["next"])[:1] for key in ("2", "3")}
    assert sorted(first.values()) == [["A001"], ["A002"]]
    assert all("A003" in numbers(rooms[key]["next"]) for key in ("2", "3"))


def test_chairs_of_a_shared_room_name_their_seats(day: Day) -> None:
    chairs = shown(day, "dental")["chairs"]
    assert {key: row.get("seat") for key, row in chairs.items()} == {
        "1": None,
        "2": "东座",
        "3": "西座",
    }
    assert chairs["2"]["shared"] == chairs["3"]["shared"] == "7"


def test_an_examination_room_shows_its_whole_line_and_the_missed(day: Day) -> None:
    day.ok(CallNext(by="lin", room="2"))
    day.later(30)
    day.ok(Miss(by="lin", room="2", ticket="t1"))
    picture = shown(day, "examination")
    assert numbers(picture["queues"]["A"]["line"]) == ["A002", "A003", "A004"]
    assert picture["missed"]["t1"]["number"] == "A001"
    assert picture["clinic"]["missed_guide"]["zh"].startswith("过号请到")


def test_the_overview_shows_nobody(day: Day) -> None:
    day.ok(CallNext(by="lin", room="2"))
    picture = shown(day, "overview")
    assert picture["queues"]["A"] == {
        "name": "心血管内科",
        "kind": "普",
        "waiting": 3,
        "longest": NINE + 1000,
    }
    assert picture["rooms"]["2"]["number"] == "A001"
    assert "张" not in msgspec.json.encode(picture).decode()


def test_no_board_shows_a_full_name(day: Day) -> None:
    day.ok(CallNext(by="lin", room="2"))
    for board in BOARDS:
        assert "张友三" not in msgspec.json.encode(shown(day, board)).decode()


@pytest.mark.parametrize("queue", ["精神科", "感染科门诊", "皮肤性病科", "生殖医学"])
def test_where_a_name_tells_too_much_it_is_a_star(queue: str) -> None:
    opening = msgspec.structs.replace(
        OPENING, queues={**OPENING.queues, "A": QueuePlan(queue)}
    )
    day = Day(opening)
    day.waiting("A001", "B001")
    tickets = whole(HallView(VAULT), day.state)["tickets"]
    assert [row["name"] for row in tickets.values()] == ["*", "张*三"]


@pytest.mark.parametrize(
    ("names", "name"), [("full", "张友三"), ("number", "*"), ("masked", "张*三")]
)
def test_a_clinic_may_have_a_policy_of_its_own(names: str, name: str) -> None:
    plan = msgspec.structs.replace(OPENING.clinic, names=names)
    day = Day(msgspec.structs.replace(OPENING, clinic=plan))
    day.waiting("A001")
    tickets = whole(HallView(VAULT), day.state)["tickets"]
    assert tickets["t1"]["name"] == name


def test_notes_stand_on_the_door(day: Day) -> None:
    away = GoAway(by="n", room="2", reason="抢救", back_at=day.now + 60_000)
    day.ok(away)
    late = GoAway(by="n", room="3", reason="迟到", back_at=day.now + 60_000)
    day.ok(late)
    day.ok(StopCalling(by="n", room="1", reason="设备检修"))
    rooms = shown(day, "door")["rooms"]
    notes = {key: row["note"]["kind"] for key, row in rooms.items()}
    assert notes == {"1": "stopped", "2": "away", "3": "late"}
    assert rooms["2"]["note"]["back_at"] == day.now + 60_000
    assert rooms["1"]["next"] == []


def test_an_extra_that_is_not_shown_is_on_no_board(day: Day) -> None:
    extra = Register(
        by="n",
        queue="A",
        number="A099",
        name=VAULT.seal("李四"),
        card=card_of("A099"),
        extra=Extra(reason="复查", shown=False),
    )
    day.ok(extra)
    day.ok(CheckIn(by="n", card=card_of("A099")))
    for board in BOARDS:
        assert "A099" not in msgspec.json.encode(shown(day, board)).decode()


def test_broadcasts_are_on_every_board(day: Day) -> None:
    day.ok(Broadcast(by="n", text="请保持安静", until=day.now + 60_000))
    for board in BOARDS:
        assert [n["text"] for n in shown(day, board)["notices"].values()] == [
            "请保持安静"
        ]


@pytest.mark.parametrize(
    ("recall", "words"),
    [
        (Recall("interleave", every=4), "每 4 位后插 1 位"),
        (Recall("slot_end"), "排到本时段末"),
        (Recall("half_end"), "排到最后"),
    ],
)
def test_who_was_missed_reads_what_to_do(recall: Recall, words: str) -> None:
    assert words in missed_guide(recall)["zh"]
