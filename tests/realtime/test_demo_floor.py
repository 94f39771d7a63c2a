"""The demo's machines are entered once, beat, and have the faults that try the page."""

from __future__ import annotations

from pathlib import Path

import trio

from realtime.demo_floor import DemoFloor, machines
from tests.realtime.house import a_house, person
from tests.realtime.test_floor import BOARD, HEALTH, LEDGER, alarms, until

WRONG = {"printer:paper_out", "id_reader:down", ":hot", "printer:paper_low"}


async def test_a_floor_with_a_few_faults(tmp_path: Path) -> None:
    floor = machines(kiosks=12, screens=4, speakers=1)
    for start in range(2):
        async with (
            a_house(tmp_path) as house,
            person(house, "ops", "operator", place="*") as ops,
            trio.open_nursery() as nursery,
        ):
            demo = DemoFloor(
                "yunxiu", house.system, house.terminals, house.floor, floor
            )
            nursery.start_soon(demo.run)
            board, health = await ops.join(BOARD), await ops.join(HEALTH)
            ledger = await ops.join(LEDGER)
            await until(ledger, lambda v: len(v.get("units", {})) == len(floor))
            await until(board, lambda v: alarms(v).keys() >= WRONG)
            await until(health, lambda v: len(v.get("terminals", {})) == len(floor) - 1)
            tickets = await until(board, lambda v: v.get("tickets"))
            assert len(tickets) == 2, start
            curve = await ops.ask(HEALTH, "curve", {"terminal": floor[0].terminal})
            assert len(curve["curve"]) > 250
            nursery.cancel_scope.cancel()
