"""Looking things up for a command, and the refusals that several share."""

from __future__ import annotations

import msgspec

from actors.clinic.events import Event
from actors.clinic.state import ClinicState, Room, Stage, Ticket
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted

NAMES: dict[str, str] = {
    "booked": "还没有签到",
    "waiting": "正在候诊",
    "at_room": "已经在诊室门口候诊",
    "called": "正在被叫",
    "in": "正在就诊",
    "examination": "在做检查",
    "held": "被医生暂放",
    "missed": "已经过号",
    "leaving": "正在转往别的诊区",
    "stopped": "因停诊等待答复",
    "done": "已经看完",
    "gave_up": "已经弃号",
    "refunded": "已经退号",
    "left": "已经转走",
}


def yes(reply: msgspec.Struct, *events: Event) -> Accepted:
    return Accepted(events, reply)


def ticket_of(state: ClinicState, key: str) -> Ticket:
    """Raises Refused when there is none."""
    ticket = state.tickets.get(key)
    if ticket is None:
        raise Refused("unknown_ticket", "没有这张号票，请看最新画面。", ticket=key)
    return ticket


def ticket_in(state: ClinicState, key: str, *stages: Stage, code: str) -> Ticket:
    """The ticket, when it is in one of these places; else the refusal ``code``."""
    ticket = ticket_of(state, key)
    if ticket.state not in stages:
        raise Refused(
            code,
            f"{ticket.number} 号{NAMES[ticket.state]}，不能这样做，请看最新画面。",
            ticket=key,
            state=ticket.state,
        )
    return ticket


def room_of(state: ClinicState, key: str) -> Room:
    room = state.rooms.get(key)
    if room is None:
        raise Refused("unknown_room", "没有这个诊室，请重新选择诊室。", room=key)
    return room


def current_in(state: ClinicState, room_key: str, ticket: str) -> Ticket:
    """The ticket the command is about, if it is still current in that room."""
    room = room_of(state, room_key)
    if room.current != ticket:
        raise moved_on(room.current)
    return state.tickets[ticket]


def known_queue(state: ClinicState, key: str) -> None:
    if key not in state.queues:
        raise Refused("unknown_queue", "这个诊区没有这个队列，请换一个。", queue=key)


def known_doctor(state: ClinicState, key: str) -> None:
    if key not in state.doctors:
        raise Refused("unknown_doctor", "没有这位医生，请重新选择。", doctor=key)


def moved_on(current: str | None, message: str | None = None) -> Refused:
    message = message or "诊室里已经不是这一位了，请看最新画面再按。"
    if current is None:
        return Refused("moved_on", message)
    return Refused("moved_on", message, current=current)


def too_soon(wait: Millis, message: str) -> Refused:
    seconds = -(-wait // 1000)
    return Refused("too_soon", message.format(seconds), wait_ms=wait)
