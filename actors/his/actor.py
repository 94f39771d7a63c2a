"""The record of a HIS day as an actor."""

from __future__ import annotations

from actors.his.decide import decide
from actors.his.messages import Command, Event
from actors.his.state import HisState, evolve
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.runtime.shape import Capability

KIND = "his"
BASE = "base"


def his_stream(hospital: str, day: str) -> str:
    """``yunxiu/his/2026-11-23``: what HIS said of one of the hospital's days."""
    return stream_name(hospital, KIND, day)


def base_stream(hospital: str) -> str:
    """``yunxiu/his/base``: what the hospital is made of, and which sessions stop."""
    return stream_name(hospital, KIND, BASE)


def new(stream: str) -> HisState:
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 1:
        raise UnknownTarget
    return HisState(stream, rest[0])


def his_capability() -> Capability[HisState]:
    return Capability(
        KIND, commands=Command, events=Event, new=new, decide=decide, evolve=evolve
    )
