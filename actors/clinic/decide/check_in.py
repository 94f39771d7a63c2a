"""The patient arrives: at a kiosk, at the desk, on the phone."""

from __future__ import annotations

from actors.clinic import rules, standing
from actors.clinic.commands import CheckIn, Postpone, UndoCheckIn
from actors.clinic.decide.refusals import (
    known_doctor,
    ticket_in,
    ticket_of,
    yes,
)
from actors.clinic.events import CheckedIn, CheckInUndone, Postponed
from actors.clinic.replies import PlaceInQueue, ThisTicket
from actors.clinic.seating import ahead_if_joined
from actors.clinic.state import ClinicState, Stage, Ticket
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision

NOT_YET: tuple[Stage, ...] = (
    "called",
    "in",
    "waiting",
    "at_room",
    "examination",
    "held",
    "missed",
    "leaving",
    "stopped",
)


def check_in(state: ClinicState, command: CheckIn, now: Millis) -> Decision:
    if command.ticket is not None:
        key: str | None = command.ticket
        if ticket_of(state, command.ticket).state != "booked":
            raise _already_in(state, command.ticket)
    elif command.card is not None:
        key = rules.to_check_in(state, command.card, now)
        if key is None:
            raise _nothing_to_check_in(state, command.card)
    else:
        raise BadRequest("请刷卡，或选择号票。", field="card")
    assert key is not None
    ticket = state.tickets[key]
    rules.may_check_in(state, ticket, now, command.where, command.own_clinic)
    doctor = ticket.facts.doctor or None
    if command.doctor is not None:
        known_doctor(state, command.doctor)
        if doctor is not None and doctor != command.doctor:
            raise Refused(
                "has_doctor", "这张号已经指定了医生，换医生请到分诊台。", doctor=doctor
            )
        doctor = command.doctor
    rules.must_not_be_stopped(state, ticket.queue, doctor, ticket.half)
    number, drawn = None, 0
    if state.settings.numbers.given == "check_in" or not ticket.number:
        number, drawn = rules.draw(state, ticket.queue, ticket.half, doctor)
    queue = state.queues[ticket.queue]
    return yes(
        PlaceInQueue(
            ticket=key,
            number=number or ticket.number,
            queue=ticket.queue,
            queue_name=queue.plan.name,
            ahead=ahead_if_joined(
                state, ticket.queue, standing.joining(state, ticket, "check_in", now)
            ),
            rooms=queue.rooms,
        ),
        CheckedIn(
            at=now,
            by=command.by,
            where=command.where if command.where != "kiosk" else "",
            reason=command.reason,
            ticket=key,
            number=number,
            drawn=drawn,
            doctor=command.doctor,
        ),
    )


def _nothing_to_check_in(state: ClinicState, card: str) -> Refused:
    """No number of this card waits to be checked in: say what to do instead."""
    key = rules.of_card(state, card, *NOT_YET)
    if key is not None:
        return _already_in(state, key)
    if card in state.cards:
        return Refused("not_registered", "您今天的号已经看完了，还要看请到挂号窗口。")
    return Refused("not_registered", "没有查到您今天的号，请先挂号，或到分诊台问一问。")


def _already_in(state: ClinicState, key: str) -> Refused:
    ticket = state.tickets[key]
    if ticket.state not in NOT_YET:
        return Refused("not_registered", "您今天的号已经看完了，还要看请到挂号窗口。")
    return Refused(
        "already_in",
        _where_to_go(ticket),
        ticket=key,
        number=ticket.number,
        state=ticket.state,
        ahead=rules.ahead_of(state, key),
    )


def _where_to_go(ticket: Ticket) -> str:
    match ticket.state:
        case "called":
            return f"正在叫您，请现在就到 {ticket.room} 诊室。"
        case "in":
            return f"您正在 {ticket.room} 诊室就诊，不用再签到。"
        case "at_room":
            return f"请到 {ticket.room} 诊室门口等候，不用再签到。"
        case "missed":
            return "您的号已经过了，请到分诊台，护士帮您重新排队。"
        case "examination" | "held":
            return "检查做完请到分诊台，护士帮您安排回诊。"
        case "leaving":
            return "您的号正在转往别的诊区，请到分诊台问一问。"
        case "stopped":
            return "这位医生今天停诊，请到分诊台改约或退号。"
        case _:
            return f"您已经签到，号码是 {ticket.number}，请坐下等叫号。"


def undo_check_in(state: ClinicState, command: UndoCheckIn, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "waiting", "at_room", code="not_waiting")
    if ticket.calls or ticket.stood is None or ticket.stood.state != "booked":
        raise Refused("too_late", "已经有了下一步，不能再撤回签到。")
    return yes(
        ThisTicket(command.ticket),
        CheckInUndone(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
        ),
    )


def postpone(state: ClinicState, command: Postpone, now: Millis) -> Decision:
    """Joins again, as if checking in now; whoever is at the door goes back for it."""
    ticket_in(state, command.ticket, "waiting", "at_room", code="not_waiting")
    return yes(
        ThisTicket(command.ticket),
        Postponed(at=now, by=command.by, where=command.where, ticket=command.ticket),
    )
