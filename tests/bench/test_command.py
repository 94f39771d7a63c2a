"""The command itself: what it prints, and how it ends."""

from __future__ import annotations

import json
import re
import sys
from types import ModuleType

import pytest

from tests.bench import __main__ as command
from tests.bench.bars import bar
from tests.bench.processes import BenchFailed
from tests.bench.report import Report, report


def a_report(value: float) -> Report:
    figures = {"rounds": 3, "one actor": {"bytes": 700.0}, "每项": {"a": {"µs": 1.5}}}
    return report("actors", figures, [bar("bytes", value, "≤", 1024, "B")])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """What the bench will find; the last of it."""
    reports: list[Report] = []

    def run(name: str, *, quick: bool) -> Report:
        if not reports:
            raise BenchFailed("there is no compiler")
        return reports[-1]

    monkeypatch.setattr(command, "run", run)
    return reports


def test_check_ends_with_1_where_a_bar_is_missed(found: list[Report]) -> None:
    found.append(a_report(2000))
    assert command.main(["actors", "--check"]) == 1
    assert command.main(["actors"]) == 0


def test_check_ends_with_0_where_all_are_met(found: list[Report]) -> None:
    found.append(a_report(700))
    assert command.main(["actors", "--check"]) == 0


def test_no_figure_is_no_success(
    found: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not found
    assert command.main(["actors"]) == command.FAILED
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "there is no compiler" in printed.err


def test_json_is_one_object(
    found: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    found.append(a_report(2000))
    command.main(["actors", "--json"])
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == ["bench", "machine", "figures", "bars"]
    assert printed["bench"] == "actors"
    assert printed["machine"]["cores"] >= 1
    assert printed["bars"] == [
        {"name": "bytes", "value": 2000.0, "bar": "≤ 1024 B", "met": False}
    ]


def test_a_table_says_which_bar_is_missed(
    found: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    found.append(a_report(2000))
    command.main(["actors"])
    *_, last = capsys.readouterr().out.rstrip().splitlines()
    assert last.split() == ["bytes", "2,000", "≤", "1024", "B", "MISSED"]


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["speed"])
    assert ended.value.code == 2
    assert "fanout" in capsys.readouterr().err


def test_it_says_how_fast_the_machine_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = ModuleType("tests.bench.actors")
    monkeypatch.setattr(bench, "run", lambda *, quick: a_report(700), raising=False)
    monkeypatch.setitem(sys.modules, "tests.bench.actors", bench)
    assert command.main(["actors"]) == 0
    before, after = re.findall(
        r"^a fixed piece of Python, (?:before|after): ([\d.]+) ms",
        capsys.readouterr().out,
        re.MULTILINE,
    )
    assert float(before) > 0
    assert float(after) > 0
