"""A kiosk's computer for tests: a bench of simulated devices and its agent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devices.simulators.bench import Bench, open_bench
from realtime.edge.agent import Agent, open_agent
from realtime.edge.settings import EdgeSettings, load_edge
from tests.realtime.edge.page import ORIGIN

# nobody listens at port 9: a kiosk works without its server
TOML = """
server = "{origin}"
data_dir = "edge"
[local]
port = 0
[devices.id_reader]
port = "{bench}/id_reader"
[devices.scanner]
port = "{bench}/scanner"
[devices.social_card]
port = "{bench}/social_card"
[devices.printer]
port = "{bench}/printer"
settle_s = 0.5
[devices.led_strip]
port = "{bench}/led_strip"
"""


def settings_in(folder: Path, origin: str = ORIGIN) -> EdgeSettings:
    return load_edge(write_settings(folder, origin))


def write_settings(folder: Path, origin: str = ORIGIN) -> Path:
    path = folder / "edge.toml"
    path.write_text(TOML.format(origin=origin, bench=folder / "bench"))
    return path


@asynccontextmanager
async def open_kiosk(folder: Path) -> AsyncIterator[tuple[Bench, Agent]]:
    async with (
        open_bench(folder / "bench") as bench,
        open_agent(settings_in(folder)) as agent,
    ):
        yield bench, agent


def said_anywhere(folder: Path, word: str) -> list[str]:
    """The files under a folder in which a word stands."""
    forms = [word.encode(code) for code in ("utf-8", "gbk", "utf-16-le")]
    forms.append(word.encode("unicode-escape"))
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(form in path.read_bytes() for form in forms)
    ]
