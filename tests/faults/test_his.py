"""The server beside a HIS, both real processes, both killed: equal in the end."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import trio

from realtime.client import open_client
from realtime.version import CHECKOUT
from tests.actors.gateways.his.simulated import (
    ZONE,
    SimulatedProcess,
    simulated_his,
)
from tests.faults.server import PATIENCE_S, Server, installation

PLACES = """
[departments]
0101 = "im2/A"
0102 = "im2/B"
[experts]
0101 = "im2/Z"
0102 = "im2/Z"
"""
ROOMS = {"1": {"doctor": "周文澜", "queues": ["A", "B", "Z"]}}
CLINIC: dict[str, Any] = {
    "clinic": {"name": "内科", "hospital": "测试医院"},
    "queues": {key: {"name": key} for key in "ABZ"},
    "rooms": ROOMS,
}
_keys = itertools.count(1)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SimulatedProcess]:
    day = datetime.now(ZONE).date().isoformat()
    with simulated_his(tmp_path, day=day, days=1, booked=0.05) as process:
        yield process


def settings_for(there: SimulatedProcess) -> dict[str, object]:
    return {
        "his__base_url": there.url,
        "his__registrations_s": 0.1,
        "his__schedules_s": 0.3,
        "his__sweep_s": 1,
        "his__days": 1,
        "his__rest_s": 0.1,
        "his__answer_s": 5,
    }


def houzhen(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HOUZHEN_")}
    return subprocess.run(
        [sys.executable, "-m", "realtime.cli", "his", *arguments],
        cwd=server.data,
        env=environment | server._settings | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


async def differences(server: Server, *more: str) -> list[dict[str, Any]]:
    """Those of the clinic: other departments have no place."""
    ran = await trio.to_thread.run_sync(
        houzhen, server, "diff", "--clinic", "im2", "--json", *more
    )
    assert ran.returncode == (1 if ran.stdout else 0), ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


async def equal(server: Server) -> None:
    """Returns when HIS itself, asked, says what is here."""
    found: list[dict[str, Any]] = []
    with trio.move_on_after(PATIENCE_S):
        while found := await differences(server, "--ask"):  # noqa: ASYNC110
            await trio.sleep(0.1)
        return
    raise AssertionError(found)


async def ask(server: Server, view: str, name: str, body: Any, role: str) -> Any:
    day = datetime.now(ZONE).date().isoformat()
    token = server.token(role, "*")
    where = f"ws://127.0.0.1:{server.port}/live"
    async with open_client(where, token, kind="tool") as client:
        return await client.ask(
            f"yunxiu/clinic/im2/{day}:{view}",
            name,
            body,
            key=f"test-his-{next(_keys)}",
            deadline=30,
        )


async def test_both_are_killed_and_equal_in_the_end(
    tmp_path: Path, there: SimulatedProcess
) -> None:
    async with installation(tmp_path, **settings_for(there)) as server:
        (server.data / "his.toml").write_text(PLACES)
        await server.start()
        await ask(server, "setup", "open", CLINIC, "admin")
        there.mood(error=0.1, drop_after=0.1, half_json=0.1, lie=0.1, stale=0.1)
        for life in range(3):
            # wherever it is
            await trio.sleep(0.15 * life)
            await server.kill()
            if life % 2:
                there.kill()
                there.start()
            await server.start()
        there.mood()
        await equal(server)
        await everybody_checks_in(server, there)
        await server.kill()
        assert await differences(server) == []
        said = server.said
    names = _names(there)
    assert names
    assert not [name for name in names if name in said]


async def everybody_checks_in(server: Server, there: SimulatedProcess) -> None:
    """HIS hears of each of them, though both are killed in between."""
    rows = [row for row in _rows(there) if row["dept_code"] in ("0101", "0102")]
    there.mood(latency_ms=20, drop_after=0.2)
    for place, row in enumerate(rows):
        await ask(server, "kiosk", "check_in", {"card": row["card_no"]}, "kiosk")
        if place == len(rows) // 2:
            await server.kill()
            there.kill()
            there.start()
            await server.start()
    there.mood()
    with trio.fail_after(PATIENCE_S):
        while told := _not_told(there, rows):
            assert told
            await trio.sleep(0.1)


def _not_told(there: SimulatedProcess, rows: list[dict[str, Any]]) -> set[str]:
    day = datetime.now(ZONE).date().isoformat()
    status = there.at_the_window("queue_status", visit_date=day)
    known = {row["register_no"] for row in status if row["checked_in"]}
    return {row["register_no"] for row in rows} - known


def _rows(there: SimulatedProcess) -> list[dict[str, Any]]:
    day = datetime.now(ZONE).date().isoformat()
    answer = there.at_the_window("register_list", visit_date=day, after=0)
    rows: list[dict[str, Any]] = answer["list"]
    return [row for row in rows if row["state"] in "12"]


def _names(there: SimulatedProcess) -> list[str]:
    return [row["patient_name"] for row in _rows(there)]
