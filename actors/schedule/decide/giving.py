"""How a place becomes somebody's: locked, confirmed, or added beside the pool."""

from __future__ import annotations

from actors.booker.messages import Standing
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision
from actors.schedule import rules
from actors.schedule.commands import Book, Confirm, Extra, Lock, Patient
from actors.schedule.decide.answers import (
    given,
    held,
    not_held,
    session_stopped,
    unknown_channel,
    unknown_session,
    unknown_slot,
    whose,
)
from actors.schedule.events import Confirmed, Event, ExtraPlace, Locked, Taken
from actors.schedule.replies import Held
from actors.schedule.state import (
    WITH_NUMBER,
    Booking,
    ScheduleState,
    Session,
    number_key,
    series_of,
)

_LIMITS = {
    "per_person_department": "您今天在本科的号已经到上限，不能再挂。",
    "per_person_day": "您这一天的号已经到上限，不能再挂。",
    "locks_per_person": "您还有一个号没有付费，请先付费或放弃它。",
}


def lock(state: ScheduleState, command: Lock, now: Millis) -> Decision:
    slot = pick(state, command.session, command.slot, command.channel, now)
    if isinstance(slot, Refused):
        return slot
    if no := _may_not(
        state, command.patient, command.session, command.channel, command.standing, now
    ):
        return no
    expires = now + state.channels[command.channel].lock_ms
    locked = place_event(
        state,
        command.by,
        command.patient,
        command.session,
        slot,
        command.channel,
        now,
        expires=expires,
        instead_of=command.instead_of,
    )
    return Accepted((locked,), _held(state, locked))


def confirm(state: ScheduleState, command: Confirm, now: Millis) -> Decision:
    booking = whose(state, command.booking, command.person)
    if isinstance(booking, Refused):
        return booking
    if booking.stage in WITH_NUMBER and command.trade == booking.trade != "":
        reply = given(state, command.booking, booking, booking.number)
        return Accepted((), reply)
    if booking.stage != "locked":
        return not_held(booking)
    if no := _wrong_payment(booking.price, command.paid, command.trade):
        return no
    return _confirmed(state, command, command.booking, booking, now)


def _confirmed(
    state: ScheduleState,
    command: Confirm | Book,
    key: str,
    booking: Booking,
    now: Millis,
    *before: Event,
) -> Decision:
    """With its number; and taken, when the patient stands here."""
    number = _number(state, booking, command.number)
    if isinstance(number, Refused):
        return number
    confirmed = Confirmed(
        at=now,
        by=command.by,
        booking=key,
        number=number[0],
        drawn=number[1],
        paid=command.paid,
        trade=command.trade,
    )
    taken = (Taken(at=now, by=command.by, booking=key),) if command.take else ()
    reply = given(state, key, booking, number[0])
    return Accepted((*before, confirmed, *taken), reply)


def book(state: ScheduleState, command: Book, now: Millis) -> Decision:
    over = False
    if command.outside:
        if command.ref and (known := state.refs.get(command.ref)):
            booking = state.bookings[known]
            return Accepted((), given(state, known, booking, booking.number))
        slot = _outside_slot(state, command, now)
        if isinstance(slot, Refused):
            return slot
        over = not state.sessions[command.session].slots[slot].free
    else:
        slot = pick(state, command.session, command.slot, command.channel, now)
        if isinstance(slot, Refused):
            return slot
        if no := _may_not(
            state,
            command.patient,
            command.session,
            command.channel,
            command.standing,
            now,
        ):
            return no
        price = state.sessions[command.session].plan.price
        if no := _wrong_payment(price, command.paid, command.trade):
            return no
    locked = place_event(
        state,
        command.by,
        command.patient,
        command.session,
        slot,
        command.channel,
        now,
        expires=now,
        over=over,
        ref=command.ref,
        instead_of=command.instead_of,
    )
    return _confirmed(state, command, locked.booking, as_booking(locked), now, locked)


def extra(state: ScheduleState, command: Extra, now: Millis) -> Decision:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    slot = command.slot or max(
        session.slots, key=lambda name: (session.slots[name].plan.end, name)
    )
    if slot not in session.slots:
        return unknown_slot(slot)
    if session.slots[slot].stopped:
        return session_stopped(session.note)
    if now >= session.slots[slot].plan.end:
        return _sale_over()
    limit = state.settings.extra_daily
    if limit and state.extras.get(session.plan.doctor, 0) >= limit:
        return Refused(
            "extras_used_up", f"今天的加号已经满 {limit} 个，不能再加。", limit=limit
        )
    for key, booking in rules.held_by(state, command.patient.person):
        if booking.session == command.session:
            return _already_held(key, booking)
    locked = place_event(
        state,
        command.by,
        command.patient,
        command.session,
        slot,
        command.channel,
        now,
        expires=now + state.settings.extra_lock_ms,
        extra=ExtraPlace(command.where, command.reason, command.after),
    )
    return Accepted((locked,), _held(state, locked))


# Which place


def pick(
    state: ScheduleState,
    session_key: str,
    slot_key: str | None,
    channel: str,
    now: Millis,
) -> str | Refused:
    """The slot a channel may take a place of now, or why there is none."""
    session = state.sessions.get(session_key)
    if session is None:
        return unknown_session(session_key)
    if slot_key is not None and slot_key not in session.slots:
        return unknown_slot(slot_key)
    if channel not in state.channels:
        return unknown_channel(channel)
    wanted = session.slots if slot_key is None else {slot_key: session.slots[slot_key]}
    if all(slot.stopped for slot in wanted.values()):
        return session_stopped(session.note)
    if now < session.plan.on_sale:
        return Refused(
            "not_on_sale",
            "还没有到放号时间，请到时再来。",
            opens_at=session.plan.on_sale,
        )
    if all(now >= rules.on_sale_until(state, session, s, channel) for s in wanted):
        return _sale_over()
    if slot_key is None:
        slot_key = rules.earliest_slot(state, session, channel, now)
    elif session.slots[slot_key].free <= 0:
        slot_key = None
    if slot_key is None or rules.left_for(session, channel) <= 0:
        return _none_left(state, session, channel, now)
    return slot_key


def _outside_slot(state: ScheduleState, command: Book, now: Millis) -> str | Refused:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    if command.channel not in state.channels:
        return unknown_channel(command.channel)
    if command.slot is not None:
        return (
            command.slot
            if command.slot in session.slots
            else (unknown_slot(command.slot))
        )
    return rules.earliest_slot(state, session, command.channel, now) or next(
        iter(session.slots)
    )


def _none_left(
    state: ScheduleState, session: Session, channel: str, now: Millis
) -> Refused:
    others: list[str] = []
    if rules.left_for(session, channel) > 0:
        others = [
            name
            for name, slot in session.slots.items()
            if slot.free > 0
            and now < rules.on_sale_until(state, session, name, channel)
        ]
    if others:
        message = "这个时段的号刚刚约完了，请换一个时段。"
    else:
        message = "这个班次的号已经约完了，请换一位医生或改天。"
    return Refused("none_left", message, slots=others)


# Whether this person may


def _may_not(
    state: ScheduleState,
    patient: Patient,
    session: str,
    channel: str,
    standing: Standing | None,
    now: Millis,
) -> Refused | None:
    closed = standing.closed_until if standing is not None else 0
    if closed > now and not state.channels[channel].walk_in:
        return Refused(
            "booking_closed",
            "您多次预约没有来，现在不能预约，请当天到窗口挂号。",
            until=closed,
        )
    name = rules.over_a_limit(state, patient.person, session, standing)
    if name is None:
        return None
    if name == "per_person_session":
        for key, booking in rules.held_by(state, patient.person):
            if booking.session == session:
                return _already_held(key, booking)
    return Refused("limit_reached", _LIMITS[name], limit=name)


def _already_held(key: str, booking: Booking) -> Refused:
    message = "您在这个班次已经有号，不用再挂。"
    if booking.stage == "locked":
        message = "这个班次已经为您留了号，请付费。"
    return Refused("already_held", message, booking=key, stage=booking.stage)


def _sale_over() -> Refused:
    return Refused("sale_over", "这个时段已经停止挂号，请换一个时段或到窗口。")


def _wrong_payment(price: int, paid: int, trade: str) -> Refused | None:
    if paid and paid != price:
        return Refused(
            "wrong_amount", "付的钱和号的价格不一样，请重新付费。", price=price
        )
    if paid and not trade:
        return Refused("no_trade", "没有付款凭证，请重新付费。")
    return None


# The events


def place_event(
    state: ScheduleState,
    by: str,
    patient: Patient,
    session: str,
    slot: str,
    channel: str,
    now: Millis,
    *,
    expires: Millis,
    extra: ExtraPlace | None = None,
    over: bool = False,
    ref: str = "",
    instead_of: str = "",
) -> Locked:
    return Locked(
        at=now,
        by=by,
        booking=f"b{len(state.bookings) + 1}",
        session=session,
        slot=slot,
        channel=channel,
        person=patient.person,
        name=patient.name,
        card=patient.card,
        price=state.sessions[session].plan.price,
        expires=expires,
        extra=extra,
        over=over,
        ref=ref,
        instead_of=instead_of,
    )


def as_booking(locked: Locked) -> Booking:
    """The booking that this event makes, before it has evolved."""
    return Booking(
        session=locked.session,
        slot=locked.slot,
        channel=locked.channel,
        person=locked.person,
        name=locked.name,
        card=locked.card,
        stage="locked",
        since=locked.at,
        price=locked.price,
        expires=locked.expires,
        extra=locked.extra,
        over=locked.over,
        ref=locked.ref,
        instead_of=locked.instead_of,
    )


def _held(state: ScheduleState, locked: Locked) -> Held:
    return held(state, locked.booking, as_booking(locked))


def _number(
    state: ScheduleState, booking: Booking, wanted: str | None
) -> tuple[str, int] | Refused:
    if wanted is None:
        return rules.draw(state, booking)
    session = state.sessions[booking.session]
    clinic, _ = series_of(session.plan, session.slots[booking.slot].plan)
    if number_key(clinic, wanted) in state.numbers:
        return Refused(
            "number_taken", f"{wanted} 号已经给了别人，请换一个号。", number=wanted
        )
    return wanted, 0
