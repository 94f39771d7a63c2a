"""Bars: what a figure has to be, and whether it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Sense = Literal["≤", "<", "≥"]


class Bar(msgspec.Struct, frozen=True):
    """``value`` is None when it could not be measured; then the bar is not met."""

    name: str
    value: float | None
    bar: str
    met: bool


def bar(
    name: str, value: float | None, sense: Sense, limit: float, unit: str = ""
) -> Bar:
    """The value is judged as it was measured, and kept to four figures."""
    wanted = f"{sense} {limit:g}{' ' + unit if unit else ''}"
    if value is None:
        return Bar(name, None, wanted, met=False)
    met = {"≤": value <= limit, "<": value < limit, "≥": value >= limit}[sense]
    return Bar(name, float(f"{value:.4g}"), wanted, met)


def all_met(bars: Iterable[Bar]) -> bool:
    return all(one.met for one in bars)
