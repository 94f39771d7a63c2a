"""The sessions of a terminal's day as an actor: its name, its clock, what it shows."""

from __future__ import annotations

from datetime import date

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.sealed import Vault
from actors.runtime.shape import Capability
from actors.session.decide import decide, wake_at
from actors.session.messages import Command, Event
from actors.session.state import SessionState, evolve
from actors.session.views import KioskView

KIND = "session"


def session_stream(hospital: str, terminal: str, day: str) -> str:
    """``yunxiu/session/t4k…/2026-11-23``: one terminal, one day, one after another."""
    return stream_name(hospital, KIND, terminal, day)


def new(stream: str) -> SessionState:
    """Raises UnknownTarget when it is no terminal's day."""
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 2:
        raise UnknownTarget
    terminal, day = rest
    try:
        real = date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    if not real:
        raise UnknownTarget
    return SessionState(stream, terminal, day)


def session_capability(vault: Vault) -> Capability[SessionState]:
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(KioskView(vault),),
    )
