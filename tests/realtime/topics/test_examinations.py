"""An examination at a kiosk: prepared first, in the right order, and then what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actors.session.findings import TicketRow
from realtime.client import AskRefused
from realtime.house import House
from realtime.visits import in_their_order
from tests.realtime.house import a_house, person
from tests.realtime.topics.kiosks import Kiosk, kiosk, today

CARD = "1001"
BLOOD = {
    "name": "抽血",
    "name_en": "Blood test",
    "prepare": "早上没有吃东西",
    "prepare_en": "Nothing eaten this morning",
}
SCAN = {
    "name": "腹部超声",
    "name_en": "Abdominal ultrasound",
    "afterwards": "半小时后在自助机打报告",
    "first": ["us1/B"],
}


def row(queue: str, does: str = "check_in", **more: Any) -> TicketRow:
    return TicketRow(
        *(queue, "us1", "2026-11-23", f"{queue}001", "booked"),
        queue_key=queue,
        queue=queue,
        does=does,  # type: ignore[arg-type]
        **more,
    )


@pytest.mark.parametrize(
    ("before", "waits"),
    [
        (row("B"), True),
        (row("B", "place"), True),
        (row("B", "", note="in_room"), True),
        (row("B", "", note="over"), False),
        (row("B", "", note="refunded"), False),
        (row("B", "", note="other_day"), False),
        (row("C"), False),
    ],
    ids=lambda case: getattr(case, "note", "") or str(getattr(case, "does", case)),
)
def test_who_has_to_be_elsewhere_first_is_sent_there(
    before: TicketRow, waits: bool
) -> None:
    told = in_their_order([row("U", first=("us1/B",)), before])
    assert (told[0].note == "go_first") is waits
    assert told[0].does == ("" if waits else "check_in")
    assert told[1] == before


def test_two_that_each_wait_for_the_other_are_told_so_by_neither_in_line() -> None:
    """A ticket that is in line stays there, whatever the plan says."""
    line = row("U", "place", first=("us1/B",))
    assert in_their_order([line, row("B")])[0] == line


async def opened(house: House, *queues: str) -> None:
    async with person(house, "his", "his", place="*") as his:
        setup = f"yunxiu/clinic/us1/{today(house)}:setup"
        body = {
            "clinic": {
                "name": "超声检查室",
                "name_en": "Ultrasound",
                "hospital": "云岫市中心医院",
                "floor": "1",
            },
            "queues": {"B": BLOOD, "U": SCAN},
            "rooms": {"1": {"doctor": "许安禾", "queues": ["B", "U"], "way": "左边"}},
        }
        await his.ask(setup, "open", body)
        for queue in queues:
            who = {"queue": queue, "name": "张友三", "card": CARD}
            await his.ask(setup, "register", who)


async def known(page: Kiosk) -> dict[str, Any]:
    await page.ask("identify", {"how": "card", "value": CARD})
    await page.at("confirm")
    await page.ask("confirm")
    return await page.at("choose")


async def test_prepared_then_checked_in_then_the_next(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await opened(house, "U", "B")
        async with kiosk(house, place="us1") as page:
            view = await known(page)
            blood, scan = view["tickets"]["1"], view["tickets"]["2"]
            assert (blood["queue"], blood["prepare_en"]) == (
                "抽血",
                "Nothing eaten this morning",
            )
            assert scan["note_zh"] == "请先到 1 楼超声检查室做抽血，做完再来签到。"
            assert "Ultrasound (Blood test), floor 1," in scan["note_en"]
            with pytest.raises(AskRefused, match="not_here"):
                await page.ask("check_in", {"ticket": "2"})
            with pytest.raises(AskRefused, match="not_prepared"):
                await page.ask("check_in", {"ticket": "1"})
            await page.ask("check_in", {"ticket": "1", "prepared": True})
            await page.at("done")
            await page.ask("end", {"why": "done"})
        async with person(house, "dr", "doctor", place="us1") as doctor:
            desk = f"yunxiu/clinic/us1/{today(house)}:desk"
            await doctor.ask(desk, "call_next", {"room": "1"})
            called = (await doctor.join(desk)).view["rooms"]["1"]["current"]
            at = {"room": "1", "ticket": called}
            await doctor.ask(desk, "start", at)
            await doctor.ask(desk, "finish", at)
        async with kiosk(house, place="us1") as page:
            view = await known(page)
            key = next(k for k, t in view["tickets"].items() if t.get("does"))
            await page.ask("check_in", {"ticket": key})
            view = await page.at("done")
            assert view["place"]["afterwards"] == SCAN["afterwards"]
            texts = [part.get("text", "") for part in view["slip"]["parts"]]
            assert "检查完：半小时后在自助机打报告" in texts
