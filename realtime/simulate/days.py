"""The days that `houzhen simulate` knows: who comes, who serves, how long it takes.

Their figures are the project's (issue 3). What it does not say is an assumption, and
stands here by name: the spread around the figures, when walk-ins come, how long a
second consultation is. A hospital that knows better changes a copy of these.
"""

from __future__ import annotations

import msgspec

from actors.clinic.settings import Emergency, Settings

Ms = int
"""Milliseconds since the simulated day's midnight, or a length of time."""

MINUTE: Ms = 60_000
HOUR: Ms = 60 * MINUTE


class Shift(msgspec.Struct, frozen=True):
    """One server's hours: a doctor in a room, a chair, a window."""

    begins: Ms
    ends: Ms
    late: Ms = 0
    breaks: tuple[tuple[Ms, Ms], ...] = ()
    """(when, how long): a break begins with the end of a consultation."""


class Service(msgspec.Struct, frozen=True):
    """Log-normal, by its mean in minutes and its coefficient of variation."""

    mean: float
    cv: float


class Returning(msgspec.Struct, frozen=True):
    """The share sent to an examination, and the minutes they are away. ``held``
    keeps the chair for them (an X-ray at the dentist's)."""

    share: float = 0.0
    away: Service = Service(60, 0.4)
    again: float = 0.4
    """What the second consultation takes, of what a first one takes."""
    held: bool = False


class Manners(msgspec.Struct, frozen=True):
    """How people keep to the time. Shares are of those with a booking; somebody who
    registers at the counter is there already."""

    booked: float
    no_show: float
    late: float
    early_median: float = 20.0
    early_sigma: float = 0.6
    late_mean: float = 15.0
    miss: float = 0.05
    come_back: float = 0.70
    back_after: float = 10.0
    walk: Service = Service(0.6, 0.5)


class Day(msgspec.Struct, frozen=True):
    """One kind of day. ``crowd`` weighs equal parts of the day, by which those without
    a booking come; ``levels`` are the shares of an emergency's levels I–IV."""

    name: str
    title: str
    begins: Ms
    ends: Ms
    registrations: int
    shifts: tuple[Shift, ...]
    manners: Manners
    service: Service
    returning: Returning = Returning()
    extra: int = 0
    slot: Ms = 30 * MINUTE
    crowd: tuple[float, ...] = (3, 4, 3, 2)
    levels: tuple[float, ...] = ()
    queue: str = "A"
    kind: str = "普"
    department: str = ""
    rules: Settings = Settings()
    seat: str = "诊室"


def _at(hour: float) -> Ms:
    return round(hour * HOUR)


def _same(count: int, begins: float, ends: float) -> tuple[Shift, ...]:
    return (Shift(_at(begins), _at(ends)),) * count


DAYS: dict[str, Day] = {
    day.name: day
    for day in (
        Day(
            "internal",
            "内科普通上午",
            _at(8),
            _at(12),
            registrations=190,
            shifts=_same(6, 8, 12),
            manners=Manners(booked=0.85, no_show=0.10, late=0.06),
            service=Service(7, 0.6),
            returning=Returning(0.30, Service(75, 0.4)),
            department="心血管内科",
        ),
        Day(
            "flu",
            "流感季儿科夜诊",
            _at(17.5),
            _at(21.5),
            registrations=160,
            shifts=_same(4, 17.5, 21.5),
            manners=Manners(booked=0.40, no_show=0.08, late=0.10),
            service=Service(5, 0.5),
            returning=Returning(0.55, Service(40, 0.4)),
            crowd=(4, 5, 3, 1),
            queue="K",
            department="儿科",
        ),
        Day(
            "expert",
            "专家门诊，医生迟到",
            _at(8),
            _at(12),
            registrations=25,
            extra=5,
            shifts=(
                Shift(
                    _at(8),
                    _at(12),
                    late=25 * MINUTE,
                    breaks=((_at(9.75), 30 * MINUTE),),
                ),
            ),
            manners=Manners(booked=1.0, no_show=0.04, late=0.05),
            service=Service(8, 0.5),
            returning=Returning(0.25, Service(90, 0.4)),
            queue="Z",
            kind="专",
            department="心血管专家门诊",
        ),
        Day(
            "dental",
            "口腔综合，二十张椅位",
            _at(8),
            _at(15),
            registrations=230,
            shifts=_same(20, 8, 15),
            manners=Manners(booked=0.70, no_show=0.12, late=0.08),
            service=Service(35, 0.6),
            returning=Returning(0.40, Service(8, 0.4), again=0.0, held=True),
            crowd=(3, 3, 2, 2, 1),
            queue="D",
            department="口腔综合科",
            seat="椅位",
        ),
        Day(
            "blood",
            "采血大厅",
            _at(7),
            _at(10),
            registrations=900,
            shifts=_same(12, 7, 10),
            # the windows are in sight of the chairs
            manners=Manners(booked=0.0, no_show=0.0, late=0.0, walk=Service(0.2, 0.5)),
            service=Service(2.2, 0.4),
            crowd=(5, 6, 5, 4, 2, 1),
            queue="X",
            department="采血中心",
            seat="窗口",
        ),
        Day(
            "emergency",
            "急诊二十四小时",
            _at(0),
            _at(24),
            registrations=300,
            shifts=(*_same(2, 0, 24), *_same(2, 8, 24)),
            manners=Manners(booked=0.0, no_show=0.0, late=0.0),
            service=Service(12, 0.8),
            returning=Returning(0.60, Service(60, 0.4), again=0.3),
            crowd=(2, 1, 1, 3, 4, 4, 4, 5, 5, 3),
            levels=(0.02, 0.08, 0.30, 0.60),
            queue="J",
            department="急诊内科",
            rules=Settings(emergency=Emergency(on=True)),
        ),
    )
}
