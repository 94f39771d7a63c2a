"""What a department's day answers: ids, numbers and times, for replies are kept."""

from __future__ import annotations

import msgspec

from actors.kernel.times import Millis
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Fen,
    SessionPlan,
)


class Held(msgspec.Struct, frozen=True, gc=False):
    """A place is held for you until ``expires``."""

    booking: str
    session: str
    slot: str
    start: Millis
    end: Millis
    price: Fen
    expires: Millis


class Planned(msgspec.Struct, frozen=True, gc=False):
    """The session is in the plan; ``added`` by this command, or it was there before."""

    added: bool


class LaidOut(msgspec.Struct, frozen=True, gc=False):
    """The day as it was planned, without what has happened to it since."""

    department: DepartmentPlan
    doctors: dict[str, DoctorPlan]
    channels: dict[str, ChannelPlan]
    sessions: dict[str, SessionPlan]


class SessionsPlanned(msgspec.Struct, frozen=True, gc=False):
    """``added`` by this command (or would be); ``same`` stood there before; each of
    ``conflicts`` with why it cannot be: ``session_taken``, ``doctor_busy``."""

    added: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    conflicts: dict[str, str] = {}


class Given(msgspec.Struct, frozen=True, gc=False):
    """The number is yours."""

    booking: str
    number: str
    session: str
    slot: str
    start: Millis
    end: Millis


class Ended(msgspec.Struct, frozen=True, gc=False):
    """This number is no more; ``refund`` is what was paid for it, with ``trade``."""

    booking: str
    refund: Fen = 0
    trade: str = ""


class ThisBooking(msgspec.Struct, frozen=True, gc=False):
    booking: str


class Affected(msgspec.Struct, frozen=True, gc=False):
    """Who must be told; ``ended`` were only held, and have paid nothing yet."""

    bookings: tuple[str, ...]
    ended: tuple[str, ...] = ()
