"""Calls on walls, as fast as they go: a page that hangs for months must not grow.

A day of a busy hall has some 17,000 calls (twelve a minute); the soak is that day for
each layout. The short one holds the same of a few hundred.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trio
from playwright.sync_api import CDPSession, Page, expect

from actors.kernel.times import WallClock, day_of
from realtime.client import open_client
from tests.e2e.floor import WALL_SIZE, Floor
from tests.e2e.hospital import Hospital, zone_where_it_is
from tests.e2e.listening import SHORT_WORDS

CALLS = int(os.environ.get("HOUZHEN_SOAK_CALLS", "17280"))
PARTS = 6
MEGABYTE = 1_000_000
HOUR = 9
LOOKS = 5
PAINTED_S = 0.016
"""So long each call is up: the wall paints it."""


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    unhurried = {
        "HOUZHEN_LIVE__FRAMES_PER_S": "100000",
        "HOUZHEN_LIVE__FRAMES_AT_ONCE": "1000000",
    }
    folder = tmp_path_factory.mktemp("soak")
    with Hospital(folder, hour=HOUR, settings=unhurried) as hospital:
        yield hospital


class Caller:
    """A doctor who calls and calls back: rows, panels, words and receipts come and
    go. In a thread of its own; its failure is the test's."""

    def __init__(self, hospital: Hospital) -> None:
        self._url = f"ws://127.0.0.1:{hospital.port}/live"
        self._token = hospital.token("doctor", "im2")
        day = day_of(WallClock().now(), ZoneInfo(zone_where_it_is(HOUR)))
        self._desk = f"yunxiu/clinic/im2/{day}:desk"

    def calls(self, times: int) -> None:
        failed: list[BaseException] = []

        def run() -> None:
            try:
                trio.run(self._call, times)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]

    async def _call(self, times: int) -> None:
        client_of = open_client(self._url, self._token, kind="test", id="caller")
        async with client_of as client:
            for _ in range(times):
                called = await client.ask(
                    self._desk, "call_next", {"room": "3"}, deadline=30
                )
                await trio.sleep(PAINTED_S)
                body = {"room": "3", "ticket": called["ticket"]}
                await client.ask(self._desk, "undo_call", body, deadline=30)


@pytest.mark.soak
def test_some_hundred_calls_leave_nothing_behind(floor: Floor) -> None:
    """Half a minute: for whoever changes the wall."""
    grows_not(floor, "hall", calls=240, parts=3)


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("layout", ["hall", "door", "dental"])
def test_a_wall_does_not_grow_in_a_day(layout: str, floor: Floor) -> None:
    grows_not(floor, layout, calls=CALLS, parts=PARTS)


def grows_not(floor: Floor, layout: str, *, calls: int, parts: int) -> None:
    wall = floor.page(WALL_SIZE)
    wall.add_init_script(SHORT_WORDS)
    wall.goto(f"{floor.hospital.address}/screen?clinic=im2&room=3&layout={layout}")
    expect(wall.locator(f"[data-layout={layout}]")).to_be_visible()
    browser = wall.context.new_cdp_session(wall)
    caller = Caller(floor.hospital)
    each = max(calls // parts, 1)
    # what is made once is made now
    caller.calls(each)
    sizes = [_size(wall, browser)]
    began = time.monotonic()
    for _ in range(parts - 1):
        caller.calls(each)
        sizes.append(_size(wall, browser))
    took = time.monotonic() - began
    print(f"\n{layout}: {each * (parts - 1)} calls in {took:.0f} s")
    for size in sizes:
        print("  ", size)
    first, last = sizes[0], sizes[-1]
    assert last["heap"] <= first["heap"] * 1.05 + MEGABYTE
    for what in ("nodes", "elements", "listeners", "documents"):
        assert last[what] <= first[what] * 1.1 + 20, what


def _size(page: Page, browser: CDPSession) -> dict[str, Any]:
    """When nobody is called and nothing is left to collect."""
    expect(page.locator("[data-called]")).to_have_count(0)
    heap = []
    for _ in range(LOOKS):
        # what still comes from the network, or is being decoded, is nobody's growth
        page.wait_for_timeout(200)
        browser.send("HeapProfiler.collectGarbage")
        heap.append(round(browser.send("Runtime.getHeapUsage")["usedSize"]))
    counted = browser.send("Memory.getDOMCounters")
    return {
        "heap": min(heap),
        "nodes": counted["nodes"],
        "elements": page.evaluate("document.getElementsByTagName('*').length"),
        "listeners": counted["jsEventListeners"],
        "documents": counted["documents"],
    }
