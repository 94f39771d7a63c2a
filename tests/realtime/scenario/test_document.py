"""docs/scenarios.md tells the whole format, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from realtime.scenario.reading import TOP
from realtime.scenario.running import play
from realtime.scenario.telling import Teller
from realtime.scenario.values import STAGES
from realtime.scenario.words import EXPECTS, MARKS, NOTES, STEP_KEYS, VERBS, Verb
from tests.realtime.scenario.stories import scenario

TEXT = (Path(__file__).parents[3] / "docs" / "scenarios.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
WORDS = set(re.findall(r"[\w_]+", TEXT))


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_an_example_runs_as_it_says(tmp_path: Path, example: str) -> None:
    report = await play(scenario(tmp_path, example))
    assert report.fine, Teller().report(report)


async def test_the_picture_is_what_one_sees(tmp_path: Path) -> None:
    wrong = EXAMPLES[0].replace(
        'do = "签到 迟", expect.order = "甲 乙 迟 丙"',
        'do = "签到 迟", expect.order = "甲 乙 丙 迟"',
    )
    report = await play(scenario(tmp_path, wrong))
    picture = Teller().report(report).splitlines()
    table = picture[picture.index(next(p for p in picture if "应当是" in p)) :]
    assert "\n".join(table) in TEXT


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: "-".join(verb.words[:2]))
def test_every_deed_is_told_with_its_options(verb: Verb) -> None:
    assert verb.name in TEXT
    assert verb.called in TEXT
    assert set(verb.options) - {"registered"} <= WORDS


def test_everything_else_is_told() -> None:
    assert set(TOP) - {"step"} <= WORDS
    assert set(STEP_KEYS) <= WORDS
    assert set(EXPECTS) <= WORDS
    assert set(STAGES) <= WORDS
    assert all(mark in TEXT for mark in MARKS)
    assert {"暂离", "停叫", "停诊", "未到"} <= set(NOTES)
