"""What has happened in an area. Kept for years: fields only added, with defaults.

Words are kept with ``{name}`` where the name goes, and the name beside them, sealed.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from queue_displays.announcements.layout import Layout, Slide


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    at: Millis


class LaidOut(_Event, frozen=True, tag="area.laid_out"):
    """What the plan says of this area has changed, or was heard of first."""

    layout: Layout


class Announced(_Event, frozen=True, tag="area.announced"):
    """``source`` is what it announces: a clinic's call, say; once is once. ``words``
    by language; ``short`` without the name. ``ticket`` and ``room`` begin with their
    clinic. No ``zones``: shown, and spoken nowhere. ``position`` is that of the event
    it announces, if it announces one."""

    n: int
    kind: str
    words: dict[str, str]
    expires: Millis
    source: str = ""
    short: dict[str, str] = {}
    zones: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    repeat: int = 1
    number: str = ""
    name: Sealed | None = None
    names: str = "number"
    ticket: str = ""
    call: str = ""
    gain: float = 1.0
    by: str = ""
    position: int = 0


class Withdrawn(_Event, frozen=True, tag="area.withdrawn"):
    """No longer true, or no longer needed. Nothing of them is spoken any more."""

    announcements: tuple[int, ...]
    why: str = ""
    by: str = ""


class SpeakerCame(_Event, frozen=True, tag="area.speaker_came"):
    device: str


class SpeakerLost(_Event, frozen=True, tag="area.speaker_lost"):
    """``gone``: it does not answer; or what it says itself. ``left``: it is no
    speaker any more, and nobody misses it."""

    device: str
    why: str


class TurnTaken(_Event, frozen=True, tag="area.turn_taken"):
    """Nobody else speaks in this zone until it ends, or ``until``. ``nth`` above one
    is a repeat."""

    turn: int
    announcement: int
    zone: str
    device: str
    until: Millis
    nth: int = 1
    short: bool = False


class TurnEnded(_Event, frozen=True, tag="area.turn_ended"):
    """``spoken``, ``failed`` before anything was heard, or ``silent``: no answer. The
    latter may have been heard; it is not said again, and may be ``spoken`` later."""

    turn: int
    how: str
    why: str = ""


class Expired(_Event, frozen=True, tag="area.expired"):
    """In some of their zones nobody had begun to speak them."""

    announcements: tuple[int, ...]


class Settled(_Event, frozen=True, tag="area.settled"):
    """The outcome: on how many devices it was shown, and on which of those that were
    there it was not, as far as they said. ``unheard``: nobody kept count, for the
    house had just started."""

    announcement: int
    shown: int = 0
    not_shown: tuple[str, ...] = ()
    unheard: bool = False


class Forgotten(_Event, frozen=True, tag="area.forgotten"):
    """Up long enough."""

    announcements: tuple[int, ...]


class TextsSet(_Event, frozen=True, tag="area.texts_set"):
    """What is not said stays."""

    opening: str | None = None
    closing: str | None = None
    slides: tuple[Slide, ...] | None = None
    by: str = ""


Event: TypeAlias = (
    LaidOut
    | Announced
    | Withdrawn
    | SpeakerCame
    | SpeakerLost
    | TurnTaken
    | TurnEnded
    | Expired
    | Settled
    | Forgotten
    | TextsSet
)
