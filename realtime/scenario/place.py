"""Where a story plays: its clinic, queues, rooms, doctors and halves, read into the
command that opens the day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from actors.clinic.plan import ClinicPlan, DoctorPlan, HalfPlan, QueuePlan, RoomPlan
from actors.kernel.times import Millis
from realtime.scenario.names import Ambiguous, Names, Unknown
from realtime.scenario.rules import read_settings
from realtime.scenario.times import read_clock
from realtime.scenario.words import NOBODY, meant, words_of

Wrong = Callable[[str, str, str], None]

_KEY = re.compile(r"[0-9A-Za-z_.\-]{1,32}\Z")
HALVES = ("am", "pm", "night", "all")


def read_place(
    raw: Mapping[str, Any], names: Names, begins: Millis, wrong: Wrong
) -> dict[str, Any]:
    """The body of ``clinic.open``, as far as it can be read; mistakes go to
    ``wrong(code, message, key)``."""
    place = _Place(names, begins, wrong)
    settings, mistakes = read_settings(raw.get("settings", {}))
    for mistake in mistakes:
        key = mistake.key.partition(".")[0]
        wrong(mistake.code, mistake.message, f"settings.{key}" if key else "settings")
    doctors = place.doctors(raw.get("doctors", {}))
    queues = place.queues(raw.get("queues", {"A": "门诊"}))
    rooms = place.rooms(raw.get("rooms"), doctors)
    return {
        "clinic": place.clinic(raw.get("clinic", {})),
        "queues": queues,
        "rooms": rooms,
        "doctors": doctors,
        "halves": place.halves(raw.get("halves", {})),
        "settings": settings,
    }


class _Place:
    def __init__(self, names: Names, begins: Millis, wrong: Wrong) -> None:
        self._names = names
        self._begins = begins
        self._wrong = wrong

    def clinic(self, raw: Any) -> dict[str, Any]:
        if isinstance(raw, str):
            raw = {"name": raw}
        known = self._known("clinic", raw, ClinicPlan)
        return {"name": "诊区", "hospital": "医院", **known}

    def doctors(self, raw: Any) -> dict[str, Any]:
        """``[doctors]`` by key, or only their names."""
        if isinstance(raw, str):
            raw = words_of(raw)
        if isinstance(raw, list):
            raw = {f"d{i}": name for i, name in enumerate(raw, 1)}
        found: dict[str, Any] = {}
        for key, plan in self._each("doctors", raw):
            plan = {"name": plan} if isinstance(plan, str) else plan
            plan = self._known(f"doctors.{key}", plan, DoctorPlan)
            plan.setdefault("name", key)
            if "starts" in plan:
                plan["starts"] = self._clock(f"doctors.{key}", plan["starts"])
            self._add("doctor", key, plan["name"])
            found[key] = plan
        return found

    def queues(self, raw: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, plan in self._each("queues", raw):
            plan = {"name": plan} if isinstance(plan, str) else plan
            plan = self._known(f"queues.{key}", plan, QueuePlan)
            plan.setdefault("name", key)
            if plan.get("doctor"):
                plan["doctor"] = self._doctor(f"queues.{key}", plan["doctor"])
            self._add("queue", key, plan["name"])
            found[key] = plan
        return found

    def rooms(self, raw: Any, doctors: dict[str, Any]) -> dict[str, Any]:
        """A room that says no queues serves all; one that says no doctor has one of
        its own; ``doctor = ""`` has nobody in it."""
        everything = self._names.all("queue")
        if raw is None:
            raw = {"1": {}}
        found: dict[str, Any] = {}
        for key, plan in self._each("rooms", raw):
            plan = {"queues": plan} if isinstance(plan, str | list) else plan
            plan = self._known(f"rooms.{key}", plan, RoomPlan)
            plan["queues"] = self._queues(f"rooms.{key}", plan, everything)
            plan["doctor"] = self._sitting(key, plan.get("doctor"), doctors)
            self._add("room", key)
            found[key] = plan
        return found

    def halves(self, raw: Any) -> dict[str, Any]:
        """``am = "08:00-12:00"``."""
        found: dict[str, Any] = {}
        for key, plan in self._each("halves", raw):
            where = f"halves.{key}"
            if key not in HALVES:
                self._wrong("unknown_key", f"没有「{key}」{meant(key, HALVES)}", where)
                continue
            if isinstance(plan, str):
                begins, _, ends = plan.partition("-")
                plan = {"begins": begins.strip(), "ends": ends.strip()}
            plan = self._known(where, plan, HalfPlan)
            if not {"begins", "ends"} <= set(plan):
                text = f"「{key}」要写成「08:00-12:00」。"
                self._wrong("bad_value", text, where)
                continue
            found[key] = {name: self._clock(where, at) for name, at in plan.items()}
        return found

    # Pieces

    def _each(self, table: str, raw: Any) -> list[tuple[str, Any]]:
        if not isinstance(raw, Mapping):
            self._wrong("bad_value", f"「{table}」要写成一张表：[{table}]。", table)
            return []
        good = []
        for key, plan in raw.items():
            if not _KEY.match(key):
                text = (
                    f"「{table}」的短名「{key}」只能用字母和数字，中文名写在等号后面。"
                )
                self._wrong("bad_key", text, f"{table}.{key}")
            else:
                good.append((key, plan))
        return good

    def _known(self, where: str, raw: Any, plan: type[Struct]) -> dict[str, Any]:
        """A copy of what is written, without what means nothing."""
        if not isinstance(raw, Mapping):
            self._wrong("bad_value", f"「{where}」要写成一张表：{{ … }}。", where)
            return {}
        fields = plan.__struct_fields__
        good = {}
        for key, value in raw.items():
            if key in fields:
                good[key] = value
            else:
                text = f"「{where}」里没有「{key}」{meant(key, fields)}"
                self._wrong("unknown_key", text, where)
        return good

    def _add(self, kind: Any, key: str, *more: str) -> None:
        try:
            self._names.add(kind, key, *more)
        except Ambiguous as error:
            self._wrong("ambiguous_name", str(error), f"{kind}s.{key}")

    def _clock(self, where: str, value: Any) -> Millis:
        at = read_clock(value, self._begins)
        if at is None:
            text = f"「{where}」的时间要写成「08:00」，不是「{value}」。"
            self._wrong("bad_time", text, where)
            return self._begins
        return at

    def _doctor(self, where: str, said: Any) -> str:
        try:
            return self._names.find(str(said), "doctor")
        except Unknown as error:
            self._wrong("unknown_name", str(error), where)
            return ""

    def _queues(
        self, where: str, plan: Mapping[str, Any], everything: list[str]
    ) -> list[str]:
        said = plan.get("queues", everything)
        words = words_of(said) if isinstance(said, str) else said
        try:
            return [self._names.find(str(word), "queue") for word in words]
        except Unknown as error:
            self._wrong("unknown_name", str(error), where)
            return []

    def _sitting(self, room: str, said: Any, doctors: dict[str, Any]) -> str:
        """The key of who sits there; somebody new is made known."""
        if said is not None and str(said) in NOBODY:
            return ""
        name = str(said) if said is not None else f"{room}诊室医生"
        if self._names.knows(name):
            return self._doctor(f"rooms.{room}", name)
        key = f"r{room}"
        self._add("doctor", key, name)
        doctors[key] = {"name": name}
        return key
