"""Every rule of the queue, as the examples in this folder say it: on the engine alone,
and through the actor system on both databases, with the same order."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from realtime.scenario.reading import read_scenario
from realtime.scenario.running import Report, play
from realtime.scenario.session import play_all, scenario_files
from realtime.scenario.telling import Teller

HERE = Path(__file__).parent
FILES = scenario_files([HERE])
NAMES = [str(path.relative_to(HERE)) for path in FILES]


def told(report: Report) -> str:
    return "\n" + Teller().report(report)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
async def test_the_engine_does_as_the_example_says(path: Path) -> None:
    report = await play(read_scenario(path))
    assert report.fine, told(report)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def journal_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url = request.getfixturevalue("postgres_url")
    assert isinstance(url, str)
    return url


async def test_every_example_goes_the_same_way_through_the_journal(
    journal_url: str,
) -> None:
    scenarios = [read_scenario(path) for path in FILES]
    alone = await play_all(scenarios, None)
    kept = await play_all(scenarios, journal_url)
    for one, other in zip(alone, kept, strict=True):
        assert seen(other) == seen(one), told(other)


def seen(report: Report) -> bytes:
    return msgspec.json.encode([played.sights for played in report.steps])


def test_an_example_says_which_rule_it_shows_and_why() -> None:
    for path in FILES:
        scenario = read_scenario(path)
        assert scenario.rules, f"{path}: no rule"
        assert scenario.why, f"{path}: no why"
        assert any(step.expects for step in scenario.steps), f"{path}: expects nothing"


def test_no_two_examples_have_one_title() -> None:
    titles = [read_scenario(path).title for path in FILES]
    assert sorted(set(titles)) == sorted(titles)
