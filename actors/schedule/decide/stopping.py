"""停诊, 改诊, 替诊: what happens to a session, and to everybody who has a number in it.

Who has only locked a place is let go; who has a number is asked, and stays on the list
until there is an answer. Whoever has been in the room already is the clinic's affair:
taken numbers are asked only when their slot has not begun.
"""

from __future__ import annotations

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision
from actors.schedule import rules
from actors.schedule.commands import Answer, Move, Replace, Resume, Stop
from actors.schedule.decide.answers import (
    session_stopped,
    unknown_session,
    unknown_slot,
    whose,
)
from actors.schedule.decide.keeping import replacement
from actors.schedule.events import Answered, Replaced, Resumed, Stopped
from actors.schedule.replies import Affected, Ended, ThisBooking
from actors.schedule.state import ScheduleState, Session


def stop(state: ScheduleState, command: Stop, now: Millis) -> Decision:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    for slot in command.slots:
        if slot not in session.slots:
            return unknown_slot(slot)
    return _stop(
        state, command.by, command.session, command.slots, command.reason, "", now
    )


def move(state: ScheduleState, command: Move, now: Millis) -> Decision:
    if command.session not in state.sessions:
        return unknown_session(command.session)
    target = state.sessions.get(command.to)
    if command.to == command.session or (target is None and command.to.count("/") != 2):
        return Refused("unknown_session", "没有要改到的班次，请先排好再改诊。")
    if target is not None and target.stopped:
        return session_stopped(target.note)
    return _stop(
        state, command.by, command.session, (), command.reason, command.to, now
    )


def _stop(
    state: ScheduleState,
    by: str,
    key: str,
    slots: tuple[str, ...],
    reason: str,
    to: str,
    now: Millis,
) -> Decision:
    session = state.sessions[key]
    stopping = tuple(
        name
        for name, slot in session.slots.items()
        if not slot.stopped and (not slots or name in slots)
    )
    if not stopping:
        return Refused("already_stopped", "这个班次已经停诊，不用再停。")
    inside = [
        booking
        for booking in session.bookings
        if state.bookings[booking].slot in stopping
    ]
    ended = tuple(b for b in inside if state.bookings[b].stage == "locked")
    affected = _to_be_asked(state, session, inside, now)
    stopped = Stopped(
        at=now,
        by=by,
        session=key,
        slots=stopping,
        reason=reason,
        ended=ended,
        affected=affected,
        to=to,
    )
    return Accepted((stopped,), Affected(affected, ended))


def replace(state: ScheduleState, command: Replace, now: Millis) -> Decision:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    if session.stopped:
        return session_stopped(session.note)
    if command.doctor not in state.doctors and command.plan is None:
        return Refused("unknown_doctor", "没有这位医生，请连同姓名职称一起填。")
    if command.doctor == session.doctor:
        return Refused("same_doctor", "就是这位医生出诊，不用替诊。")
    affected = _to_be_asked(state, session, session.bookings, now)
    replaced = Replaced(
        at=now,
        by=command.by,
        session=command.session,
        doctor=command.doctor,
        reason=command.reason,
        affected=affected,
        plan=command.plan,
    )
    return Accepted((replaced,), Affected(affected))


def _to_be_asked(
    state: ScheduleState, session: Session, keys: list[str], now: Millis
) -> tuple[str, ...]:
    return tuple(
        key
        for key in keys
        if (booking := state.bookings[key]).stage == "confirmed"
        or (booking.stage == "taken" and now < session.slots[booking.slot].plan.start)
    )


def resume(state: ScheduleState, command: Resume, now: Millis) -> Decision:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    if not any(slot.stopped for slot in session.slots.values()):
        return Refused("not_stopped", "这个班次没有停诊，不用恢复。")
    back = tuple(
        key for key in session.bookings if state.bookings[key].stage == "stopped"
    )
    resumed = Resumed(
        at=now,
        by=command.by,
        session=command.session,
        reason=command.reason,
        back=back,
    )
    return Accepted((resumed,), Affected(back))


def answer(state: ScheduleState, command: Answer, now: Millis) -> Decision:
    booking = whose(state, command.booking, command.person)
    if isinstance(booking, Refused):
        return booking
    case = state.cases.get(command.booking)
    if case is None:
        return Refused("not_affected", "这个号没有受停诊影响，不用处理。")
    if not rules.is_open(case, booking):
        if (case.answer, case.to) == (command.answer, command.to) and case.answer:
            return Accepted((), ThisBooking(command.booking))
        return Refused(
            "already_answered", "这位病人已经答复过，请看最新画面。", answer=case.answer
        )
    to = ""
    match command.answer:
        case "stay" if case.kind != "replaced":
            return Refused("cannot_stay", "这个班次已经停诊，请选换医生、改天或退费。")
        case "day":
            if command.to.count("/") != 2:
                return Refused("no_other_booking", "请先挂好另一天的号，再登记改天。")
            to = command.to
        case "doctor":
            return _another_session(state, command, now)
        case _:
            pass
    answered = Answered(
        at=now, by=command.by, booking=command.booking, answer=command.answer, to=to
    )
    if command.answer == "refund":
        reply = Ended(command.booking, booking.paid, booking.trade)
        return Accepted((answered,), reply)
    return Accepted((answered,), ThisBooking(command.booking))


def _another_session(state: ScheduleState, command: Answer, now: Millis) -> Decision:
    """It is the hospital that changed its mind: any free place will do, whatever its
    channel may have reserved."""
    session = state.sessions.get(command.session or "")
    if session is None:
        return unknown_session(command.session or "")
    assert command.session is not None
    slot = command.slot or next(
        (
            name
            for name, slot in sorted(
                session.slots.items(), key=lambda item: item[1].plan.start
            )
            if slot.free > 0 and now < slot.plan.end
        ),
        None,
    )
    if slot is not None and slot not in session.slots:
        return unknown_slot(slot)
    if slot is None or session.slots[slot].free <= 0:
        if session.stopped:
            return session_stopped(session.note)
        return Refused("none_left", "那个班次的号已经约完了，请换一个。", slots=[])
    channel = state.bookings[command.booking].channel
    new = replacement(
        state, command.by, command.booking, command.session, slot, now, channel
    )
    if isinstance(new, Refused):
        return new
    locked, confirmed, reply = new
    answered = Answered(
        at=now,
        by=command.by,
        booking=command.booking,
        answer="doctor",
        to=locked.booking,
    )
    return Accepted((answered, locked, confirmed), reply)
