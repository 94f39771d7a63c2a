"""Tells how stories went: a table of what was expected beside what came, with the
steps that differ marked; or JSON for a program."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from realtime.scenario.running import Played, Report
from realtime.scenario.seeing import Sight
from realtime.scenario.story import Problem

_RED, _GREEN, _DIM, _BOLD, _END = (
    "\033[31m",
    "\033[32m",
    "\033[2m",
    "\033[1m",
    "\033[0m",
)
_WIDEST = 40
_HEAD = ("", "#", "时间", "做什么", "看什么", "应当是", "实际是")


class Teller:
    """Puts reports into words. ``colour`` for a terminal; ``whole`` shows every step
    of a story that went well, too."""

    def __init__(self, *, colour: bool = False, whole: bool = False) -> None:
        self._colour = colour
        self._whole = whole

    def report(self, report: Report) -> str:
        scenario = report.scenario
        mark = self._paint("✓", _GREEN) if report.fine else self._paint("✗", _RED)
        took = self._paint(f"{report.took_ms:.0f} ms", _DIM)
        said = [f"{mark} {scenario.path}  {self._paint(scenario.title, _BOLD)}  {took}"]
        if report.fine and not self._whole:
            return said[0]
        said += [f"  │ {line}" for line in scenario.why.splitlines()]
        return "\n".join(said + self._table(report.steps))

    def _table(self, steps: Sequence[Played]) -> list[str]:
        rows: list[tuple[bool, tuple[str, ...]]] = []
        for played in steps:
            rows += self._rows(played)
        cells = [_HEAD, *(row for _, row in rows)]
        widths = [max(_width(row[i]) for row in cells) for i in range(len(_HEAD))]
        rule = "  " + "─" * (sum(widths) + 2 * len(widths) - 2)
        told = ["  " + _spread(_HEAD, widths), rule]
        for different, row in rows:
            line = "  " + _spread(row, widths)
            told.append(self._paint(line, _RED + _BOLD) if different else line)
        return told

    def _rows(self, played: Played) -> Iterable[tuple[bool, tuple[str, ...]]]:
        step = played.step
        number = str(step.number) if step.number else "·"
        first = (number, played.clock, _short(step.said or "（等）"))
        if not played.sights:
            yield False, ("", *first, "", "", "")
        for sight in played.sights:
            what, expected, actual = sight.what, sight.expected, sight.actual
            mark = "" if sight.fine else "▶"
            if not sight.fine:
                expected, actual = _point_out(expected, actual)
            elif actual == expected:
                actual = "✓"
            yield not sight.fine, (mark, *first, what, expected, actual)
            first = ("", "", "")

    def problems(self, problems: Iterable[Problem]) -> str:
        mark = self._paint("!", _RED)
        return "\n".join(f"{mark} {problem}" for problem in problems)

    def summary(self, reports: Sequence[Report], broken: int, seconds: float) -> str:
        wrong = sum(not report.fine for report in reports)
        steps = sum(len(report.steps) for report in reports)
        parts = [f"{len(reports) - wrong} 个情景符合"]
        if wrong:
            parts.append(f"{wrong} 个不符")
        if broken:
            parts.append(f"{broken} 个文件有错")
        text = f"{'，'.join(parts)}（{steps} 步，{seconds:.2f} 秒）"
        english = f"{len(reports) - wrong} passed, {wrong} differ, {broken} unreadable"
        colour = _RED if wrong or broken else _GREEN
        return self._paint(f"{text} · {english}", colour)

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_END}" if self._colour else text


def as_json(
    reports: Sequence[Report], problems: Sequence[Problem], seconds: float
) -> dict[str, Any]:
    """Everything, for a program."""
    return {
        "scenarios": [_report(report) for report in reports],
        "problems": [
            {
                "path": problem.path,
                "line": problem.line,
                "step": problem.step,
                "code": problem.code,
                "message": problem.message,
            }
            for problem in problems
        ],
        "passed": sum(report.fine for report in reports),
        "different": sum(not report.fine for report in reports),
        "unreadable": len({problem.path for problem in problems}),
        "seconds": round(seconds, 3),
    }


def _report(report: Report) -> dict[str, Any]:
    scenario = report.scenario
    return {
        "path": str(scenario.path),
        "title": scenario.title,
        "why": scenario.why,
        "rules": list(scenario.rules),
        "passed": report.fine,
        "ms": round(report.took_ms, 2),
        "steps": [
            {
                "step": played.step.number,
                "line": played.step.line,
                "at": played.clock,
                "do": played.step.said,
                "passed": not played.differences,
                "seen": [_sight(sight) for sight in played.sights],
            }
            for played in report.steps
        ],
    }


def _sight(sight: Sight) -> dict[str, Any]:
    return {
        "what": sight.what,
        "expected": sight.expected,
        "actual": sight.actual,
        "passed": sight.fine,
    }


def _point_out(expected: str, actual: str) -> tuple[str, str]:
    """The words from the first one that differs on stand in brackets of their own."""
    wanted, got = expected.split(" "), actual.split(" ")
    if len(wanted) < 2 or len(got) < 2:
        return expected or "—", actual or "—"
    for place, word in enumerate(got):
        if place >= len(wanted) or wanted[place] != word:
            got[place] = f"«{word}»"
    return expected, " ".join(got)


def _short(text: str) -> str:
    if _width(text) <= _WIDEST:
        return text
    while _width(text) > _WIDEST - 1:
        text = text[:-1]
    return text + "…"


def _width(text: str) -> int:
    """How many columns a terminal gives it: two for a Han character."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _spread(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        text + " " * (width - _width(text))
        for text, width in zip(row, widths, strict=True)
    )
    return "  ".join(cells).rstrip()
