"""A bench with one of each on it: for tests, for the demo, for trying things out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from devices.simulators.id_reader import SimulatedIdReader
from devices.simulators.port import VirtualPort
from devices.simulators.portless import SimulatedCamera
from devices.simulators.printer import SimulatedPrinter
from devices.simulators.small import (
    SimulatedLedStrip,
    SimulatedScanner,
    SimulatedSocialCardReader,
)


class Bench:
    """::

    bench.id_reader.lay(cards.resident())    bench.id_reader.lift()
    bench.scanner.scan("HZ:A012")            bench.social_card.insert()
    bench.printer.tear_paper()               bench.printer.open_cover()
    bench.unplug("printer")                  bench.plug("printer")
    bench.printer.port.faults.lie = 3        (devices/simulators/port.py, Faults)
    """

    def __init__(self, folder: Path, *, real_time: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.id_reader = SimulatedIdReader(folder / "id_reader", real_time=real_time)
        self.scanner = SimulatedScanner(folder / "scanner")
        self.social_card = SimulatedSocialCardReader(folder / "social_card")
        line_s = 0.03 if real_time else 0.0
        self.printer = SimulatedPrinter(folder / "printer", line_s=line_s)
        self.led_strip = SimulatedLedStrip(folder / "led_strip")
        self.camera = SimulatedCamera()

    @property
    def ports(self) -> dict[str, VirtualPort]:
        """By the kind of device that hangs on them."""
        return {
            "id_reader": self.id_reader.port,
            "scanner": self.scanner.port,
            "social_card": self.social_card.port,
            "printer": self.printer.port,
            "led_strip": self.led_strip.port,
        }

    def unplug(self, device: str) -> None:
        self.ports[device].unplug()

    def plug(self, device: str) -> None:
        self.ports[device].plug()

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            for device in (
                self.id_reader,
                self.scanner,
                self.social_card,
                self.printer,
                self.led_strip,
            ):
                nursery.start_soon(device.run)


@asynccontextmanager
async def open_bench(folder: Path, *, real_time: bool = False) -> AsyncIterator[Bench]:
    """A bench whose devices run for as long as the block. `real_time` gives them the
    delays of real ones."""
    bench = Bench(folder, real_time=real_time)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.run)
            yield bench
            nursery.cancel_scope.cancel()
    finally:
        for port in bench.ports.values():
            port.unplug()
