"""A booker as an actor: one person of the hospital's patient index."""

from __future__ import annotations

from actors.booker.decide import decide
from actors.booker.messages import Command, Event
from actors.booker.state import BookerState, evolve
from actors.booker.views import MineView
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.runtime.shape import Capability

KIND = "booker"


def booker_stream(hospital: str, person: str) -> str:
    """``yunxiu/booker/p17``."""
    return stream_name(hospital, KIND, person)


def new(stream: str) -> BookerState:
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 1:
        raise UnknownTarget
    return BookerState(stream)


def booker_capability() -> Capability[BookerState]:
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        views=(MineView(),),
    )
