"""An area's day: what is announced, who is to say it, what became of it."""

from __future__ import annotations

import msgspec

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from queue_displays.announcements.layout import Layout, Slide
from queue_displays.announcements.moments import Moments


class Heard(msgspec.Struct, gc=False):
    """Where it was spoken: by whom, how often so far, when first."""

    device: str
    at: Millis
    times: int = 1


class Outcome(msgspec.Struct, frozen=True, gc=False):
    at: Millis
    shown: int
    not_shown: tuple[str, ...]
    unheard: bool = False


class Announcement(msgspec.Struct, kw_only=True):
    """``waiting`` are the zones where its first words are still due; ``unspoken``
    those where they will not come any more, and why."""

    n: int
    at: Millis
    expires: Millis
    kind: str
    words: dict[str, str]
    short: dict[str, str]
    zones: tuple[str, ...]
    rooms: tuple[str, ...]
    repeat: int
    number: str
    name: Sealed | None
    names: str
    ticket: str
    call: str
    gain: float
    waiting: set[str]
    spoken: dict[str, Heard]
    unspoken: dict[str, str]
    position: int = 0
    outcome: Outcome | None = None


class Turn(msgspec.Struct, frozen=True, gc=False):
    number: int
    announcement: int
    nth: int
    zone: str
    device: str
    until: Millis
    short: bool


class Offer(msgspec.Struct, frozen=True, gc=False):
    """Who is to speak what next, and since when."""

    announcement: int
    nth: int
    device: str
    since: Millis


class Lane(msgspec.Struct):
    """A zone's announcements, one at a time: first words in the order of the calls,
    then what is repeated. ``used`` once something was to be said here today;
    ``ended_at`` is when it was quiet again."""

    firsts: list[int] = []
    repeats: list[tuple[int, int]] = []
    speaking: Turn | None = None
    offer: Offer | None = None
    turns: int = 0
    used: bool = False
    ended_at: Millis = 0


class Speaker(msgspec.Struct, gc=False):
    ready: bool
    since: Millis
    why: str = ""


class AreaState(msgspec.Struct):
    """``open`` are not settled, ``lapsed`` the turns whose speaker never said what
    became of them. ``sources`` were announced once and are not again."""

    stream: str
    area: str
    day: str
    layout: Layout = Layout()
    laid_out: bool = False
    lanes: dict[str, Lane] = {}
    announcements: dict[int, Announcement] = {}
    open: dict[int, None] = {}
    made: int = 0
    speakers: dict[str, Speaker] = {}
    turns_made: int = 0
    lapsed: dict[int, Turn] = {}
    last_ended: int = 0
    sources: set[str] = set()
    moments: Moments = msgspec.field(default_factory=Moments)
    opening: str = ""
    closing: str = ""
    slides: tuple[Slide, ...] = ()
