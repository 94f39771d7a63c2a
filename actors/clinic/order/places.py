"""Where one ticket belongs: its section, its lane, and its key among its likes.

Sections go one after the other. In the last one, ``LINE``, the stream (by the order
base) and the interleaved lanes are merged by the pattern (pattern.py).

A key is ``(rank, ticket, 0)``: one integer that holds everything a place is compared
by, because hundreds are compared thousands of times; the ticket's id, so that no two
are alike; and an end mark, so that who was put before or behind somebody can extend
the other's key by a smaller or a greater one.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import TypeAlias

import msgspec

from actors.clinic.order.counting import NORMAL
from actors.clinic.order.facts import ClassHeld, QueueFacts, Waiting
from actors.clinic.settings import Settings, SpecialClass
from actors.kernel.times import Millis

Key: TypeAlias = tuple[int | str, ...]

EMERGENCY, AT_ROOM, PROTECTED, PRIORITY, LINE = range(5)

LATE = "late"
RECALLED = "recalled"
RETURNED = "returned"

_HALVES = {"all": 0, "am": 1, "pm": 2, "night": 3}
_ONE_HALF = dict.fromkeys(_HALVES, 0)
_SEQ_BITS = 32
_AT_BITS = 42
"""Milliseconds since 1970 fit until 2109."""


class Spot(msgspec.Struct, frozen=True, gc=False):
    """``lane`` is what its call counts as; ``queued`` the interleaved lane it waits in,
    or "" for the stream; ``calls`` what its interval counts from. ``plain``: a patient
    on time, with nothing particular about it."""

    section: int
    key: Key
    lane: str
    queued: str = ""
    calls: int = 0
    plain: bool = False


class Places:
    """The rules of one queue, made ready to place its tickets."""

    __slots__ = (
        "_booked_first",
        "_bound",
        "_by_number",
        "_by_slot",
        "_classes",
        "_grace",
        "_halves",
        "_settings",
        "_slots",
        "_triages",
        "_untriaged",
    )

    def __init__(self, queue: QueueFacts, settings: Settings) -> None:
        self._settings = settings
        self._slots = queue.slots
        self._classes = {special.key: special for special in settings.classes}
        order = settings.order
        self._by_slot = order.base == "slot"
        self._by_number = (
            order.inside if self._by_slot else order.base
        ) == "registration"
        self._booked_first = order.booked_first or self._by_slot
        self._halves = _HALVES if order.unseen_first else _ONE_HALF
        self._grace = settings.late.grace_ms
        self._bound = settings.fairness.overtaken
        self._triages = settings.emergency.on
        self._untriaged = settings.emergency.untriaged_as

    def of(self, who: Waiting) -> Spot:
        """Where this ticket stands today."""
        if (
            who.origin == "check_in"
            and not who.classes
            and not who.extra
            and not who.emergency
            and not who.at_room
            and not who.overtaken
            and not who.overdue
            and not self._triages
            and who.anchor is None
            and (not who.slot_end or who.checked_in_at <= who.slot_end + self._grace)
        ):
            # most are like this, and there are hundreds
            key = (self._on_time(who), who.ticket, 0)
            return Spot(LINE, key, NORMAL, "", 0, not (who.doctor or who.room))
        level = self.level(who)
        if level and who.anchor is None:
            return Spot(EMERGENCY, self._by_level(who, level), "emergency")
        if who.at_room and not level:
            return Spot(AT_ROOM, (who.at_room_seq, who.ticket, 0), "at_room")
        if self.protected(who) and not level:
            return Spot(PROTECTED, self.fair(who), "protected")
        return self._beside(who)

    def level(self, who: Waiting) -> int:
        """Its emergency level, 0 for none; who waits for triage has one too."""
        if who.emergency:
            return who.emergency
        return self._untriaged if self._triages else 0

    def protected(self, who: Waiting) -> bool:
        """May nobody overtake it any more?"""
        return who.overdue or 0 < self._bound <= who.overtaken

    def fair(self, who: Waiting) -> Key:
        """Its place if nobody had any precedence: by this it is overtaken or not."""
        anchor = who.anchor
        if anchor is not None and who.extra == "after":
            key = self.fair(anchor.like)
            return _extended(key, anchor.side, anchor.seq, who.ticket)
        if who.origin == "check_in":
            late = self.late(who)
            if late and self._settings.late.mode == "interleave":
                return (self._anew(who), who.ticket, 0)
            return (self._on_time_or_late(who, late), who.ticket, 0)
        return (self._after_origin(who), who.ticket, 0)

    def late(self, who: Waiting) -> bool:
        if not who.slot_end:
            return False
        return who.checked_in_at > who.slot_end + self._grace

    def special(self, who: Waiting) -> tuple[SpecialClass, ClassHeld] | None:
        """The best of its classes that counts now: absolute before interleaved, then by
        level, then as they were set."""
        if not who.classes:
            return None
        since = 0
        match who.origin:
            case "recall":
                keeps = self._settings.recall.keeps_class
            case "return":
                keeps = self._settings.returns.keeps_class
            case _:
                keeps = self._settings.late.keeps_class or not self.late(who)
        if not keeps:
            since = who.joined
        if len(who.classes) == 1:
            (one,) = who.classes
            special = self._classes.get(one.key)
            return None if special is None or one.seq < since else (special, one)
        held = [
            (special.mode != "absolute", level_of(special, one), one.seq, special, one)
            for one in who.classes
            if one.seq >= since and (special := self._classes.get(one.key)) is not None
        ]
        if not held:
            return None
        best = min(held, key=lambda found: (*found[:3], found[3].key))
        return best[3], best[4]

    # Sections

    def _beside(self, who: Waiting) -> Spot:
        """Beside whom it was put, if it was, and if that takes nothing away."""
        own = self._natural(who)
        anchor = who.anchor
        if anchor is None:
            return own
        like = anchor.like
        if like.at_room and not self.level(like):
            # only a nurse goes before who waits at a door
            if own.section < AT_ROOM or anchor.side > 0:
                return own
            key = _extended(
                (like.at_room_seq, like.ticket, 0), -1, anchor.seq, who.ticket
            )
            return Spot(AT_ROOM, key, own.lane, "", own.calls)
        other = self._beside(like)
        if own.section < other.section:
            return own
        if other.section == EMERGENCY and not self.level(who):
            # before an emergency stands nobody who is none: behind them all, then
            first = anchor.seq - (1 << _AT_BITS)
            return Spot(PRIORITY, (first, who.ticket, 0), "priority")
        return Spot(
            other.section,
            _extended(other.key, anchor.side, anchor.seq, who.ticket),
            other.lane,
            other.queued,
            other.calls,
        )

    def _natural(self, who: Waiting) -> Spot:
        """Without being at a room, protected, or put beside somebody."""
        if level := self.level(who):
            return Spot(EMERGENCY, self._by_level(who, level), "emergency")
        if who.classes and (found := self.special(who)) is not None:
            special, held = found
            if special.mode == "absolute":
                key = _by_class(level_of(special, held), held.seq, who.ticket)
                return Spot(PRIORITY, key, "priority")
            lane = class_lane(special.key)
            calls = max(who.calls, held.calls)
            return Spot(LINE, (held.seq, who.ticket, 0), lane, lane, calls)
        match who.origin:
            case "check_in":
                return self._checked_in(who)
            case "postponed":
                return Spot(LINE, (self._anew(who), who.ticket, 0), NORMAL)
            case "return" if self._settings.returns.mode == "interleave":
                return self._queued(who, RETURNED)
            case _:
                return self._recalled(who)

    def _checked_in(self, who: Waiting) -> Spot:
        late = self.late(who)
        mode = self._settings.late.mode
        if late and mode == "interleave" and not _extra_place(who):
            return self._queued(who, LATE)
        rank = self._on_time_or_late(who, late)
        counts = not late or mode == "normal" or _extra_place(who)
        return Spot(LINE, (rank, who.ticket, 0), NORMAL if counts else LATE)

    def _recalled(self, who: Waiting) -> Spot:
        mode = self._settings.recall.mode
        if mode == "interleave":
            return self._queued(who, RECALLED)
        lane = NORMAL if mode == "anew" else RECALLED
        return Spot(LINE, (self._after_origin(who), who.ticket, 0), lane)

    def _queued(self, who: Waiting, lane: str) -> Spot:
        return Spot(LINE, (who.joined, who.ticket, 0), lane, lane, who.calls)

    def _by_level(self, who: Waiting, level: int) -> Key:
        at = who.triaged_at or who.joined_at
        return (
            (level << _AT_BITS | at) << _SEQ_BITS | who.joined,
            who.ticket,
            0,
        )

    # Ranks in the stream

    def _on_time_or_late(self, who: Waiting, late: bool) -> int:
        """Of who has just checked in and is in no interleaved lane."""
        if who.extra == "half_end":
            return self._half_end(who)
        if who.extra == "slot_end":
            return self._slot_end(who, who.slot_start or self._slot_at(who.joined_at))
        if late:
            match self._settings.late.mode:
                case "half_end":
                    return self._half_end(who)
                case "slot_end_registered":
                    return self._slot_end(who, who.slot_start)
                case "slot_end_checkin":
                    return self._slot_end(who, self._slot_at(who.checked_in_at))
                case _:
                    pass
        return self._on_time(who)

    def _on_time(self, who: Waiting) -> int:
        by = who.registered if self._by_number else who.joined
        walk_in = self._booked_first and not who.booked
        half = self._halves[who.half]
        if self._by_slot:
            group = who.slot_start or self._slot_at(who.checked_in_at)
            if group < 0:
                return self._half_end(who)
            return ((half << _AT_BITS + 1 | group) << 2 | walk_in) << _SEQ_BITS | by
        return (half << _AT_BITS + 3 | walk_in) << _SEQ_BITS | by

    def _after_origin(self, who: Waiting) -> int:
        """Of who was missed, examined or postponed, had they no interleaved lane."""
        mode = self._settings.recall.mode
        if who.origin == "recall" or (
            who.origin == "return" and self._settings.returns.mode == "recall"
        ):
            if mode == "half_end":
                return self._half_end(who)
            if mode == "slot_end":
                return self._slot_end(who, self._slot_at(who.joined_at))
        return self._anew(who)

    def _anew(self, who: Waiting) -> int:
        """As if it had come now, without a registration's advantages."""
        order = self._settings.order
        match order.base:
            case "registration":
                return self._half_end(who)
            case "slot":
                group = self._slot_at(who.joined_at)
                if group < 0:
                    return self._half_end(who)
                return self._rank(who, 0, group, 0, True, who.joined)
            case _:
                walk_in = self._booked_first and not who.booked
                return self._rank(who, 0, 0, 0, walk_in, who.joined)

    def _slot_end(self, who: Waiting, group: Millis) -> int:
        if group < 0:
            return self._half_end(who)
        return self._rank(who, 0, group, 1, False, who.joined)

    def _half_end(self, who: Waiting) -> int:
        return self._rank(who, 1, 0, 0, False, who.joined)

    def _rank(
        self, who: Waiting, end: int, group: Millis, tail: int, walk_in: bool, by: int
    ) -> int:
        half = self._halves[who.half]
        high = (half << 1 | end) << _AT_BITS | group
        return (high << 2 | tail << 1 | walk_in) << _SEQ_BITS | by

    def _slot_at(self, at: Millis) -> Millis:
        """The beginning of this moment's slot; between two, of the next; -1 after the
        last. Of slots that overlap, as several doctors' do, the one that began last. A
        queue that knows no slots takes the moment itself for one."""
        slots = self._slots
        if not slots:
            return at
        following = bisect_right(slots, at, key=itemgetter(0))
        for start, end in reversed(slots[:following]):
            if at < end:
                return start
        return slots[following][0] if following < len(slots) else -1


def class_lane(key: str) -> str:
    """The lane of an interleaved special class."""
    return f"class:{key}"


def level_of(special: SpecialClass, held: ClassHeld) -> int:
    """The nurse's word goes before the table's."""
    return special.level if held.level < 0 else held.level


def _by_class(level: int, seq: int, ticket: str) -> Key:
    return (level << _SEQ_BITS | seq, ticket, 0)


def _extended(key: Key, side: int, seq: int, ticket: str) -> Key:
    """Just before (the later the nearer), or just behind (likewise)."""
    return (*key[:-1], side, seq * -side, ticket, 0)


def _extra_place(who: Waiting) -> bool:
    return who.extra in ("half_end", "slot_end")
