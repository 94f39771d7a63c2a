"""The ledger of machines, and what they use up."""

from __future__ import annotations

from datetime import date

import msgspec

from actors.floor.commands import (
    Finding,
    KeepUnits,
    MoveStock,
    RetireUnit,
    SetStock,
    TheseUnits,
    ThisStock,
    UnitWords,
)
from actors.floor.decide.alarms import raised
from actors.floor.decide.answers import done
from actors.floor.events import (
    AlarmEnded,
    Event,
    StockMoved,
    StockSet,
    Unit,
    UnitKept,
    UnitRetired,
)
from actors.floor.settings import level_of
from actors.floor.state import FloorState
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing

UNITS_MAX = 5_000
STOCK = "stock"
"""What stands in an alarm for the terminal, where something is nearly used up."""


def keep(state: FloorState, command: KeepUnits, now: Millis) -> Decision:
    events: list[Event] = []
    new = 0
    linked = dict(state.serial_of)
    written: set[str] = set()
    for line, words in enumerate(command.units, 1):
        if wrong := _wrong(words, linked, written):
            return BadRequest(f"第 {line} 行（{words.serial}）：{wrong}", line=line)
        written.add(words.serial)
        unit = Unit(**msgspec.structs.asdict(words))
        before = state.units.get(unit.serial)
        if before == unit:
            continue
        if before is not None and before.terminal:
            linked.pop(before.terminal, None)
        if unit.terminal:
            linked[unit.terminal] = unit.serial
        new += before is None
        events.append(UnitKept(at=now, by=command.by, unit=unit))
    if len(state.units) + new > UNITS_MAX:
        return Refused("ledger_full", f"台账最多 {UNITS_MAX} 台，请先注销报废的设备。")
    return done(tuple(events), TheseUnits(new, len(events) - new))


def _wrong(words: UnitWords, linked: dict[str, str], written: set[str]) -> str:
    if words.serial in written:
        return "这个编号写了两遍，请只留一行。"
    for day, name in ((words.since, "启用日期"), (words.warranty, "保修到期")):
        if day and not _is_day(day):
            return f"{name}“{day}”不是日期，请写成 2026-11-23。"
    if words.since and words.warranty and words.warranty < words.since:
        return "保修到期比启用日期还早，请改一下。"
    holder = linked.get(words.terminal) if words.terminal else None
    if holder is not None and holder != words.serial:
        return f"终端 {words.terminal} 已经登记在 {holder} 上，请先把那一台改掉。"
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def retire(state: FloorState, command: RetireUnit, now: Millis) -> Decision:
    if command.serial not in state.units:
        return Refused("unknown_unit", "台账里没有这台设备，请看一下最新的列表。")
    if waiting := [k for k, t in state.open_tickets if t.target == command.serial]:
        return Refused(
            "ticket_open",
            f"这台设备还有没结的工单 {waiting[0]}，请先结单再注销。",
            ticket=waiting[0],
        )
    event = UnitRetired(
        at=now, by=command.by, serial=command.serial, reason=command.reason
    )
    return done((event,), Nothing())


def set_stock(state: FloorState, command: SetStock, now: Millis) -> Decision:
    stock = state.stock.get(command.kind)
    reply = ThisStock(command.kind, stock.left if stock else 0)
    if stock and (stock.name, stock.unit, stock.low) == (
        command.name,
        command.unit,
        command.low,
    ):
        return Accepted((), reply)
    event = StockSet(
        at=now,
        by=command.by,
        kind=command.kind,
        name=command.name,
        unit=command.unit,
        low=command.low,
    )
    # one that is new has nothing in the cupboard yet, and says so when it first moves
    alarm = (
        _stock_alarm(state, command.kind, command.name, stock.left, command.low, now)
        if stock
        else ()
    )
    return done((event, *alarm), reply)


def move_stock(state: FloorState, command: MoveStock, now: Millis) -> Decision:
    stock = state.stock.get(command.kind)
    if stock is None:
        return Refused("unknown_stock", "没有这种耗材，请先登记名称和下限。")
    if not command.change:
        return BadRequest("数量是 0，请写领用或入库多少。", field="change")
    if command.serial is not None and command.serial not in state.units:
        return Refused("unknown_unit", "台账里没有这台设备，请检查设备编号。")
    left = stock.left + command.change
    if left < 0:
        return Refused(
            "not_enough",
            f"{stock.name}只剩 {stock.left}{stock.unit}，请先登记入库。",
            left=stock.left,
        )
    moved = StockMoved(
        at=now,
        by=command.by,
        kind=command.kind,
        change=command.change,
        left=left,
        serial=command.serial or "",
        note=command.note,
    )
    alarm = _stock_alarm(state, command.kind, stock.name, left, stock.low, now)
    return done((moved, *alarm), ThisStock(command.kind, left))


def _stock_alarm(
    state: FloorState, kind: str, name: str, left: int, low: int, now: Millis
) -> tuple[Event, ...]:
    finding = Finding(
        STOCK, kind, "stock_low", level_of(state.settings, "stock_low"), now, name
    )
    open_one = state.alarm_of.get(finding.key)
    if left < low and open_one is None:
        return (raised(finding, f"a{state.alarms_made + 1}", STOCK, now),)
    if left >= low and open_one is not None:
        return (AlarmEnded(at=now, by=STOCK, alarm=open_one),)
    return ()
