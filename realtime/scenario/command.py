"""The command `houzhen scenario`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.journal.faults import JournalError
from realtime.scenario.floor import Journaled, journal_at
from realtime.scenario.reading import BadScenario, read_scenario
from realtime.scenario.running import Report, play
from realtime.scenario.story import Problem, Scenario
from realtime.scenario.telling import Teller, as_json

FINE, DIFFERENT, WRONG = 0, 1, 2


def run(asked: argparse.Namespace) -> int:
    """Exit code: 0 all as expected · 1 something differs · 2 a file is wrong."""
    began = time.perf_counter()
    scenarios, problems = read_all(scenario_files(asked.files))
    try:
        reports = trio.run(play_all, scenarios, asked.journal)
    except* JournalError as error:
        print(f"houzhen: {error.exceptions[0]}", file=sys.stderr)
        return WRONG
    seconds = time.perf_counter() - began
    if asked.json:
        told = as_json(reports, problems, seconds)
        print(msgspec.json.encode(told).decode())
    else:
        _tell(asked, reports, problems, seconds)
    if problems:
        return WRONG
    return FINE if all(report.fine for report in reports) else DIFFERENT


def _tell(
    asked: argparse.Namespace,
    reports: Sequence[Report],
    problems: Sequence[Problem],
    seconds: float,
) -> None:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    teller = Teller(colour=colour, whole=asked.all)
    for report in reports:
        print(teller.report(report))
    if problems:
        print(teller.problems(problems), file=sys.stderr)
    broken = len({problem.path for problem in problems})
    print(teller.summary(reports, broken, seconds))


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
    """Without a journal on the engine alone, else each in a stream of its own."""
    if journal is None:
        return [await play(scenario) for scenario in scenarios]
    reports = []
    async with journal_at(journal) as (system, clock):
        for index, scenario in enumerate(scenarios):
            stream = clinic_stream("story", f"{clock.run}-{index}", scenario.day)
            clock.at = 0
            floor = Journaled(system, clock, stream)
            reports.append(await play(scenario, floor))
    return reports
