"""Reads a scenario file, and finds everything that is wrong with it at once.

Nothing is guessed: a word that means nothing here is a mistake, for a scenario that
tests something else than its writer meant is worse than none.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from actors.kernel.times import Millis
from realtime.scenario.lines import Lines
from realtime.scenario.names import Ambiguous, Names
from realtime.scenario.place import read_place
from realtime.scenario.steps import StepReader
from realtime.scenario.story import Patient, Problem, Scenario, Step
from realtime.scenario.times import midnight, read_clock
from realtime.scenario.values import Values
from realtime.scenario.words import FILLERS, find_verb, meant, words_of

DAY = "2026-11-23"
"""A Monday. A scenario says its day only when the day matters."""

OPENS = "07:00"
TOP = (
    "title why rule day opens rolls_over clinic settings queues rooms doctors halves "
    "patients step steps"
).split()
_POSITION = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")


class BadScenario(Exception):
    """The file cannot be run: everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_scenario(path: Path) -> Scenario:
    """Raises BadScenario."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = f"文件打不开：{error}"
        raise BadScenario(
            [Problem(str(path), None, None, "unreadable", said)]
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _POSITION.search(str(error))
        line = int(found[1]) if found and found[1] else None
        said = f"这里不是合法的 TOML：{_POSITION.sub('', str(error)).strip()}"
        raise BadScenario([Problem(str(path), line, None, "bad_toml", said)]) from None
    return _Reader(path, raw, Lines(text)).read()


class _Reader:
    """One file being read. ``problems`` gathers what is wrong on the way."""

    def __init__(self, path: Path, raw: dict[str, Any], lines: Lines) -> None:
        self.path = path
        self.raw = raw
        self.lines = lines
        self.names = Names()
        self.patients: dict[str, Patient] = {}
        self.problems: list[Problem] = []

    def read(self) -> Scenario:
        for key in self.raw:
            if key not in TOP:
                self.wrong("unknown_key", f"没有叫「{key}」的项{meant(key, TOP)}", key)
        title = self.raw.get("title")
        if not isinstance(title, str) or not title.strip():
            self.wrong("no_title", '请写上标题：title = "…"。', "title")
        day = str(self.raw.get("day", DAY))
        begins = self._begins(day)
        place = read_place(self.raw, self.names, begins, self.wrong)
        opens = self.clock("opens", self.raw.get("opens", OPENS), begins)
        if "rolls_over" in self.raw:
            over = self.clock("rolls_over", self.raw["rolls_over"], begins)
            place["rolls_over"] = over
        values = Values(self.names, begins)
        array = "step" if "step" in self.raw else "steps"
        records, steps = self._tables("patients"), self._tables(array)
        self._meet(records, steps)
        reader = StepReader(self.names, values, self.wrong_step)
        told = [
            *self._registrations(records, reader),
            *reader.steps(steps, self._lines(array, steps), opens),
        ]
        if not steps:
            self.wrong("no_steps", "没有步骤：请写 steps = [ … ]。", "steps")
        if self.problems:
            raise BadScenario(self.problems)
        rules = self.raw.get("rule", "")
        return Scenario(
            path=self.path,
            title=str(title),
            why=str(self.raw.get("why", "")).strip(),
            rules=tuple(words_of(rules) if isinstance(rules, str) else rules),
            day=day,
            opens=opens,
            opening=place,
            queues={key: plan["name"] for key, plan in place["queues"].items()},
            rooms={key: plan["doctor"] for key, plan in place["rooms"].items()},
            doctors={key: plan["name"] for key, plan in place["doctors"].items()},
            patients=self.patients,
            steps=tuple(told),
        )

    # What is wrong

    def wrong(
        self, code: str, message: str, key: str = "", step: int | None = None
    ) -> None:
        """``key`` is a key at the top, or a table's with one of its keys: "rooms.1"."""
        table, dot, inner = key.partition(".")
        line = self.lines.of_key(table if dot else "", inner or table) if key else None
        self.problems.append(Problem(str(self.path), line, step, code, message))

    def wrong_step(self, line: int | None, step: int, code: str, message: str) -> None:
        self.problems.append(Problem(str(self.path), line, step, code, message))

    def _begins(self, day: str) -> Millis:
        try:
            return midnight(day)
        except ValueError:
            self.wrong(
                "bad_day", f"day 要写成日期，像「{DAY}」，不是「{day}」。", "day"
            )
            return midnight(DAY)

    def clock(self, key: str, value: Any, begins: Millis) -> Millis:
        at = read_clock(value, begins)
        if at is None:
            said = f"「{key}」要写成钟点，像「08:00」，不是「{value}」。"
            self.wrong("bad_time", said, key)
            return begins
        return at

    def _tables(self, key: str) -> list[dict[str, Any]]:
        tables = self.raw.get(key, [])
        if key == "patients" and isinstance(tables, str):
            tables = [{"who": tables}]
        if not isinstance(tables, list) or not all(
            isinstance(table, dict) for table in tables
        ):
            self.wrong(
                "bad_value", f"「{key}」要写成一串表：{key} = [ {{ … }}, … ]。", key
            )
            return []
        return tables

    # Who there is

    def _meet(self, records: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
        """Patients are whoever is registered, before the first step or in one."""
        for index, record in enumerate(records):
            line = self.lines.of_element("patients", index)
            who = record.get("who")
            if not isinstance(who, str) or not words_of(who):
                self.wrong_step(line, 0, "no_patient", '请写明是谁：who = "甲 乙"。')
                continue
            for word in words_of(who):
                self._add(word, record, line, 0)
        array = "step" if "step" in self.raw else "steps"
        for index, step in enumerate(steps):
            said = step.get("do")
            found = find_verb(words_of(said)) if isinstance(said, str) else None
            if found is not None and found[0].name in ("register", "arrive"):
                line = self.lines.of_element(array, index)
                for word in found[1]:
                    if not self.names.knows(word) and word not in FILLERS:
                        self._add(word, step, line, index + 1)

    def _add(
        self, word: str, said: dict[str, Any], line: int | None, step: int
    ) -> None:
        if word in self.patients:
            if step == 0:
                text = (
                    f"「{word}」登记了两次。同一个人的第二张号请另起短名，写上 person。"
                )
                self.wrong_step(line, step, "ambiguous_name", text)
            return
        try:
            self.names.add("patient", word)
        except Ambiguous as error:
            self.wrong_step(line, step, "ambiguous_name", str(error))
            return
        person = said.get("person", word)
        registered = said.get("registered", True) is not False
        self.patients[word] = Patient(
            name=word, person=str(person), registered=registered
        )

    def _registrations(
        self, records: list[dict[str, Any]], reader: StepReader
    ) -> list[Step]:
        lines = self._lines("patients", records)
        read = map(reader.registration, records, lines)
        return [step for step in read if step is not None]

    def _lines(self, array: str, tables: list[dict[str, Any]]) -> list[int | None]:
        return [self.lines.of_element(array, index) for index in range(len(tables))]
