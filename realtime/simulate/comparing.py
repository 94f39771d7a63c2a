"""One recorded day under two sets of rules: the same people, the same consultations,
another order. What was different for whom."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from statistics import fmean
from typing import Any

import msgspec

from actors.clinic.plan import QueuePlan
from actors.clinic.settings import Settings, problems
from realtime.simulate import virtual
from realtime.simulate.days import MINUTE, Ms
from realtime.simulate.recorded import Recording
from realtime.simulate.report import Summary, class_of, summary


class BadRules(Exception):
    """The message names each thing that is wrong, a line each."""


class Turn(msgspec.Struct, frozen=True):
    """One ticket in both runs: minutes waited, and whose turn it was, from 1."""

    number: str
    kind: str
    before: float
    after: float
    turn_before: int
    turn_after: int

    @property
    def change(self) -> float:
        """Minutes more (or, below 0, fewer) under the other rules."""
        return self.after - self.before


class Difference(msgspec.Struct, frozen=True):
    """``turns`` by the order of the recorded rules. ``fidelity`` is how far the model
    is from what was recorded, in minutes: the median of how much each ticket's wait in
    the run under the recorded rules is off from what it was on the day."""

    clinic: str
    day: str
    before: Summary
    after: Summary
    turns: tuple[Turn, ...]
    fidelity: float
    rules: tuple[str, ...]
    """What the other rules change, as ``late.mode: normal → half_end``."""


def read_rules(text: str, of_the_day: Mapping[str, Any]) -> Settings:
    """Rules as TOML; what it does not name stays as on the day. Raises BadRules."""
    try:
        named = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"this is not TOML: {error}") from error
    today = msgspec.to_builtins(Settings())
    if unknown := sorted(_unknown(named, today)):
        raise BadRules(
            "\n".join(f"{field}: there is no such rule" for field in unknown)
        )
    try:
        settings = msgspec.convert(_merged(of_the_day, named), Settings)
    except msgspec.ValidationError as error:
        raise BadRules(str(error)) from error
    if wrong := problems(settings):
        raise BadRules("\n".join(f"{each.field}: {each.message}" for each in wrong))
    return settings


def compare(recording: Recording, rules: Settings) -> Difference:
    """Run the day twice. What the recording's own rules have that this release does not
    know is passed over."""
    old = msgspec.convert(recording.settings, Settings)
    first, second = (_rerun(recording, settings) for settings in (old, rules))
    order = [_order(run) for run in (first, second)]
    turns = []
    off = []
    recorded = {came.number: came for came in recording.tickets}
    for one, other in zip(first.plan.visits, second.plan.visits, strict=True):
        came = recorded[one.number]
        if one.wait is None or other.wait is None:
            continue
        turns.append(
            Turn(
                number=one.number,
                kind=class_of(one),
                before=one.wait / MINUTE,
                after=other.wait / MINUTE,
                turn_before=order[0][one.number],
                turn_after=order[1][one.number],
            )
        )
        if came.called is not None and came.checked_in is not None:
            off.append(abs(one.wait - (came.called - came.checked_in)) / MINUTE)
    return Difference(
        clinic=recording.clinic,
        day=recording.day,
        before=summary(first.plan, first.announcements),
        after=summary(second.plan, second.announcements),
        turns=tuple(sorted(turns, key=lambda turn: turn.turn_before)),
        fidelity=sorted(off)[len(off) // 2] if off else 0.0,
        rules=tuple(_changes("", msgspec.to_builtins(old), msgspec.to_builtins(rules))),
    )


def gained_and_lost(
    turns: tuple[Turn, ...],
) -> dict[str, tuple[int, float, int, float]]:
    """By kind: how many wait less and by how much on the average, and how many more."""
    found: dict[str, tuple[int, float, int, float]] = {}
    for kind in sorted({turn.kind for turn in turns}):
        changes = [turn.change for turn in turns if turn.kind == kind]
        less = [-change for change in changes if change < -EVEN_MIN]
        more = [change for change in changes if change > EVEN_MIN]
        found[kind] = (
            len(less),
            fmean(less) if less else 0.0,
            len(more),
            fmean(more) if more else 0.0,
        )
    return found


EVEN_MIN = 0.5
"""Half a minute is no difference to anybody."""


def _rerun(recording: Recording, settings: Settings) -> virtual.VirtualClinic:
    queues = {
        key: QueuePlan(queue.name, queue.kind)
        for key, queue in recording.queues.items()
    }
    doctors = recording.doctors()
    opening = virtual.opening(None, doctors, settings, queues)
    return virtual.simulate(
        recording.people(), doctors, opening, midnight=recording.begins
    )


def _order(run: virtual.VirtualClinic) -> dict[str, int]:
    """Whose turn it was: by the call that they came to."""
    came: list[tuple[Ms, int, str]] = [
        ((visit.checked_in or 0) + visit.wait, place, visit.number)
        for place, visit in enumerate(run.plan.visits)
        if visit.wait is not None
    ]
    return {number: turn for turn, (_, _, number) in enumerate(sorted(came), 1)}


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        if isinstance(value, dict) and isinstance(below, dict) and name != "turns":
            merged[name] = _merged(below, value)
        else:
            merged[name] = value
    return merged


def _unknown(named: Mapping[str, Any], known: Mapping[str, Any]) -> list[str]:
    found = []
    for name, value in named.items():
        if name not in known:
            found.append(name)
        elif isinstance(value, dict) and known[name]:
            found += [f"{name}.{each}" for each in _unknown(value, known[name])]
    return found


def _changes(path: str, old: Any, new: Any) -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for name in new
            for line in _changes(f"{path}.{name}".lstrip("."), old.get(name), new[name])
        ]
    return [] if old == new else [f"{path}: {old} → {new}"]
