"""Who comes on a day, drawn from its figures and a seed.

Each person has luck of their own, drawn from the seed and their place in the list, so
the same people come under other rules, and one more person changes nobody else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import msgspec

from realtime.simulate.days import HOUR, MINUTE, Day, Ms, Service

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯"
)
_GIVEN = (
    "安宁远清和文雅思明志建国华春秋云山海月星晨光雨雪松竹兰梅菊若溪子涵一诺欣怡浩然"
    "博宇轩梓佳俊杰秀芳玉桂英敏静丽强磊洋勇艳杰娟涛超霞平刚"
)
WALK_IN_EARLY = 10 * MINUTE
WALK_AT_MOST = 100_000
"""Who hears the call is there before a doctor gives them up."""

DOORS_OPEN = 45 * MINUTE
"""Before the day begins; nobody comes earlier."""

CROWD_ENDS = 0.9
"""Those without a booking come from shortly before the beginning until here."""


class Person(msgspec.Struct, frozen=True, gc=False):
    """What will become of one person, as far as it lies with them. ``arrives`` is
    None for who never comes; ``comes_back`` for who misses a call and goes home."""

    key: str
    name: str
    card: str
    registers: Ms
    arrives: Ms | None
    service: Ms
    walk: Ms = 0
    booked: bool = False
    extra: bool = False
    slot: tuple[Ms, Ms] | None = None
    away: Ms = 0
    again: Ms = 0
    held: bool = False
    misses: bool = False
    comes_back: Ms | None = None
    level: int | None = None
    queue: str = "A"
    number: str | None = None
    leaves: Ms | None = None
    """When they go, if they have not been called by then."""

    @property
    def returns(self) -> bool:
        return self.away > 0 and not self.held


def lognormal(luck: Random, service: Service) -> float:
    """Minutes, with this mean and coefficient of variation."""
    variance = math.log1p(service.cv**2)
    middle = math.log(service.mean) - variance / 2
    return luck.lognormvariate(middle, math.sqrt(variance))


def people_of(day: Day, seed: int) -> list[Person]:
    """Everyone with a number on this day, in the order in which they registered."""
    count = day.registrations + day.extra
    people = [_person(day, seed, place) for place in range(count)]
    booked = [person for person in people if person.booked]
    others = [person for person in people if not person.booked]
    return [*booked, *sorted(others, key=lambda person: person.registers)]


def invented_name(luck: Random) -> str:
    """Of two or three characters, and nobody's on purpose."""
    given = luck.choices(_GIVEN, k=luck.choice((1, 2, 2)))
    return luck.choice(_SURNAMES) + "".join(given)


def one_more(day: Day, luck: Random) -> Person:
    """Somebody like those of the day, here now."""
    return msgspec.structs.replace(
        _drawn(day, 0, day.registrations, luck), extra=False, registers=0, arrives=0
    )


def _person(day: Day, seed: int, place: int) -> Person:
    return _drawn(day, seed, place, Random(f"{day.name}/{seed}/{place}"))


def _drawn(day: Day, seed: int, place: int, luck: Random) -> Person:
    manners = day.manners
    extra = place >= day.registrations
    booked = not extra and luck.random() < manners.booked
    slot = _slot(day, place) if booked else None
    if slot is not None:
        registers = day.begins - DOORS_OPEN - MINUTE
        arrives = _booked_arrival(day, slot, luck)
    else:
        registers = _walk_in(day, luck)
        arrives = registers + round(luck.uniform(0.5, 3) * MINUTE)
    returning = day.returning
    goes = luck.random() < returning.share
    misses = luck.random() < manners.miss
    back = luck.random() < manners.come_back
    return Person(
        key=f"p{place + 1:04d}",
        name=invented_name(luck),
        card=f"77{seed % 10_000:04d}{place + 1:04d}",
        registers=registers,
        arrives=arrives,
        service=_ms(lognormal(luck, day.service)),
        walk=min(_ms(lognormal(luck, manners.walk)), WALK_AT_MOST),
        booked=booked,
        extra=extra,
        slot=slot,
        away=_ms(lognormal(luck, returning.away)) if goes else 0,
        again=_again(day, luck) if goes else 0,
        held=goes and returning.held,
        misses=misses,
        comes_back=_ms(luck.expovariate(1 / manners.back_after)) if back else None,
        level=_level(day.levels, luck),
        queue=day.queue,
    )


def _ms(minutes: float) -> Ms:
    return max(1, round(minutes * MINUTE))


def _slot(day: Day, place: int) -> tuple[Ms, Ms]:
    """Bookings fill the day's slots evenly, the first number the first slot."""
    slots = max(1, (day.ends - day.begins) // day.slot)
    begins = day.begins + day.slot * (place * slots // day.registrations)
    return begins, begins + day.slot


def _booked_arrival(day: Day, slot: tuple[Ms, Ms], luck: Random) -> Ms | None:
    manners = day.manners
    comes = luck.random()
    early = luck.lognormvariate(math.log(manners.early_median), manners.early_sigma)
    late = luck.expovariate(1 / manners.late_mean)
    if comes < manners.no_show:
        return None
    if comes < manners.no_show + manners.late:
        return slot[1] + _ms(late)
    return max(slot[0] - _ms(early), day.begins - DOORS_OPEN)


def _walk_in(day: Day, luck: Random) -> Ms:
    part = luck.choices(range(len(day.crowd)), day.crowd)[0]
    through = (part + luck.random()) / len(day.crowd)
    if day.ends - day.begins >= 24 * HOUR:  # an emergency opens and closes never
        return day.begins + round(through * (day.ends - day.begins))
    opens = day.begins - WALK_IN_EARLY
    closes = day.begins + CROWD_ENDS * (day.ends - day.begins)
    return opens + round(through * (closes - opens))


def _again(day: Day, luck: Random) -> Ms:
    if not day.returning.again:
        return 0
    mean = day.service.mean * day.returning.again
    return _ms(lognormal(luck, Service(mean, day.service.cv)))


def _level(levels: Sequence[float], luck: Random) -> int | None:
    if not levels:
        return None
    return luck.choices(range(1, len(levels) + 1), levels)[0]
