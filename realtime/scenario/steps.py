"""Reads the steps of a scenario file, and the registrations before the first one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from actors.kernel.times import Millis
from realtime.scenario.names import Names, Unknown
from realtime.scenario.story import KINDS, Deed, Expectation, Kind, Step
from realtime.scenario.times import read_clock, read_span
from realtime.scenario.values import BadValue, Values
from realtime.scenario.words import (
    ANY,
    EXPECTS,
    OPTIONS,
    STEP_KEYS,
    Verb,
    find_verb,
    known_words,
    meant,
    words_of,
)

T = TypeVar("T")
Wrong = Callable[[int | None, int, str, str], None]
"""Told of each mistake: the line, the step, a code, and what to do about it."""

_PATIENT_KEYS = ("who", "by", "every", "at")


class StepReader:
    """Steps of one file. Registrations before the first step are step 0."""

    def __init__(self, names: Names, values: Values, wrong: Wrong) -> None:
        self._names = names
        self._values = values
        self._tell = wrong
        self._found = 0

    def _wrong(self, line: int | None, step: int, code: str, message: str) -> None:
        self._found += 1
        self._tell(line, step, code, message)

    def registration(self, record: dict[str, Any], line: int | None) -> Step | None:
        """Of whom ``patients`` names; None where nobody is, or can be, registered."""
        if record.get("registered") is False:
            return None
        register = find_verb(["register"])
        assert register is not None
        who = words_of(record["who"]) if isinstance(record.get("who"), str) else []
        known = [word for word in who if self._names.knows(word)]
        said = {key: value for key, value in record.items() if key != "who"}
        deed = self._deed(register[0], known, said, _PATIENT_KEYS, line, 0)
        if deed is None:
            return None
        at, after = self._when(record.get("at"), line, 0)
        every = self._span("every", record.get("every"), line, 0)
        text = f"挂号 {' '.join(who)}"
        return Step(
            number=0, line=line, said=text, at=at, after=after, every=every, deed=deed
        )

    def steps(
        self, raws: Sequence[dict[str, Any]], lines: Sequence[int | None], opens: Millis
    ) -> list[Step]:
        told = []
        latest = opens
        for number, (raw, line) in enumerate(zip(raws, lines, strict=True), 1):
            said = raw.get("do", "")
            deed = self._said(said, raw, line, number)
            at, after = self._when(raw.get("at"), line, number)
            if at is not None:
                if at < latest:
                    text = "时间倒回去了：步骤要按先后写。"
                    self._wrong(line, number, "back_in_time", text)
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
                    expects=tuple(self._expects(raw, line, number)),
                )
            )
        return told

    def _when(
        self, value: Any, line: int | None, number: int
    ) -> tuple[Millis | None, Millis]:
        if value is None:
            return None, 0
        if isinstance(value, str) and value.strip().startswith("+"):
            span = read_span(value.strip()[1:])
            if span is not None:
                return None, span
        at = read_clock(value, self._values.begins)
        if at is None:
            text = f"at 要写成「08:05」或「+2m」，不是「{value}」。"
            self._wrong(line, number, "bad_time", text)
        return at, 0

    def _span(self, key: str, value: Any, line: int | None, number: int) -> Millis:
        if value is None:
            return 0
        span = read_span(value)
        if span is None:
            text = f"「{key}」要写成时间长短，像「30s」「2m」，不是「{value}」。"
            self._wrong(line, number, "bad_time", text)
        return span or 0

    def _said(
        self,
        said: Any,
        raw: dict[str, Any],
        line: int | None,
        number: int,
    ) -> Deed | None:
        if not isinstance(said, str):
            self._wrong(line, number, "bad_value", 'do 要写成文字："签到 甲"。')
            return None
        words = words_of(said)
        if not words:
            unknown = [key for key in raw if key not in STEP_KEYS]
            for key in unknown:
                text = f"没有叫「{key}」的键{meant(key, STEP_KEYS)}"
                self._wrong(line, number, "unknown_key", text)
            return None
        found = find_verb(words)
        if found is None:
            like = next((w for w in words if not self._names.knows(w)), words[0])
            text = (
                f"看不懂「{said}」：没有「{like}」这个动作{meant(like, known_words())}"
            )
            self._wrong(line, number, "unknown_deed", text)
            return None
        verb, rest = found
        return self._deed(verb, rest, raw, STEP_KEYS, line, number)

    def _deed(
        self,
        verb: Verb,
        words: list[str],
        raw: dict[str, Any],
        known: tuple[str, ...],
        line: int | None,
        number: int,
    ) -> Deed | None:
        before = self._found

        def attempt(read: Callable[[], T]) -> T | None:
            try:
                return read()
            except Unknown as error:
                self._wrong(line, number, "unknown_name", str(error))
            except BadValue as error:
                self._wrong(line, number, error.code, str(error))
            return None

        nouns = attempt(lambda: self._names.sort(words))
        fields = dict(verb.sets)
        for key, value in raw.items():
            if key in known:
                continue
            if key not in verb.options:
                choices = [*known, *verb.options]
                text = f"「{verb.called}」没有「{key}」这一项{meant(key, choices)}"
                self._wrong(line, number, "unknown_key", text)
                continue
            kind = OPTIONS[key]

            def read(kind: str = kind, key: str = key, value: Any = value) -> Any:
                return self._values.option(kind, key, value)

            fields[key] = attempt(read)
        if nouns is None:
            return None
        for kind, people in nouns.items():
            low, high = verb.takes.get(kind, (0, 0))
            if not low <= len(people) <= high:
                text = _how_many(verb, kind, low, high, len(people))
                self._wrong(line, number, "wrong_words", text)
        if self._found > before:
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
        self, raw: dict[str, Any], line: int | None, number: int
    ) -> list[Expectation]:
        expected = raw.get("expect", {})
        if not isinstance(expected, dict):
            text = 'expect 要写成 expect.called = "甲"，或 expect = { … }。'
            self._wrong(line, number, "bad_value", text)
            return []
        found: list[Expectation] = []
        for key, value in expected.items():
            if key not in EXPECTS:
                text = f"没有叫「{key}」的期望{meant(key, EXPECTS)}"
                self._wrong(line, number, "unknown_key", text)
                continue
            try:
                found += self._values.expectation(EXPECTS[key], key, value)
            except Unknown as error:
                self._wrong(line, number, "unknown_name", str(error))
            except BadValue as error:
                self._wrong(line, number, error.code, str(error))
        return found


def _how_many(verb: Verb, kind: Kind, low: int, high: int, many: int) -> str:
    what = KINDS[kind]
    name = verb.called
    if high == 0:
        return f"「{name}」用不着写{what}。"
    if many < low:
        return f"「{name}」要写明{what}。"
    assert high < ANY
    return f"「{name}」最多写 {high} 个{what}，这里有 {many} 个。"
