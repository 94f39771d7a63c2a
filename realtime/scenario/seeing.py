"""What a step expects beside what the desk, the hall and the reply really say.

Both sides are put into words that a person reads, and compared as these words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from actors.clinic.order.reason import Reason
from actors.clinic.order.reasons import said
from actors.kernel.errors import Refusal
from realtime.scenario.deeds import Cast
from realtime.scenario.story import Expectation, Scenario
from realtime.scenario.times import ZONE
from realtime.scenario.values import AND_SO_ON
from realtime.scenario.words import ANSWERED, MARKS, NOTES

NOBODY = "无人"
LINE = ("waiting", "at_room")


class Sight(msgspec.Struct, frozen=True):
    """One thing that was looked at. ``what`` names it as the file does."""

    what: str
    expected: str
    actual: str

    @property
    def fine(self) -> bool:
        return self.expected == self.actual


class Deeds(msgspec.Struct):
    """What came of a step: whom it called, its last reply, its refusals."""

    called: list[str] = []
    reply: Any = None
    refusals: list[Refusal] = []
    units: int = 0
    replies: dict[str, Any] = {}


class Eyes:
    """Looks at one clinic for one story."""

    def __init__(self, scenario: Scenario, cast: Cast) -> None:
        self._scenario = scenario
        self._cast = cast

    def see(
        self, step: Iterable[Expectation], done: Deeds, views: Mapping[str, Any]
    ) -> list[Sight]:
        desk, hall = views["desk"], views["hall"]
        found = []
        for expectation in step:
            what, whom, value = expectation.what, expectation.whom, expectation.value
            name = what.replace(".", "_")
            if name.startswith("hall_") and not hasattr(self, f"_{name}"):
                look, view = getattr(self, f"_{name[5:]}"), hall
            else:
                look, view = getattr(self, f"_{name}"), desk
                if name.startswith("hall_"):
                    view = hall
            expected, actual = look(whom, value, view, done)
            label = f"{what}.{whom}" if whom else what
            found.append(Sight(label, expected, actual))
        found += self._unexpected(step, done)
        return found

    def _unexpected(self, step: Iterable[Expectation], done: Deeds) -> list[Sight]:
        """A refusal nobody expected is a difference even where nothing is expected."""
        whats = {expectation.what for expectation in step}
        if "refused" in whats:
            return []
        refusals = done.refusals
        if "called" in whats:
            refusals = [r for r in refusals if r.code != "nobody_waiting"]
        return [Sight("refused", "", _refusal(refusal)) for refusal in refusals[:1]]

    # Each returns what should be and what is, in the same words.

    def _called(self, _: str, value: Any, __: Any, done: Deeds) -> tuple[str, str]:
        called = [self._cast.name(t) if t else "" for t in done.called]
        return _line(value), _line(called or [""])

    def _refused(self, _: str, value: str, __: Any, done: Deeds) -> tuple[str, str]:
        codes = [refusal.code for refusal in done.refusals]
        if value == "*":
            return "*", "*" if len(codes) == max(done.units, 1) else ""
        if not value:
            return "", " ".join(map(_refusal, done.refusals))
        value, _, field = value.partition(":")
        if field and not all(_is_about(refusal, field) for refusal in done.refusals):
            return f"{value}:{field}", " ".join(map(_refusal, done.refusals))
        if done.units > 1 and len(codes) < done.units:
            return value, f"{' '.join(codes)} ({len(codes)}/{done.units})".strip()
        if all(code == value for code in codes) and codes:
            return value, value
        return value, " ".join(map(_refusal, done.refusals))

    def _order(
        self, queue: str, value: Any, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        order = self._names(view.get("orders", {}).get(queue) or ())
        if value[-1:] == (AND_SO_ON,):
            begins = list(value[:-1])
            if order[: len(begins)] == begins:
                return _line(value), _line(value)
        return _line(value), _line(order)

    def _place(
        self, stage: str, value: Any, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        if not value:
            there = [
                self._cast.name(ticket)
                for ticket, row in view.get("tickets", {}).items()
                if _stage(row) == stage
            ]
            return NOBODY, _line(there)
        return (
            " ".join(f"{who}:{stage}" for who in value),
            " ".join(f"{who}:{_stage(self._row(who, view))}" for who in value),
        )

    def _ahead(
        self, who: str, value: str, view: Mapping[str, Any], done: Deeds
    ) -> tuple[str, str]:
        """By the order that everybody sees; a check-in's reply must say the same."""
        row = self._row(who, view)
        order = view.get("orders", {}).get(row.get("queue"), ())
        ticket = self._cast.ticket(who)
        if ticket not in order:
            return value, f"不在队列里（{_stage(row)}）"
        ahead = str(list(order).index(ticket))
        reply = done.replies.get(who)
        told = reply.get("ahead") if isinstance(reply, dict) else None
        if told is not None and str(told) != ahead:
            return value, f"{ahead}（签到时说的是 {told}）"
        return value, ahead

    def _number(
        self, who: str, value: str, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        return value, str(self._row(who, view).get("number", ""))

    def _names_shown(
        self, who: str, value: str, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        return value, str(self._row(who, view).get("name", ""))

    _hall_names = _names_shown

    def _marks(
        self, who: str, value: Any, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        shown = {code: mark for mark, code in MARKS.items()}
        marks = self._row(who, view).get("marks", ())
        found = sorted(shown.get(code, code) for code in marks)
        return "".join(value) or "无", "".join(found) or "无"

    def _reasons(
        self, who: str, value: str, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        """Those that are named must be among them, by code ("slot+late") or in the
        words that a nurse reads."""
        reasons = [
            msgspec.convert(reason, Reason)
            for reason in self._row(who, view).get("reasons", ())
        ]
        codes = [reason.code for reason in reasons]
        words = [said(reason, ZONE) for reason in reasons]
        wanted = [part for part in value.split("+") if part]
        if not value.isascii():
            found = all(any(part in each for each in words) for part in wanted)
            return value, value if found else "；".join(words)
        found = all(part in codes for part in wanted)
        return value, value if found else "+".join(codes)

    def _rooms(
        self, room: str, value: Any, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        current = view.get("rooms", {}).get(room, {}).get("current")
        return _line(value), _line([self._cast.name(current)] if current else [])

    def _at_room(
        self, room: str, value: Any, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        door = view.get("rooms", {}).get(room, {}).get("door", ())
        return _line(value), _line(self._names(door))

    def _notes(
        self, room: str, value: str, view: Mapping[str, Any], _: Any
    ) -> tuple[str, str]:
        note = view.get("rooms", {}).get(room, {}).get("note", {})
        shown = {code: text for text, code in reversed(NOTES.items())}
        kind = note.get("kind", "")
        return shown.get(value, "无"), shown.get(kind, kind) or "无"

    def _missed(
        self, _: str, value: Any, view: Mapping[str, Any], __: Any
    ) -> tuple[str, str]:
        missed = self._names(view.get("missed", {}))
        wanted = [who for who in value if who]
        return _line(sorted(wanted)), _line(sorted(missed))

    def _alarms(
        self, _: str, value: Any, view: Mapping[str, Any], __: Any
    ) -> tuple[str, str]:
        """An alarm is told by its kind and, as far as the file does, by whom or what
        it is about, and that somebody has answered it."""
        wanted = [each.split(" ") for each in value]
        found = []
        for row in view.get("alarms", {}).values():
            about = [str(row[key]) for key in ("room", "doctor") if row.get(key)]
            if row.get("answered"):
                about.append(ANSWERED)
            if ticket := row.get("ticket"):
                about.insert(0, self._cast.name(ticket))
            full = [row["kind"], *about]
            like = [each for each in wanted if set(each) <= set(full)]
            if like:
                wanted.remove(like[0])
            found.append(" ".join(like[0] if like else full))
        return _line(sorted(value), "；"), _line(sorted(found), "；")

    def _hall_calls(
        self, _: str, value: Any, view: Mapping[str, Any], __: Any
    ) -> tuple[str, str]:
        found = [
            f"{self._cast.name(row['ticket'])}→{row['room']}"
            for row in view.get("calls", {}).values()
        ]
        with_rooms = any("→" in each for each in value)
        if not with_rooms:
            found = [each.partition("→")[0] for each in found]
        return _line(value), _line(found)

    def _hall_notices(
        self, _: str, value: Any, view: Mapping[str, Any], __: Any
    ) -> tuple[str, str]:
        texts = [row["text"] for row in view.get("notices", {}).values()]
        return "；".join(value) or "无", "；".join(texts) or "无"

    def _left(self, _: str, value: Any, __: Any, done: Deeds) -> tuple[str, str]:
        """Whom the day's end finds. An end that is not expected is not told."""
        left = done.reply.get("left", ()) if isinstance(done.reply, dict) else ()
        wanted = {each.partition("=")[0]: each for each in value}
        found = []
        for row in left:
            name = self._cast.name(row["ticket"])
            proposed = f"{name}={row['proposed']}"
            found.append(proposed if "=" in wanted.get(name, "") else name)
        return _line(sorted(value)), _line(sorted(found))

    def _reply(self, key: str, value: Any, _: Any, done: Deeds) -> tuple[str, str]:
        actual = done.reply.get(key) if isinstance(done.reply, dict) else None
        return _said(value), _said(self._translated(actual, value))

    # Pieces

    def _row(self, who: str, view: Mapping[str, Any]) -> Mapping[str, Any]:
        row: Mapping[str, Any] = view.get("tickets", {}).get(self._cast.ticket(who), {})
        return row

    def _names(self, tickets: Iterable[str]) -> list[str]:
        return [self._cast.name(ticket) for ticket in tickets]

    def _translated(self, actual: Any, like: Any) -> Any:
        """With patients' names for tickets, and only what was asked for."""
        match actual:
            case str():
                return self._cast.name(actual)
            case dict() if isinstance(like, dict):
                return {
                    key: self._translated(actual.get(key), like[key]) for key in like
                }
            case list() if isinstance(like, list):
                shape = like[0] if like else None
                return [self._translated(each, shape) for each in actual]
            case list() if isinstance(like, str):
                return _line(self._names(actual))
            case _:
                return actual


def _stage(row: Mapping[str, Any]) -> str:
    return str(row.get("state", "不在"))


def _line(people: Iterable[str], between: str = " ") -> str:
    return between.join(who or NOBODY for who in people) or NOBODY


def _is_about(refusal: Refusal, field: str) -> bool:
    """Does it name this field of the command?"""
    named = str(refusal.details.get("field", ""))
    return field in (named, named.rpartition(".")[2])


def _refusal(refusal: Refusal) -> str:
    return f"{refusal.code}「{refusal.message}」"


def _said(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
