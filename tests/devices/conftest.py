"""What the devices' tests share: both ways to wait on a line, and what was told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import trio

from devices.line import LineSettings, Way

Event = TypeVar("Event")


class Heard:
    """What a driver told, in order; `next` waits for one of a kind."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._at = 0
        self._news = trio.Event()

    def __call__(self, event: object) -> None:
        self.all.append(event)
        self._news.set()

    async def next(
        self, kind: type[Event], when: Callable[[Any], bool] = lambda event: True
    ) -> Event:
        with trio.fail_after(20):
            while True:
                while self._at < len(self.all):
                    event = self.all[self._at]
                    self._at += 1
                    if isinstance(event, kind) and when(event):
                        return event
                self._news = trio.Event()
                await self._news.wait()


@pytest.fixture(params=["wait", "threads"])
def way(request: pytest.FixtureRequest) -> Way:
    """POSIX's way and Windows's: what holds on one holds on the other."""
    found: Way = request.param
    return found


@pytest.fixture
def line_to(way: Way) -> Callable[[Path], LineSettings]:
    def settings(path: Path, baud: int = 115_200) -> LineSettings:
        return LineSettings(str(path), baud, way=way, write_s=0.5, pauses_s=(0.01,))

    return settings


@pytest.fixture
def heard() -> Heard:
    return Heard()
