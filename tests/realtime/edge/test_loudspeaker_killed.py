"""`houzhen edge` is killed (kill -9) while it speaks: what had begun is not said again,
the rest is.

A process of its own, with a player that notes what it was given: only a real kill
leaves everything as it lies.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from queue_displays.speech.engine import NoVoice, Program
from realtime.edge.agent import Agent
from realtime.edge.settings import load_edge
from realtime.edge.spoken import Spoken
from realtime.house import House
from tests.machine import missing
from tests.realtime.edge.test_loudspeaker import (
    area,
    called,
    enrolled,
    house,
    speaks_in,
)
from tests.realtime.house import OPENING
from tests.realtime.test_floor import until

__all__ = ["house"]

# notes each sound as it begins, and holds the first until it is let go
PLAYER = """
import hashlib, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
data = sys.stdin.buffer.read()
with open(folder / "begun", "a") as file:
    file.write(hashlib.sha256(data).hexdigest() + "\\n")
while (folder / "hold").exists():
    time.sleep(0.01)
"""
TOML = """
server = "{server}"
data_dir = "edge"
role = "speaker"
[local]
port = 0
[devices.speaker]
player = ["{python}", "{player}", "{folder}"]
"""


@asynccontextmanager
async def edge_process(settings: Path) -> AsyncIterator[trio.Process]:
    command = [sys.executable, "-m", "realtime.cli", "edge", "-c", str(settings)]
    process = await trio.lowlevel.open_process(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()


async def begun(folder: Path, count: int) -> list[str]:
    with trio.fail_after(60):
        while True:
            noted = folder / "begun"
            sounds = noted.read_text().split() if noted.exists() else []
            if len(sounds) >= count:
                return sounds
            await trio.sleep(0.02)


def times_said(view: dict[str, Any]) -> list[int]:
    rows = view.get("announcements", {}).values()
    return [row.get("spoken", {}).get("main", {}).get("times", 0) for row in rows]


async def test_killed_in_the_middle_of_a_call(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room4 = {"doctor": "单雅宁", "queues": ["A"]}
    monkeypatch.setitem(OPENING["rooms"], "4", room4)
    player = tmp_path / "player.py"
    player.write_text(PLAYER)
    settings = tmp_path / "edge.toml"
    settings.write_text(
        TOML.format(
            server=house.address, python=sys.executable, player=player, folder=tmp_path
        )
    )
    async with called(house) as (nurse, call):
        topic = await nurse.join(area(house))
        # enrolled once; the processes find what it was given on the disk
        agent = Agent(load_edge(settings))
        async with trio.open_nursery() as nursery:
            await nursery.start(agent.run)
            terminal = await enrolled(nurse, agent, "大厅音箱")
            nursery.cancel_scope.cancel()
        (tmp_path / "hold").touch()
        async with edge_process(settings) as process:
            await until(topic, lambda v: speaks_in(v, "main", terminal))
            await call()
            (first,) = await begun(tmp_path, 1)
            await call("4")
            process.send_signal(signal.SIGKILL)
            await process.wait()
        (tmp_path / "hold").unlink()
        kept = Spoken(tmp_path / "edge" / "spoken.json")
        assert len(kept.untold("im2")) == 1, "it was not written down before it began"
        async with edge_process(settings):
            with trio.fail_after(60):
                while times_said(topic.view) != [2, 2]:  # noqa: ASYNC110
                    await trio.sleep(0.05)
        # four sounds in all: the one that was cut short counts as said
        sounds = await begun(tmp_path, 4)
        assert len(sounds) == 4
        assert sounds.count(first) == 1
        assert not topic.view.get("alarms")


@pytest.fixture(autouse=True)
def _a_voice() -> None:
    try:
        Program()
    except NoVoice:
        missing("espeak-ng", "install espeak-ng")
