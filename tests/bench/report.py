"""What a bench found: one JSON object for programs, tables for people."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tests.bench.bars import Bar, all_met
from tests.bench.machine import Machine, this_machine


class Report(msgspec.Struct, frozen=True):
    """``figures`` holds values, and tables: name → row → column → value."""

    bench: str
    machine: Machine
    figures: dict[str, Any]
    bars: list[Bar]

    def as_json(self) -> str:
        return msgspec.json.encode(self).decode()

    def as_text(self) -> str:
        return "\n".join(_lines(self))

    def exit_code(self, *, check: bool) -> int:
        return 1 if check and not all_met(self.bars) else 0


def report(bench: str, figures: dict[str, Any], bars: Iterable[Bar]) -> Report:
    return Report(bench, this_machine(), figures, list(bars))


def tell(words: str) -> None:
    """Progress, on stderr, so that stdout stays the result's."""
    print(words, file=sys.stderr, flush=True)


def _lines(found: Report) -> Iterable[str]:
    yield f"{found.bench}: {found.machine}"
    for moment, pace in found.machine.pace.items():
        yield f"a fixed piece of Python, {moment}: {pace}"
    for name, figure in found.figures.items():
        if isinstance(figure, Mapping) and _is_table(figure):
            yield ""
            yield from _table(name, figure)
        elif isinstance(figure, Mapping):
            yield ""
            yield name
            width = max(map(_columns, figure), default=0)
            for key, value in figure.items():
                yield f"  {_padded(key, width)}  {_written(value)}"
        else:
            yield f"{name}: {_written(figure)}"
    yield ""
    rows = {
        one.name: {
            "value": one.value,
            "bar": one.bar,
            "": "met" if one.met else "MISSED",
        }
        for one in found.bars
    }
    yield from _table("bars", rows)


def _is_table(figure: Mapping[str, Any]) -> bool:
    return bool(figure) and all(isinstance(row, Mapping) for row in figure.values())


def _table(name: str, rows: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    heads = list(dict.fromkeys(head for row in rows.values() for head in row))
    cells = [[name, *heads]]
    for key, row in rows.items():
        cells.append([key, *(_written(row.get(head)) for head in heads)])
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        first, *rest = (
            _padded(cell, width, right=place > 0)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join([first, *rest]).rstrip()


def _written(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _columns(text: str) -> int:
    """How wide a terminal shows it."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _padded(text: str, width: int, *, right: bool = False) -> str:
    gap = " " * (width - _columns(text))
    return gap + text if right else text + gap
