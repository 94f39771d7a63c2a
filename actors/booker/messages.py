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


Command: TypeAlias = Note | Close | Reopen


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


Event: TypeAlias = Noted | Closed | Reopened
