"""The driver against a printer of bytes: what came out is what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from devices.events import Down, Up
from devices.line import LineSettings
from devices.printer import (
    NotPrinted,
    Outcome,
    Printed,
    Printer,
    PrinterSettings,
    PrinterState,
    Qr,
    Text,
    Unknown,
    encode,
)
from devices.simulators.printer import SimulatedPrinter
from tests.devices.conftest import Heard

LineTo = Callable[[Path], LineSettings]
SLIP = encode([Text("候诊号 A012", size=2), Text("测试一"), Qr("HZ:A012")]).data


@asynccontextmanager
async def running(
    path: Path, line_to: LineTo, heard: Heard, **settings: Any
) -> AsyncIterator[tuple[SimulatedPrinter, Printer]]:
    simulated = SimulatedPrinter(path / "printer")
    quick = {"poll_s": 0.02, "answer_s": 0.2, "print_s": 0.4, "settle_s": 0.3}
    line = line_to(simulated.port.path)
    printer = Printer(PrinterSettings(line, **(quick | settings)), heard)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.run)
        nursery.start_soon(printer.run)
        await heard.next(Up)
        yield simulated, printer
        nursery.cancel_scope.cancel()
    simulated.port.unplug()


async def print_one(printer: Printer, process: int = 7) -> Outcome:
    with trio.fail_after(15):
        return await printer.print(SLIP, process=process, cuts=await printer.cuts())


@pytest.mark.parametrize("confirms", ["process_id", "cuts"])
async def test_it_comes_out(
    tmp_path: Path, line_to: LineTo, heard: Heard, confirms: str
) -> None:
    async with running(tmp_path, line_to, heard, confirms=confirms) as (paper, printer):
        assert await print_one(printer) == Printed()
        (slip,) = paper.slips
        assert slip.text.strip() == "候诊号 A012\n测试一"
        assert slip.codes == ["HZ:A012"]
        assert await print_one(printer) == Printed()
        assert len(paper.slips) == 2


async def test_a_printer_that_cannot_tell(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard, confirms="nothing") as (
        paper,
        printer,
    ):
        paper.knows_cuts = paper.knows_process_id = False
        assert await print_one(printer) == Printed(sure=False)
        assert len(paper.slips) == 1


@pytest.mark.parametrize(
    ("break_it", "mend_it", "code"),
    [
        ("tear_paper", "load_paper", "paper_out"),
        ("open_cover", "close_cover", "cover_open"),
    ],
)
async def test_what_stands_in_the_way_is_said_first_and_nothing_is_sent(
    tmp_path: Path,
    line_to: LineTo,
    heard: Heard,
    break_it: str,
    mend_it: str,
    code: str,
) -> None:
    async with running(tmp_path, line_to, heard) as (paper, printer):
        getattr(paper, break_it)()
        told = await heard.next(PrinterState, lambda event: event.state.trouble)
        assert told.state.trouble is not None
        assert told.state.trouble.code == code
        outcome = await print_one(printer)
        assert isinstance(outcome, NotPrinted)
        assert outcome.trouble.code == code
        getattr(paper, mend_it)()
        await heard.next(PrinterState, lambda event: event.state.trouble is None)
        assert await print_one(printer) == Printed()
        assert len(paper.slips) == 1


async def test_paper_that_ends_in_the_middle_and_is_loaded_in_time(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard, print_s=5.0) as (paper, printer):
        paper.tear_paper(lines_left=1)

        async def load() -> None:
            await heard.next(PrinterState, lambda event: event.state.paper_out)
            paper.load_paper()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(load)
            assert await print_one(printer) == Printed()
        assert len(paper.slips) == 1


async def test_what_was_given_up_does_not_come_out_for_the_next_patient(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as (paper, printer):
        paper.tear_paper(lines_left=1)
        outcome = await print_one(printer)
        assert isinstance(outcome, NotPrinted)
        assert outcome.trouble.code == "paper_out"
        paper.load_paper()
        await heard.next(PrinterState, lambda event: event.state.trouble is None)
        assert await print_one(printer, process=8) == Printed()
        assert len(paper.slips) == 1
        assert "测试一" not in paper.hanging.text
        assert paper.slips[0].codes == ["HZ:A012"]


async def test_a_jammed_cutter(tmp_path: Path, line_to: LineTo, heard: Heard) -> None:
    async with running(tmp_path, line_to, heard) as (paper, printer):
        paper.jam()
        outcome = await print_one(printer)
        assert isinstance(outcome, NotPrinted)
        assert outcome.trouble.code == "cutter"
        paper.unjam()
        assert paper.slips == []


@pytest.mark.parametrize("fault", ["swallow", "lie", "cut_short"])
async def test_a_lost_answer_is_asked_for_again(
    tmp_path: Path, line_to: LineTo, heard: Heard, fault: str
) -> None:
    """It is on paper, and only the printer's word for it got lost."""
    async with running(tmp_path, line_to, heard, poll_s=30.0) as (paper, printer):
        cuts = await printer.cuts()
        paper.line_s = 0.02  # so that the fault meets the confirmation

        async def spoil() -> None:
            await paper.has_printed(1)
            setattr(paper.port.faults, fault, 1)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(spoil)
            with trio.fail_after(15):
                assert await printer.print(SLIP, process=1, cuts=cuts) == Printed()
        assert len(paper.slips) == 1


async def test_unplugged_in_the_middle_it_is_unknown_and_then_settled(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    """The data cable, not the power: the printer has all of it, and goes on."""
    async with running(tmp_path, line_to, heard, print_s=5.0) as (paper, printer):
        cuts = await printer.cuts()
        paper.line_s = 0.05
        outcomes: list[Outcome] = []

        async def print_it() -> None:
            outcomes.append(await printer.print(SLIP, process=1, cuts=cuts))

        with trio.fail_after(15):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(print_it)
                await paper.has_begun()
                paper.port.unplug()
            assert isinstance(outcomes[0], Unknown)
            assert isinstance(await printer.settle(cuts=cuts), Unknown)
            await heard.next(Down)
            paper.port.plug()
            await heard.next(Up)
            assert await printer.settle(cuts=cuts) == Printed()
        assert len(paper.slips) == 1


async def test_cut_off_in_the_middle_of_the_bytes_it_is_not_printed(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as (paper, printer):
        cuts = await printer.cuts()
        # half a QR code's data: whatever came next would be part of it
        paper._hear(SLIP[: SLIP.index(b"HZ:") + 2])
        settled = await printer.settle(cuts=cuts)
        assert isinstance(settled, NotPrinted)
        assert await print_one(printer) == Printed()
        assert paper.slips[0].codes == ["HZ:A012"]


async def test_no_line_no_slip(tmp_path: Path, line_to: LineTo, heard: Heard) -> None:
    async with running(tmp_path, line_to, heard) as (paper, printer):
        paper.port.unplug()
        await heard.next(Down)
        outcome = await print_one(printer)
        assert isinstance(outcome, NotPrinted)
        assert outcome.trouble.code == "printer_away"
        paper.port.plug()
        await heard.next(Up)
        assert await print_one(printer) == Printed()
