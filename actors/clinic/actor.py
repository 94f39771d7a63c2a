"""A clinic's day as an actor: its name, its clock, what it shows."""

from __future__ import annotations

from datetime import date

from actors.clinic.commands import Command
from actors.clinic.decide import decide
from actors.clinic.events import Event
from actors.clinic.evolve import evolve
from actors.clinic.state import ClinicState
from actors.clinic.views import DeskView, KioskView
from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.shape import Capability

KIND = "clinic"


def clinic_stream(hospital: str, clinic: str, day: str) -> str:
    """``yunxiu/clinic/im2/2026-11-23``: one clinic, one of the hospital's days."""
    return stream_name(hospital, KIND, clinic, day)


def new(stream: str) -> ClinicState:
    """The day before it is opened. Raises UnknownTarget when it is no clinic's day."""
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 2:
        raise UnknownTarget
    day = rest[1]
    try:
        real = date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    if not real:
        raise UnknownTarget
    return ClinicState(stream, day)


def wake_at(state: ClinicState) -> Millis | None:
    """When the first of the announcements has been up long enough, or the first of
    the other times has come at which somebody must look."""
    expires = next((call.expires for call in state.calls.values()), None)
    if not state.timers:
        return expires
    due = min(state.timers.values())
    return due if expires is None else min(due, expires)


def clinic_capability(vault: Vault) -> Capability[ClinicState]:
    """A clinic with its staff's and its kiosks' views; walls add their own."""
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(DeskView(vault), KioskView()),
    )
