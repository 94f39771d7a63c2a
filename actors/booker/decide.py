"""When booking closes to somebody, and when it opens again. Pure."""

from __future__ import annotations

from typing import assert_never

from actors.booker.messages import (
    Close,
    Closed,
    Command,
    Entry,
    Event,
    GiveBack,
    GivenBack,
    Join,
    Joined,
    NoShowRule,
    Note,
    Noted,
    Part,
    Parted,
    Reopen,
    Reopened,
    TakeIn,
    TakenIn,
)
from actors.booker.state import BookerState
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing

DAY_MS = 86_400_000


def decide(state: BookerState, command: Command, now: Millis) -> Decision:
    if state.joined and not isinstance(command, Join | Part | GiveBack):
        message = "这位病人已经并入另一个人，请看那一位的预约。"
        return Refused("joined", message, into=state.joined)
    match command:
        case Note():
            return Accepted(_note(state, command, now), Nothing())
        case Close():
            if command.until <= now:
                return Refused("already_over", "截止时间已经过了，请选将来的日期。")
            closed = Closed(
                at=now, by=command.by, until=command.until, reason=command.reason
            )
            return Accepted((closed,), Nothing())
        case Reopen():
            if not state.closed_until and not state.counted:
                return Refused("not_closed", "这位病人可以预约，不用解除。")
            opened = Reopened(at=now, by=command.by, reason=command.reason)
            return Accepted((opened,), Nothing())
        case Join():
            if state.joined == command.into:
                return Accepted((), Nothing())
            joined = Joined(at=now, by=command.by, into=command.into)
            return Accepted((joined,), Nothing())
        case Part():
            if not state.joined:
                return Accepted((), Nothing())
            return Accepted((Parted(at=now, by=command.by),), Nothing())
        case TakeIn():
            return Accepted(_take_in(state, command, now), Nothing())
        case GiveBack():
            refs = tuple(ref for ref in command.refs if ref in state.bookings)
            if not refs:
                return Accepted((), Nothing())
            theirs = set(state.closed_for) & set(refs)
            own = tuple(ref for ref in state.closed_for if ref not in theirs)
            back = GivenBack(
                at=now,
                by=command.by,
                to=command.to,
                refs=refs,
                again=own if theirs else (),
            )
            return Accepted((back,), Nothing())
        case _:
            assert_never(command)


def _take_in(state: BookerState, command: TakeIn, now: Millis) -> tuple[Event, ...]:
    new = tuple(one for one in command.bookings if one.ref not in state.bookings)
    longer = command.closed_until > max(state.closed_until, now)
    if not new and not longer:
        return ()
    taken = TakenIn(
        at=now,
        by=command.by,
        of=command.of,
        bookings=new,
        closed_until=command.closed_until if longer else 0,
        closed_for=command.closed_for if longer else (),
    )
    return (taken, *_closed_by_both(state, command, new, now))


def _closed_by_both(
    state: BookerState, command: TakeIn, new: tuple[Entry, ...], now: Millis
) -> tuple[Event, ...]:
    """Two too few each may be enough together: as if the last had come just now."""
    counted = {**state.counted, **{one.ref: one.since for one in new if one.counts}}
    if not any(one.counts for one in new):
        return ()
    last = max(counted.values())
    until = last + command.rule.closed_days * DAY_MS
    if until <= max(state.closed_until, command.closed_until, now):
        return ()
    return _closing(command.rule, counted, last, until, command.by, now)


def _note(state: BookerState, note: Note, now: Millis) -> tuple[Event, ...]:
    known = state.bookings.get(note.ref)
    if known is not None and (
        known.outcome == note.outcome or known.since > note.since
    ):
        return ()
    noted = Noted(
        at=now,
        by=note.by,
        ref=note.ref,
        day=note.day,
        outcome=note.outcome,
        since=note.since,
    )
    if note.outcome != "no_show":
        if note.ref in state.closed_for and state.closed_until > now:
            reason = "爽约已经撤销"
            return noted, Reopened(at=now, by=note.by, reason=reason)
        return (noted,)
    counted = {**state.counted, note.ref: note.since}
    until = max(state.closed_until, note.since + note.rule.closed_days * DAY_MS)
    return noted, *_closing(note.rule, counted, note.since, until, note.by, now)


def _closing(
    rule: NoShowRule,
    counted: dict[str, Millis],
    last: Millis,
    until: Millis,
    by: str,
    now: Millis,
) -> tuple[Event, ...]:
    """Enough of them within so many days of the last."""
    recent = tuple(
        ref
        for ref, since in counted.items()
        if since > last - rule.within_days * DAY_MS
    )
    if not rule.count or len(recent) < rule.count:
        return ()
    reason = f"{rule.within_days} 天内爽约 {len(recent)} 次"
    return (Closed(at=now, by=by, until=until, reason=reason, no_shows=recent),)
