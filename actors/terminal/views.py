"""What a terminal is shown of itself: what it is, and what it is told to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.runtime.shape import Path
from actors.terminal.messages import (
    Changed,
    Enrolled,
    Event,
    OrderDone,
    Ordered,
    Revoked,
)
from actors.terminal.state import TerminalState

_FACTS = ("role", "name", "number", "profile", "places", "revoked")


class DeviceView:
    """``terminal`` with its facts, ``orders`` by id: the last few, open or done."""

    name = "device"
    version = 1

    def paths(self, state: TerminalState) -> Iterable[Path]:
        for fact in _FACTS:
            yield "terminal", fact
        for order in state.orders:
            yield "orders", order

    def touches(self, state: TerminalState, event: Event) -> Iterable[Path]:
        match event:
            case Enrolled() | Changed() | Revoked():
                for fact in _FACTS:
                    yield "terminal", fact
            case Ordered():
                yield "orders", event.order
                # the oldest makes room
                given = int(event.order.removeprefix("o"))
                yield "orders", f"o{given - len(state.orders)}"
            case OrderDone():
                yield "orders", event.order
            case _:
                pass

    def row(self, state: TerminalState, section: str, key: str) -> Any:
        if section == "terminal":
            value = getattr(state, key) if key in _FACTS else None
            return list(value) if isinstance(value, tuple) else (value or None)
        order = state.orders.get(key) if section == "orders" else None
        if order is None:
            return None
        row: dict[str, Any] = {
            "what": order.what,
            "at": order.at,
            "until": order.until,
            "by": order.by,
        }
        if order.done_at:
            row["done_at"] = order.done_at
        if order.trouble:
            row["trouble"] = order.trouble
        return row
