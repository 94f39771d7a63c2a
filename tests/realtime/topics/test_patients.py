"""The patients' counter in the running house: who may ask what, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from actors.journal.tables import audit
from realtime.client import AskRefused, Client, TopicClosed
from realtime.house import House
from tests.actors.patients.people import citizen
from tests.realtime.house import a_house, person

DESK = "yunxiu/patients/index:desk"
KIOSK = "yunxiu/patients/index:kiosk"
ONE, TWO = citizen(order=2), citizen(order=3)


def a_patient(name: str = "张友三", number: str = ONE, **more: Any) -> dict[str, Any]:
    return {"name": name, "numbers": [{"kind": "id_card", "value": number}], **more}


async def told(client: Client, name: str, body: Any, topic: str = DESK) -> Any:
    return await client.ask(topic, name, body)


async def no(client: Client, name: str, body: Any, topic: str = DESK) -> str:
    with pytest.raises(AskRefused) as refused:
        await client.ask(topic, name, body)
    assert refused.value.message.endswith("。")
    return refused.value.code


async def viewings(house: House) -> list[tuple[str, Any]]:
    def look(engine: Engine) -> list[Any]:
        with engine.connect() as connection:
            query = select(audit.c.principal, audit.c.body).where(
                audit.c.action == "patients.viewed"
            )
            return list(connection.execute(query).all())

    rows = await house.system.journal.look_beside(look)
    return [(row[0], msgspec.json.decode(row[1])) for row in rows]


async def test_a_day_at_the_desk(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "d-1", "desk") as desk:
        given = await told(desk, "register", a_patient(phone="13800001234"))
        assert given == {"person": "p1"}
        assert await no(desk, "register", a_patient("李四")) == "already_registered"
        seen = await told(desk, "identify", {"value": ONE})
        assert seen["person"] == "p1"
        assert seen["details"]["name"] == "张友三"
        found = await told(desk, "search", {"text": "zys"})
        assert [one["person"] for one in found["found"]] == ["p1"]
        assert not found["more"]
        other = {"name": "张有三", "numbers": [{"kind": "record_no", "value": "R7"}]}
        assert await told(desk, "register", other) == {"person": "p2"}
        rename = {"person": "p2", "name": "张友三", "reason": "写错了字"}
        await told(desk, "rename", rename)
        await told(desk, "update", {"person": "p2", "phone": "13900005678"})
        card = {"person": "p2", "kind": "hospital_card", "value": "66010012"}
        await told(desk, "add_identity", card)
        merged = {"person": "p2", "into": "p1", "reason": "同一个人"}
        assert await told(desk, "merge", merged) == {"person": "p2", "into": "p1"}
        looked = await told(desk, "look", {"person": "p1"})
        assert looked["patient"]["merged"] == ["p2"]
        assert [deed["what"] for deed in looked["trail"]] == ["registered", "merged"]
        assert looked["trail"][1]["reason"] == "同一个人"
        await told(desk, "unmerge", {"person": "p2", "reason": "不是"})
        await told(desk, "drop_identity", {**card, "reason": "遗失"})
        assert await no(desk, "identify", {"value": "66010012"}) == "unknown_person"


async def test_a_kiosk_is_told_a_masked_name(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "k-1", "kiosk") as kiosk:
        assert await told(kiosk, "register", a_patient(), KIOSK) == {"person": "p1"}
        seen = await told(kiosk, "identify", {"value": ONE}, KIOSK)
        assert seen == {"person": "p1", "name": "张*三"}
        typed = {"name": "李四", "numbers": [{"kind": "record_no", "value": "R7"}]}
        assert await no(kiosk, "register", typed, KIOSK) == "needs_card"
        assert await no(kiosk, "identify", {"value": TWO}, KIOSK) == "unknown_person"


@pytest.mark.parametrize(
    ("role", "asks"),
    [
        ("kiosk", ["identify", "search", "register", "look", "merge", "erase"]),
        ("screen", ["identify", "search", "register", "look", "merge", "erase"]),
        ("doctor", ["search", "register", "update", "merge", "erase"]),
        ("nurse", ["merge", "erase"]),
        ("his", ["search", "look", "erase"]),
        ("admin", ["identify", "search", "look", "merge", "erase"]),
    ],
)
async def test_what_is_not_theirs_to_ask(
    tmp_path: Path, role: str, asks: list[str]
) -> None:
    async with a_house(tmp_path) as house, person(house, "x", role) as client:
        for name in asks:
            assert await no(client, name, {}) == "forbidden"


async def test_there_is_nothing_to_join(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "d", "desk") as desk:
        for topic in (DESK, KIOSK):
            with pytest.raises(TopicClosed) as closed:
                await desk.join(topic)
            assert closed.value.reason == "unknown_topic"
        assert await no(desk, "no_such", {}) == "unknown_ask"


async def test_every_viewing_is_on_record(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "n-1", "nurse") as nurse:
        await told(nurse, "register", a_patient())
        await told(nurse, "search", {"text": "张友"})
        await told(nurse, "search", {"text": "李四光"})
        await told(nurse, "identify", {"value": ONE})
        await told(nurse, "look", {"person": "p1"})
        await told(nurse, "identify", {"value": ONE}, KIOSK)
        seen = await viewings(house)
        assert [(who, body["how"], body["persons"]) for who, body in seen] == [
            ("n-1", "search", ["p1"]),
            ("n-1", "search", []),
            ("n-1", "identify", ["p1"]),
            ("n-1", "look", ["p1"]),
            ("n-1", "kiosk", ["p1"]),
        ]
        assert "张友" not in str(seen)


async def test_a_key_makes_it_happen_once(tmp_path: Path) -> None:
    """Though each time the details are sealed anew, with another key."""
    async with a_house(tmp_path) as house, person(house, "d", "desk") as desk:
        one = await desk.ask(DESK, "register", a_patient(), key="register-1")
        again = await desk.ask(DESK, "register", a_patient(), key="register-1")
        assert one == again == {"person": "p1"}
        phone = {"person": "p1", "phone": "13800001234"}
        first = await desk.answer(DESK, "update", phone, key="update-01")
        second = await desk.answer(DESK, "update", phone, key="update-01")
        assert first.seq == second.seq
        with pytest.raises(AskRefused) as refused:
            await desk.ask(DESK, "update", {**phone, "phone": ""}, key="update-01")
        assert refused.value.code == "key_reused"


async def test_erased_by_who_may(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, person(house, "m", "manager") as manager:
        await told(manager, "register", a_patient())
        await told(manager, "erase", {"person": "p1", "reason": "本人要求"})
        assert (await told(manager, "search", {"text": "张友三"}))["found"] == []
        assert await no(manager, "update", {"person": "p1", "phone": ""}) == "erased"
        looked = await told(manager, "look", {"person": "p1"})
        assert looked["patient"]["erased"]
        assert [deed["what"] for deed in looked["trail"]] == ["registered", "erased"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("search", {"text": " "}),
        ("look", {"person": "zhang"}),
        ("identify", {"value": ""}),
        ("register", {"name": "张", "birth": "1.1.1999"}),
        ("merge", {"person": "p1", "into": "p2", "reason": ""}),
        ("rename", {"person": "p1", "name": " ", "reason": "x"}),
    ],
)
async def test_a_body_that_cannot_be(
    tmp_path: Path, name: str, body: dict[str, Any]
) -> None:
    async with a_house(tmp_path) as house, person(house, "d", "desk") as desk:
        assert await no(desk, name, body) == "bad_request"
