"""An area's announcer as an actor: one for each of the hospital's days."""

from __future__ import annotations

from datetime import date

from actors.kernel.errors import UnknownTarget
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.shape import Capability
from queue_displays.announcements.commands import Command
from queue_displays.announcements.decide import decide
from queue_displays.announcements.events import Event
from queue_displays.announcements.evolve import evolve
from queue_displays.announcements.lines import next_time
from queue_displays.announcements.state import AreaState
from queue_displays.announcements.views import AnnouncementsView, Sound

KIND = "area"
VIEW = "announcements"


def area_stream(hospital: str, area: str, day: str) -> str:
    """``yunxiu/area/im2/2026-11-23``."""
    return stream_name(hospital, KIND, area, day)


def new(stream: str) -> AreaState:
    """Raises UnknownTarget when it is no area's day."""
    _, kind, rest = parts_of(stream)
    if kind != KIND or len(rest) != 2:
        raise UnknownTarget
    area, day = rest
    try:
        real = date.fromisoformat(day).isoformat() == day
    except ValueError:
        real = False
    if not real:
        raise UnknownTarget
    return AreaState(stream, area, day)


def wake_at(state: AreaState) -> Millis | None:
    return next_time(state)


def area_capability(vault: Vault, sound: Sound | None = None) -> Capability[AreaState]:
    """``sound`` gives the keys of what is said; without it there is none."""
    return Capability(
        KIND,
        commands=Command,
        events=Event,
        new=new,
        decide=decide,
        evolve=evolve,
        wake_at=wake_at,
        views=(AnnouncementsView(vault, sound),),
    )
