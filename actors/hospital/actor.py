"""The hospital's plan as an actor: one of a hospital, and long-lived."""

from __future__ import annotations

from actors.hospital.decide import decide
from actors.hospital.messages import Command, Event
from actors.hospital.plan import MAIN
from actors.hospital.state import HospitalState, encode, evolve, freeze, thaw
from actors.hospital.views import HistoryView, PlanView
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.times import Millis
from actors.runtime.shape import Capability, Snapshots

KIND = "plan"

EVERY = 500
"""A plan changes some times a day, and each change holds whole entries."""


def plan_stream(hospital: str) -> str:
    """``yunxiu/plan/main``."""
    return stream_name(hospital, KIND, MAIN)


def new(stream: str) -> HospitalState:
    _, kind, rest = parts_of(stream)
    if kind != KIND or rest != (MAIN,):
        raise UnknownTarget
    return HospitalState(stream)


def wake_at(state: HospitalState) -> Millis | None:
    """When the next of what is planned takes effect."""
    return min(state.planned.values(), default=None)


def plan_capability(*, every: int = EVERY) -> Capability[HospitalState]:
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(PlanView(), HistoryView()),
        snapshots=Snapshots(
            version=1, every=every, freeze=freeze, encode=encode, thaw=thaw
        ),
    )
