"""From a clinic's outline to the floor of a walk: lines drawn by the clinic's rules.

Whom the rules let nobody call has no expected time, and here is said why.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log
from statistics import NormalDist

from msgspec.structs import replace

from actors.clinic.order.choice import may_take, serves
from actors.clinic.order.counting import NORMAL
from actors.clinic.order.facts import QueueFacts, Waiting
from actors.clinic.order.line import in_order
from actors.clinic.order.places import EMERGENCY, RECALLED, RETURNED, Places
from actors.clinic.settings import Cross
from actors.forecast.experience import doctor_key
from actors.forecast.floor import (
    Chair,
    Floor,
    Lane,
    Line,
    Returning,
    Standing,
    Table,
)
from actors.forecast.lessons import Lessons
from actors.forecast.outline import Outline, Sitting
from actors.kernel.times import Millis

# Why somebody who waits has no expected time.
ABSENT = "doctor_absent"
AWAY = "doctor_away"
STOPPED = "stopped"
NOBODY = "nobody_serves"

_MINUTE = 60_000.0
HOUR = 3_600_000
DAY_MS = 24 * HOUR
_HOURS_AHEAD = 10
_GIVEN = 10 * _MINUTE
"""So late a doctor may start before nobody is told times that count on them."""
NO_SHOW = 0.08
ARRIVES: Table = tuple(
    15 * _MINUTE
    - exp(log(35 * _MINUTE) + 0.45 * NormalDist().inv_cdf((step + 0.5) / 40))
    for step in reversed(range(40))
)
"""What is assumed of who is booked: the share that never comes, and when the others
do, after the beginning of their slot (mostly before it)."""
_SOME_TIME: Table = (0.0, 120 * _MINUTE)
_AT_THE_DOOR = -1e12
_URGENT = -1e13
"""Instead of since when they wait, for who goes first from whatever queue."""


def floor_of(outline: Outline, lessons: Lessons) -> tuple[Floor, dict[str, str]]:
    """The floor, and why the others have no expected time, by ticket."""
    experience = lessons.experience
    working = [one for one in outline.sittings if why_not(one, outline.at) is None]
    chairs = tuple(_chair(outline, one, lessons) for one in working)
    why: dict[str, str] = {}
    lines = tuple(
        _Reader(outline, key, working, lessons).line(why) for key in outline.queues
    )
    habits = experience.habits(outline.clinic)
    return Floor(chairs, lines, habits, at=float(outline.at % DAY_MS)), why


def why_not(one: Sitting, now: Millis) -> str | None:
    """Why nobody can say when this seat calls next; None when it can be said."""
    if one.seat.calling != "open":
        return STOPPED
    if not one.seat.doctor:
        return ABSENT
    if one.seat.away and one.back_at is None:
        return AWAY
    if one.starts is not None and now - one.starts > _GIVEN:
        return ABSENT
    return None


def _chair(outline: Outline, one: Sitting, lessons: Lessons) -> Chair:
    doctor = doctor_key(outline.clinic, one.seat.doctor)
    experience = lessons.experience
    pace = experience.pace(outline.clinic, doctor, outline.day, outline.at)
    rested = lessons.rested(outline.stream, one.seat.room)
    queues = list(outline.queues)
    prefers = _preferences(outline, one)
    if one.inside is not None:
        line = queues.index(one.inside.queue) if one.inside.queue in queues else None
        busy = float(outline.at - one.inside.called_at)
        again = one.inside.again
        return Chair(pace, prefers, busy, line, again, rested)
    if one.back_at is not None:
        # whoever is away now is having it
        back = float(one.back_at - outline.at)
        return Chair(pace, prefers, rested=True, back=back)
    if one.starts is not None:
        starts = float(one.starts - outline.at)
        return Chair(pace, prefers, rested=rested, starts=starts)
    if one.freed_at is not None:
        paused = float(outline.at - one.freed_at)
        return Chair(pace, prefers, rested=rested, paused=paused)
    return Chair(pace, prefers, rested=rested)


def _preferences(outline: Outline, one: Sitting) -> tuple[int | None, ...]:
    cross = outline.settings.cross
    found: list[int | None] = []
    for key, queue in outline.queues.items():
        if not serves(one.seat, queue):
            found.append(None)
        elif cross.own_expert_first and queue.doctor:
            found.append(0)
        elif cross.mode == "listed":
            found.append(1 + one.seat.queues.index(key))
        else:
            found.append(1)
    return tuple(found)


class _Reader:
    """One queue: who stands where, by the rules, those expected among them."""

    def __init__(
        self,
        outline: Outline,
        key: str,
        working: list[Sitting],
        lessons: Lessons,
    ) -> None:
        self._outline = outline
        self._settings = outline.settings
        self._key = key
        self._queue = outline.queues[key]
        self._working = working
        self._lessons = lessons
        self._places = Places(self._queue, self._settings)
        self._everyone = sum(
            1 << at
            for at, one in enumerate(working)
            if serves(one.seat, self._queue) and self._queue.calling == "open"
        )

    def line(self, why: dict[str, str]) -> Line:
        settings = self._settings
        standing: list[Standing] = []
        order = list(self._in_order())
        for who, lane, urgent, expected in order:
            chairs = self._chairs(who, urgent=urgent)
            if not chairs:
                if not expected:
                    why[who.ticket] = self._why(who)
                continue
            since = float(who.joined_at - self._outline.at)
            if urgent or who.at_room:
                since += _URGENT if urgent else _AT_THE_DOOR
            again = who.origin == "return"
            one = Standing(who.ticket, chairs, since, lane, again=again)
            standing.append(self._awaited(one, who) if expected else one)
        returns, recall = settings.returns, settings.recall
        as_recalled = returns.mode == "recall"
        # an emergency keeps its level and its triage: back, it goes before the others
        triaged = any(urgent for _, _, urgent, _ in order)
        cross = settings.cross
        return Line(
            tuple(standing),
            tuple(self._returning()),
            first=0 if triaged else recall.every if as_recalled else returns.first,
            back=1 if as_recalled else returns.back,
            evens=returns.even_out and not as_recalled,
            called=_normal_since(self._queue, RECALLED if as_recalled else RETURNED),
            returns_interleave=not as_recalled or recall.mode == "interleave",
            recalls_interleave=recall.mode == "interleave",
            turns=_turns(cross, self._key),
            over=_over(cross, self._key),
            newcomers=self._newcomers(standing),
            arrivals=self._arrivals(),
        )

    def _in_order(self) -> Iterable[tuple[Waiting, Lane, bool, bool]]:
        """Who, in which lane, whether an emergency, and whether they are to come."""
        waiting = self._queue.waiting
        expected = [
            _as_if_here(who, self._outline.at)
            for key, who in self._outline.expected
            if key == self._key
        ]
        awaited = {who.ticket for who in expected}
        for _, spot, who in in_order(
            self._queue,
            self._settings,
            self._places,
            (*waiting, *expected),
            self._queue.doctor,
        ):
            lane: Lane = "other"
            if spot.lane in (NORMAL, RETURNED):
                lane = "normal" if spot.lane == NORMAL else "returned"
            yield who, lane, spot.section == EMERGENCY, who.ticket in awaited

    def _chairs(self, who: Waiting, *, urgent: bool) -> int:
        if not (who.at_room or who.doctor or who.room or urgent):
            return self._everyone
        return sum(
            1 << at
            for at, one in enumerate(self._working)
            if may_take(one.seat, self._queue, who, self._settings)
        )

    def _why(self, who: Waiting) -> str:
        """Of whoever might have called: the reason that may pass the soonest."""
        if self._queue.calling != "open":
            return STOPPED
        reasons = {
            why_not(one, self._outline.at)
            for one in self._outline.sittings
            if self._key in one.seat.queues or not one.seat.doctor
            if who.at_room in ("", one.seat.room)
            if who.doctor in ("", one.seat.doctor) or not one.seat.doctor
        }
        for reason in (AWAY, ABSENT, STOPPED):
            if reason in reasons:
                return reason
        return NOBODY

    def _awaited(self, one: Standing, who: Waiting) -> Standing:
        """A booked patient who is not here: when, and whether they come at all."""
        if not who.slot_start:
            return replace(one, arrives=_SOME_TIME, here=1.0 - NO_SHOW)
        late = self._outline.at - who.slot_start
        left = tuple(came - late for came in ARRIVES if came > late)
        comes = len(left) / len(ARRIVES) * (1.0 - NO_SHOW)
        return replace(
            one,
            arrives=left or (0.0,),
            here=comes / (comes + NO_SHOW),
        )

    def _returning(self) -> Iterable[Returning]:
        at = self._outline.at
        for one in self._outline.examined:
            if one.queue == self._key:
                due = None if one.due is None else float(one.due - at)
                yield Returning(float(at - one.gone), due)

    def _newcomers(
        self, standing: list[Standing]
    ) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Where graver emergencies than these would stand, and how many come in each
        of the next hours: each goes before everybody of a lower level."""
        levels = {who.ticket: self._places.level(who) for who in self._queue.waiting}
        if not any(levels.values()):
            return ()
        outline, experience = self._outline, self._lessons.experience
        ahead = [
            experience.urgent_an_hour(outline.clinic, outline.at + hour * HOUR)
            for hour in range(_HOURS_AHEAD)
        ]
        found = []
        for level in sorted({level for rates in ahead for level in rates}):
            rates = tuple(hour.get(level, 0.0) for hour in ahead)
            for rank, one in enumerate(standing):
                if not 0 < levels.get(one.ticket, 0) <= level:
                    found.append((rank, rates))
                    break
        return tuple(found)

    def _arrivals(self) -> float:
        """How many join behind, an hour: a queue's share of its clinic's."""
        outline = self._outline
        rate = self._lessons.checked_in_an_hour(outline.stream, outline.at)
        everybody = sum(len(one.waiting) for one in self._outline.queues.values())
        return rate * len(self._queue.waiting) / max(everybody, 1)


def _as_if_here(who: Waiting, at: Millis) -> Waiting:
    """A booked patient as they would stand, checked in on time."""
    on_time = min(at, who.slot_end) if who.slot_end else at
    return Waiting(
        ticket=who.ticket,
        registered=who.registered,
        joined=1 << 31,
        joined_at=max(at, who.slot_start),
        checked_in_at=on_time,
        calls=who.calls,
        half=who.half,
        slot_start=who.slot_start,
        slot_end=who.slot_end,
        booked=who.booked,
        classes=who.classes,
        doctor=who.doctor,
        room=who.room,
        extra=who.extra,
    )


def _normal_since(queue: QueueFacts, lane: str) -> int:
    normal = queue.counters.of(NORMAL)
    last = (queue.counters.of(lane) or (0,))[-1]
    return sum(1 for ordinal in reversed(normal) if ordinal > last)


def _turns(cross: Cross, key: str) -> int:
    return cross.turns.get(key, 1) if cross.mode == "in_turn" else 0


def _over(cross: Cross, key: str) -> float:
    return next((float(r.over_ms) for r in cross.rules if r.queue == key), 0.0)
