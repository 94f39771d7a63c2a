"""The directory as an actor: one of a hospital."""

from __future__ import annotations

from actors.directory.decide import decide
from actors.directory.messages import Command, Event
from actors.directory.state import DirectoryState, evolve
from actors.directory.views import PublicView
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.runtime.shape import Capability

KIND = "directory"


def directory_stream(hospital: str) -> str:
    return stream_name(hospital, KIND, "main")


def new(stream: str) -> DirectoryState:
    _, kind, rest = parts_of(stream)
    if kind != KIND or rest != ("main",):
        raise UnknownTarget
    return DirectoryState(stream)


def directory_capability() -> Capability[DirectoryState]:
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        views=(PublicView(),),
    )
