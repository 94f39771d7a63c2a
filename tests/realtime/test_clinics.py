"""Today's clinics by name, for whoever sends a patient to one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import trio

from realtime import clinics
from realtime.house import House
from tests.realtime.house import OPENING, a_house, clinic, person, token


async def asked(house: House, shown: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{house.address}/api/v1/clinics", headers={"Authorization": f"Bearer {shown}"}
    )

    def ask() -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    return await trio.to_thread.run_sync(ask)


async def test_open_clinics_are_told_by_name_and_nobody_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clinics, "LOOK_AGAIN_MS", 0)
    async with a_house(tmp_path) as house:
        nurse = token(house, "qin", "nurse")
        assert await asked(house, nurse) == (200, {"clinics": {}})
        async with person(house, "his", "his", place="*") as his:
            await his.ask(clinic(house, "setup"), "open", OPENING)
            eyes = {
                **OPENING,
                "clinic": {**OPENING["clinic"], "name": "眼科诊区", "floor": "3"},
                "queues": {"E": {"name": "眼科", "department": "eye"}},
                "rooms": {},
            }
            await his.ask(clinic(house, "setup", "eye1"), "open", eyes)
            body = {"queue": "E", "name": "张友三", "card": "1"}
            await his.ask(clinic(house, "setup", "eye1"), "register", body)
        status, told = await asked(house, nurse)
        assert status == 200
        assert told["clinics"] == {
            "eye1": {
                "name": "眼科诊区",
                "floor": "3",
                "queues": {"E": {"name": "眼科", "department": "eye"}},
                # no area of the plan names it, so it is one
                "areas": ["eye1"],
            },
            "im2": {
                "name": "内科二诊区",
                "queues": {"A": {"name": "心血管内科"}},
                "areas": ["im2"],
            },
        }
        # a screen in the hall has no patients to send
        status, told = await asked(house, token(house, "wall", "screen"))
        assert (status, told["code"]) == (403, "forbidden")
        assert (await asked(house, "hz1.x.y"))[0] == 401
