"""Aside and back again: examined, set aside, missed, given up."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import (
    ComeBack,
    GiveUp,
    Hold,
    Leave,
    Recall,
    ReportReady,
    Resume,
    Revive,
    ToExamination,
)
from actors.clinic.decide.refusals import (
    current_in,
    moved_on,
    room_of,
    ticket_in,
    ticket_of,
    yes,
)
from actors.clinic.decide.visit import finished
from actors.clinic.events import (
    CameBack,
    Event,
    GaveUp,
    Held,
    Recalled,
    ReportArrived,
    Resumed,
    Revived,
    WentToExamination,
)
from actors.clinic.replies import ThisTicket
from actors.clinic.state import IN_ROOM, ClinicState, Ticket
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision


def hold(state: ClinicState, command: Hold, now: Millis) -> Decision:
    current_in(state, command.room, command.ticket)
    return yes(
        ThisTicket(command.ticket),
        Held(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            room=command.room,
        ),
    )


def resume(state: ClinicState, command: Resume, now: Millis) -> Decision:
    room = room_of(state, command.room)
    if not rules.is_latest(state, room, command.after):
        raise moved_on(room.current)
    ticket_in(state, command.ticket, "held", code="not_held")
    if command.ticket not in room.held:
        raise Refused("not_held", "这一位不是这个诊室暂放的，请看最新画面。")
    events: list[Event] = []
    if room.current is not None:
        events += finished(state, command.room, room.current, command.by, now)
    events.append(
        Resumed(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            room=command.room,
        )
    )
    return yes(ThisTicket(command.ticket), *events)


def to_examination(state: ClinicState, command: ToExamination, now: Millis) -> Decision:
    room = room_of(state, command.room)
    current_in(state, command.room, command.ticket)
    if command.back_at is not None and command.back_at <= now:
        raise Refused("bad_time", "回诊时间已经过了，请重新填写。")
    if command.keeps_seat and room.kept is not None:
        raise Refused("seat_kept", "这个椅位已经留给别人。", ticket=room.kept)
    return yes(
        ThisTicket(command.ticket),
        WentToExamination(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            room=command.room,
            reports=tuple(dict.fromkeys(command.reports)),
            back_at=command.back_at,
            keeps_seat=command.keeps_seat,
        ),
    )


def report_ready(state: ClinicState, command: ReportReady, now: Millis) -> Decision:
    """Also of who is back already: the doctor sees that it is there."""
    ticket = ticket_of(state, command.ticket)
    if command.report is not None and command.report not in ticket.reports:
        return yes(ThisTicket(command.ticket))
    if command.report is None and not ticket.reports:
        missing: tuple[str, ...] = ()
        if ticket.state != "examination":
            return yes(ThisTicket(command.ticket))
    else:
        missing = tuple(r for r in ticket.reports if r != command.report)
        if command.report is None:
            missing = ()
    events: list[Event] = [
        ReportArrived(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            report=command.report,
        )
    ]
    if (
        ticket.state == "examination"
        and not missing
        and rules.returns_by_itself(state.settings)
    ):
        events.append(back_from_examination(state, command.ticket, command.by, now))
    return yes(ThisTicket(command.ticket), *events)


def back_from_examination(
    state: ClinicState, key: str, by: str, now: Millis, where: str = ""
) -> CameBack:
    """To the chair that was kept, when it is free; else into the line."""
    ticket = state.tickets[key]
    kept = ticket.keeps
    if kept is not None and state.rooms[kept].current is not None:
        kept = None
    return CameBack(at=now, by=by, where=where, ticket=key, room=kept)


def come_back(state: ClinicState, command: ComeBack, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "examination", "held", code="not_away")
    _not_stopped(state, ticket)
    return yes(
        ThisTicket(command.ticket),
        back_from_examination(state, command.ticket, command.by, now, command.where),
    )


def recall(state: ClinicState, command: Recall, now: Millis) -> Decision:
    if command.ticket not in state.missed:
        raise Refused("not_missed", "这一位不在过号里，请看最新画面。")
    ticket = state.tickets[command.ticket]
    if ticket.void:
        raise Refused("void", "这张号多次过号已经作废，请护士恢复。")
    _not_stopped(state, ticket)
    return yes(
        ThisTicket(command.ticket),
        Recalled(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
        ),
    )


def revive(state: ClinicState, command: Revive, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "gave_up", "missed", code="not_void")
    if ticket.state == "missed" and not ticket.void:
        raise Refused("not_void", "这张号没有作废，请用“过号召回”。")
    _not_stopped(state, ticket)
    twin = rules.live_in(state, ticket.card, ticket.person, ticket.queue, ticket.half)
    if twin is not None and twin != command.ticket:
        raise Refused(
            "already_registered", "这位病人在这个队列已经有新的号。", ticket=twin
        )
    return yes(
        ThisTicket(command.ticket),
        Revived(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
        ),
    )


def give_up(state: ClinicState, command: GiveUp | Leave, now: Millis) -> Decision:
    """弃号. A patient in a room is the doctor's to finish."""
    left = isinstance(command, Leave)
    ticket = ticket_in(
        state,
        command.ticket,
        "booked",
        "waiting",
        "at_room",
        "called",
        "examination",
        "held",
        "missed",
        code="not_waiting",
    )
    room = ticket.room if ticket.state in IN_ROOM else None
    return yes(
        ThisTicket(command.ticket),
        GaveUp(
            at=now,
            by=command.by,
            where=command.where,
            reason="" if isinstance(command, Leave) else command.reason,
            ticket=command.ticket,
            left=left,
            room=room,
        ),
    )


def _not_stopped(state: ClinicState, ticket: Ticket) -> None:
    rules.must_not_be_stopped(
        state, ticket.queue, ticket.facts.doctor or None, ticket.half
    )
