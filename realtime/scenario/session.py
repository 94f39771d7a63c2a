"""Many stories at once: which files, and on what they are played."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import trio

from realtime.scenario.floor import Theatre, theatre_at
from realtime.scenario.reading import BadScenario, read_scenario
from realtime.scenario.running import Report, play
from realtime.scenario.story import Problem, Scenario

_AT_ONCE = 64


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and those in the directories, in order of their names.
    What lies in a directory called ``disputed`` is run only when it is named."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(path.rglob("*.toml"))
        found += [p for p in inside if "disputed" not in p.relative_to(path).parts]
    return list(dict.fromkeys(found))


def read_all(paths: Iterable[Path]) -> tuple[list[Scenario], list[Problem]]:
    scenarios: list[Scenario] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            scenarios.append(read_scenario(path))
        except BadScenario as error:
            problems += error.problems
    if not scenarios and not problems:
        said = "没有找到情景文件（*.toml）。"
        problems.append(Problem(".", None, None, "no_files", said))
    return scenarios, problems


async def play_all(scenarios: Sequence[Scenario], journal: str | None) -> list[Report]:
    """On the engine alone, or through the actor system on this journal: there all at
    once, for they wait for the disk. Raises CannotStart for a journal that cannot be
    opened, perhaps in a nursery's group."""
    if journal is None:
        return [await play(scenario) for scenario in scenarios]
    async with theatre_at(journal) as theatre:
        return await play_at_once(scenarios, theatre)


async def play_at_once(scenarios: Sequence[Scenario], theatre: Theatre) -> list[Report]:
    """The reports in the scenarios' order."""
    reports: dict[int, Report] = {}
    stages = trio.CapacityLimiter(_AT_ONCE)

    async def one(index: int, scenario: Scenario) -> None:
        async with stages:
            reports[index] = await play(scenario, theatre.floor(scenario.day))

    async with trio.open_nursery() as nursery:
        for index, scenario in enumerate(scenarios):
            nursery.start_soon(one, index, scenario)
    return [reports[index] for index in range(len(scenarios))]
