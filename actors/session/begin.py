"""The intents: what another actor is to do, with all that it must be told."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.kernel.times import Millis
from actors.session.findings import BookingRow, Held, TicketRow, Whom
from actors.session.messages import Begun, CheckIn, Hold, What
from actors.session.state import Session, SessionState

_ACTS: dict[str, What] = {
    "check_in": "check_in",
    "rejoin": "rejoin",
    "return": "return",
}


def _begun(
    state: SessionState,
    session: Session,
    what: What,
    now: Millis,
    *,
    day: str,
    **more: Any,
) -> Begun:
    whom = session.whom
    return Begun(
        at=now,
        by=state.terminal,
        deed=f"d{state.deeds + 1}",
        session=session.id,
        what=what,
        day=day,
        person="" if whom is None else whom.person,
        card="" if whom is None else whom.card,
        places=session.places,
        behalf=session.behalf,
        **more,
    )


def with_ticket(
    state: SessionState, session: Session, command: CheckIn, row: TicketRow, now: Millis
) -> Begun:
    return _begun(
        state,
        session,
        _ACTS[row.does],
        now,
        day=row.day,
        about=command.ticket,
        clinic=row.clinic,
        ticket=row.ticket,
        doctor=command.doctor,
        prepared=command.prepared,
        own=row.own,
    )


def hold(
    state: SessionState, session: Session, whom: Whom, command: Hold, now: Millis
) -> Begun:
    held = command.held
    return _begun(
        state,
        session,
        "hold",
        now,
        day=held.day,
        department=held.department,
        slot=command.slot,
        held=held,
        name=whom.name,
        standing=command.standing,
    )


def book(state: SessionState, session: Session, held: Held, now: Millis) -> Begun:
    return _about_held(state, session, "book", held, now)


def drop(state: SessionState, session: Session, held: Held, now: Millis) -> Begun:
    return _about_held(state, session, "drop", held, now)


def _about_held(
    state: SessionState, session: Session, what: What, held: Held, now: Millis
) -> Begun:
    return _begun(
        state,
        session,
        what,
        now,
        day=held.day,
        department=held.department,
        booking=held.booking,
    )


def with_booking(
    state: SessionState,
    session: Session,
    what: What,
    about: str,
    row: BookingRow,
    now: Millis,
) -> Begun:
    return _begun(
        state,
        session,
        what,
        now,
        day=row.day,
        about=about,
        department=row.department,
        booking=row.booking,
    )


def give_back(state: SessionState, deed: Begun, booking: str, now: Millis) -> Begun:
    """Of a session that is over: its deed knows for whom it was."""
    return msgspec.structs.replace(
        deed,
        at=now,
        deed=f"d{state.deeds + 1}",
        what="drop",
        booking=booking,
        held=None,
        slot=None,
        name=None,
        standing=None,
    )
