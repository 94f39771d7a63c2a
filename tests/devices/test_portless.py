"""The simulators behind ports that have no driver yet: cash acceptor and camera."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from devices.cash import CashAcceptor, NoteReturned, NoteStacked
from devices.events import Down, Up
from devices.probe import probe
from devices.simulators.bench import open_bench
from devices.simulators.portless import SimulatedCamera, SimulatedCashAcceptor
from devices.trouble import DeviceTrouble
from tests.devices.conftest import Heard


async def test_notes_up_to_what_is_due(heard: Heard) -> None:
    cash = SimulatedCashAcceptor(heard, holds=2)
    port: CashAcceptor = cash
    cash.insert(1000)
    assert (await heard.next(NoteReturned)).why.code == "too_much"
    port.accept(1500)
    cash.insert(1000)
    assert await heard.next(NoteStacked) == NoteStacked("cash", 1000, 1)
    cash.insert(1000)
    assert (await heard.next(NoteReturned)).why.code == "too_much"
    cash.insert(300)
    assert (await heard.next(NoteReturned)).why.code == "note_not_taken"
    cash.insert(500)
    assert (await heard.next(NoteStacked)).count == 2
    cash.insert(100)
    assert (await heard.next(NoteReturned)).why.code == "box_full"
    cash.jam()
    cash.insert(100)
    assert (await heard.next(Down)).trouble.code == "note_jam"
    cash.unjam()
    await heard.next(Up)


async def test_a_camera_gives_the_newest_frame() -> None:
    camera = SimulatedCamera()
    camera.show(b"one")
    camera.show(b"two")
    assert (await camera.frame()).jpeg == b"two"

    async def look() -> None:
        with pytest.raises(DeviceTrouble):
            await camera.frame(after=2)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(look)
        await trio.testing.wait_all_tasks_blocked()
        camera.unplug()


async def test_the_probe_says_what_is_attached_and_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("bench")
    async with open_bench(folder) as bench:
        bench.printer.open_cover()
        bench.unplug("scanner")
        ports = {name: str(port.path) for name, port in bench.ports.items()}
        found = await probe(list(ports.values()), answer_s=0.1)
        by = dict(zip(ports, found, strict=True))
    assert by["id_reader"].fine
    assert "05.01-" in by["id_reader"].detail
    assert by["led_strip"].fine
    troubles = {name: one.trouble.code for name, one in by.items() if one.trouble}
    assert troubles == {
        "scanner": "not_there",
        "social_card": "nothing_heard",
        "printer": "cover_open",
    }
