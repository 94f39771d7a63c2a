"""The triage desk: priority, order, doors, levels, vital signs, notices, help."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import (
    AnswerHelp,
    Broadcast,
    CallHelp,
    HandOver,
    Move,
    NoteComplaint,
    Pin,
    SeeHistory,
    SendToRoom,
    SetClass,
    TakeVitals,
    Triage,
)
from actors.clinic.decide.refusals import (
    known_doctor,
    room_of,
    ticket_in,
    ticket_of,
    yes,
)
from actors.clinic.events import (
    AlarmAnswered,
    AlarmRaised,
    BroadcastMade,
    ClassSet,
    ComplaintNoted,
    HandedOver,
    Moved,
    Pinned,
    SentToRoom,
    Triaged,
    VitalsTaken,
)
from actors.clinic.plan import Vitals
from actors.clinic.replies import ThisAlarm, ThisBroadcast, ThisTicket
from actors.clinic.seating import lane_of
from actors.clinic.state import ENDED, ClinicState, Ticket
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision, Nothing


def _open_ticket(state: ClinicState, key: str) -> Ticket:
    ticket = ticket_of(state, key)
    if ticket.state in ENDED or ticket.state == "leaving":
        raise Refused(
            "ended", f"{ticket.number} 号已经不在这里排队。", state=ticket.state
        )
    return ticket


def set_class(state: ClinicState, command: SetClass, now: Millis) -> Decision:
    _open_ticket(state, command.ticket)
    if command.special:
        rules.must_know_classes(state, (command.special,))
    if command.level is not None and not 0 <= command.level <= 99:
        raise BadRequest("优先级别要在 0 到 99 之间。", field="level")
    return yes(
        ThisTicket(command.ticket),
        ClassSet(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            special=command.special,
            level=command.level,
        ),
    )


def move(state: ClinicState, command: Move, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "waiting", "at_room", code="not_waiting")
    if command.before is not None:
        other = ticket_in(
            state, command.before, "waiting", "at_room", code="not_waiting"
        )
        if command.before == command.ticket or other.queue != ticket.queue:
            raise Refused("other_queue", "只能移到同一个队列里另一位的前面。")
    return yes(
        ThisTicket(command.ticket),
        Moved(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            before=command.before,
        ),
    )


def pin(state: ClinicState, command: Pin, now: Millis) -> Decision:
    """To a doctor who is of this queue's department; or to nobody."""
    ticket = _open_ticket(state, command.ticket)
    if command.doctor is not None:
        known_doctor(state, command.doctor)
        rules.must_not_be_stopped(state, ticket.queue, command.doctor, ticket.half)
    if command.room is not None:
        room = room_of(state, command.room)
        if ticket.queue not in room.plan.queues and ticket.queue not in room.served:
            raise Refused(
                "other_queue", "这个诊室不看这个队列，请换一个。", room=command.room
            )
    return yes(
        ThisTicket(command.ticket),
        Pinned(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            doctor=command.doctor,
            room=command.room,
        ),
    )


def send(state: ClinicState, command: SendToRoom, now: Millis) -> Decision:
    room = room_of(state, command.room)
    ticket = ticket_in(state, command.ticket, "waiting", "at_room", code="not_waiting")
    if state.settings.second_stage.mode == "off":
        raise Refused("no_second_stage", "这个诊区没有诊室候诊，不用送。")
    if room.doctor is None:
        raise Refused("not_logged_in", "这个诊室还没有医生，请换一个。")
    if ticket.queue not in room.served:
        raise Refused("other_queue", "这个诊室不看这个队列，请换一个。")
    if command.ticket in room.door:
        return yes(ThisTicket(command.ticket))
    return yes(
        ThisTicket(command.ticket),
        SentToRoom(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            room=command.room,
            lane=lane_of(state, ticket),
        ),
    )


def triage(state: ClinicState, command: Triage, now: Millis) -> Decision:
    """Also the same level again: it was looked at, and the clock starts anew."""
    _open_ticket(state, command.ticket)
    return yes(
        ThisTicket(command.ticket),
        Triaged(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            level=command.level,
        ),
    )


_SENSIBLE: dict[str, tuple[float, float]] = {
    "temperature": (25, 45),
    "pulse": (0, 300),
    "breaths": (0, 100),
    "systolic": (0, 300),
    "diastolic": (0, 250),
    "oxygen": (0, 100),
    "glucose": (0, 60),
    "weight": (0.2, 500),
    "height": (20, 260),
    "pain": (0, 10),
}


def take_vitals(state: ClinicState, command: TakeVitals, now: Millis) -> Decision:
    _open_ticket(state, command.ticket)
    if command.values == Vitals():
        raise BadRequest("请至少填一项体征。", field="values")
    for field, (least, most) in _SENSIBLE.items():
        value = getattr(command.values, field)
        if value is not None and not least <= value <= most:
            raise BadRequest(
                f"体征数值不对：要在 {least} 到 {most} 之间。", field=f"values.{field}"
            )
    return yes(
        ThisTicket(command.ticket),
        VitalsTaken(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            values=command.values,
        ),
    )


def note_complaint(state: ClinicState, command: NoteComplaint, now: Millis) -> Decision:
    _open_ticket(state, command.ticket)
    return yes(
        ThisTicket(command.ticket),
        ComplaintNoted(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            complaint=command.complaint,
        ),
    )


def broadcast(state: ClinicState, command: Broadcast, now: Millis) -> Decision:
    if command.until <= now:
        raise BadRequest("广播的结束时间已经过了。", field="until")
    key = f"b{state.notices_made + 1}"
    return yes(
        ThisBroadcast(key),
        BroadcastMade(
            at=now,
            by=command.by,
            where=command.where,
            broadcast=key,
            text=command.text,
            until=command.until,
            zones=command.zones,
        ),
    )


def call_help(state: ClinicState, command: CallHelp, now: Millis) -> Decision:
    if command.room is not None:
        room_of(state, command.room)
    for known, alarm in state.alarms.items():
        # whoever needs help presses until someone comes: that is one alarm
        mine = alarm.by == command.by and alarm.room == command.room
        if mine and alarm.kind == "help" and alarm.answered is None:
            return yes(ThisAlarm(known))
    key = f"al{state.alarms_raised + 1}"
    return yes(
        ThisAlarm(key),
        AlarmRaised(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            alarm=key,
            kind="help",
            room=command.room,
        ),
    )


def answer_help(state: ClinicState, command: AnswerHelp, now: Millis) -> Decision:
    """Of an alarm that is over there is nothing left to answer."""
    alarm = state.alarms.get(command.alarm)
    if alarm is None or (alarm.answered is not None and not command.over):
        return yes(ThisAlarm(command.alarm))
    return yes(
        ThisAlarm(command.alarm),
        AlarmAnswered(
            at=now,
            by=command.by,
            where=command.where,
            alarm=command.alarm,
            over=command.over,
        ),
    )


def see_history(state: ClinicState, command: SeeHistory, now: Millis) -> Decision:
    ticket_of(state, command.ticket)
    return yes(ThisTicket(command.ticket))


def hand_over(state: ClinicState, command: HandOver, now: Millis) -> Decision:
    return yes(
        Nothing(),
        HandedOver(
            at=now,
            by=command.by,
            where=command.where,
            to=command.to,
            note=command.note,
        ),
    )
