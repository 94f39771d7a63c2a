"""Reads a scenario file, and finds everything that is wrong with it at once.

Nothing is guessed: a word that means nothing here is a mistake, for a scenario that
tests something else than its writer meant is worse than none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from actors.kernel.times import Millis
from realtime.scenario.lines import Lines
from realtime.scenario.names import Ambiguous, Names, Unknown
from realtime.scenario.place import read_place
from realtime.scenario.story import (
    Deed,
    Expectation,
    Patient,
    Problem,
    Scenario,
    Step,
)
from realtime.scenario.times import midnight, read_clock, read_span
from realtime.scenario.values import BadValue, Values
from realtime.scenario.words import (
    ANY,
    EXPECTS,
    FILLERS,
    OPTIONS,
    STEP_KEYS,
    Verb,
    find_verb,
    known_words,
    meant,
    words_of,
)

T = TypeVar("T")

DAY = "2026-11-23"
"""A Monday. A scenario says its day only when the day matters."""

OPENS = "07:00"
TOP = (
    "title why rule day opens rolls_over clinic settings queues rooms doctors halves "
    "patients step steps"
).split()
_PATIENT_KEYS = ("who", "by", "every", "at")
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
        told = [
            *self._arrivals(records, values),
            *self._steps(array, steps, values, opens),
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

    def _arrivals(self, records: list[dict[str, Any]], values: Values) -> list[Step]:
        told = []
        register = find_verb(["register"])
        assert register is not None
        for index, record in enumerate(records):
            if record.get("registered") is False:
                continue
            line = self.lines.of_element("patients", index)
            who = words_of(record["who"]) if isinstance(record.get("who"), str) else []
            known = [word for word in who if word in self.patients]
            said = {key: value for key, value in record.items() if key != "who"}
            deed = self._deed(register[0], known, said, _PATIENT_KEYS, values, line, 0)
            if deed is not None:
                at = record.get("at")
                told.append(
                    Step(
                        number=0,
                        line=line,
                        said=f"挂号 {' '.join(who)}",
                        at=None if at is None else self.clock("at", at, values.begins),
                        every=self._span("every", record.get("every"), line, 0),
                        deed=deed,
                    )
                )
        return told

    # The steps

    def _steps(
        self,
        array: str,
        steps: list[dict[str, Any]],
        values: Values,
        opens: Millis,
    ) -> list[Step]:
        told = []
        latest = opens
        for index, raw in enumerate(steps):
            number, line = index + 1, self.lines.of_element(array, index)
            said = raw.get("do", "")
            deed = self._said(said, raw, values, line, number)
            at, after = self._when(raw.get("at"), values.begins, line, number)
            if at is not None:
                if at < latest:
                    text = "时间倒回去了：步骤要按先后写。"
                    self.wrong_step(line, number, "back_in_time", text)
                latest = at
            told.append(
                Step(
                    number=number,
                    line=line,
                    said=said if isinstance(said, str) else "",
                    at=at,
                    after=after,
                    every=self._span("every", raw.get("every"), line, number),
                    deed=deed,
                    expects=tuple(self._expects(raw, values, line, number)),
                )
            )
        return told

    def _when(
        self, value: Any, begins: Millis, line: int | None, number: int
    ) -> tuple[Millis | None, Millis]:
        if value is None:
            return None, 0
        if isinstance(value, str) and value.strip().startswith("+"):
            span = read_span(value.strip()[1:])
            if span is not None:
                return None, span
        at = read_clock(value, begins)
        if at is None:
            text = f"at 要写成「08:05」或「+2m」，不是「{value}」。"
            self.wrong_step(line, number, "bad_time", text)
        return at, 0

    def _span(self, key: str, value: Any, line: int | None, number: int) -> Millis:
        if value is None:
            return 0
        span = read_span(value)
        if span is None:
            text = f"「{key}」要写成时间长短，像「30s」「2m」，不是「{value}」。"
            self.wrong_step(line, number, "bad_time", text)
        return span or 0

    def _said(
        self,
        said: Any,
        raw: dict[str, Any],
        values: Values,
        line: int | None,
        number: int,
    ) -> Deed | None:
        if not isinstance(said, str):
            self.wrong_step(line, number, "bad_value", 'do 要写成文字："签到 甲"。')
            return None
        words = words_of(said)
        if not words:
            unknown = [key for key in raw if key not in STEP_KEYS]
            for key in unknown:
                text = f"没有叫「{key}」的键{meant(key, STEP_KEYS)}"
                self.wrong_step(line, number, "unknown_key", text)
            return None
        found = find_verb(words)
        if found is None:
            like = next((w for w in words if not self.names.knows(w)), words[0])
            text = (
                f"看不懂「{said}」：没有「{like}」这个动作{meant(like, known_words())}"
            )
            self.wrong_step(line, number, "unknown_deed", text)
            return None
        verb, rest = found
        return self._deed(verb, rest, raw, STEP_KEYS, values, line, number)

    def _deed(
        self,
        verb: Verb,
        words: list[str],
        raw: dict[str, Any],
        known: tuple[str, ...],
        values: Values,
        line: int | None,
        number: int,
    ) -> Deed | None:
        before = len(self.problems)

        def attempt(read: Callable[[], T]) -> T | None:
            try:
                return read()
            except Unknown as error:
                self.wrong_step(line, number, "unknown_name", str(error))
            except BadValue as error:
                self.wrong_step(line, number, error.code, str(error))
            return None

        nouns = attempt(lambda: self.names.sort(words))
        fields = dict(verb.sets)
        for key, value in raw.items():
            if key in known:
                continue
            if key not in verb.options:
                choices = [*known, *verb.options]
                text = f"「{verb.called}」没有「{key}」这一项{meant(key, choices)}"
                self.wrong_step(line, number, "unknown_key", text)
                continue
            kind = OPTIONS[key]

            def read(kind: str = kind, key: str = key, value: Any = value) -> Any:
                return values.option(kind, key, value)

            fields[key] = attempt(read)
        if nouns is None:
            return None
        for kind, people in nouns.items():
            low, high = verb.takes.get(kind, (0, 0))
            if not low <= len(people) <= high:
                text = _how_many(verb, kind, low, high, len(people))
                self.wrong_step(line, number, "wrong_words", text)
        if len(self.problems) > before:
            return None
        by = raw.get("by", verb.by)
        return Deed(
            name=verb.name,
            by=by if isinstance(by, str) else verb.by,
            patients=tuple(nouns["patient"]),
            rooms=tuple(nouns["room"]),
            queues=tuple(nouns["queue"]),
            doctors=tuple(nouns["doctor"]),
            fields=fields,
        )

    def _expects(
        self, raw: dict[str, Any], values: Values, line: int | None, number: int
    ) -> list[Expectation]:
        expected = raw.get("expect", {})
        if not isinstance(expected, dict):
            text = 'expect 要写成 expect.called = "甲"，或 expect = { … }。'
            self.wrong_step(line, number, "bad_value", text)
            return []
        found: list[Expectation] = []
        for key, value in expected.items():
            if key not in EXPECTS:
                text = f"没有叫「{key}」的期望{meant(key, EXPECTS)}"
                self.wrong_step(line, number, "unknown_key", text)
                continue
            try:
                found += values.expectation(EXPECTS[key], key, value)
            except Unknown as error:
                self.wrong_step(line, number, "unknown_name", str(error))
            except BadValue as error:
                self.wrong_step(line, number, error.code, str(error))
        return found


def _how_many(verb: Verb, kind: str, low: int, high: int, many: int) -> str:
    from realtime.scenario.story import KINDS

    what = KINDS[kind]  # type: ignore[index]
    name = verb.called
    if high == 0:
        return f"「{name}」用不着写{what}。"
    if many < low:
        return f"「{name}」要写明{what}。"
    assert high < ANY
    return f"「{name}」最多写 {high} 个{what}，这里有 {many} 个。"
