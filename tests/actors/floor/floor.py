"""A floor for tests: a morning with machines in the ledger."""

from __future__ import annotations

import zoneinfo
from typing import Any

from actors.floor.actor import floor_capability
from actors.floor.commands import (
    Ack,
    Finding,
    KeepUnits,
    OpenTicket,
    UnitWords,
    Watched,
)
from actors.floor.state import FloorState
from actors.runtime.testkit import Kit

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
STREAM = "yunxiu/floor/main"
ID = "tabcdefgh23"
SERIAL = "SM08032011150001"


def a_floor() -> Kit[FloorState]:
    return Kit(floor_capability(ZONE), STREAM)


def finding(**changed: Any) -> Finding:
    facts: dict[str, Any] = {
        "terminal": ID,
        "device": "printer",
        "fault": "paper_out",
        "level": "II",
        "since": 1_000,
        "name": "一楼 3 号机",
        "places": ("im2",),
    }
    return Finding(**(facts | changed))


def wrong(kit: Kit[FloorState], **changed: Any) -> str:
    """An alarm is raised; its id."""
    kit.run(Watched(by="watch", found=(finding(**changed),)))
    return f"a{kit.state.alarms_made}"


def right(kit: Kit[FloorState], **changed: Any) -> None:
    kit.run(Watched(by="watch", gone=(finding(**changed).key,)))


def unit(n: int = 1, **changed: Any) -> UnitWords:
    facts: dict[str, Any] = {
        "serial": f"SM0803201115{n:04}",
        "model": "SST-M-0803",
        "name": f"一楼 {n} 号机",
    }
    return UnitWords(**(facts | changed))


def keep(kit: Kit[FloorState], *units: UnitWords) -> Any:
    return kit.run(KeepUnits(by="ops", units=units))


def ticket(kit: Kit[FloorState], **changed: Any) -> Any:
    facts: dict[str, Any] = {"target": ID, "fault": "hardware", "what": "不开机"}
    return kit.run(OpenTicket(by="ops", **(facts | changed)))


def ack(kit: Kit[FloorState], alarm: str, by: str = "ops", note: str = "") -> Any:
    return kit.run(Ack(by=by, alarm=alarm, note=note))
