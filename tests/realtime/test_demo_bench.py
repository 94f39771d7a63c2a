"""The demo's bench: a page finds the devices, and hands can do things at them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

from devices.identity import birth_in, is_number
from realtime.demo_bench import DemoBench
from realtime.demo_hospital import demo_patients
from realtime.http.demo import BenchDoor, Deed
from tests.realtime.edge.page import ORIGIN, Tab, open_tab

ME = demo_patients()[0]


@asynccontextmanager
async def bench() -> AsyncIterator[DemoBench]:
    found = DemoBench(demo_patients(), lambda: ORIGIN, lambda: "no token")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(found.run)
        yield found
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def page(door: BenchDoor) -> AsyncIterator[Tab]:
    port = int(door.edge.rpartition(":")[2])
    async with open_tab(port, door.pair) as tab:
        yield tab


async def test_a_card_is_laid_and_a_slip_comes_out() -> None:
    async with bench() as demo:
        door = await demo.door()
        assert door is not None
        async with page(door) as tab:
            await tab.up("id_reader", "printer")
            assert await demo.do(Deed("lay", card=ME.card))
            laid = await tab.hear("card_laid")
            assert laid["card"]["number"] == ME.id_number
            assert laid["card"]["name"] == ME.name
            await demo.do(Deed("lift"))
            await tab.hear("card_removed")
            slip = [{"part": "text", "text": ME.number}]
            await tab.say("print", id="slip-0001", slip=slip)
            await tab.hear("print", state="printed")
            assert ME.number in demo.slips()[-1]


async def test_its_paper_ends_and_its_reader_is_unplugged() -> None:
    async with bench() as demo:
        door = await demo.door()
        assert door is not None
        async with page(door) as tab:
            await tab.up("id_reader", "printer", "scanner", "social_card")
            await demo.do(Deed("tear"))
            await tab.hear("device", device="printer", ok=False)
            await demo.do(Deed("unplug"))
            await tab.hear("device", device="id_reader", ok=False)
            await demo.do(Deed("plug"))
            await tab.hear("device", device="id_reader", ok=True)
            await demo.do(Deed("insert", card=ME.card))
            told = await tab.hear("social_card_in")
            assert told["card"]["card_number"] == ME.card
            await demo.do(Deed("scan", text=ME.card))
            assert (await tab.hear("scanned"))["text"] == ME.card


async def test_where_no_bench_can_stand_the_demo_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(*_: object, **__: object) -> None:
        raise OSError("no pseudo-terminals here")

    monkeypatch.setattr("devices.simulators.bench.open_bench", none)
    async with bench() as demo:
        assert await demo.door() is None
        assert not await demo.do(Deed("lift"))
        assert demo.slips() == []


def test_every_demo_patient_has_a_number_that_checks() -> None:
    for patient in demo_patients():
        assert is_number(patient.id_number)
        found = birth_in(patient.id_number)
        assert found is not None
        assert found.strftime("%Y%m%d") == patient.birth
    assert len({patient.id_number for patient in demo_patients()}) == len(
        demo_patients()
    )
