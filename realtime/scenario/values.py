"""What may stand behind each key of a step, read into what the engine takes."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from typing import Any

from actors.clinic.state import Stage
from actors.kernel.times import Millis
from realtime.scenario.names import Names
from realtime.scenario.rules import read_settings
from realtime.scenario.story import Expectation, Noun
from realtime.scenario.times import read_clock
from realtime.scenario.words import (
    ANSWERED,
    CHOICES,
    MARKS,
    NOBODY,
    NOTES,
    meant,
    words_of,
)

STAGES: tuple[str, ...] = typing.get_args(Stage)
"""Where a ticket can be."""

_EXTRA = ("where", "after", "reason", "shown")
AND_SO_ON = "…"


class BadValue(Exception):
    """What is written there is not what belongs there; the message says what does."""

    def __init__(self, message: str, code: str = "bad_value") -> None:
        super().__init__(message)
        self.code = code


class Values:
    """Reads values of one file. Raises BadValue, or Unknown for a name."""

    def __init__(self, names: Names, begins: Millis) -> None:
        self.names = names
        self.begins = begins

    def option(self, kind: str, key: str, value: Any) -> Any:
        match kind:
            case "text":
                return _text(key, value)
            case _ if kind in CHOICES:
                return _choice(kind, _text(key, value))
            case "flag":
                if not isinstance(value, bool):
                    raise BadValue(f"「{key}」要写 true 或 false。")
                return value
            case "count":
                return _count(key, value)
            case "words":
                return _words(key, value)
            case "time":
                return self.time(key, value)
            case "slot":
                return self.slot(key, value)
            case "queue" | "doctor":
                return self.names.find(_text(key, value), kind)
            case "queues":
                return [self.names.find(each, "queue") for each in _words(key, value)]
            case "person":
                text = _text(key, value)
                if text in NOBODY:
                    return None
                return Noun("patient", self.names.find(text, "patient"))
            case "extra":
                return self._extra(key, value)
            case "settings":
                read, wrong = read_settings(value)
                if wrong:
                    raise BadValue(wrong[0].message, wrong[0].code)
                return read
            case _:
                if not isinstance(value, dict):
                    raise BadValue(f"「{key}」要写成一张表：{{ … }}。")
                return value

    def time(self, key: str, value: Any) -> Millis:
        at = read_clock(value, self.begins)
        if at is None:
            raise BadValue(
                f"「{key}」要写成钟点，像「09:30」，不是「{value}」。", "bad_time"
            )
        return at

    def slot(self, key: str, value: Any) -> dict[str, Millis]:
        """``09:00-09:30``."""
        for dash in "–—~～至":
            value = value.replace(dash, "-") if isinstance(value, str) else value
        parts = value.split("-") if isinstance(value, str) else []
        times = [read_clock(part.strip(), self.begins) for part in parts]
        if len(times) != 2 or times[0] is None or times[1] is None:
            raise BadValue(
                f"「{key}」要写成时段，像「09:00-09:30」，不是「{value}」。", "bad_time"
            )
        if times[0] >= times[1]:
            raise BadValue(f"「{key}」的时段「{value}」结束得比开始早。", "bad_time")
        return {"start": times[0], "end": times[1]}

    def _extra(self, key: str, value: Any) -> dict[str, Any] | None:
        if isinstance(value, bool):
            return {} if value else None
        if isinstance(value, str):
            return {"where": _choice("extra.where", value)}
        if not isinstance(value, dict):
            raise BadValue(f"「{key}」写 true，或写成 {{ where = …, reason = … }}。")
        for each in value:
            if each not in _EXTRA:
                said = f"加号里没有「{each}」{meant(each, _EXTRA)}"
                raise BadValue(said, "unknown_key")
        read = dict(value)
        if "where" in read:
            read["where"] = _choice("extra.where", _text("where", read["where"]))
        if "after" in read:
            patient = self.names.find(_text("after", read["after"]), "patient")
            read["after"] = Noun("patient", patient)
        return read

    # What is expected

    def expectation(self, kind: str, key: str, value: Any) -> list[Expectation]:
        match kind:
            case "people":
                people = self.names.people(_words(key, value))
                return [Expectation(key, "", people or ("",))]
            case "orders":
                return self._orders(key, value)
            case "places":
                return [
                    Expectation(key, stage, self._nobody_or(names))
                    for stage, names in _table(key, value, STAGES).items()
                ]
            case "marks":
                return [
                    Expectation(key, self.names.find(whom, "patient"), _marks(said))
                    for whom, said in _pairs(key, value)
                ]
            case "pairs" | "reasons":
                return [
                    Expectation(key, self.names.find(whom, "patient"), said)
                    for whom, said in _pairs(key, value)
                ]
            case "refusal":
                if isinstance(value, bool):
                    return [Expectation(key, "", "*" if value else "")]
                return [Expectation(key, "", _text(key, value))]
            case "rooms":
                return [
                    Expectation(key, room, self._nobody_or(who))
                    for room, who in self._by_room(key, value)
                ]
            case "notes":
                return [
                    Expectation(key, room, _note(_text(key, said)))
                    for room, said in self._by_room(key, value)
                ]
            case "alarms":
                return [Expectation(key, "", tuple(self._alarms(key, value)))]
            case "hall":
                return self._hall(key, value)
            case "left":
                return [Expectation(key, "", tuple(self._left(key, value)))]
            case _:
                if not isinstance(value, dict):
                    raise BadValue(f"「{key}」要写成一张表：{{ … }}。")
                return [Expectation(key, each, said) for each, said in value.items()]

    def _orders(self, key: str, value: Any) -> list[Expectation]:
        if isinstance(value, dict):
            return [
                Expectation(key, self.names.find(queue, "queue"), self._line(key, who))
                for queue, who in value.items()
            ]
        queues = self.names.all("queue")
        if len(queues) != 1:
            raise BadValue(
                f"有 {len(queues)} 个队列，请写明哪一个："
                f"{key} = {{ {queues[0]} = … }}。"
            )
        return [Expectation(key, queues[0], self._line(key, value))]

    def _line(self, key: str, value: Any) -> tuple[str, ...]:
        words = [
            AND_SO_ON if word in ("…", "...", "……") else word
            for word in _words(key, value)
        ]
        if AND_SO_ON in words[:-1]:
            raise BadValue("「…」只能写在最后，表示后面还有别人。")
        more = (AND_SO_ON,) if words[-1:] == [AND_SO_ON] else ()
        named = words[: len(words) - len(more)]
        people = self.names.people(word for word in named if word not in NOBODY)
        return people + more

    def _nobody_or(self, value: Any) -> tuple[str, ...]:
        words = _words("", value)
        return tuple(who for who in self.names.people(words) if who)

    def _by_room(self, key: str, value: Any) -> list[tuple[str, Any]]:
        if not isinstance(value, dict):
            rooms = self.names.all("room")
            if len(rooms) != 1:
                raise BadValue(
                    f"有 {len(rooms)} 个诊室，请写明哪一个："
                    f"{key} = {{ {rooms[0]} = … }}。"
                )
            return [(rooms[0], value)]
        return [(self.names.find(room, "room"), said) for room, said in value.items()]

    def _alarms(self, key: str, value: Any) -> list[str]:
        alarms = value if isinstance(value, list) else [value]
        found = []
        for alarm in alarms:
            kind, *whom = words_of(_text(key, alarm)) or [""]
            if kind not in NOBODY:
                nouns = [
                    word if word == ANSWERED else self.names.noun(word).key
                    for word in whom
                ]
                found.append(" ".join([kind, *nouns]))
        return found

    def _left(self, key: str, value: Any) -> list[str]:
        """ "甲 乙=done": who is left, perhaps with the end that is proposed."""
        found = []
        for word in _words(key, value):
            if word not in NOBODY:
                self.names.find(word.partition("=")[0], "patient")
                found.append(word)
        return found

    def _hall(self, key: str, value: Any) -> list[Expectation]:
        found: list[Expectation] = []
        kinds = {
            "order": "orders",
            "missed": "people",
            "names": "pairs",
            "marks": "marks",
            "notes": "notes",
            "rooms": "rooms",
            "calls": "calls",
            "notices": "texts",
        }
        for each, said in _table(key, value, list(kinds)).items():
            if each == "notices":
                texts = said if isinstance(said, list) else [said]
                shown = tuple(_text(each, text) for text in texts)
                found.append(Expectation("hall.notices", "", shown))
                continue
            if each == "calls":
                called = self._calls(key, said)
                found.append(Expectation("hall.calls", "", called))
                continue
            for expectation in self.expectation(kinds[each], each, said):
                what = f"hall.{expectation.what}"
                found.append(Expectation(what, expectation.whom, expectation.value))
        return found

    def _calls(self, key: str, value: Any) -> tuple[str, ...]:
        """ "甲→1 乙→2": who is announced into which room."""
        found = []
        for word in _words(key, value):
            if word in NOBODY:
                continue
            who, arrow, room = word.replace("->", "→").partition("→")
            patient = self.names.find(who, "patient")
            found.append(
                f"{patient}→{self.names.find(room, 'room')}" if arrow else patient
            )
        return tuple(found)


def _text(key: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise BadValue(f"「{key}」要写成文字，放在引号里。")
    return value


def _marks(text: str) -> tuple[str, ...]:
    """ "预优", or nothing."""
    marks = "" if text in NOBODY or text == "无" else text
    for mark in marks:
        if mark not in MARKS:
            raise BadValue(f"没有「{mark}」这个标记{meant(mark, MARKS)}")
    return tuple(sorted(marks))


def _note(text: str) -> str:
    if text in NOBODY or text == "无":
        return ""
    code = NOTES.get(text, text)
    if code not in NOTES.values():
        raise BadValue(f"门口没有「{text}」这种提示{meant(text, NOTES)}")
    return code


def _choice(key: str, value: str) -> str:
    if value not in CHOICES[key]:
        raise BadValue(f"「{key}」不能是「{value}」{meant(value, CHOICES[key])}")
    return value


def _count(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"「{key}」要写一个整数，不是「{value}」。")
    return value


def _words(key: str, value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for each in value for word in words_of(_text(key, each))]
    return words_of(_text(key, value))


def _table(key: str, value: Any, known: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValue(f"「{key}」要写成一张表：{{ {known[0]} = … }}。")
    for each in value:
        if each not in known:
            said = f"「{key}」里没有「{each}」{meant(each, known)}"
            raise BadValue(said, "unknown_key")
    return value


def _pairs(key: str, value: Any) -> list[tuple[str, str]]:
    """ "甲=2 乙=0", or a table of the same."""
    if isinstance(value, dict):
        return [(whom, _text(key, said)) for whom, said in value.items()]
    found = []
    for word in _words(key, value):
        whom, mark, said = word.replace("：", "=").replace(":", "=").partition("=")
        if not mark:
            raise BadValue(f"「{key}」要写成「甲=… 乙=…」，不是「{word}」。")
        found.append((whom, said))
    return found
