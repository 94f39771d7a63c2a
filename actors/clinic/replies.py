"""What a clinic's day answers: ids and numbers only, for replies are kept with keys."""

from __future__ import annotations

import msgspec

from actors.kernel.times import Millis


class NumberGiven(msgspec.Struct, frozen=True, gc=False):
    ticket: str
    number: str


class PlaceInQueue(msgspec.Struct, frozen=True, gc=False):
    """Where the patient stands: ``ahead`` are called before, into ``rooms``."""

    ticket: str
    number: str
    queue: str
    queue_name: str
    ahead: int
    rooms: tuple[str, ...]


class Announced(msgspec.Struct, frozen=True, gc=False):
    """This ticket is called, and ``call`` announces it."""

    ticket: str
    number: str
    call: str


class AnnouncedAgain(msgspec.Struct, frozen=True, gc=False):
    ticket: str
    call: str


class ThisTicket(msgspec.Struct, frozen=True, gc=False):
    ticket: str


class ThisRoom(msgspec.Struct, frozen=True, gc=False):
    room: str


class ThisAlarm(msgspec.Struct, frozen=True, gc=False):
    alarm: str


class ThisBroadcast(msgspec.Struct, frozen=True, gc=False):
    broadcast: str


class StillOpen(msgspec.Struct, frozen=True, gc=False):
    """A ticket the day's end finds, with how it might end."""

    ticket: str
    number: str
    state: str
    since: Millis
    proposed: str


class Closing(msgspec.Struct, frozen=True, gc=False):
    """``closed`` when nobody was left."""

    closed: bool
    left: tuple[StillOpen, ...] = ()


class HalfEnding(msgspec.Struct, frozen=True, gc=False):
    """``moved`` go before the next half; for ``asked`` the nurse must say."""

    moved: tuple[str, ...]
    asked: tuple[str, ...]


class Unseen(msgspec.Struct, frozen=True, gc=False):
    """Who of a half was not seen. ``place`` is theirs in the line of the next half."""

    ticket: str
    number: str
    queue: str
    state: str
    place: int = 0


class HalfPreview(msgspec.Struct, frozen=True, gc=False):
    """``to`` is the half that ``moved`` go before, in the order in which they will be
    called there; for ``asked`` the nurse must say."""

    moved: tuple[Unseen, ...]
    asked: tuple[Unseen, ...]
    to: str | None = None


class OrderChange(msgspec.Struct, frozen=True, gc=False):
    """One queue's calling order under the rules of now and under the others."""

    queue: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class RulesPreview(msgspec.Struct, frozen=True, gc=False):
    """Only the queues whose order would change."""

    changes: tuple[OrderChange, ...]


class Stopping(msgspec.Struct, frozen=True, gc=False):
    """The stop, and whom it asks."""

    stop: str
    tickets: tuple[str, ...]


class Answered(msgspec.Struct, frozen=True, gc=False):
    """``open`` is how many have still to answer this stop."""

    ticket: str
    open: int


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """The ticket under which somebody from another clinic is known here."""

    ticket: str
    number: str


class Carried(msgspec.Struct, frozen=True, gc=False):
    tickets: tuple[str, ...]
