"""A desk that stands open all day: 8 hours at speed 60, in real Chromium, because what
is kept alive by mistake is kept by the browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import CDPSession, Page, expect

from actors.kernel.times import WallClock
from realtime.keys import open_keys
from realtime.tokens import mint
from realtime.version import CHECKOUT
from tests.e2e.floor import Floor
from tests.e2e.hospital import HOUR_MS, Hospital, zone_where_it_is
from tests.e2e.triage import Triage

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1200)]

CLINIC = "soak1"
ROLES = ["his", "kiosk", "nurse", "doctor"]
SPEED = 60
NOON = 12
LINES = 17
"""One for every half hour of the day."""
MEGABYTE = 1024 * 1024
MARGIN = 1.25
SLACK_MB = 2.0


class Gauge:
    """What a page holds once its rubbish has been taken out."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable")
        self._cdp.send("HeapProfiler.enable")

    def read(self) -> dict[str, float]:
        # what is only weakly held goes with the second
        for _ in range(2):
            self._cdp.send("HeapProfiler.collectGarbage")
        told = self._cdp.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in told}
        return {
            "heap_mb": round(found["JSHeapUsedSize"] / MEGABYTE, 2),
            "nodes": found["Nodes"],
            "listeners": found["JSEventListeners"],
        }


@contextmanager
def a_day(hospital: Hospital) -> Iterator[subprocess.Popen[str]]:
    """Twenty dentists' day, lived by invented people; ended with the block."""
    keys = open_keys(hospital.folder / "data" / "keys.toml", may_create=False)
    now = WallClock().now()
    token = mint(keys.tokens, "soak", ROLES, ["*"], now=now, lasts_ms=2 * HOUR_MS)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "realtime.cli", "simulate", "--day", "dental"),
            *("--speed", str(SPEED), "--clinic", CLINIC, "--every", "30"),
            *("--url", hospital.address, "--token", token),
        ],
        cwd=hospital.folder,
        env={
            **os.environ,
            "PYTHONPATH": str(CHECKOUT),
            # its day is the hospital's
            "HOUZHEN_HOSPITAL__TIME_ZONE": zone_where_it_is(NOON),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def work_a_little(desk: Triage) -> None:
    """What a nurse opens and shuts a hundred times a day."""
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "h"):
        desk.press(key)
    for key in ("F3", "F4", "F6", "F9"):
        desk.press(key)
        expect(desk.dialog).to_be_visible()
        desk.press("Escape")
        expect(desk.dialog).to_have_count(0)
    desk.press("Escape")


def test_a_day_leaves_nothing_behind_in_a_desk(
    hospital: Hospital, floor: Floor
) -> None:
    with a_day(hospital) as day:
        assert day.stdout
        first = day.stdout.readline()
        assert first, "the day has not begun"
        desk = Triage.open(floor, CLINIC)
        doctor = floor.desk(CLINIC, "1").page
        pages = {"triage": desk.page, "doctor": doctor}
        gauges = {name: Gauge(page) for name, page in pages.items()}
        for _ in range(LINES):
            line = day.stdout.readline()
            if not re.match(r"\d\d:", line) and "wall" not in line:
                break
            work_a_little(desk)
            doctor.keyboard.press("ArrowDown")
            for name, gauge in gauges.items():
                print(line.strip()[:40], name, gauge.read())
    # the day stands still: what an old page holds, and one that was just opened
    for name, page in pages.items():
        lived = gauges[name].read()
        page.reload()
        expect(page.get_by_text(re.compile("^实时$")).first).to_be_visible()
        if name == "triage":
            work_a_little(desk)
        fresh = Gauge(page).read()
        print(name, "lived", lived, "fresh", fresh)
        assert lived["heap_mb"] < fresh["heap_mb"] * MARGIN + SLACK_MB, name
        assert lived["nodes"] < fresh["nodes"] * MARGIN + 200, name
        assert lived["listeners"] < fresh["listeners"] * MARGIN + 50, name
