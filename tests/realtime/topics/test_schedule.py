"""The pool in the running house: many hands after few numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trio

from actors.kernel.sealed import Vault
from realtime.client import Answer, AskRefused, Client, TopicClosed
from realtime.house import House
from tests.actors.patients.people import citizen
from tests.realtime.house import a_house, as_json, person

DAY = "2099-11-23"
NINE = 4_099_078_800_000
HALF_HOUR = 1_800_000
PEOPLE = 50
ONE, TWO = citizen(order=2), citizen(order=3)


def topic(view: str, department: str = "cardio", day: str = DAY) -> str:
    return f"yunxiu/schedule/{department}/{day}:{view}"


def opening(count: int, **settings: Any) -> dict[str, Any]:
    return {
        "department": {"name": "心血管内科", "campus_name": "东院"},
        "doctors": {"zhou": {"name": "周文澜", "title": "主任"}},
        "sessions": {
            "e": {
                "half": "am",
                "doctor": "zhou",
                "kind": "专",
                "price": 5000,
                "prefix": "Z",
                "slots": {
                    "1": {"start": NINE, "end": NINE + HALF_HOUR, "count": count}
                },
            }
        },
        "settings": settings,
    }


def wanted(who: str, **more: Any) -> dict[str, Any]:
    return {
        "session": "e",
        "channel": "wechat",
        "person": who,
        "name": "张友三",
        "card": f"card-{who}",
        **more,
    }


async def opened(house: House, count: int, **settings: Any) -> None:
    async with person(house, "his", "his", place="*") as his:
        await his.ask(topic("setup"), "open", opening(count, **settings))


async def refused(client: Client, name: str, body: Any, view: str = "pool") -> Any:
    with pytest.raises(AskRefused) as refusal:
        await client.ask(topic(view), name, body)
    return refusal.value


async def test_fifty_after_the_last_number(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, 1)
        won: list[Answer] = []
        lost: list[AskRefused] = []
        ready = trio.Event()

        async def reach(who: str) -> None:
            async with person(house, who, "phone", place="*") as client:
                await ready.wait()
                try:
                    won.append(await client.answer(topic("pool"), "lock", wanted(who)))
                except AskRefused as refusal:
                    lost.append(refusal)

        async with (
            person(house, "wall", "screen", place="im2") as wall,
            person(house, "d", "desk", place="cardio") as desk,
        ):
            pool = await wall.join(topic("pool"))
            async with trio.open_nursery() as nursery:
                for number in range(PEOPLE):
                    nursery.start_soon(reach, f"p{number}")
                ready.set()
            assert (len(won), len(lost)) == (1, PEOPLE - 1)
            assert {refusal.code for refusal in lost} == {"none_left"}
            assert all("换" in str(refusal) for refusal in lost)
            paid = {"booking": won[0].body["booking"], "paid": 5000, "trade": "t-1"}
            answer = await desk.answer(topic("desk"), "confirm", paid)
            assert answer.body["number"] == "Z001"
            assert won[0].seq is not None
            seen = await pool.shows(won[0].seq)
            assert set(seen["sessions"]["e"]["left"].values()) == {0}
            assert seen["doctors"]["zhou"]["title"] == "主任"
            assert answer.seq is not None
            books = await desk.join(topic("desk"))
            view = await books.shows(answer.seq)
            assert view["counts"]["e"]["confirmed"] == 1
            assert len(view["bookings"]) == 1
            assert "张" not in as_json(view)


async def test_a_number_belongs_to_its_person(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, 2)
        async with person(house, "wx", "phone", place="*") as phone:
            held = await phone.ask(topic("pool"), "lock", wanted("p1"))
            mine = {"booking": held["booking"], "person": "p1"}
            other = {"booking": held["booking"], "person": "p2"}
            assert (await refused(phone, "cancel", other)).code == "unknown_booking"
            nobodys = {"booking": held["booking"]}
            assert (await refused(phone, "cancel", nobodys)).code == "forbidden"
            await phone.ask(
                topic("pool"), "confirm", {**mine, "paid": 5000, "trade": "t"}
            )
            again = await refused(phone, "lock", wanted("p1"))
            assert (again.code, again.details["booking"]) == (
                "already_held",
                held["booking"],
            )
            ended = await phone.ask(topic("pool"), "cancel", mine)
            assert ended["refund"] == 5000


@pytest.mark.parametrize(
    ("roles", "place", "view", "name", "body"),
    [
        (["screen"], "*", "pool", "lock", wanted("p1")),
        (["kiosk"], "*", "pool", "lock", wanted("p1")),  # not its channel
        (["phone"], "*", "desk", "lock", wanted("p1")),
        (["desk"], "eye", "desk", "lock", wanted("p1")),
        (["desk"], "cardio", "desk", "book", wanted("p1", outside=True)),
        (["doctor"], "cardio", "desk", "stop", {"session": "e", "reason": "x"}),
        (["desk"], "cardio", "setup", "open", opening(1)),
    ],
)
async def test_who_may_not_is_told_so(
    roles: list[str],
    place: str,
    view: str,
    name: str,
    body: dict[str, Any],
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, 1)
        async with person(house, "x", *roles, place=place) as client:
            assert (await refused(client, name, body, view)).code == "forbidden"


async def test_the_books_are_not_for_everybody(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, 1)
        async with person(house, "wall", "screen", place="*") as wall:
            with pytest.raises(TopicClosed) as closed:
                await wall.join(topic("desk"))
            assert closed.value.reason == "forbidden"
            with pytest.raises(TopicClosed) as closed:
                await wall.join(topic("pool", day="2099-02-30"))
            assert closed.value.reason == "unknown_topic"


async def test_whoever_is_banned_hears_until_when(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, 1)
        async with (
            person(house, "d", "desk", place="*") as desk,
            person(house, "wx", "phone", place="*") as phone,
        ):
            record = "yunxiu/booker/p1:mine"
            until = house.system.clock.now() + 86_400_000
            await desk.ask(record, "close", {"until": until, "reason": "多次爽约"})
            banned = await refused(phone, "lock", wanted("p1"))
            assert (banned.code, banned.details) == ("booking_closed", {"until": until})
            with pytest.raises(AskRefused) as refusal:
                await phone.ask(record, "reopen", {"reason": "求情"})
            assert refusal.value.code == "forbidden"
            await desk.ask(record, "reopen", {"reason": "查明不是本人"})
            await phone.ask(topic("pool"), "lock", wanted("p1"))


async def test_whom_the_index_knows_is_locked_for_by_id(tmp_path: Path) -> None:
    """Name and card are the index's; of two who are one, the one's."""
    async with a_house(tmp_path) as house:
        await opened(house, 2)
        async with (
            person(house, "d", "desk", place="*") as desk,
            person(house, "wx", "phone", place="*") as phone,
        ):
            index = "yunxiu/patients/index:desk"
            for name, number in (("欧阳娜娜", ONE), ("欧阳", TWO)):
                card = {"kind": "hospital_card", "value": number[-8:]}
                body = {"name": name, "numbers": [card]}
                await desk.ask(index, "register", body)
            merging = {"person": "p2", "into": "p1", "reason": "同一人"}
            await desk.ask(index, "merge", merging)
            record = "yunxiu/booker/p1:mine"
            until = house.system.clock.now() + 86_400_000
            await desk.ask(record, "close", {"until": until, "reason": "多次爽约"})
            by_id = {"session": "e", "channel": "wechat", "person": "p2"}
            assert (await refused(phone, "lock", by_id)).code == "booking_closed"
            await desk.ask(record, "reopen", {"reason": "查明"})
            held = await phone.ask(topic("pool"), "lock", by_id)
            vault = house.keys.data
            state = await house.system.ref(f"yunxiu/schedule/cardio/{DAY}").read(
                lambda state: state
            )
            booking = state.bookings[held["booking"]]
            opener = Vault(vault.id, vault.cipher, vault.index)
            assert booking.person == "p1"
            assert opener.open(booking.name) == "欧阳娜娜"
            assert booking.card == opener.index("card", ONE[-8:])
            half = {**by_id, "name": "欧阳娜娜"}
            no = await refused(phone, "lock", half)
            assert (no.code, no.details["field"]) == ("bad_request", "card")
            nobody = {**by_id, "person": "p77"}
            assert (await refused(phone, "lock", nobody)).code == "unknown_person"
