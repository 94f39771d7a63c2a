"""The edge is killed in the middle of a print: the slip comes out once, or is said not
to be known."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from devices.simulators.bench import open_bench
from tests.realtime.edge.kiosk import open_kiosk, said_anywhere, write_settings
from tests.realtime.edge.page import Tab, open_tab
from tests.realtime.edge.test_agent import SLIP


@asynccontextmanager
async def edge_process(
    settings: Path,
) -> AsyncIterator[tuple[trio.Process, Tab]]:
    command = [sys.executable, "-m", "realtime.cli", "edge", "-c", str(settings)]
    process = await trio.lowlevel.open_process(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        said = b""
        with trio.fail_after(30):
            while not said.endswith(b"\n"):
                said += await process.stdout.receive_some()
        line = said.decode()
        address, _, secret = line.partition("#edge=")[2].partition("&pair=")
        port = int(address.rpartition(":")[2])
        async with open_tab(port, secret.strip()) as tab:
            yield process, tab
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
            if process.stdout is not None:
                await process.stdout.aclose()


async def test_killed_in_the_middle_of_a_print(tmp_path: Path) -> None:
    """kill -9: the printer, which counts its cuts, tells what became of it."""
    settings = write_settings(tmp_path)
    async with open_bench(tmp_path / "bench") as bench:
        printer = bench.printer
        printer.line_s = 0.05
        async with edge_process(settings) as (process, tab):
            with trio.fail_after(20):
                await tab.up("printer")
                await tab.say("print", id="job-0001", slip=SLIP)
                await printer.has_begun()
            process.send_signal(signal.SIGKILL)
        async with edge_process(settings) as (process, tab):
            await tab.say("job", id="job-0001")
            found = await tab.hear("print", id="job-0001")
            while found["state"] in ("sent", "waiting"):
                found = await tab.hear("print", id="job-0001")
            assert found["state"] == "printed"
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
        assert len(printer.slips) == 1
    assert said_anywhere(tmp_path / "edge", "测试一") == []


async def test_a_printer_that_cannot_tell_leaves_it_unknown(tmp_path: Path) -> None:
    """And then it is not printed again, on whatever chance."""
    async with open_bench(tmp_path / "bench") as bench:
        bench.printer.line_s, bench.printer.knows_cuts = 0.05, False
        async with _agent(tmp_path) as tab:
            await tab.up("printer")
            await tab.say("print", id="job-0001", slip=SLIP)
            with trio.fail_after(20):
                await bench.printer.has_begun()
        async with _agent(tmp_path) as tab:
            await tab.say("job", id="job-0001")
            found = await tab.hear("print", id="job-0001")
            while found["state"] in ("sent", "waiting"):
                found = await tab.hear("print", id="job-0001")
            assert found["state"] == "unknown"
        assert len(bench.printer.slips) <= 1
    assert said_anywhere(tmp_path / "edge", "测试一") == []


@pytest.mark.parametrize("lines", [0, 1, 3])
async def test_paper_ends_the_edge_ends_and_both_come_back(
    tmp_path: Path, lines: int
) -> None:
    """What was printed of it hangs there; it is said on the slip that is whole."""
    async with open_bench(tmp_path / "bench") as bench:
        bench.printer.tear_paper(lines_left=lines)
        async with _agent(tmp_path) as tab:
            await tab.say("print", id="job-0001", slip=SLIP)
            await tab.say("job", id="job-0001")
            await tab.hear("print", id="job-0001")
            if lines:
                with trio.fail_after(20):
                    await bench.printer.has_begun()
        bench.printer.load_paper()
        async with _agent(tmp_path) as tab:
            await tab.say("job", id="job-0001")
            found = await tab.hear("print", id="job-0001")
            while found["state"] in ("sent", "waiting"):
                found = await tab.hear("print", id="job-0001")
            assert found["state"] == "printed"
        assert len(bench.printer.slips) == 1


@asynccontextmanager
async def _agent(folder: Path) -> AsyncIterator[Tab]:
    from realtime.edge.agent import open_agent
    from tests.realtime.edge.kiosk import settings_in

    async with (
        open_agent(settings_in(folder)) as agent,
        open_tab(agent.door.port, agent.secret) as tab,
    ):
        yield tab


@pytest.mark.parametrize("after_lines", [0, 1, 2])
async def test_the_cable_is_out_in_the_middle(tmp_path: Path, after_lines: int) -> None:
    async with open_kiosk(tmp_path) as (bench, agent):
        bench.printer.line_s = 0.03
        async with open_tab(agent.door.port, agent.secret) as tab:
            await tab.up("printer")
            await tab.say("print", id="job-0001", slip=SLIP)
            with trio.fail_after(20):
                await bench.printer.has_begun(after_lines)
            bench.unplug("printer")
            await tab.hear("device", device="printer", ok=False)
            bench.plug("printer")
            found = await tab.hear("print", id="job-0001")
            while found["state"] in ("sent", "waiting"):
                found = await tab.hear("print", id="job-0001")
            assert found["state"] == "printed"
        assert len(bench.printer.slips) == 1
