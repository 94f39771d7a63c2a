"""A guardian's card over the real server: the family, and a child checked in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from realtime.house import House
from tests.actors.patients.people import citizen
from tests.realtime.house import a_house, as_json, person
from tests.realtime.topics.kiosks import (
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
            await desk.ask(DESK, "register", {"name": name, "numbers": numbers})
        for child in ("p2", "p3"):
            bind = {"person": child, "guardian": "p1", "relation": "child"}
            await desk.ask(DESK, "bind", bind)
    await open_clinic(house)
    async with person(house, "his", "his", place="*") as his:
        setup = f"yunxiu/clinic/im2/{today(house)}:setup"
        ticket = {"queue": "A", "name": "顾小禾", "person": "p2", "half": "am"}
        await his.ask(setup, "register", ticket | {"card": CHILD})


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
