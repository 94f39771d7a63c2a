"""The command `houzhen scenario`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtime.scenario.running import Report
    from realtime.scenario.story import Problem

FINE, DIFFERENT, WRONG = 0, 1, 2


def register(commands: Any) -> None:
    """The command with its options; what it runs is imported when it runs."""
    scenario = commands.add_parser(
        "scenario",
        help="run rules written as examples (docs/scenarios.md)",
        description="Play scenario files on the clinic's own engine, with a clock of "
        "their own, and show what differs from what they expect. A directory stands "
        "for all *.toml in it. Exits with 1 when something differs, with 2 when a "
        "file is wrong.",
    )
    scenario.add_argument("files", nargs="+", type=Path, metavar="FILE")
    scenario.add_argument(
        "--journal",
        metavar="URL",
        help="play through the actor system on this database instead of in memory: "
        "sqlite:///FILE or postgresql+psycopg://…",
    )
    scenario.add_argument("--json", action="store_true", help="print one JSON object")
    scenario.add_argument(
        *("-a", "--all"),
        action="store_true",
        help="show every step, not only of scenarios that differ",
    )
    scenario.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """The answer is the exit code."""
    import msgspec
    import trio

    from actors.journal.faults import JournalError
    from realtime.scenario.session import play_all, read_all, scenario_files
    from realtime.scenario.telling import as_json

    began = time.perf_counter()
    scenarios, problems = read_all(scenario_files(asked.files))
    try:
        reports = trio.run(play_all, scenarios, asked.journal)
    except* JournalError as group:
        print(f"houzhen: {_first(group)}", file=sys.stderr)
        reports = None
    if reports is None:
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


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _tell(
    asked: argparse.Namespace,
    reports: Sequence[Report],
    problems: Sequence[Problem],
    seconds: float,
) -> None:
    from realtime.scenario.telling import Teller

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    teller = Teller(colour=colour, whole=asked.all)
    for report in reports:
        print(teller.report(report))
    if problems:
        print(teller.problems(problems), file=sys.stderr)
    broken = len({problem.path for problem in problems})
    print(teller.summary(reports, broken, seconds))
