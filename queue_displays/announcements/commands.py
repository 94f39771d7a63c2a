"""What an area's announcer is asked, and its answers. Limits stand here."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.runtime.shape import Wake
from queue_displays.announcements.layout import Kind, Layout, Slide
from queue_displays.names import Names

Device = Annotated[str, Meta(min_length=1, max_length=96)]
Why = Annotated[str, Meta(max_length=40)]
Line = Annotated[str, Meta(max_length=200)]


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    pass


class LayOut(_Command, frozen=True, tag="area.lay_out"):
    layout: Layout


class Announce(_Command, frozen=True, tag="area.announce"):
    """See events.Announced. No ``zones``: every zone of the area. Twice with one
    ``source`` is once."""

    kind: Kind
    words: dict[str, str]
    expires: Millis
    source: str = ""
    short: dict[str, str] = {}
    zones: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    repeat: Annotated[int, Meta(ge=1, le=3)] = 1
    number: str = ""
    name: Sealed | None = None
    names: Names = "number"
    ticket: str = ""
    call: str = ""
    gain: float = 1.0
    spoken: bool = True
    by: str = ""
    position: int = 0


class Withdraw(_Command, frozen=True, tag="area.withdraw"):
    """One announcement, or all of a ticket but what announces an event that came after
    ``before``, a position of the journal: heard twice, it is true once."""

    announcement: int | None = None
    ticket: str = ""
    before: int = 0
    why: Why = ""
    by: str = ""


class Attend(_Command, frozen=True, tag="area.attend"):
    """A device that can speak, or cannot any more and says why. ``why`` ``left``: it
    is none."""

    device: Device
    ready: bool
    why: Why = ""


class Speak(_Command, frozen=True, tag="area.speak"):
    """It takes its turn."""

    device: Device
    announcement: int
    zone: str
    nth: int = 1


class Told(_Command, frozen=True, tag="area.told"):
    """What became of turns, as their speaker says."""

    device: Device
    spoken: tuple[int, ...] = ()
    failed: tuple[tuple[int, Why], ...] = ()


class Settle(_Command, frozen=True, tag="area.settle"):
    announcement: int
    shown: int
    not_shown: tuple[str, ...] = ()


class SetTexts(_Command, frozen=True, tag="area.set_texts"):
    by: str
    opening: Line | None = None
    closing: Line | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=20)] | None = None


Command: TypeAlias = (
    LayOut | Announce | Withdraw | Attend | Speak | Told | Settle | SetTexts | Wake
)


class ThisAnnouncement(msgspec.Struct, frozen=True, gc=False):
    announcement: str


class YourZones(msgspec.Struct, frozen=True, gc=False):
    device: str
    zones: tuple[str, ...]


class YourTurn(msgspec.Struct, frozen=True, gc=False):
    """``chime`` is left out where one announcement follows another: they listen."""

    turn: str
    short: bool
    chime: bool
    languages: tuple[str, ...]
    lease_ms: int
