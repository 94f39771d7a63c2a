"""What becomes of a number: given back, changed, taken, missed."""

from __future__ import annotations

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing
from actors.schedule import rules
from actors.schedule.commands import (
    Came,
    Cancel,
    Change,
    ChangePerson,
    Excuse,
    NotDelivered,
    Patient,
    Take,
)
from actors.schedule.decide.answers import given, not_held, whose
from actors.schedule.decide.giving import as_booking, pick, place_event
from actors.schedule.events import (
    Answered,
    Cancelled,
    Changed,
    Confirmed,
    Excused,
    Locked,
    PersonChanged,
    Taken,
    Undelivered,
)
from actors.schedule.replies import Ended, Given, ThisBooking
from actors.schedule.state import Booking, ScheduleState


def cancel(state: ScheduleState, command: Cancel, now: Millis) -> Decision:
    booking = whose(state, command.booking, command.person)
    if isinstance(booking, Refused):
        return booking
    reply = Ended(command.booking, booking.paid, booking.trade)
    case = state.cases.get(command.booking)
    if case is not None and rules.is_open(case, booking):
        refund = Answered(
            at=now, by=command.by, booking=command.booking, answer="refund"
        )
        return Accepted((refund,), reply)
    match booking.stage:
        case "locked":
            pass
        case "confirmed":
            if not command.staff and (no := _too_late(state, booking, now)):
                return no
        case "taken" if command.staff:
            pass
        case "taken":
            return Refused("already_taken", "号已经取了，要退请到窗口。")
        case _:
            return not_held(booking)
    cancelled = Cancelled(
        at=now, by=command.by, booking=command.booking, reason=command.reason
    )
    return Accepted((cancelled,), reply)


def change(state: ScheduleState, command: Change, now: Millis) -> Decision:
    booking = whose(state, command.booking, command.person)
    if isinstance(booking, Refused):
        return booking
    if booking.stage != "confirmed":
        return not_held(booking)
    if not command.staff and (no := _too_late(state, booking, now)):
        return no
    slot = pick(state, command.session, command.slot, booking.channel, now)
    if isinstance(slot, Refused):
        return slot
    new = replacement(
        state, command.by, command.booking, command.session, slot, now, booking.channel
    )
    if isinstance(new, Refused):
        return new
    locked, confirmed, reply = new
    case = state.cases.get(command.booking)
    if case is not None and rules.is_open(case, booking):
        answered = Answered(
            at=now,
            by=command.by,
            booking=command.booking,
            answer="doctor",
            to=locked.booking,
        )
        return Accepted((answered, locked, confirmed), reply)
    changed = Changed(
        at=now,
        by=command.by,
        booking=command.booking,
        to=locked.booking,
        reason=command.reason,
    )
    return Accepted((changed, locked, confirmed), reply)


def replacement(
    state: ScheduleState,
    by: str,
    old_key: str,
    session: str,
    slot: str,
    now: Millis,
    channel: str,
) -> tuple[Locked, Confirmed, Given] | Refused:
    """The booking that somebody gets instead of one they have, paid with it. The old
    one's end is written before it: nobody has two, not even between two events."""
    old = state.bookings[old_key]
    if (session, slot) == (old.session, old.slot):
        return Refused("same_slot", "就是现在的时段，请选另一个。")
    if state.sessions[session].plan.price != old.price:
        message = "两个号的价格不一样，请退号后重新挂号。"
        price = state.sessions[session].plan.price
        return Refused("other_price", message, price=price)
    for key, booking in rules.held_by(state, old.person):
        if key != old_key and booking.session == session:
            message = "您在那个班次已经有号，请选另一个。"
            return Refused("already_held", message, booking=key, stage=booking.stage)
    patient = Patient(old.person, old.name, old.card)
    locked = place_event(state, by, patient, session, slot, channel, now, expires=now)
    new = as_booking(locked)
    number, drawn = rules.draw(state, new)
    confirmed = Confirmed(
        at=now,
        by=by,
        booking=locked.booking,
        number=number,
        drawn=drawn,
        paid=old.paid,
        trade=old.trade,
    )
    return locked, confirmed, given(state, locked.booking, new, number)


def take(state: ScheduleState, command: Take, now: Millis) -> Decision:
    booking = whose(state, command.booking, command.person)
    if isinstance(booking, Refused):
        return booking
    late = command.staff and booking.stage == "no_show"
    if booking.stage != "confirmed" and not late:
        return not_held(booking)
    slot = state.sessions[booking.session].slots[booking.slot].plan
    if not command.staff:
        settings = state.settings
        early = settings.take_from_ms
        if early is not None and now < slot.start - early:
            return Refused(
                "too_early",
                "还没有到取号时间，请到时再来取。",
                take_from=slot.start - early,
            )
        if now >= slot.end + settings.take_late_ms:
            return Refused("too_late", "已经过了取号时间，请到窗口。")
    taken = Taken(at=now, by=command.by, booking=command.booking)
    reply = given(state, command.booking, booking, booking.number)
    return Accepted((taken,), reply)


def came(state: ScheduleState, command: Came, now: Millis) -> Decision:
    booking = whose(state, command.booking)
    if isinstance(booking, Refused):
        return booking
    if booking.stage not in ("confirmed", "no_show"):
        return Accepted((), ThisBooking(command.booking))
    taken = Taken(at=now, by=command.by, booking=command.booking)
    return Accepted((taken,), ThisBooking(command.booking))


def excuse(state: ScheduleState, command: Excuse, now: Millis) -> Decision:
    booking = whose(state, command.booking)
    if isinstance(booking, Refused):
        return booking
    if booking.stage != "no_show":
        return Refused("no_no_show", "这个号没有记爽约，不用撤销。")
    excused = Excused(
        at=now, by=command.by, booking=command.booking, reason=command.reason
    )
    return Accepted((excused,), ThisBooking(command.booking))


def not_delivered(state: ScheduleState, command: NotDelivered, now: Millis) -> Decision:
    booking = whose(state, command.booking)
    if isinstance(booking, Refused):
        return booking
    if booking.trouble == command.code:
        return Accepted((), ThisBooking(command.booking))
    noted = Undelivered(
        at=now, by=command.by, booking=command.booking, code=command.code
    )
    return Accepted((noted,), ThisBooking(command.booking))


def change_person(state: ScheduleState, command: ChangePerson, now: Millis) -> Decision:
    theirs = tuple(
        key
        for key in command.bookings
        if (booking := state.bookings.get(key)) is not None
        and booking.person != command.person
    )
    if not theirs:
        return Accepted((), Nothing())
    changed = PersonChanged(
        at=now, by=command.by, bookings=theirs, person=command.person
    )
    return Accepted((changed,), Nothing())


def _too_late(state: ScheduleState, booking: Booking, now: Millis) -> Refused | None:
    slot = state.sessions[booking.session].slots[booking.slot].plan
    if now < slot.start - state.settings.cancel_ms:
        return None
    return Refused("too_late", "已经过了可以退改的时间，请到窗口。")
