"""The edge as a device of the floor: enrolled by its code, heard, revoked, back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
import trio.testing

from realtime.client import open_client
from realtime.edge.agent import Agent, open_agent
from realtime.house import House
from tests.realtime.edge.kiosk import said_anywhere, settings_in
from tests.realtime.edge.page import open_tab
from tests.realtime.house import a_house, token
from tests.realtime.test_floor import until

ROSTER = "yunxiu/terminals/main:roster"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path / "server") as house:
        yield house


async def code_of(agent: Agent) -> str:
    with trio.fail_after(30):
        return await agent.uplink.shows_code()


async def test_enrolled_by_its_code_heard_revoked_and_back(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.edge.uplink.PAUSE_S", 0.05)
    settings = settings_in(tmp_path, house.address)
    url = house.address.replace("http", "ws", 1) + "/live"
    async with open_client(url, token(house, "boss", "admin", place="*")) as admin:
        roster = await admin.join(ROSTER)
        async with (
            open_agent(settings) as agent,
            open_tab(agent.door.port, agent.secret, origin=house.address) as tab,
        ):
            code = await code_of(agent)
            body = {"code": code, "name": "一楼 3 号机", "places": ["im2"]}
            first = (await admin.ask(ROSTER, "confirm", body))["terminal"]
            await tab.hear("server", connected=True)
            assert agent.uplink.terminal == first
            with trio.fail_after(30):
                async for change in roster.changes():
                    row = change.view["terminals"].get(first, {})
                    if row.get("online"):
                        break
            device = f"yunxiu/terminal/{first}:device"
            await admin.ask(device, "order", {"what": "identify"})
            await tab.hear("order", what="identify")
            await admin.ask(device, "revoke", {"reason": "换机"})
            await tab.hear("server", connected=False)
            again = await code_of(agent)
            assert again != code
        assert agent.uplink.terminal != ""
    assert said_anywhere(tmp_path / "edge", code) == []


async def test_a_restarted_edge_is_the_same_terminal(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.edge.uplink.PAUSE_S", 0.05)
    settings = settings_in(tmp_path, house.address)
    url = house.address.replace("http", "ws", 1) + "/live"
    seen = []
    async with open_client(url, token(house, "boss", "admin", place="*")) as admin:
        for start in range(2):
            async with open_agent(settings) as agent:
                if not start:
                    code = await code_of(agent)
                    body = {"code": code, "name": "一楼 3 号机", "places": ["im2"]}
                    await admin.ask(ROSTER, "confirm", body)
                with trio.fail_after(30):
                    await agent.uplink.reaches_server()
                seen.append(agent.uplink.terminal)
    assert seen[0] == seen[1]
    kept = tmp_path / "edge" / "terminal.json"
    assert kept.stat().st_mode & 0o77 == 0


async def test_its_beat_its_log_and_starting_again_by_order(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.edge.uplink.PAUSE_S", 0.05)
    settings = settings_in(tmp_path, house.address)
    url = house.address.replace("http", "ws", 1) + "/live"
    async with (
        open_client(url, token(house, "ops", "operator", place="*")) as ops,
        trio.open_nursery() as nursery,
    ):
        health = await ops.join("yunxiu/floor/main:health")
        agent = Agent(settings)
        await nursery.start(agent.run)
        body = {"code": await code_of(agent), "name": "一楼 3 号机", "places": ["im2"]}
        terminal = (await ops.ask(ROSTER, "confirm", body))["terminal"]
        with trio.fail_after(30):
            row = await until(health, lambda v: v.get("terminals", {}).get(terminal))
            assert row["edge"]
            # nothing hangs there: the drivers look for their ports
            assert row["devices"]["printer"]["trouble"] in ("starting", "not_there")
            own = f"yunxiu/terminal/{terminal}:device"
            mine = await ops.join(own)
            asked = await ops.ask(own, "order", {"what": "log"})
            order = asked["order"]
            await until(mine, lambda v: "done_at" in v.get("orders", {}).get(order, {}))
            of = {"terminal": terminal}
            told = await ops.ask("yunxiu/floor/main:health", "log", of)
            assert "lines" in told
            await ops.ask(own, "order", {"what": "restart"})
            while not agent.starts_again:
                await trio.testing.wait_all_tasks_blocked(0.01)
        nursery.cancel_scope.cancel()
    # it is known as done: another edge of this machine does not start again for it
    async with open_agent(settings) as again:
        with trio.fail_after(30):
            await again.uplink.reaches_server()
        assert again.uplink.terminal == terminal
        assert not again.starts_again
