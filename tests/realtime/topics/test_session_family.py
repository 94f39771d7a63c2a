"""A guardian's card over the real server: the family, and a child checked in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from realtime.ages import age_on
from realtime.client import AskRefused
from realtime.house import House
from tests.actors.patients.people import citizen
from tests.realtime.house import a_house, as_json, person
from tests.realtime.topics.kiosks import (
    PHONE,
    Kiosk,
    kiosk,
    nothing_of_anybody,
    open_clinic,
    today,
)

DESK = "yunxiu/patients/index:desk"
MOTHER, CHILD = citizen("19880301", order=2), citizen("20200301", order=4)
GROWN = citizen("20010203", order=3)


async def a_family(house: House) -> None:
    """p1 is the mother of p2, and of p3 who has come of age; p2 has a ticket."""
    async with person(house, "d-1", "desk") as desk:
        files = (("王静", MOTHER), ("顾小禾", CHILD), ("顾大山", GROWN))
        for name, number in files:
            numbers = [{"kind": "id_card", "value": number}]
            body = {"name": name, "phone": PHONE, "numbers": numbers}
            await desk.ask(DESK, "register", body)
        for child in ("p2", "p3"):
            bind = {"person": child, "guardian": "p1", "relation": "child"}
            await desk.ask(DESK, "bind", bind)
    await open_clinic(house)
    async with person(house, "his", "his", place="*") as his:
        setup = f"yunxiu/clinic/im2/{today(house)}:setup"
        ticket = {"queue": "A", "name": "顾小禾", "person": "p2", "half": "am"}
        await his.ask(setup, "register", ticket | {"card": CHILD})


async def a_stranger(house: House, number: str) -> None:
    async with person(house, "d-1", "desk") as desk:
        numbers = [{"kind": "id_card", "value": number}]
        await desk.ask(DESK, "register", {"name": "某某", "numbers": numbers})


def card(value: str) -> dict[str, Any]:
    return {"how": "card", "kind": "id_card", "value": value}


async def test_a_mother_checks_her_child_in_with_her_own_card(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await a_family(house)
        async with kiosk(house) as page:
            await page.ask("identify", card(MOTHER))
            view = await page.at("whose")
            relations = [kin["relation"] for kin in view["family"].values()]
            # who has come of age comes alone
            assert relations == ["self", "child"]
            assert not view.get("tickets")
            await page.ask("choose_for", {"row": "2"})
            view = await page.at("confirm")
            assert (view["who"]["name"], view["who"]["relation"]) == ("顾*禾", "child")
            assert view["tickets"]["1"]["does"] == "check_in"
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            view = await page.at("done")
            assert view["place"]["number"] == "A001"
            for word in ("王静", "顾小禾", CHILD, MOTHER):
                assert word not in as_json(view)
            await page.ask("ask_for")
            await page.at("whose")
            await page.ask("choose_for", {"row": "1"})
            view = await page.at("choose")
            assert view["who"]["name"] == "王*"
            assert not view.get("tickets")
            await page.ask("end", {"why": "done"})
            nothing_of_anybody(await page.at("idle"))

            # the child's own card is the child's alone
            await page.ask("identify", card(CHILD))
            assert (await page.at("confirm"))["tickets"]["1"]["does"] == "place"


# A child's first file

BORN = citizen("20240107", order=8)
AGE = int(age_on("2024-01-07", f"{date.today()}"))


async def known(page: Kiosk, number: str = MOTHER) -> None:
    await page.ask("identify", card(number))
    if (await page.at("whose", "confirm"))["session"]["step"] == "confirm":
        await page.ask("confirm")


async def no(page: Kiosk, body: Any) -> str:
    with pytest.raises(AskRefused) as refused:
        await page.ask("first_child", body)
    assert refused.value.message.endswith("。")
    return refused.value.code


async def test_a_childs_first_file_with_the_number_in_the_register(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path) as house:
        await a_family(house)
        async with kiosk(house) as page:
            await known(page)
            # a number that has a file already is for a desk, whoever's it is
            assert await no(page, {"number": GROWN, "name": "顾大山"}) == "is_of_age"
            stranger = citizen("20230405", order=6)
            await a_stranger(house, stranger)
            assert await no(page, {"number": stranger, "name": "某"}) == "see_desk"
            wrong = BORN[:-1] + ("0" if BORN[-1] != "0" else "1")
            assert await no(page, {"number": wrong, "name": "某"}) == "bad_number"

            await page.ask("first_child", {"number": BORN, "name": "王小寒"})
            view = await page.at("confirm")
            who = {"name": "王*寒", "sex": "2", "age": AGE, "relation": "child"}
            assert view["who"] == who
            await page.ask("end", {"why": "done"})
            await page.at("idle")

            # asked once more it is the same child, and the family has it from now on
            await known(page)
            await page.ask("first_child", {"number": BORN, "name": "王小寒"})
            await page.at("confirm")
            await page.ask("ask_for")
            assert len((await page.at("whose"))["family"]) == 3
        async with person(house, "d-1", "desk") as desk:
            seen = await desk.ask(DESK, "identify", {"value": BORN})
            assert [kin["name"] for kin in seen["guardians"]] == ["王静"]
            assert seen["details"]["guardian_phone"] == PHONE


async def test_twins_without_a_number_and_a_real_name_later(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await a_family(house)
        async with kiosk(house) as page:
            await known(page)
            born = {"sex": "2", "birth": today(house)}
            for order, name in (("1", "王*之大女"), ("2", "王*之二女")):
                for _ in range(2):  # the second time after a cut network
                    await page.ask("first_child", born | {"order": order})
                    assert (await page.at("confirm"))["who"]["name"] == name
                    await page.ask("ask_for")
                    await page.at("whose")
            names = [kin["name"] for kin in page.view["family"].values()]
            assert names == ["王*", "顾*禾", "王*之大女", "王*之二女"]
            old = born | {"birth": "2020-03-01"}
            assert await no(page, old) == "not_newborn"
            unborn = born | {"birth": "2999-03-01"}
            assert await no(page, unborn) == "bad_birth"
        async with person(house, "d-1", "desk") as desk:
            found = await desk.ask(DESK, "search", {"text": "王静之大女"})
            baby = found["found"][0]["person"]
            numbers = [{"kind": "id_card", "value": BORN}]
            body = {"name": "王小寒", "numbers": numbers}
            real = (await desk.ask(DESK, "register", body))["person"]
            merge = {"person": baby, "into": real, "reason": "上了户口"}
            await desk.ask(DESK, "merge", merge)
        async with kiosk(house, "t4kiosk0002") as page:
            await page.ask("identify", card(MOTHER))
            family = (await page.at("whose"))["family"]
            names = [kin["name"] for kin in family.values()]
            assert names == ["王*", "顾*禾", "王*寒", "王*之二女"]


async def test_a_child_makes_no_file_for_another(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await a_family(house)
        async with kiosk(house) as page:
            await known(page, CHILD)
            born = {"sex": "1", "birth": today(house)}
            assert await no(page, born) == "guardian_of_age"
