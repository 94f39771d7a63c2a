"""The plan as a file over HTTP: out, looked at, in once, and refused with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from actors.hospital.files import to_file
from realtime.house import House
from tests.realtime.house import a_house, token
from tests.realtime.test_opening import DAILY, enter


async def ask(
    house: House, role: str, method: str, query: str = "", **more: Any
) -> Any:
    headers = {"Authorization": f"Bearer {token(house, role, role, place='*')}"}
    headers |= more.pop("headers", {})
    url = f"{house.address}/api/v1/plan{query}"
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.request(method, url, headers=headers, **more)


async def test_out_and_in(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        server = f"{house.address}/api/v1/server"
        async with httpx.AsyncClient() as client:
            assert (await client.get(server)).json()["planned"] is False
            assert (await client.get(f"{house.address}/api/v1/plan")).status_code == 401
        await enter(house)
        out = await ask(house, "admin", "GET")
        assert out.text == to_file(DAILY)
        assert (await ask(house, "auditor", "GET")).status_code == 403

        wrong = out.text.replace('floor = "2"', "floor = 2")
        refused = await ask(house, "admin", "POST", "?dry=1", content=wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "wrong_file")
        details = refused.json()["details"]
        assert details["field"] == "clinics.im2.floor"
        assert wrong.splitlines()[details["line"] - 1] == "floor = 2"

        file = out.text.replace('floor = "2"', 'floor = "5"')
        dry = await ask(house, "admin", "POST", "?dry=1", content=file)
        (edit,) = dry.json()["edits"]
        assert (edit["key"], edit["after"]["floor"]) == ("im2", "5")
        keyed: dict[str, Any] = {
            "content": file,
            "headers": {"Idempotency-Key": "press-001"},
        }
        first = await ask(house, "admin", "POST", "?seen=1", **keyed)
        again = await ask(house, "admin", "POST", "?seen=1", **keyed)
        assert first.json() == again.json() == {"change": "c2", "revision": 2}
        keyless = await ask(house, "admin", "POST", content=file)
        assert keyless.json()["details"] == {"field": "Idempotency-Key"}
        late = {**keyed, "headers": {"Idempotency-Key": "press-002"}}
        meanwhile = await ask(house, "admin", "POST", "?seen=1", **late)
        assert meanwhile.json()["code"] == "changed_meanwhile"
        back = await ask(house, "admin", "GET")
        assert back.text == file
