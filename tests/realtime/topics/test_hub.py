"""The whole path in one loop: a client's frame, the actor, the disk, every view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio

from realtime.client import AskRefused, Client, Topic, TopicClosed
from realtime.protocol.codes import ClosingCode
from tests.realtime.house import (
    OPENING,
    a_house,
    as_json,
    clinic,
    open_clinic,
    person,
)

FULL_NAME = "张友三"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def refused(client: Client, topic: str, name: str, body: Any) -> AskRefused:
    with pytest.raises(AskRefused) as refusal:
        await client.ask(topic, name, body)
    return refusal.value


async def test_a_patient_is_checked_in_called_and_seen(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with (
            person(house, "kiosk-1", "kiosk") as kiosk,
            person(house, "dr", "doctor", place="im2/3") as doctor,
            person(house, "wall", "screen") as wall,
        ):
            hall = await wall.join(clinic(house, "hall"))
            desk = await doctor.join(clinic(house, "desk"))
            place = await kiosk.answer(
                clinic(house, "kiosk"), "check_in", {"card": " 1001 "}
            )
            assert place.body["name"] == "张*三"
            assert (place.body["ahead"], place.body["rooms"]) == (0, ["3"])
            assert place.seq is not None
            seen = await hall.shows(place.seq)
            assert seen["orders"]["A"] == [place.body["ticket"]]
            call = await doctor.answer(desk, "call_next", {"room": "3"})
            assert call.body["ticket"] == place.body["ticket"]
            assert call.seq is not None
            wall_view = await hall.shows(call.seq)
            desk_view = await desk.shows(call.seq)
            assert wall_view["rooms"]["3"]["current"] == call.body["ticket"]
            (shown,) = wall_view["calls"].values()
            assert (shown["number"], shown["name"]) == (place.body["number"], "张*三")
            assert FULL_NAME not in as_json(wall_view)
            assert desk_view["tickets"][call.body["ticket"]]["name"] == FULL_NAME
            assert "1001" not in as_json(desk_view)


async def test_pressing_twice_calls_one(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with (
            person(house, "n", "nurse", "kiosk") as nurse,
            person(house, "dr", "doctor") as doctor,
        ):
            for card in ("1001", "1002"):
                await nurse.ask(clinic(house, "kiosk"), "check_in", {"card": card})
            desk = clinic(house, "desk")
            first = await doctor.ask(desk, "call_next", {"room": "3"})
            second = await refused(doctor, desk, "call_next", {"room": "3"})
            assert second.code == "moved_on"
            assert second.details["current"] == first["ticket"]


async def test_a_key_gives_its_first_reply_and_no_other_body(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with person(house, "kiosk-1", "kiosk") as kiosk:
            topic = clinic(house, "kiosk")
            body = {"card": "1001"}
            first = await kiosk.answer(topic, "check_in", body, key="a-key-0001")
            again = await kiosk.answer(topic, "check_in", body, key="a-key-0001")
            assert (again.body, again.seq) == (first.body, first.seq)
            with pytest.raises(AskRefused) as other:
                await kiosk.ask(topic, "check_in", {"card": "1002"}, key="a-key-0001")
            assert other.value.code == "key_reused"
    async with a_house(folder) as house, person(house, "kiosk-1", "kiosk") as kiosk:
        again = await kiosk.answer(topic, "check_in", body, key="a-key-0001")
        assert (again.body, again.seq) == (first.body, first.seq)


@pytest.mark.parametrize(
    ("roles", "place", "view", "name", "body"),
    [
        (["screen"], "im2", "desk", "call_next", {"room": "3"}),
        (["doctor"], "im2/4", "desk", "call_next", {"room": "3"}),
        (["doctor"], "eye1", "desk", "call_next", {"room": "3"}),
        (["doctor"], "im2/3", "desk", "start", {"room": "4", "ticket": "t"}),
        (["screen"], "im2", "desk", "recall", {"ticket": "t"}),
        (["kiosk"], "eye1", "kiosk", "check_in", {"card": "1001"}),
        (["doctor"], "im2", "kiosk", "check_in", {"card": "1001"}),
        (["nurse"], "im2", "setup", "open", OPENING),
        (
            ["nurse"],
            "im2",
            "setup",
            "register",
            {"queue": "A", "name": "x", "card": "y"},
        ),
    ],
)
async def test_who_may_not_is_told_so(
    folder: Path, roles: list[str], place: str, view: str, name: str, body: Any
) -> None:
    async with a_house(folder) as house:
        async with person(house, "p", *roles, place=place) as client:
            refusal = await refused(client, clinic(house, view), name, body)
            assert (refusal.code, refusal.retry) == ("forbidden", False)
        assert house.system.journal.top == 0


@pytest.mark.parametrize(
    ("roles", "place", "view"),
    [
        (["screen"], "im2", "desk"),
        (["screen"], "eye1", "hall"),
        (["kiosk"], "im2", "desk"),
        (["admin"], "im2", "desk"),
        (["doctor"], "im2", "kiosk"),
    ],
)
async def test_who_may_not_look_is_not_shown(
    folder: Path, roles: list[str], place: str, view: str
) -> None:
    async with (
        a_house(folder) as house,
        person(house, "p", *roles, place=place) as client,
    ):
        with pytest.raises(TopicClosed) as closed:
            await client.join(clinic(house, view))
        assert closed.value.reason == "forbidden"


@pytest.mark.parametrize(
    "topic",
    [
        "yunxiu/clinic/im2/2026-11-23:nothing",
        "yunxiu/clinic/im2/someday:hall",
        "yunxiu/clinic/im2:hall",
        "yunxiu/palace/im2/2026-11-23:hall",
        "elsewhere/clinic/im2/2026-11-23:hall",
        "nonsense",
        ":::",
    ],
)
async def test_what_is_not_there_is_unknown(folder: Path, topic: str) -> None:
    async with a_house(folder) as house, person(house, "n", "nurse") as nurse:
        awake = house.system.awake  # the house's own register is
        with pytest.raises(TopicClosed) as closed:
            await nurse.join(topic)
        assert closed.value.reason == "unknown_topic"
        assert house.hub.topics == 0
        assert house.system.awake == awake


async def test_an_ask_that_is_not_there_or_wrong_says_where(folder: Path) -> None:
    async with a_house(folder) as house, person(house, "dr", "doctor") as doctor:
        desk = clinic(house, "desk")
        assert (await refused(doctor, desk, "dance", {})).code == "unknown_ask"
        assert (await refused(doctor, "x:y", "call_next", {})).code == "unknown_topic"
        for body, field in (
            ({}, "room"),
            ({"room": 3}, "room"),
            ([], "body"),
            ("3", "body"),
        ):
            wrong = await refused(doctor, desk, "call_next", body)
            assert (wrong.code, wrong.details["field"]) == ("bad_request", field)
        later = await refused(doctor, desk, "call_next", {"room": "3", "new": True})
        assert later.code == "not_open", "a later client's fields are let be"


@pytest.mark.parametrize("card", ["", "   ", "\u3000", "x" * 129, 7, None])
async def test_a_card_that_is_none(folder: Path, card: Any) -> None:
    async with a_house(folder) as house, person(house, "k", "kiosk") as kiosk:
        wrong = await refused(kiosk, clinic(house, "kiosk"), "check_in", {"card": card})
        assert (wrong.code, wrong.details["field"]) == ("bad_request", "card")


async def sent_away(client: Client, topic: Topic, within_s: float) -> None:
    with trio.fail_after(within_s):
        async for _ in topic.changes():
            pass
    assert client.ended is not None
    assert client.ended.code == ClosingCode.BAD_TOKEN


async def test_a_revoked_token_closes_what_it_opened(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with (
            person(house, "wall", "screen") as wall,
            person(house, "other", "screen") as other,
        ):
            hall = await wall.join(clinic(house, "hall"))
            await other.join(clinic(house, "hall"))
            house.gate.revocations.revoke_name("wall", house.system.clock.now())
            await sent_away(wall, hall, within_s=1)
            assert other.connected


async def test_an_expired_token_closes_what_it_opened(folder: Path) -> None:
    async with (
        a_house(folder) as house,
        person(house, "wall", "screen", lasts_ms=500) as wall,
    ):
        hall = await wall.join(clinic(house, "hall"))
        await sent_away(wall, hall, within_s=3)


async def test_nobody_looks_any_more_and_the_actor_may_rest(folder: Path) -> None:
    async with a_house(folder) as house:
        async with person(house, "wall", "screen") as wall:
            hall = await wall.join(clinic(house, "hall"))
            assert house.hub.topics == 1
            await hall.leave()
            await wall.join(clinic(house, "hall"))
            assert house.hub.topics == 1
        with trio.fail_after(5):
            while house.hub.topics:
                await house.system.journal.flushed()


async def test_too_many_topics(folder: Path) -> None:
    async with (
        a_house(folder, topics=2) as house,
        person(house, "wall", "screen", place="*") as wall,
    ):
        for name in ("a", "b"):
            await wall.join(clinic(house, "hall", name))
        with pytest.raises(TopicClosed) as closed:
            await wall.join(clinic(house, "hall", "c"))
        assert closed.value.reason == "too_many_topics"
        assert house.hub.topics == 2


async def test_a_restart_keeps_what_was_shown(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with person(house, "k", "kiosk") as kiosk:
            place = await kiosk.ask(
                clinic(house, "kiosk"), "check_in", {"card": "1001"}
            )
    async with a_house(folder) as house, person(house, "wall", "screen") as wall:
        hall = await wall.join(clinic(house, "hall"))
        assert hall.view["orders"]["A"] == [place["ticket"]]


async def test_a_body_that_is_too_deep_is_a_bad_request(folder: Path) -> None:
    async with a_house(folder) as house, person(house, "dr", "doctor") as doctor:
        deep: Any = "3"
        for _ in range(900):
            deep = [deep]
        wrong = await refused(
            doctor, clinic(house, "desk"), "call_next", {"room": "3", "x": deep}
        )
        assert wrong.code in {"bad_request", "not_open"}
        assert doctor.connected


async def test_who_only_looks_leaves_nothing_in_the_journal(folder: Path) -> None:
    async with a_house(folder) as house:
        await open_clinic(house)
        async with person(house, "n", "nurse", "kiosk", "admin") as nurse:
            kiosk, desk = clinic(house, "kiosk"), clinic(house, "desk")
            await nurse.ask(kiosk, "check_in", {"card": "1001"})
            before = house.system.journal.counters.appends
            seen = await nurse.ask(desk, "history", {"ticket": "t1"}, key="a-key-0001")
            await nurse.ask(desk, "preview_rules", {"settings": {}})
            assert house.system.journal.counters.appends == before
            # what has happened since is told under the same key
            await nurse.ask(desk, "call_next", {"room": "3"})
            more = await nurse.ask(desk, "history", {"ticket": "t1"}, key="a-key-0001")
            assert len(more["history"]) > len(seen["history"])
