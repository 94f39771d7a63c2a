"""What an order depends on: facts of tickets, of queues and of seats, never positions.

All are integers and text, and nothing is None: two databases and two processes that
hold the same facts draw the same line. Times are milliseconds; 0 is "not known".

Sequence numbers (``seq``) are drawn by the clinic, one count for the whole day, so that
no two are alike. ``calls`` are counted per queue (see counting.py).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from actors.clinic.order.counting import Counters
from actors.clinic.order.memo import Memo
from actors.kernel.times import Millis

Half: TypeAlias = Literal["all", "am", "pm", "night"]
Origin: TypeAlias = Literal["check_in", "recall", "return", "postponed"]
ExtraPlace: TypeAlias = Literal["", "half_end", "slot_end", "after"]
Calling: TypeAlias = Literal["open", "stopped", "frozen"]
"""``stopped`` 停叫: who is at the room or comes back from examination may still be
called; ``frozen`` 停诊: nobody."""


class ClassHeld(msgspec.Struct, frozen=True, gc=False):
    """A special class somebody has. ``level`` -1: as the table of classes says;
    ``seq`` when it was set, ``calls`` how many calls the queue had made then."""

    key: str
    seq: int = 0
    level: int = -1
    calls: int = 0


class Waiting(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """All that the place of one waiting ticket depends on.

    ``registered`` is the order of registration, ``joined`` of joining this line (check
    in, recall, return), ``calls`` what the queue had called when it joined.
    ``checked_in_at`` later than the slot's end makes it late. ``doctor`` and ``room``
    are whom it is pinned to. ``emergency`` is its level, 1 to 4, since ``triaged_at``;
    ``looked_at`` is when that was confirmed, which moves its target, not its place.
    ``at_room`` is the room at whose door it waits (second stage), ``at_room_seq`` since
    when. ``overtaken`` counts who came later and went before; ``overdue`` says that it
    has waited longer than the rules allow. ``anchor`` is set by ``put`` alone.
    """

    ticket: str
    registered: int = 0
    joined: int = 0
    joined_at: Millis = 0
    checked_in_at: Millis = 0
    calls: int = 0
    half: Half = "all"
    slot_start: Millis = 0
    slot_end: Millis = 0
    booked: bool = False
    origin: Origin = "check_in"
    classes: tuple[ClassHeld, ...] = ()
    doctor: str = ""
    room: str = ""
    extra: ExtraPlace = ""
    emergency: int = 0
    triaged_at: Millis = 0
    looked_at: Millis = 0
    at_room: str = ""
    at_room_seq: int = 0
    overtaken: int = 0
    overdue: bool = False
    anchor: Anchor | None = None


class Anchor(msgspec.Struct, frozen=True, gc=False):
    """Stands beside another: ``like`` is what that one was at that moment, so the place
    lasts when the other is called or leaves. ``side`` -1 just before it, 1 behind."""

    side: int
    seq: int
    like: Waiting


def put_before(who: Waiting, other: Waiting, seq: int) -> Waiting:
    """The nurse moves ``who`` to just before ``other``."""
    return msgspec.structs.replace(who, anchor=Anchor(-1, seq, _within(other)))


def put_after(who: Waiting, other: Waiting, seq: int) -> Waiting:
    """An extra number behind a ticket that was named."""
    anchor = Anchor(1, seq, _within(other))
    return msgspec.structs.replace(who, extra="after", anchor=anchor)


_DEEPEST = 24


def _within(other: Waiting, depth: int = _DEEPEST) -> Waiting:
    """Two who are moved before each other for ever would carry all their moves along:
    of moves that rest on moves, those before the last two dozen are forgotten."""
    anchor = other.anchor
    if anchor is None:
        return other
    like = _within(anchor.like, depth - 1) if depth else None
    kept = None if like is None else Anchor(anchor.side, anchor.seq, like)
    return msgspec.structs.replace(other, anchor=kept)


class QueueFacts(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A queue as the rules see it. ``waiting`` in any order, those at a room's door
    included; ``doctor`` whose own (expert) queue it is; ``slots`` the day's slots
    (start, end) in order, those of tickets that are gone included. ``memo`` changes no
    answer; who asks often keeps one for each queue, and they come sooner."""

    key: str
    waiting: tuple[Waiting, ...] = ()
    counters: Counters = Counters()
    doctor: str = ""
    slots: tuple[tuple[Millis, Millis], ...] = ()
    calling: Calling = "open"
    memo: Memo | None = None


class Seat(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What calls: a room, or one seat of it. ``queues`` are those ticked, in order;
    ``levels`` the emergency levels it takes (none: all). ``last_queue`` and
    ``in_a_row``: where it has called from last, and how often without a break.
    ``not_halves``: of which halves it sees nobody, because its doctor is stopped then;
    the morning's patients are seen, however late it gets.

    For the second stage: ``busy`` somebody is in it or called, ``pace_ms`` what a
    consultation takes here (0: nobody knows), ``served`` how many it has had today.
    """

    room: str
    doctor: str = ""
    mode: Literal["ordinary", "expert"] = "ordinary"
    queues: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    calling: Calling = "open"
    away: bool = False
    not_halves: tuple[str, ...] = ()
    last_queue: str = ""
    in_a_row: int = 0
    busy: bool = False
    pace_ms: Millis = 0
    served: int = 0
