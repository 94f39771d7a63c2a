"""Fault tickets: from the report to the repair that held, against two clocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from actors.floor.commands import (
    AnswerTicket,
    CloseTicket,
    LevelTicket,
    NoteTicket,
    OpenTicket,
    ReopenTicket,
    RepairTicket,
    ThisTicket,
    alarm_key,
)
from actors.floor.decide.answers import done
from actors.floor.events import (
    AlarmAcked,
    Event,
    TicketAnswered,
    TicketClosed,
    TicketLate,
    TicketLevelled,
    TicketNoted,
    TicketOpened,
    TicketReopened,
    TicketRepaired,
)
from actors.floor.settings import MINUTE, FloorSettings, Level, level_of
from actors.floor.state import FloorState, Ticket
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision

Step: TypeAlias = (
    AnswerTicket | NoteTicket | LevelTicket | RepairTicket | ReopenTicket | CloseTicket
)


def open_one(state: FloorState, command: OpenTicket, now: Millis) -> Decision:
    alarm = state.alarms.get(command.alarm)
    if command.alarm and alarm is None:
        return Refused("unknown_alarm", "没有这条告警，请看一下最新的列表。")
    named = command.target or (alarm.terminal if alarm else "")
    if not named:
        return BadRequest("请选是哪台设备坏了。", field="target")
    target = state.target(named)
    device = command.device or (alarm.device if alarm else "")
    fault = command.fault or (alarm.fault if alarm else "other")
    if (there := state.ticket_of.get(alarm_key(target, device, fault))) is not None:
        return Refused(
            "ticket_open",
            f"这个故障已经有工单 {there} 了，请在那张工单上接着写。",
            ticket=there,
        )
    if not command.what.strip() and alarm is None:
        return BadRequest("请写一句坏在哪里。", field="what")
    level = command.level or (
        _level(alarm.level) if alarm else level_of(state.settings, fault)
    )
    ticket = f"f{state.tickets_made + 1}"
    respond_by, repair_by = clocks(state.settings, level, now)
    unit = state.units.get(target)
    name = (unit.name if unit else "") or (alarm.name if alarm else "")
    events: list[Event] = [
        TicketOpened(
            at=now,
            by=command.by,
            ticket=ticket,
            target=target,
            device=device,
            fault=fault,
            level=level,
            what=command.what.strip(),
            respond_by=respond_by,
            repair_by=repair_by,
            alarm=command.alarm,
            name=name,
        )
    ]
    if alarm is not None and not alarm.acked_at:
        # whoever makes a ticket of it has seen it
        events.append(
            AlarmAcked(at=now, by=command.by, alarm=command.alarm, note=ticket)
        )
    return done(tuple(events), ThisTicket(ticket))


def go_on(state: FloorState, command: Step, now: Millis) -> Decision:
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        return Refused("unknown_ticket", "没有这张工单，请看一下最新的列表。")
    if ticket.state == "closed":
        return Refused(
            "ticket_closed",
            "这张工单已经结了；又坏了，请开一张新的。",
            by=ticket.closed_by,
        )
    found = _step(state.settings, ticket, command, now)
    if not isinstance(found, Event):
        return found
    return done((found,), ThisTicket(command.ticket))


def _step(
    settings: FloorSettings, ticket: Ticket, command: Step, now: Millis
) -> Event | Decision:
    at, by, key = now, command.by, command.ticket
    match command:
        case AnswerTicket():
            if ticket.state == "open":
                return TicketAnswered(at=at, by=by, ticket=key, note=command.note)
            if ticket.answered_by == by:
                return Accepted((), ThisTicket(key))
            return Refused(
                "answered_already",
                f"{ticket.answered_by} 已经在处理了，要补充请写备注。",
                by=ticket.answered_by,
            )
        case NoteTicket():
            return TicketNoted(at=at, by=by, ticket=key, note=command.note)
        case LevelTicket():
            if command.level == ticket.level:
                return Accepted((), ThisTicket(key))
            # the clocks run from the opening: nobody wins time by another level
            respond_by, repair_by = clocks(settings, command.level, ticket.opened_at)
            return TicketLevelled(
                at=at,
                by=by,
                ticket=key,
                level=command.level,
                respond_by=respond_by,
                repair_by=repair_by,
                reason=command.reason,
            )
        case RepairTicket():
            if ticket.state == "repaired":
                return Accepted((), ThisTicket(key))
            if ticket.state == "open":
                return Refused("not_answered", "还没有人接这张工单，请先点“我来处理”。")
            if not command.cause.strip():
                return BadRequest("请写原因：为什么会坏。", field="cause")
            if not command.measure.strip():
                return BadRequest("请写措施：怎样不再发生。", field="measure")
            return TicketRepaired(
                at=at,
                by=by,
                ticket=key,
                cause=command.cause.strip(),
                measure=command.measure.strip(),
            )
        case ReopenTicket():
            if ticket.state != "repaired":
                return Refused("not_repaired", "这张工单还没有修好，不用退回。")
            return TicketReopened(at=at, by=by, ticket=key, reason=command.reason)
        case CloseTicket():
            if ticket.state != "repaired":
                return Refused("not_repaired", "修好以后才能结单，请先写原因和措施。")
            return TicketClosed(at=at, by=by, ticket=key, note=command.note)


def clocks(
    settings: FloorSettings, level: Level, opened_at: Millis
) -> tuple[Millis, Millis]:
    times = settings.clocks[level]
    return (
        opened_at + times.respond_min * MINUTE,
        opened_at + times.repair_min * MINUTE,
    )


def running(ticket: Ticket) -> tuple[str, Millis] | None:
    """The clock that runs for it, and until when; None when none does, or it has run
    out already."""
    if ticket.state == "open" and "respond" not in ticket.late:
        return "respond", ticket.respond_by
    if ticket.state in ("open", "answered") and "repair" not in ticket.late:
        return "repair", ticket.repair_by
    return None


def late(state: FloorState, now: Millis) -> Iterator[TicketLate]:
    for key, ticket in state.open_tickets:
        for clock, until, runs in (
            ("respond", ticket.respond_by, ticket.state == "open"),
            ("repair", ticket.repair_by, ticket.state in ("open", "answered")),
        ):
            if runs and clock not in ticket.late and until <= now:
                yield TicketLate(at=now, by="clock", ticket=key, clock=clock)


def _level(text: str) -> Level:
    return "I" if text == "I" else "III" if text == "III" else "II"
