"""A terminal as an actor: one for each device that was ever enrolled."""

from __future__ import annotations

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.runtime.shape import Capability
from actors.terminal.decide import decide
from actors.terminal.messages import Command, Event
from actors.terminal.state import TerminalState, evolve
from actors.terminal.views import DeviceView

KIND = "terminal"


def terminal_stream(hospital: str, terminal: str) -> str:
    return stream_name(hospital, KIND, terminal)


def terminal_capability() -> Capability[TerminalState]:
    def new(stream: str) -> TerminalState:
        _, kind, rest = parts_of(stream)
        if kind != KIND or len(rest) != 1:
            raise UnknownTarget
        return TerminalState(stream)

    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        views=(DeviceView(),),
    )
