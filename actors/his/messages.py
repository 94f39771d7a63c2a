"""What the record of a HIS day is asked, what has happened in it, what it answers.

Two streams have this shape: ``{hospital}/his/{day}`` for a day's registrations and
sessions, ``{hospital}/his/base`` for what the hospital is made of and for the feed of
stopped sessions. Events rest for years: fields are only added, with defaults.

What HIS says of a person is sealed before it comes here; ``digest`` is a keyed
fingerprint of the whole row, so that it is known whether HIS said the same again.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

Feed: TypeAlias = Literal["registrations", "sessions", "stops", "base"]


class _Fact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    pass


# What HIS says


class SaidRegistration(_Fact, frozen=True):
    register_no: str
    version: int
    digest: bytes
    standing: str
    schedule_no: str
    department: str
    doctor: str
    kind: str
    day: str
    half: str
    see_no: str
    patient_id: str
    name: Sealed
    card: str
    slot_no: str = ""
    start: Millis = 0
    end: Millis = 0
    booked: bool = False
    seen: str = "no"
    room: str = ""
    channel: str = ""
    person: str = ""


class SaidSlot(_Fact, frozen=True):
    slot_no: str
    start: Millis
    end: Millis
    total: int


class SaidSession(_Fact, frozen=True):
    schedule_no: str
    version: int
    digest: bytes
    department: str
    doctor: str
    half: str
    kind: str
    state: str
    total: int
    fen: int
    slots: tuple[SaidSlot, ...] = ()


class SaidStop(_Fact, frozen=True):
    event_no: int
    schedule_no: str
    day: str
    kind: str
    reason: str
    at: Millis
    doctor: str = ""
    to_schedule: str = ""


class SaidBase(_Fact, frozen=True):
    """A campus, a department, a doctor or a price."""

    kind: str
    id: str
    name: str
    of: str = ""
    name_en: str = ""
    title: str = ""
    photo: str = ""
    fen: int = 0


class Placing(_Fact, frozen=True):
    """Where a registration of HIS's waits here: the ``count``-th time it was put
    anywhere. ``seen`` is what has been passed on of HIS's own doctor; ``gone``: given
    back, and nobody waits with it any more."""

    clinic: str
    queue: str
    ticket: str
    doctor: str = ""
    slot_no: str = ""
    count: int = 1
    gone: bool = False
    seen: str = "no"


class Booking(_Fact, frozen=True):
    """The place it takes in the department's pool: the ``count``-th one."""

    department: str
    session: str
    slot_no: str
    booking: str
    count: int = 1
    taken: bool = False
    gone: bool = False


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str = "his"


class HearRegistrations(_Command, frozen=True, tag="his.hear_registrations"):
    """A part of the feed. ``after`` is where the next part begins; a whole reading
    from the beginning (a sweep) does not move it back."""

    said: tuple[SaidRegistration, ...]
    after: int = 0


class HearSessions(_Command, frozen=True, tag="his.hear_sessions"):
    """All sessions of the day."""

    said: tuple[SaidSession, ...]


class HearStops(_Command, frozen=True, tag="his.hear_stops"):
    said: tuple[SaidStop, ...]
    after: int = 0


class HearBase(_Command, frozen=True, tag="his.hear_base"):
    """All of one ``kind``."""

    kind: str
    said: tuple[SaidBase, ...]


class NoteDoubt(_Command, frozen=True, tag="his.note_doubt"):
    """An answer that cannot be true. Kept, and not believed."""

    feed: str
    why: Annotated[str, Meta(max_length=200)]


class NoteDelivered(_Command, frozen=True, tag="his.note_delivered"):
    """``what`` is ``registration`` or ``session``; this version of it has arrived
    where it belongs. ``did`` says what that took."""

    what: str
    id: str
    version: int
    did: str
    placing: Placing | None = None
    booking: Booking | None = None


class NoteTrouble(_Command, frozen=True, tag="his.note_trouble"):
    """It was refused with this code, and stays to be delivered; so far it has come."""

    what: str
    id: str
    version: int
    code: str
    placing: Placing | None = None
    booking: Booking | None = None


class NoteTold(_Command, frozen=True, tag="his.note_told"):
    """HIS knows of it now, or refused to (``code``)."""

    register_no: str
    what: str
    trade_no: str
    code: str = ""
    words: Sealed | None = None


Command: TypeAlias = (
    HearRegistrations
    | HearSessions
    | HearStops
    | HearBase
    | NoteDoubt
    | NoteDelivered
    | NoteTrouble
    | NoteTold
)


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    at: Millis


class RegistrationSaid(_Event, frozen=True, tag="his.registration_said"):
    said: SaidRegistration


class SessionSaid(_Event, frozen=True, tag="his.session_said"):
    said: SaidSession


class StopSaid(_Event, frozen=True, tag="his.stop_said"):
    said: SaidStop


class BaseSaid(_Event, frozen=True, tag="his.base_said"):
    said: SaidBase


class NotSaidAnyMore(_Event, frozen=True, tag="his.not_said_any_more"):
    """These were in the last list and are not in this one. Nothing follows from it:
    what HIS leaves out is asked for, not believed."""

    what: str
    ids: tuple[str, ...]


class FeedRead(_Event, frozen=True, tag="his.feed_read"):
    """Everything before ``after`` has been heard."""

    feed: str
    after: int


class Doubted(_Event, frozen=True, tag="his.doubted"):
    """``times``: so often since it was last written down."""

    feed: str
    why: str
    times: int = 1
    id: str = ""


class Delivered(_Event, frozen=True, tag="his.delivered"):
    what: str
    id: str
    version: int
    did: str
    placing: Placing | None = None
    booking: Booking | None = None


class NotDelivered(_Event, frozen=True, tag="his.not_delivered"):
    what: str
    id: str
    version: int
    code: str
    placing: Placing | None = None
    booking: Booking | None = None


class Told(_Event, frozen=True, tag="his.told"):
    register_no: str
    what: str
    trade_no: str


class NotTold(_Event, frozen=True, tag="his.not_told"):
    """HIS refused to hear it; ``words`` are its own."""

    register_no: str
    what: str
    trade_no: str
    code: str
    words: Sealed | None = None


Event: TypeAlias = (
    RegistrationSaid
    | SessionSaid
    | StopSaid
    | BaseSaid
    | NotSaidAnyMore
    | FeedRead
    | Doubted
    | Delivered
    | NotDelivered
    | Told
    | NotTold
)


# Replies


class Heard(msgspec.Struct, frozen=True, gc=False):
    """How much of it was new, and how much was doubted."""

    new: int
    doubted: int = 0
    after: int = 0
