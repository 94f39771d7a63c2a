"""Scenario files for the tests of the runner."""

from __future__ import annotations

from pathlib import Path

from realtime.scenario.reading import BadScenario, read_scenario
from realtime.scenario.running import Report, play
from realtime.scenario.story import Problem, Scenario

HEAD = """\
title = "试"
queues = { A = "心内科", B = "呼吸科" }
rooms = { 1 = { doctor = "林", queues = "A" }, 2 = { doctor = "许", queues = "A B" } }
patients = [
  { who = "甲 乙 丙", queue = "A" },
  { who = "丁", queue = "B" },
]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "story.toml"
    path.write_text(text, encoding="utf-8")
    return path


def scenario(folder: Path, text: str) -> Scenario:
    return read_scenario(written(folder, text))


def steps(folder: Path, *lines: str) -> Scenario:
    """These steps in a clinic with four patients."""
    return scenario(folder, HEAD + "steps = [\n" + ",\n".join(lines) + ",\n]\n")


async def played(folder: Path, *lines: str) -> Report:
    return await play(steps(folder, *lines))


def problems(folder: Path, text: str) -> list[Problem]:
    """What is wrong with the file; something must be."""
    path = written(folder, text)
    try:
        read_scenario(path)
    except BadScenario as error:
        return error.problems
    raise AssertionError("nothing was found wrong")


def differences(report: Report) -> list[tuple[int, str, str, str]]:
    return [
        (shown.step.number, sight.what, sight.expected, sight.actual)
        for shown in report.steps
        for sight in shown.differences
    ]
