"""A department's day of numbers as an actor: its name, its clock, what it shows."""

from __future__ import annotations

from datetime import date

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.runtime.shape import Capability
from actors.schedule.commands import Command
from actors.schedule.decide import decide
from actors.schedule.events import Event
from actors.schedule.evolve import evolve
from actors.schedule.rules import wake_at
from actors.schedule.state import ScheduleState
from actors.schedule.views import DeskView, PoolView

KIND = "schedule"


def schedule_stream(hospital: str, department: str, day: str) -> str:
    """``yunxiu/schedule/cardio/2026-11-23``: one department, one day."""
    return stream_name(hospital, KIND, department, day)


def new(stream: str) -> ScheduleState:
    """The day before it is opened. Raises UnknownTarget when it is no such day."""
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 2:
        raise UnknownTarget
    department, day = rest
    try:
        real = date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    # a ticket's name carries the department, and has 64 characters in all
    if not real or len(department) > 32:
        raise UnknownTarget
    return ScheduleState(stream, department, day)


def schedule_capability() -> Capability[ScheduleState]:
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(PoolView(), DeskView()),
    )
