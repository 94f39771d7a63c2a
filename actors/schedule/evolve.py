"""What has happened has happened: how each event changes the day, in place."""

from __future__ import annotations

from typing import assert_never

from actors.kernel.times import Millis
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
from actors.schedule.plan import SessionPlan
from actors.schedule.state import (
    Booking,
    Case,
    Place,
    ScheduleState,
    Session,
    Slot,
    Stage,
    number_key,
    series_of,
)

_PLACE_OF: dict[Stage, Place] = {
    "locked": "locked",
    "confirmed": "confirmed",
    "taken": "taken",
    "no_show": "no_show",
    "stopped": "withdrawn",
}


def evolve(state: ScheduleState, event: Event) -> None:
    match event:
        case Locked():
            _lock(state, event)
        case Confirmed():
            _confirm(state, event)
        case Taken():
            _turn(state, event.booking, "taken", event.at)
        case Expired():
            for booking in event.bookings:
                _turn(state, booking, "expired", event.at)
        case Cancelled():
            _turn(state, event.booking, "cancelled", event.at, event.reason)
        case Changed():
            _turn(state, event.booking, "changed", event.at, event.reason)
            state.bookings[event.booking].to = event.to
        case Answered():
            _answer(state, event)
        case Stopped():
            _stop(state, event)
        case Replaced():
            _replace(state, event)
        case Resumed():
            _resume(state, event)
        case SessionEnded():
            state.sessions[event.session].ended = True
            for booking in event.no_shows:
                _turn(state, booking, "no_show", event.at)
        case Excused():
            _turn(state, event.booking, "confirmed", event.at, event.reason)
        case ReservesReleased():
            session = state.sessions[event.session]
            session.released = (*session.released, *event.channels)
        case CountSet():
            slot = state.sessions[event.session].slots[event.slot]
            grown = event.count - (slot.total - slot.beside)
            slot.total += grown
            if slot.stopped:
                slot.withdrawn += grown
            else:
                slot.free += grown
        case SessionAdded():
            if event.doctor is not None:
                state.doctors[event.plan.doctor] = event.doctor
            _add_session(state, event.session, event.plan)
        case SessionsRemoved():
            for key in event.sessions:
                del state.sessions[key]
        case RulesChanged():
            state.settings = event.settings
        case Undelivered():
            state.bookings[event.booking].trouble = event.code
        case PersonChanged():
            for key in event.bookings:
                _change_person(state, key, event.person)
        case Opened():
            state.department = event.department
            state.settings = event.settings
            state.channels = dict(event.channels)
            state.doctors = dict(event.doctors)
            for key, plan in event.sessions.items():
                _add_session(state, key, plan)
        case _:
            assert_never(event)


def _add_session(state: ScheduleState, key: str, plan: SessionPlan) -> None:
    state.sessions[key] = Session(
        plan=plan,
        doctor=plan.doctor,
        slots={
            name: Slot(slot, slot.count, slot.count, slot.count)
            for name, slot in plan.slots.items()
        },
        start=min(slot.start for slot in plan.slots.values()),
        end=max(slot.end for slot in plan.slots.values()),
    )


# One place, from one hand to another


def _lock(state: ScheduleState, event: Locked) -> None:
    booking = Booking(
        session=event.session,
        slot=event.slot,
        channel=event.channel,
        person=event.person,
        name=event.name,
        card=event.card,
        stage="locked",
        since=event.at,
        price=event.price,
        expires=event.expires,
        extra=event.extra,
        over=event.over,
        ref=event.ref,
        instead_of=event.instead_of,
    )
    state.bookings[event.booking] = booking
    state.locks[event.booking] = event.expires
    state.people[event.person] = (*state.people.get(event.person, ()), event.booking)
    if event.ref:
        state.refs[event.ref] = event.booking
    session = state.sessions[event.session]
    session.bookings.append(event.booking)
    slot = session.slots[event.slot]
    slot.locked += 1
    if booking.beside:
        slot.total += 1
        slot.beside += 1
    else:
        slot.free -= 1
        session.used[event.channel] = session.used.get(event.channel, 0) + 1
    if event.extra is not None:
        doctor = session.plan.doctor
        state.extras[doctor] = state.extras.get(doctor, 0) + 1


def _confirm(state: ScheduleState, event: Confirmed) -> None:
    booking = state.bookings[event.booking]
    booking.number = event.number
    booking.paid = event.paid
    booking.trade = event.trade
    session = state.sessions[booking.session]
    clinic, prefix = series_of(session.plan, session.slots[booking.slot].plan)
    state.numbers[number_key(clinic, event.number)] = event.booking
    if event.drawn:
        state.drawn[number_key(clinic, prefix)] = event.drawn
    _turn(state, event.booking, "confirmed", event.at)


def _turn(
    state: ScheduleState, key: str, stage: Stage, at: Millis, reason: str = ""
) -> None:
    """The booking's next stage, and what becomes of its place."""
    booking = state.bookings[key]
    session = state.sessions[booking.session]
    slot = session.slots[booking.slot]
    before, after = _PLACE_OF.get(booking.stage), _PLACE_OF.get(stage)
    if booking.stage == "locked":
        state.locks.pop(key, None)
    booking.stage = stage
    booking.since = at
    if reason:
        booking.reason = reason
    if before is None:
        return
    _count(slot, before, -1)
    if after is not None:
        _count(slot, after, 1)
    elif booking.beside:
        slot.total -= 1
        slot.beside -= 1
        if booking.extra is not None:
            state.extras[session.plan.doctor] -= 1
    else:
        _count(slot, "withdrawn" if slot.stopped else "free", 1)
        session.used[booking.channel] -= 1


def _count(slot: Slot, place: Place, by: int) -> None:
    setattr(slot, place, getattr(slot, place) + by)


def _change_person(state: ScheduleState, key: str, person: str) -> None:
    booking = state.bookings[key]
    before = state.people.get(booking.person, ())
    state.people[booking.person] = tuple(one for one in before if one != key)
    state.people[person] = (*state.people.get(person, ()), key)
    booking.person = person


# What happens to a session


def _stop(state: ScheduleState, event: Stopped) -> None:
    session = state.sessions[event.session]
    session.note = event.reason
    session.moved_to = event.to
    for name in event.slots:
        slot = session.slots[name]
        slot.stopped = True
        slot.withdrawn += slot.free
        slot.free = 0
    for key in event.ended:
        _turn(state, key, "cancelled", event.at, event.reason)
    for key in event.affected:
        was = state.bookings[key].stage
        _turn(state, key, "stopped", event.at, event.reason)
        state.cases[key] = Case(
            kind="moved" if event.to else "stopped",
            session=event.session,
            at=event.at,
            reason=event.reason,
            was=was,
            proposal=event.to,
        )


def _replace(state: ScheduleState, event: Replaced) -> None:
    session = state.sessions[event.session]
    session.note = event.reason
    session.replaces = session.doctor
    session.doctor = event.doctor
    if event.plan is not None:
        state.doctors[event.doctor] = event.plan
    for key in event.affected:
        state.cases[key] = Case(
            kind="replaced", session=event.session, at=event.at, reason=event.reason
        )


def _resume(state: ScheduleState, event: Resumed) -> None:
    session = state.sessions[event.session]
    session.note = session.moved_to = ""
    for key in event.back:
        _turn(state, key, state.cases.pop(key).was, event.at, event.reason)
    for slot in session.slots.values():
        if slot.stopped:
            slot.stopped = False
            slot.free += slot.withdrawn
            slot.withdrawn = 0


def _answer(state: ScheduleState, event: Answered) -> None:
    case = state.cases[event.booking]
    case.answer = event.answer
    case.answered_at = event.at
    case.to = event.to
    booking = state.bookings[event.booking]
    match event.answer:
        case "refund":
            _turn(state, event.booking, "cancelled", event.at)
        case "doctor" | "day":
            _turn(state, event.booking, "changed", event.at)
            booking.to = event.to
        case _:
            pass
