"""What a booker's record is told, what has happened in it, what it says of them.

The record follows the schedules: each change of a booking arrives here as one
idempotent command. Events are kept for years: see docs/architecture.md.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.times import Millis

Outcome: TypeAlias = Literal["held", "over", "no_show"]
"""A number that stands; one that is no more or was used; one nobody came for."""

Reason = Annotated[str, Meta(max_length=200, pattern=r"\S")]


class NoShowRule(msgspec.Struct, frozen=True, gc=False):
    """``count`` no-shows within ``within_days`` close booking for ``closed_days``;
    a count of 0 never does."""

    count: int = 3
    within_days: int = 90
    closed_days: int = 90


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What whoever locks a number must know of its patient: until when booking is
    closed to them, and how many other numbers they hold on that day elsewhere."""

    closed_until: Millis = 0
    that_day: int = 0


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Note(_Command, frozen=True, tag="booker.note"):
    """How this person's booking ``ref`` (``department/day/booking``) stands now.
    ``since`` is when it came to stand so. Told twice it is noted once."""

    ref: str
    day: str
    outcome: Outcome
    since: Millis
    rule: NoShowRule = NoShowRule()


class Close(_Command, frozen=True, tag="booker.close"):
    """No booking for this person until then, says a member of staff."""

    until: Millis
    reason: Reason


class Reopen(_Command, frozen=True, tag="booker.reopen"):
    """Booking is open again; the no-shows so far count no more."""

    reason: Reason


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A booking as another record holds it; ``counts`` when it is a no-show that may
    still close booking."""

    ref: str
    day: str
    outcome: str
    since: Millis
    counts: bool = False


class Join(_Command, frozen=True, tag="booker.join"):
    """This person is ``into``: that record is the one that goes on."""

    into: str


class Part(_Command, frozen=True, tag="booker.part"):
    """They are two after all."""


class TakeIn(_Command, frozen=True, tag="booker.take_in"):
    """What the record of ``of`` held is this person's too. Told twice it is once.
    ``rule`` is what their no-shows are counted by, now that they are one's."""

    of: str
    bookings: tuple[Entry, ...]
    closed_until: Millis = 0
    closed_for: tuple[str, ...] = ()
    rule: NoShowRule = NoShowRule(count=0)


class GiveBack(_Command, frozen=True, tag="booker.give_back"):
    """These are ``to``'s again."""

    to: str
    refs: tuple[str, ...]


Command: TypeAlias = Note | Close | Reopen | Join | Part | TakeIn | GiveBack


# Events


class _Deed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str


class Noted(_Deed, frozen=True, tag="booker.noted"):
    ref: str
    day: str
    outcome: str
    since: Millis


class Closed(_Deed, frozen=True, tag="booker.closed"):
    """``no_shows`` are those it was closed for; none when staff did."""

    until: Millis
    reason: str
    no_shows: tuple[str, ...] = ()


class Reopened(_Deed, frozen=True, tag="booker.reopened"):
    reason: str


class Joined(_Deed, frozen=True, tag="booker.joined"):
    into: str


class Parted(_Deed, frozen=True, tag="booker.parted"):
    pass


class TakenIn(_Deed, frozen=True, tag="booker.taken_in"):
    """``closed_until`` is 0 where theirs did not close booking for longer."""

    of: str
    bookings: tuple[Entry, ...]
    closed_until: Millis = 0
    closed_for: tuple[str, ...] = ()


class GivenBack(_Deed, frozen=True, tag="booker.given_back"):
    """``again``: booking was closed for no-shows of both, so it is open, and these
    count towards the next time."""

    to: str
    refs: tuple[str, ...]
    again: tuple[str, ...] = ()


Event: TypeAlias = Noted | Closed | Reopened | Joined | Parted | TakenIn | GivenBack
