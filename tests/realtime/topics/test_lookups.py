"""What anybody looks up at a kiosk, over the real server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from realtime import lookups
from realtime.client import AskRefused
from realtime.house import House
from tests.realtime.house import a_house, as_json, person
from tests.realtime.topics.kiosks import HOUR, kiosk, open_clinic, today

ABOUT = "胸闷、胸痛来这里看。"


async def check_in(house: House, *cards: str) -> None:
    async with person(house, "nurse", "nurse", place="im2") as nurse:
        topic = f"yunxiu/clinic/im2/{today(house)}:kiosk"
        for card in cards:
            await nurse.ask(topic, "check_in", {"card": card})


async def call(house: House, **body: Any) -> None:
    async with person(house, "dr", "doctor", place="im2") as doctor:
        topic = f"yunxiu/clinic/im2/{today(house)}:desk"
        await doctor.ask(topic, "call_next", {"room": "3"} | body)


async def test_queues_are_told_by_numbers_and_nothing_else(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=("1001", "1002", "1003", "1004", "1005", "1006"))
        await check_in(house, "1001", "1002", "1003", "1004", "1005", "1006")
        await call(house)
        async with kiosk(house) as page:
            told = await page.ask("queues")
            (clinic,) = told["clinics"]
            assert clinic["name_en"] == "Internal Medicine 2"
            assert clinic["queues"] == [
                {
                    "queue": "A",
                    "name": "心血管内科",
                    "inside": [{"room": "3", "number": "A001"}],
                    "next": ["A002", "A003", "A004"],
                    "waiting": 5,
                }
            ]
            assert "张" not in as_json(told)
            assert page.step == "idle", "to look is not to begin"


async def test_all_kiosks_together_look_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=("1001",))
        monkeypatch.setattr(lookups, "FRESH_MS", HOUR)
        async with kiosk(house) as page, kiosk(house, "t4kiosk0002") as other:
            before = await page.ask("queues")
            await check_in(house, "1001")
            assert await other.ask("queues") == before
            monkeypatch.setattr(lookups, "FRESH_MS", 0)
            after = await other.ask("queues")
            assert after["clinics"][0]["queues"][0]["waiting"] == 1


def expert(house: House) -> dict[str, Any]:
    now = house.system.clock.now()
    slot = {"start": now, "end": now + HOUR, "count": 3}
    return {
        "department": {"name": "心血管内科", "name_en": "Cardiology"},
        "doctors": {
            "zhou": {"name": "周文澜", "name_en": "Zhou Wenlan", "title": "主任"},
        },
        "sessions": {
            "e": {"half": "am", "doctor": "zhou", "price": 5000, "slots": {"1": slot}},
            "own": {"half": "pm", "slots": {"1": slot}},
        },
    }


async def test_a_department_says_what_it_does_and_who_is_there(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        async with person(house, "his", "his", place="*") as his:
            put = {
                "campuses": {"main": {"name": "本部院区", "name_en": "Main Campus"}},
                "departments": {
                    "cardio": {"name": "心血管内科", "campus": "main", "about": ABOUT}
                },
                "doctors": {
                    "zhou": {
                        "name": "周文澜",
                        "departments": ["cardio"],
                        "skill": "心",
                    },
                    "lin": {"name": "林知远", "departments": ["cardio"]},
                },
            }
            await his.ask("yunxiu/directory/main:public", "put", put)
            day = today(house)
            setup = f"yunxiu/schedule/cardio/{day}:setup"
            await his.ask(setup, "open", expert(house))
        async with kiosk(house) as page:
            told = await page.ask("department", {"department": "cardio"})
            assert (told["about"], told["campus_name_en"]) == (ABOUT, "Main Campus")
            assert told["days"] == [day]
            zhou, lin = told["doctors"]
            # whoever has numbers soon comes first; the directory's words of them stay
            assert (zhou["name"], zhou["skill"]) == ("周文澜", "心")
            assert zhou["sessions"] == [
                {"day": day, "half": "am", "left": 3, "kind": "普", "price": 5000}
            ]
            assert (lin["name"], lin["sessions"]) == ("林知远", [])
            listed = (await page.ask("options"))["departments"]
            assert listed[0]["about"] == ABOUT
            with pytest.raises(AskRefused, match="unknown_entry"):
                await page.ask("department", {"department": "none"})
