"""What may be seen of a department's day: the pool by everybody, the books by staff.

The shape is docs/protocol.md, "The schedule". No clock: what comes due is an event, and
rows carry times. Nobody's name is in either view.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_never

from actors.runtime.shape import Path
from actors.schedule import rules
from actors.schedule.events import (
    Answered,
    Cancelled,
    Changed,
    Confirmed,
    CountSet,
    Event,
    Excused,
    Expired,
    Locked,
    Opened,
    PersonChanged,
    Replaced,
    ReservesReleased,
    Resumed,
    RulesChanged,
    SessionAdded,
    SessionEnded,
    SessionsRemoved,
    Stopped,
    Taken,
    Undelivered,
)
from actors.schedule.plan import DoctorPlan
from actors.schedule.state import PLACES, Booking, Case, ScheduleState, Session

_DEPARTMENT = ("name", "name_en", "campus", "campus_name", "floor", "day")


class PoolView:
    """Who sees patients when, at what price, and what is left for each channel."""

    name = "pool"
    version = 1

    def paths(self, state: ScheduleState) -> Iterable[Path]:
        for field in _DEPARTMENT:
            if _department(state, field):
                yield "department", field
        for key in state.channels:
            yield "channels", key
        for key in state.doctors:
            yield "doctors", key
        for key, session in state.sessions.items():
            yield from self._session_paths(key, session)

    def _session_paths(self, key: str, session: Session) -> Iterable[Path]:
        yield "sessions", key
        for slot in session.slots:
            yield "slots", f"{key}/{slot}"

    def touches(self, state: ScheduleState, event: Event) -> Iterable[Path]:
        match event:
            case (
                Locked()
                | Confirmed()
                | Taken()
                | Cancelled()
                | Changed()
                | Answered()
                | Excused()
            ):
                yield from self._place(state, event.booking)
            case Expired():
                for booking in event.bookings:
                    yield from self._place(state, booking)
            case CountSet():
                yield "sessions", event.session
                yield "slots", f"{event.session}/{event.slot}"
            case ReservesReleased() | SessionEnded():
                yield "sessions", event.session
            case Stopped() | Resumed():
                session = state.sessions[event.session]
                yield from self._session_paths(event.session, session)
            case Replaced():
                yield "sessions", event.session
                yield "doctors", event.doctor
            case SessionAdded():
                yield "doctors", event.plan.doctor
                session = state.sessions[event.session]
                yield from self._session_paths(event.session, session)
            case SessionsRemoved():
                for key in event.sessions:
                    yield "sessions", key
                for slot in event.slots:
                    yield "slots", slot
            case Opened():
                yield from self.paths(state)
            case RulesChanged() | Undelivered() | PersonChanged():
                return
            case _:
                assert_never(event)

    def _place(self, state: ScheduleState, key: str) -> Iterable[Path]:
        booking = state.bookings[key]
        yield "sessions", booking.session
        yield "slots", f"{booking.session}/{booking.slot}"

    def row(self, state: ScheduleState, section: str, key: str) -> Any:
        match section:
            case "slots":
                name, _, slot = key.partition("/")
                return _slot(state, name, slot)
            case "sessions" if session := state.sessions.get(key):
                return _session(state, session)
            case "doctors" if doctor := state.doctors.get(key):
                return _doctor(doctor)
            case "channels" if channel := state.channels.get(key):
                return {"name": channel.name, "closes_ms": channel.closes_ms}
            case "department":
                return _department(state, key) or None
            case _:
                return None


class DeskView(PoolView):
    """The pool, and who holds what by id; how the places of a session add up; whom a
    stop has touched and what they said."""

    name = "desk"

    def paths(self, state: ScheduleState) -> Iterable[Path]:
        yield from super().paths(state)
        for key in state.sessions:
            yield "counts", key
        for key in state.bookings:
            yield "bookings", key
        for key in state.cases:
            yield "affected", key

    def touches(self, state: ScheduleState, event: Event) -> Iterable[Path]:
        yield from super().touches(state, event)
        match event:
            case Locked() | Confirmed() | Taken() | Cancelled() | Changed() | Excused():
                yield from self._booking(state, event.booking)
            case Answered() | Undelivered():
                yield from self._booking(state, event.booking)
            case Expired() | PersonChanged():
                for booking in event.bookings:
                    yield from self._booking(state, booking)
            case CountSet() | SessionAdded():
                yield "counts", event.session
            case SessionEnded():
                yield "counts", event.session
                for booking in event.no_shows:
                    yield from self._booking(state, booking)
            case Stopped() | Replaced():
                yield "counts", event.session
                ended = event.ended if isinstance(event, Stopped) else ()
                for booking in (*event.affected, *ended):
                    yield from self._booking(state, booking)
            case Resumed():
                yield "counts", event.session
                for booking in event.back:
                    yield from self._booking(state, booking)
            case SessionsRemoved():
                for key in event.sessions:
                    yield "counts", key
            case Opened() | RulesChanged() | ReservesReleased():
                return
            case _:
                assert_never(event)

    def _booking(self, state: ScheduleState, key: str) -> Iterable[Path]:
        yield "bookings", key
        yield "affected", key
        yield "counts", state.bookings[key].session

    def row(self, state: ScheduleState, section: str, key: str) -> Any:
        match section:
            case "bookings" if booking := state.bookings.get(key):
                return _booking(booking)
            case "affected" if case := state.cases.get(key):
                return _case(case, state.bookings[key])
            case "counts" if session := state.sessions.get(key):
                return {
                    place: sum(getattr(s, place) for s in session.slots.values())
                    for place in ("total", *PLACES)
                }
            case "bookings" | "affected" | "counts":
                return None
            case _:
                return super().row(state, section, key)


def _department(state: ScheduleState, field: str) -> str:
    if state.department is None or field not in _DEPARTMENT:
        return ""
    if field == "day":
        return state.day
    text: str = getattr(state.department, field)
    return text


def _doctor(doctor: DoctorPlan) -> dict[str, Any]:
    return {
        field: text
        for field in ("name", "title", "photo", "skill")
        if (text := getattr(doctor, field))
    }


def _session(state: ScheduleState, session: Session) -> dict[str, Any]:
    plan = session.plan
    row: dict[str, Any] = {
        "half": plan.half,
        "kind": plan.kind,
        "price": plan.price,
        "start": session.start,
        "end": session.end,
        "left": {
            channel: rules.left_for(session, channel) for channel in state.channels
        },
    }
    fields = {
        "doctor": session.doctor,
        "clinic": plan.clinic,
        "queue": plan.queue,
        "on_sale": plan.on_sale,
        "note": session.note,
        "moved_to": session.moved_to,
        "replaces": session.replaces,
        "stopped": session.stopped,
        "ended": session.ended,
    }
    return row | {name: value for name, value in fields.items() if value}


def _slot(state: ScheduleState, session: str, name: str) -> dict[str, Any] | None:
    if session not in state.sessions or name not in state.sessions[session].slots:
        return None
    slot = state.sessions[session].slots[name]
    row: dict[str, Any] = {
        "session": session,
        "start": slot.plan.start,
        "end": slot.plan.end,
        "total": slot.total,
        "left": slot.free,
    }
    if slot.stopped:
        row["stopped"] = True
    return row


def _booking(booking: Booking) -> dict[str, Any]:
    row: dict[str, Any] = {
        "session": booking.session,
        "slot": booking.slot,
        "channel": booking.channel,
        "person": booking.person,
        "stage": booking.stage,
        "since": booking.since,
        "price": booking.price,
    }
    fields = {
        "number": booking.number,
        "paid": booking.paid,
        "reason": booking.reason,
        "to": booking.to,
        "ref": booking.ref,
        "instead_of": booking.instead_of,
        "trouble": booking.trouble,
        "over": booking.over,
        "expires": booking.expires if booking.stage == "locked" else 0,
    }
    if booking.extra is not None:
        row["extra"] = {"where": booking.extra.where, "reason": booking.extra.reason}
        if booking.extra.after is not None:
            row["extra"]["after"] = booking.extra.after
    return row | {name: value for name, value in fields.items() if value}


def _case(case: Case, booking: Booking) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": case.kind,
        "session": case.session,
        "at": case.at,
        "reason": case.reason,
        "open": rules.is_open(case, booking),
    }
    fields = {
        "proposal": case.proposal,
        "answer": case.answer,
        "answered_at": case.answered_at,
        "to": case.to,
    }
    return row | {name: value for name, value in fields.items() if value}
