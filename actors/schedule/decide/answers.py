"""Replies and refusals that several commands share."""

from __future__ import annotations

from actors.kernel.errors import Refused
from actors.schedule.replies import Given, Held
from actors.schedule.state import Booking, ScheduleState


def held(state: ScheduleState, key: str, booking: Booking) -> Held:
    slot = state.sessions[booking.session].slots[booking.slot].plan
    return Held(
        booking=key,
        session=booking.session,
        slot=booking.slot,
        start=slot.start,
        end=slot.end,
        price=booking.price,
        expires=booking.expires,
    )


def given(state: ScheduleState, key: str, booking: Booking, number: str) -> Given:
    slot = state.sessions[booking.session].slots[booking.slot].plan
    return Given(
        booking=key,
        number=number,
        session=booking.session,
        slot=booking.slot,
        start=slot.start,
        end=slot.end,
    )


def whose(
    state: ScheduleState, key: str, person: str | None = None
) -> Booking | Refused:
    """The booking, if there is one and it is this person's. Whoever guesses learns
    nothing."""
    booking = state.bookings.get(key)
    if booking is None or (person is not None and booking.person != person):
        return Refused(
            "unknown_booking", "没有查到这个预约，请核对后再试。", booking=key
        )
    return booking


def unknown_session(session: str) -> Refused:
    return Refused("unknown_session", "没有这个班次，请重新选择。", session=session)


def unknown_slot(slot: str) -> Refused:
    return Refused("unknown_slot", "没有这个时段，请重新选择。", slot=slot)


def unknown_channel(channel: str) -> Refused:
    return Refused(
        "unknown_channel", "这个渠道没有号源，请联系管理员。", channel=channel
    )


def session_stopped(note: str) -> Refused:
    message = "这个班次已经停诊，请换一个时段、换一位医生或改天。"
    return Refused("session_stopped", message, note=note)


def not_held(booking: Booking) -> Refused:
    """The number is no more, or was never fixed: say what became of it."""
    match booking.stage:
        case "locked":
            message = "这个号还没有付费确认，请先付费。"
        case "expired":
            message = "没有及时付费，号已经放回去了，请重新选号；已付的钱会退回。"
        case "cancelled":
            message = "这个号已经退了，要看请重新挂号。"
        case "changed":
            message = "这个号已经换成另一个，请看新的号。"
        case "stopped":
            message = "这个班次已经停诊，请选择换医生、改天或退费。"
        case "no_show":
            message = "已经过了取号时间，请到窗口。"
        case "taken":
            message = "这个号已经取过，请直接到诊区。"
        case _:
            message = "这个号已经确认，不用再付费。"
    return Refused("not_held", message, stage=booking.stage)
