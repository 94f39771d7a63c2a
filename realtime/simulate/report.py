"""What a simulation says while it runs, and at its end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean

import msgspec

from realtime.simulate.days import MINUTE, Ms
from realtime.simulate.world import Plan, Visit, World

_LEVELS = ("", "I", "II", "III", "IV")


def clock_face(at: Ms) -> str:
    """``08:31``; after midnight ``24:10``."""
    minutes = at // MINUTE
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def class_of(visit: Visit) -> str:
    """The kind of number whose waits belong together."""
    person = visit.person
    if person.level is not None:
        return f"level {_LEVELS[person.level]}"
    if person.extra:
        return "extra 加号"
    if person.slot is None:
        return "booked 预" if person.booked else "walk-in 现"
    late = visit.checked_in is not None and visit.checked_in > person.slot[1]
    return "late 迟到" if late else "booked 预"


def progress(world: World) -> str:
    """One line of the day as it stands."""
    stages: dict[str, int] = {}
    longest: Ms = 0
    waits: list[Ms] = []
    now = world.now()
    for visit in world.plan.visits:
        waits += visit.waits
        if not visit.ticket or (where := world.where(visit.ticket)) is None:
            continue
        stages[where.stage] = stages.get(where.stage, 0) + 1
        if where.stage == "waiting" and visit.joined is not None:
            longest = max(longest, now - visit.joined)
    mean = fmean(waits) / MINUTE if waits else 0.0
    return (
        f"{clock_face(now)}  waiting {stages.get('waiting', 0):3d}"
        f"  called {stages.get('called', 0):2d}  in {stages.get('in', 0):2d}"
        f"  examination {stages.get('examination', 0):2d}"
        f"  missed {stages.get('missed', 0):2d}  done {stages.get('done', 0):3d}"
        f"  mean wait {mean:5.1f} min  longest {longest / MINUTE:5.1f} min"
    )


class Waits(msgspec.Struct, frozen=True):
    """Minutes from joining to being called, of one kind of number."""

    kind: str
    count: int
    mean: float
    p50: float
    p90: float
    longest: float


class Summary(msgspec.Struct, frozen=True):
    """A day in figures."""

    waits: tuple[Waits, ...]
    utilisation: float
    """The share of the doctors' hours spent with patients."""
    closed_at: Ms
    people: int
    seen: int
    no_show: int
    missed: int
    """Calls that nobody came to."""
    lost: int
    """Who missed a call and did not come back."""
    came_again: int
    """Who missed a call and did."""
    returned: int
    """From an examination."""
    announcements: int


def summary(plan: Plan, announcements: int) -> Summary:
    kinds: dict[str, list[float]] = {}
    for visit in plan.visits:
        for place, wait in enumerate(visit.waits):
            kind = class_of(visit) if place == 0 else "again 复"
            kinds.setdefault(kind, []).append(wait / MINUTE)
    present = busy = 0
    for work in plan.works.values():
        if work.began is not None and work.stopped is not None:
            present += work.stopped - work.began
            busy += work.busy
    rows = [_waits(kind, found) for kind, found in sorted(kinds.items())]
    everybody = [wait for found in kinds.values() for wait in found]
    ended = [visit.ended for visit in plan.visits if visit.ended is not None]
    return Summary(
        waits=(*rows, _waits("all", everybody)),
        utilisation=busy / present if present else 0.0,
        closed_at=max(ended, default=0),
        people=len(plan.people),
        seen=_count(visit.end == "done" for visit in plan.visits),
        no_show=_count(visit.end == "no_show" for visit in plan.visits),
        missed=sum(visit.missed for visit in plan.visits),
        lost=_count(visit.end == "missed" for visit in plan.visits),
        came_again=_count(visit.recalled > 0 for visit in plan.visits),
        returned=sum(visit.returned for visit in plan.visits),
        announcements=announcements,
    )


def _count(marks: Iterable[bool]) -> int:
    return sum(marks)


def _waits(kind: str, found: Sequence[float]) -> Waits:
    return Waits(
        kind,
        len(found),
        fmean(found) if found else 0.0,
        percentile(found, 0.5),
        percentile(found, 0.9),
        max(found, default=0.0),
    )


def lines(told: Summary) -> list[str]:
    """The summary for a terminal."""
    head = "waits, minutes   calls    mean     P50     P90     max"
    rows = [
        f"{row.kind:<{16 - wide(row.kind)}}{row.count:>6}{row.mean:>8.1f}"
        f"{row.p50:>8.1f}{row.p90:>8.1f}{row.longest:>8.1f}"
        for row in told.waits
    ]
    return [
        head,
        *rows,
        f"seen {told.seen} of {told.people} with a number"
        f" · never came {told.no_show} · last gone {clock_face(told.closed_at)}",
        f"calls nobody came to {told.missed}: {told.came_again} came again,"
        f" {told.lost} went home · back from examination {told.returned}",
        f"rooms busy {told.utilisation:.0%} · announcements {told.announcements}",
    ]


def wide(text: str) -> int:
    """How many characters of it take two columns."""
    return sum(character > "\u2e80" for character in text)
