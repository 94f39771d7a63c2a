"""Who serves on a day, and how: each with hours, a pace, and what holds them up."""

from __future__ import annotations

import math
from random import Random

import msgspec

from realtime.simulate.days import HOUR, MINUTE, Day, Ms, Shift
from realtime.simulate.people import invented_name


class Habits(msgspec.Struct, frozen=True):
    """How staff differ from a machine. All zero: everyone at the day's own pace."""

    doctor_cv: float = 0.0
    """How far the doctors' own paces lie apart."""
    interruptions_per_h: float = 0.0
    interruption_min: float = 4.0
    fatigue_per_h: float = 0.0
    """How much slower each hour of work makes: 0.03 is 3 %."""


EVEN = Habits()
LIFELIKE = Habits(doctor_cv=0.2, interruptions_per_h=0.7, fatigue_per_h=0.03)
"""For trying what has to stand up to real doctors: forecasts above all."""


class Doctor(msgspec.Struct, frozen=True):
    """One server. ``pauses`` are taken one before each call (a recorded day's)."""

    room: str
    name: str
    begins: Ms
    ends: Ms
    queues: tuple[str, ...] = ("A",)
    pace: float = 1.0
    fatigue_per_h: float = 0.0
    breaks: tuple[tuple[Ms, Ms], ...] = ()
    pauses: tuple[Ms, ...] = ()
    patience: Ms = 60_000
    """How long somebody called is given before they are called again, or missed."""

    def takes(self, service: Ms, now: Ms) -> Ms:
        """How long this doctor needs for what takes others ``service``."""
        hours = max(0, now - self.begins) / HOUR
        return round(service * self.pace * (1 + self.fatigue_per_h * hours))


def staff_of(day: Day, seed: int, habits: Habits = EVEN) -> list[Doctor]:
    """The day's doctors, in rooms 1, 2, …"""
    return [_doctor(day, seed, place, habits) for place in range(len(day.shifts))]


def _doctor(day: Day, seed: int, place: int, habits: Habits) -> Doctor:
    luck = Random(f"{day.name}/{seed}/doctor/{place}")
    shift = day.shifts[place]
    variance = math.log1p(habits.doctor_cv**2)
    pace = luck.lognormvariate(-variance / 2, math.sqrt(variance))
    return Doctor(
        room=str(place + 1),
        name=invented_name(luck),
        begins=shift.begins + shift.late,
        ends=shift.ends,
        queues=(day.queue,),
        pace=pace,
        fatigue_per_h=habits.fatigue_per_h,
        breaks=tuple(sorted([*shift.breaks, *_interruptions(shift, habits, luck)])),
    )


def _interruptions(shift: Shift, habits: Habits, luck: Random) -> list[tuple[Ms, Ms]]:
    if not habits.interruptions_per_h:
        return []
    found: list[tuple[Ms, Ms]] = []
    at = float(shift.begins)
    while True:
        at += luck.expovariate(habits.interruptions_per_h) * HOUR
        if at >= shift.ends:
            return found
        lasts = luck.expovariate(1 / habits.interruption_min) * MINUTE
        found.append((round(at), max(1, round(lasts))))
