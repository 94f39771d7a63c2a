"""A visit: who is next, called, come in, done, or not come at all."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CallOne,
    Finish,
    Miss,
    OpenedElsewhere,
    Start,
    UndoCall,
    UndoMissed,
)
from actors.clinic.decide.refusals import (
    current_in,
    moved_on,
    room_of,
    ticket_in,
    ticket_of,
    too_soon,
    yes,
)
from actors.clinic.decide.travel import on_the_way_home
from actors.clinic.events import (
    Called,
    CalledAgain,
    CallUndone,
    Event,
    Finished,
    Missed,
    MissUndone,
    Started,
)
from actors.clinic.order import entry
from actors.clinic.replies import Announced, AnnouncedAgain, ThisTicket
from actors.clinic.seating import lane_of, passed_over, protected_from, who_is_next
from actors.clinic.state import ENDED, ClinicState, Room, Stage, Ticket
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision

CALLABLE: tuple[Stage, ...] = ("waiting", "at_room", "examination", "held", "missed")
"""Whom a doctor may call by name."""


def call_next(state: ClinicState, command: CallNext, now: Millis) -> Decision:
    room = room_of(state, command.room)
    if not rules.is_latest(state, room, command.after):
        raise moved_on(room.current)
    _may_call(state, room)
    _finished_first(state, room)
    choice = who_is_next(state, command.room, now)
    if choice is None:
        raise _nobody(state, room, now)
    return _call(state, command, choice.ticket, choice.lane, now)


def call_one(state: ClinicState, command: CallOne, now: Millis) -> Decision:
    room = room_of(state, command.room)
    ticket = ticket_of(state, command.ticket)
    if room.current == command.ticket or not rules.is_latest(
        state, room, command.after
    ):
        raise moved_on(room.current)
    _may_call(state, room, out_of_turn=True)
    ticket_in(state, command.ticket, *CALLABLE, code="not_waiting")
    if ticket.void:
        raise Refused("void", "这张号已经作废，请护士先恢复。", ticket=command.ticket)
    if not _may_finish(ticket) and (reason := _stopped(state, room, ticket.queue)):
        raise Refused("calling_stopped", "已经停叫，不能叫新病人。", reason=reason)
    _finished_first(state, room)
    held_up = protected_from(state, command.room, command.ticket)
    if held_up:
        number = state.tickets[held_up[0]].number
        raise Refused(
            "unfair",
            f"{number} 号已经多次被插队，请先叫 {number} 号。",
            tickets=list(held_up),
        )
    lane = lane_of(state, ticket) if ticket.state == "waiting" else "normal"
    return _call(state, command, command.ticket, lane, now)


def _may_finish(ticket: Ticket) -> bool:
    """停叫 is for new patients: who was in, is at the door or comes back is none."""
    facts = ticket.facts
    return (
        ticket.state in ("held", "examination")
        or facts.origin == "return"
        or facts.at_room != ""
    )


def _stopped(state: ClinicState, room: Room, *queues: str) -> str | None:
    """Why 停叫 holds here, if it does."""
    doctor = state.doctors.get(room.doctor or "")
    reason = room.stopped or (doctor.stopped if doctor else None)
    for key in queues:
        reason = reason or state.queues[key].stopped
    return reason


def _may_call(state: ClinicState, room: Room, *, out_of_turn: bool = False) -> None:
    if room.doctor is None:
        raise Refused("not_logged_in", "还没有医生登录这个诊室，请先登录。")
    if room.away is not None:
        raise Refused("away", "诊室正在暂离，请先按“回来”再叫。")
    if room.kept is not None and not out_of_turn:
        raise Refused(
            "seat_kept", "椅位还留给去检查的病人，等他回来再叫。", ticket=room.kept
        )


def _finished_first(state: ClinicState, room: Room) -> None:
    if room.current is not None and not state.settings.doctors.next_finishes:
        raise Refused(
            "not_finished", "这一位还没有看完，请先按“看完了”。", current=room.current
        )


def _nobody(state: ClinicState, room: Room, now: Millis) -> Refused:
    """Why there is nobody: stopped, or the line is empty."""
    half = rules.half_of(state, now)
    for stop in state.stops.values():
        if stop.half in ("all", half) and (
            stop.doctor == room.doctor or stop.queue in room.served
        ):
            return Refused("clinic_stopped", "已经停诊，不能叫号。", reason=stop.reason)
    if (reason := _stopped(state, room, *room.served)) is not None:
        return Refused("calling_stopped", "分诊台已经停叫，请联系护士。", reason=reason)
    if room.current is None:
        return Refused("nobody_waiting", "现在没有人候诊，有人签到后再叫。")
    return Refused("nobody_waiting", "没有下一位候诊，这一位看完了请按“看完了”。")


def _call(
    state: ClinicState,
    command: CallNext | CallOne,
    ticket_id: str,
    lane: str,
    now: Millis,
) -> Decision:
    room = state.rooms[command.room]
    call = f"c{state.calls_made + 1}"
    chosen = isinstance(command, CallOne)
    called = Called(
        at=now,
        by=command.by,
        where=command.where,
        reason=command.reason if isinstance(command, CallOne) else "",
        call=call,
        ticket=ticket_id,
        room=command.room,
        expires=now + state.settings.announcement_ms,
        lane=lane,
        overtook=passed_over(state, command.room, ticket_id),
        out_of_turn=chosen,
    )
    reply = Announced(ticket_id, state.tickets[ticket_id].number, call)
    if room.current is None:
        return yes(reply, called)
    done = finished(state, command.room, room.current, command.by, now)
    return yes(reply, *done, called)


def finished(
    state: ClinicState, room_key: str, ticket_id: str, by: str, now: Millis
) -> tuple[Event, ...]:
    """Done, and on the way home when somebody had lent this patient."""
    done = Finished(at=now, by=by, ticket=ticket_id, room=room_key)
    return (done, *on_the_way_home(state, ticket_id, by, now))


def call_again(state: ClinicState, command: CallAgain, now: Millis) -> Decision:
    ticket = current_in(state, command.room, command.ticket)
    if ticket.state != "called":
        raise moved_on(command.ticket, "这一位已经开始就诊，不用再叫。")
    wait = rules.wait_to_call_again(state.settings, ticket, now)
    if wait > 0:
        raise too_soon(wait, "刚刚叫过，请等 {} 秒再叫。")
    call = f"c{state.calls_made + 1}"
    return yes(
        AnnouncedAgain(command.ticket, call),
        CalledAgain(
            at=now,
            by=command.by,
            where=command.where,
            call=call,
            ticket=command.ticket,
            room=command.room,
            expires=now + state.settings.announcement_ms,
        ),
    )


def start(state: ClinicState, command: Start, now: Millis) -> Decision:
    ticket = current_in(state, command.room, command.ticket)
    if ticket.state != "called":
        raise moved_on(command.ticket, "这一位已经开始就诊，不用再按。")
    return yes(
        ThisTicket(command.ticket),
        Started(at=now, by=command.by, ticket=command.ticket, room=command.room),
    )


def finish(state: ClinicState, command: Finish, now: Millis) -> Decision:
    current_in(state, command.room, command.ticket)
    events = finished(state, command.room, command.ticket, command.by, now)
    return yes(ThisTicket(command.ticket), *events)


def miss(state: ClinicState, command: Miss, now: Millis) -> Decision:
    ticket = current_in(state, command.room, command.ticket)
    if ticket.state != "called":
        raise moved_on(command.ticket, "这一位已经开始就诊，看完了请按“看完了”。")
    no = entry.may_miss(state.settings, ticket.times, ticket.called_at or 0, now)
    if no is not None and no.code == "call_again":
        raise Refused(
            "call_again_first",
            f"还要再叫 {no.calls} 次，人没来才能过号。",
            calls=no.calls,
        )
    if no is not None:
        raise too_soon(no.at - now, "刚刚叫过，请再等 {} 秒，人没来再按过号。")
    return yes(
        ThisTicket(command.ticket),
        Missed(
            at=now,
            by=command.by,
            ticket=command.ticket,
            room=command.room,
            void=entry.is_void(state.settings, ticket.misses + 1),
        ),
    )


def undo_missed(state: ClinicState, command: UndoMissed, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "missed", code="not_missed")
    _undoable(ticket)
    return yes(
        ThisTicket(command.ticket),
        MissUndone(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
        ),
    )


def undo_call(state: ClinicState, command: UndoCall, now: Millis) -> Decision:
    ticket = current_in(state, command.room, command.ticket)
    if ticket.state != "called":
        raise Refused("too_late", "这一位已经开始就诊，不能撤回叫号。")
    _undoable(ticket)
    return yes(
        ThisTicket(command.ticket),
        CallUndone(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            room=command.room,
        ),
    )


def _undoable(ticket: Ticket) -> None:
    if ticket.stood is None:
        raise Refused("too_late", "已经有了下一步，不能再撤回。")


def opened_elsewhere(
    state: ClinicState, command: OpenedElsewhere, now: Millis
) -> Decision:
    """A fact of HIS, so it is never refused for being out of turn. Said twice it is
    one visit."""
    room = room_of(state, command.room)
    ticket = ticket_of(state, command.ticket)
    if ticket.state in ENDED and ticket.state != "gave_up":
        raise Refused(
            "ended", f"{ticket.number} 号已经结束，不能再打开。", state=ticket.state
        )
    if ticket.state == "leaving":
        raise Refused("leaving", "这位病人正在转往别的诊区，请稍候。")
    if ticket.state == "gave_up":
        twin = rules.live_in(
            state, ticket.card, ticket.person, ticket.queue, ticket.half
        )
        if twin is not None:
            raise Refused(
                "already_registered", "这位病人在这个队列已经有新的号。", ticket=twin
            )
    done = Started(
        at=now, by=command.by, ticket=command.ticket, room=command.room, reason="his"
    )
    if room.current == command.ticket:
        if ticket.state == "in":
            return yes(ThisTicket(command.ticket))
        return yes(ThisTicket(command.ticket), done)
    events: list[Event] = []
    number, drawn = None, 0
    if not ticket.number:  # nobody is in a room without one
        doctor = ticket.facts.doctor or None
        number, drawn = rules.draw(state, ticket.queue, ticket.half, doctor)
    if room.current is not None:
        events += finished(state, command.room, room.current, command.by, now)
    called = Called(
        at=now,
        by=command.by,
        where=command.where,
        reason="his",
        call=f"c{state.calls_made + 1}",
        ticket=command.ticket,
        room=command.room,
        expires=now,
        lane=lane_of(state, ticket) if ticket.state == "waiting" else "normal",
        overtook=passed_over(state, command.room, command.ticket),
        number=number,
        drawn=drawn,
        silent=True,
        out_of_turn=True,
    )
    return yes(ThisTicket(command.ticket), *events, called, done)
