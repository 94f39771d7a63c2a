"""A passport at the kiosk, over the real server: read by its lines, found again by
them and by its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from realtime.client import AskRefused
from tests.realtime.house import a_house, as_json
from tests.realtime.topics.kiosks import PHONE, kiosk, nothing_of_anybody, open_clinic

# ICAO 9303, part 4: the specimen of Utopia
ZONE = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)
NUMBER, BIRTH = "L898902C3", "19740812"
SCANNED = {"how": "scan", "kind": "passport", "value": ZONE}


async def test_a_passports_lines_make_a_file_and_find_it_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with kiosk(house) as page:
            await page.ask("identify", SCANNED)
            view = await page.at("unknown")
            assert "first_visit" in view["session"]["can"]
            # what the lines say counts, whatever a page makes of them
            said = {"kind": "passport", "value": ZONE, "name": "Somebody Else"}
            await page.ask("first_visit", said | {"phone": PHONE, "sex": "1"})
            view = await page.at("confirm")
            who = view["who"]
            assert (who["name"], who["sex"]) == ("Anna M* E*", "2")
            await page.ask("end", {"why": "done"})
            nothing_of_anybody(await page.at("idle"))

            await page.ask("identify", SCANNED | {"kind": None})
            assert (await page.at("confirm"))["who"] == who
            await page.ask("end", {"why": "done"})
            await page.at("idle")

            # typed, its number shows nothing before what only its holder knows
            typed = {"how": "typed", "kind": "passport", "value": NUMBER.lower()}
            await page.ask("identify", typed)
            view = await page.at("second")
            assert "Anna" not in as_json(view)
            await page.ask("second", {"value": BIRTH})
            assert (await page.at("confirm"))["who"] == who


async def test_lines_that_do_not_check_are_read_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        async with kiosk(house) as page:
            wrong = ZONE.replace("L898902C3", "L898902C4")
            await page.ask("identify", SCANNED | {"value": wrong})
            assert (await page.at("identifying"))["said"]["code"] == "bad_number"
            other = ZONE.replace("ANNA", "ANNE")
            await page.ask("identify", SCANNED)
            await page.at("unknown")
            # another passport than was read makes no file
            changed = other.replace("L898902C36", "L898902C44")
            said = {"kind": "passport", "value": changed, "name": "X"}
            with pytest.raises(AskRefused) as no:
                await page.ask("first_visit", said)
            assert no.value.code == "bad_number"
