"""What a clinic's day says to each command: the events, or why not. Pure."""

from __future__ import annotations

import msgspec

from actors.clinic import rules
from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    Command,
    Finish,
    Miss,
    Open,
    Recall,
    Register,
    Start,
)
from actors.clinic.events import (
    AnnouncementExpired,
    Called,
    CalledAgain,
    CheckedIn,
    Event,
    Finished,
    Missed,
    Opened,
    Recalled,
    Registered,
    Started,
)
from actors.clinic.replies import (
    Announced,
    AnnouncedAgain,
    NumberGiven,
    PlaceInQueue,
    ThisTicket,
)
from actors.clinic.state import ClinicState, Stage, Ticket
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing, Wake


def decide(state: ClinicState, command: Command, now: Millis) -> Decision:
    """Nothing of ``state`` changes here; the answer depends on nothing else."""
    if state.plan is None and not isinstance(command, Open | Wake):
        return Refused("not_open", "这个诊区今天还没有开，请到分诊台。")
    match command:
        case CheckIn():
            return _check_in(state, command, now)
        case CallNext():
            return _call_next(state, command, now)
        case CallAgain():
            return _call_again(state, command, now)
        case Start():
            return _start(state, command, now)
        case Finish():
            return _finish(state, command, now)
        case Miss():
            return _miss(state, command, now)
        case Recall():
            return _recall(state, command, now)
        case Wake():
            return _expire(state, now)
        case Register():
            return _register(state, command, now)
        case Open():
            return _open(state, command, now)
        case _:
            return Refused("not_yet", "这项操作正在建设，请到分诊台。")


def _yes(reply: msgspec.Struct, *events: Event) -> Accepted:
    return Accepted(events, reply)


# The morning


def _open(state: ClinicState, command: Open, now: Millis) -> Decision:
    if state.plan is not None:
        return Refused("already_open", "这个诊区今天已经开了，不用再开。")
    if field := rules.wrong_in(command):
        return BadRequest("开诊的设置有一处不对，请改好再试。", field=field)
    return _yes(
        Nothing(),
        Opened(
            at=now,
            by=command.by,
            clinic=command.clinic,
            queues=command.queues,
            rooms=command.rooms,
            settings=command.settings,
        ),
    )


def _register(state: ClinicState, command: Register, now: Millis) -> Decision:
    if command.queue not in state.queues:
        return Refused("unknown_queue", "这个诊区没有这个队列，请换一个。")
    if command.ticket is not None and command.ticket in state.tickets:
        return Refused("ticket_taken", "这张号票已经登记过，请不要重复登记。")
    if command.number is not None and command.number in state.numbers:
        return Refused(
            "number_taken",
            f"{command.number} 号已经给了别人，请换一个号。",
            number=command.number,
        )
    if rules.has_number_in(state, command.card, command.queue):
        return Refused("already_registered", "这位病人在这个队列已经有号，请直接签到。")
    ticket = command.ticket or rules.new_ticket_id(state)
    if command.number is None:
        number, drawn = rules.draw(state, command.queue)
    else:
        number, drawn = command.number, 0
    return _yes(
        NumberGiven(ticket, number),
        Registered(
            at=now,
            by=command.by,
            ticket=ticket,
            number=number,
            queue=command.queue,
            name=command.name,
            card=command.card,
            drawn=drawn,
        ),
    )


# The patient


def _check_in(state: ClinicState, command: CheckIn, now: Millis) -> Decision:
    card = command.card or ""
    ticket_id = rules.of_card(state, card, "booked")
    if ticket_id is None:
        return _nothing_to_check_in(state, card)
    ticket = state.tickets[ticket_id]
    queue = state.queues[ticket.queue]
    return _yes(
        PlaceInQueue(
            ticket=ticket_id,
            number=ticket.number,
            queue=ticket.queue,
            queue_name=queue.plan.name,
            ahead=len(queue.order),
            rooms=queue.rooms,
        ),
        CheckedIn(at=now, by=command.by, ticket=ticket_id),
    )


def _nothing_to_check_in(state: ClinicState, card: str) -> Refused:
    """No number of this card waits to be checked in: say what to do instead."""
    first: tuple[Stage, ...] = ("called", "in", "waiting", "missed")
    ticket_id = rules.of_card(state, card, *first)
    if ticket_id is None:
        if card in state.cards:
            return Refused(
                "not_registered", "您今天的号已经看完了，还要看请到挂号窗口。"
            )
        return Refused(
            "not_registered", "没有查到您今天的号，请先挂号，或到分诊台问一问。"
        )
    ticket = state.tickets[ticket_id]
    match ticket.state:
        case "called":
            message = f"正在叫您，请现在就到 {ticket.room} 诊室。"
        case "in":
            message = f"您正在 {ticket.room} 诊室就诊，不用再签到。"
        case "missed":
            message = "您的号已经过了，请到分诊台，护士帮您重新排队。"
        case _:
            message = f"您已经签到，号码是 {ticket.number}，请坐下等叫号。"
    return Refused(
        "already_in",
        message,
        ticket=ticket_id,
        number=ticket.number,
        state=ticket.state,
        ahead=rules.ahead_of(state, ticket_id),
    )


# The doctor


def _call_next(state: ClinicState, command: CallNext, now: Millis) -> Decision:
    room = state.rooms.get(command.room)
    if room is None:
        return _unknown_room(command.room)
    if not rules.is_latest(state, room, command.after):
        return _moved_on(room.current)
    ticket_id = rules.next_for(state, room)
    if ticket_id is None:
        if room.current is None:
            return Refused("nobody_waiting", "现在没有人候诊，有人签到后再叫。")
        return Refused("nobody_waiting", "没有下一位候诊，这一位看完了请按“看完了”。")
    call = f"c{state.calls_made + 1}"
    called = Called(
        at=now,
        by=command.by,
        call=call,
        ticket=ticket_id,
        room=command.room,
        expires=now + state.settings.announcement_ms,
    )
    reply = Announced(ticket_id, state.tickets[ticket_id].number, call)
    if room.current is None:
        return _yes(reply, called)
    done = Finished(at=now, by=command.by, ticket=room.current, room=command.room)
    return _yes(reply, done, called)


def _call_again(state: ClinicState, command: CallAgain, now: Millis) -> Decision:
    ticket = _current(state, command.room, command.ticket)
    if isinstance(ticket, Refused):
        return ticket
    if ticket.state != "called":
        return _moved_on(command.ticket, "这一位已经开始就诊，不用再叫。")
    wait = rules.wait_to_call_again(state.settings, ticket, now)
    if wait > 0:
        return _too_soon(wait, "刚刚叫过，请等 {} 秒再叫。")
    call = f"c{state.calls_made + 1}"
    return _yes(
        AnnouncedAgain(command.ticket, call),
        CalledAgain(
            at=now,
            by=command.by,
            call=call,
            ticket=command.ticket,
            room=command.room,
            expires=now + state.settings.announcement_ms,
        ),
    )


def _start(state: ClinicState, command: Start, now: Millis) -> Decision:
    ticket = _current(state, command.room, command.ticket)
    if isinstance(ticket, Refused):
        return ticket
    if ticket.state != "called":
        return _moved_on(command.ticket, "这一位已经开始就诊，不用再按。")
    return _yes(
        ThisTicket(command.ticket),
        Started(at=now, by=command.by, ticket=command.ticket, room=command.room),
    )


def _finish(state: ClinicState, command: Finish, now: Millis) -> Decision:
    ticket = _current(state, command.room, command.ticket)
    if isinstance(ticket, Refused):
        return ticket
    return _yes(
        ThisTicket(command.ticket),
        Finished(at=now, by=command.by, ticket=command.ticket, room=command.room),
    )


def _miss(state: ClinicState, command: Miss, now: Millis) -> Decision:
    ticket = _current(state, command.room, command.ticket)
    if isinstance(ticket, Refused):
        return ticket
    if ticket.state != "called":
        return _moved_on(command.ticket, "这一位已经开始就诊，看完了请按“看完了”。")
    wait = rules.wait_to_miss(state.settings, ticket, now)
    if wait > 0:
        return _too_soon(wait, "刚刚叫过，请再等 {} 秒，人没来再按过号。")
    return _yes(
        ThisTicket(command.ticket),
        Missed(at=now, by=command.by, ticket=command.ticket, room=command.room),
    )


def _recall(state: ClinicState, command: Recall, now: Millis) -> Decision:
    if command.ticket not in state.missed:
        return Refused("not_missed", "这一位不在过号里，请看最新画面。")
    return _yes(
        ThisTicket(command.ticket),
        Recalled(at=now, by=command.by, ticket=command.ticket),
    )


# The clock


def _expire(state: ClinicState, now: Millis) -> Decision:
    """A wake-up that comes early, late or twice finds what has expired by now."""
    expired = []
    for key, call in state.calls.items():
        if call.expires > now:
            break
        expired.append(key)
    if not expired:
        return _yes(Nothing())
    return _yes(Nothing(), AnnouncementExpired(at=now, calls=tuple(expired)))


# Refusals that several share


def _current(state: ClinicState, room_id: str, ticket_id: str) -> Ticket | Refused:
    """The ticket the command is about, if it is still current in that room."""
    room = state.rooms.get(room_id)
    if room is None:
        return _unknown_room(room_id)
    if room.current != ticket_id:
        return _moved_on(room.current)
    return state.tickets[ticket_id]


def _unknown_room(room: str) -> Refused:
    return Refused("unknown_room", "没有这个诊室，请重新选择诊室。", room=room)


def _moved_on(current: str | None, message: str | None = None) -> Refused:
    message = message or "诊室里已经不是这一位了，请看最新画面再按。"
    if current is None:
        return Refused("moved_on", message)
    return Refused("moved_on", message, current=current)


def _too_soon(wait: Millis, message: str) -> Refused:
    seconds = -(-wait // 1000)
    return Refused("too_soon", message.format(seconds), wait_ms=wait)
