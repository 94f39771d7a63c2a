"""What a person reads, and what a program reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from realtime.cli import main
from realtime.scenario.telling import Teller
from tests.realtime.scenario.stories import HEAD, played, written

FINE = HEAD + 'steps = [{ do = "签到 甲", expect.order.A = "甲" }]\n'
DIFFERENT = HEAD + 'steps = [{ do = "签到 甲", expect.order.A = "乙" }]\n'


async def test_the_step_that_differs_stands_out(tmp_path: Path) -> None:
    report = await played(
        tmp_path,
        '{ at = "08:00", do = "签到 甲 乙 丙", expect.ahead = "丙=2" }',
        '{ do = "叫号 1", expect.called = "甲" }',
        '{ expect.order.A = "丙 乙" }',
    )
    lines = Teller().report(report).splitlines()
    assert re.fullmatch(r"✗ .*story\.toml  试  \d+ ms", lines[0])
    assert lines[1:] == [
        "     #  时间   做什么         看什么    应当是  实际是",
        "  ───────────────────────────────────────────────────────",
        "     ·  07:00  挂号 甲 乙 丙",
        "     ·  07:00  挂号 丁",
        "     1  08:00  签到 甲 乙 丙  ahead.丙  2       ✓",
        "     2  08:00  叫号 1         called    甲      ✓",
        "  ▶  3  08:00  （等）         order.A   丙 乙   «乙» «丙»",
    ]


async def test_one_that_went_well_is_one_line_unless_all_is_asked_for(
    tmp_path: Path,
) -> None:
    report = await played(tmp_path, '{ do = "签到 甲", expect.order.A = "甲" }')
    assert len(Teller().report(report).splitlines()) == 1
    assert len(Teller(whole=True).report(report).splitlines()) == 6


@pytest.mark.parametrize(
    ("text", "code"), [(FINE, 0), (DIFFERENT, 1), ('titel = "x"', 2)]
)
def test_the_exit_code_says_how_it_went(tmp_path: Path, text: str, code: int) -> None:
    assert main(["scenario", str(written(tmp_path, text))]) == code


def test_a_directory_is_all_its_files_but_the_disputed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "disputed").mkdir()
    written(tmp_path, FINE)
    disputed = written(tmp_path / "disputed", DIFFERENT)
    assert main(["scenario", str(tmp_path)]) == 0
    assert "1 个情景符合" in capsys.readouterr().out
    assert main(["scenario", str(disputed)]) == 1


def test_an_empty_directory_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenario", str(tmp_path)]) == 2
    assert "no_files" in capsys.readouterr().err


def test_json_tells_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenario", "--json", str(written(tmp_path, DIFFERENT))]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["different"], told["unreadable"]) == (0, 1, 0)
    (story,) = told["scenarios"]
    assert story["steps"][-1]["seen"] == [
        {"what": "order.A", "expected": "乙", "actual": "甲", "passed": False}
    ]


def test_a_journal_that_cannot_be_opened_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(written(tmp_path, FINE))
    assert main(["scenario", path, "--journal", "nonsense"]) == 2
    assert "journal.url is not a database URL" in capsys.readouterr().err
