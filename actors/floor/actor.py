"""The floor's health as an actor: one of a hospital, and long-lived."""

from __future__ import annotations

from datetime import tzinfo

from actors.floor.commands import Command
from actors.floor.decide import decide
from actors.floor.decide.tickets import running
from actors.floor.events import Event
from actors.floor.evolve import evolve
from actors.floor.rounds import due_after
from actors.floor.state import FloorState, encode, freeze, thaw
from actors.floor.views import MAIN, BoardView, LedgerView
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.times import Millis
from actors.runtime.shape import Capability, Snapshots

KIND = "floor"
EVERY = 2_000


def floor_stream(hospital: str) -> str:
    """``yunxiu/floor/main``."""
    return stream_name(hospital, KIND, MAIN)


def wake_at(state: FloorState) -> Millis | None:
    """When the next clock of a ticket runs out, or a round is due."""
    moments = [
        clock[1]
        for _, ticket in state.open_tickets
        if (clock := running(ticket)) is not None
    ]
    if state.due_done and state.units:
        due = due_after(state.settings, state.zone, state.due_done)
        if due is not None:
            moments.append(due.due)
    return min(moments, default=None)


def floor_capability(zone: tzinfo, *, every: int = EVERY) -> Capability[FloorState]:
    """``zone`` is the hospital's: a round is at its own time of the day."""

    def new(stream: str) -> FloorState:
        _, kind, rest = parts_of(stream)
        if kind != KIND or rest != (MAIN,):
            raise UnknownTarget
        return FloorState(stream, zone)

    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(BoardView(), LedgerView()),
        snapshots=Snapshots(
            version=1,
            every=every,
            freeze=freeze,
            encode=encode,
            thaw=lambda stream, body: thaw(stream, body, zone),
        ),
    )
