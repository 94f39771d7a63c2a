"""Registrations, as a desk makes them and as HIS tells of them."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import Exchange, Merge, Refund, Register, Rename
from actors.clinic.decide.refusals import known_doctor, known_queue, ticket_of, yes
from actors.clinic.events import (
    Event,
    Exchanged,
    Merged,
    Refunded,
    RefundNoted,
    RefundPassedOn,
    Registered,
    Renamed,
)
from actors.clinic.evolve.travels import mark_of
from actors.clinic.plan import Slot
from actors.clinic.replies import NumberGiven, ThisTicket
from actors.clinic.state import ENDED, IN_ROOM, ClinicState
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision, Nothing


def register(state: ClinicState, command: Register, now: Millis) -> Decision:
    known_queue(state, command.queue)
    if command.doctor is not None:
        known_doctor(state, command.doctor)
    if command.ticket is not None and command.ticket in state.tickets:
        raise Refused("ticket_taken", "这张号票已经登记过，请不要重复登记。")
    if command.slot is not None and command.slot.end <= command.slot.start:
        raise BadRequest("时段的结束要在开始之后。", field="slot")
    half = command.half or rules.half_of(
        state, command.slot.start if command.slot else now
    )
    if command.number is not None and rules.number_taken(state, command.number, half):
        raise Refused(
            "number_taken",
            f"{command.number} 号已经给了别人，请换一个号。",
            number=command.number,
        )
    if rules.live_in(state, command.card, command.person, command.queue, half):
        raise Refused("already_registered", "这位病人在这个队列已经有号，请直接签到。")
    rules.must_know_classes(state, command.special)
    rules.must_not_be_stopped(state, command.queue, command.doctor, half)
    rules.may_add(state, command)
    rules.may_go_on(state, command)
    ticket = command.ticket or rules.new_ticket_id(state)
    settings = state.settings
    at_check_in = settings.numbers.given == "check_in" and settings.sign_in
    if command.number is None and at_check_in:
        number, drawn = "", 0  # the first to check in is number 1
    elif command.number is None:
        number, drawn = rules.draw(state, command.queue, half, command.doctor)
    else:
        number, drawn = command.number, 0
    return yes(
        NumberGiven(ticket, number),
        Registered(
            at=now,
            by=command.by,
            where=command.where,
            ticket=ticket,
            number=number,
            queue=command.queue,
            name=command.name,
            card=command.card,
            drawn=drawn,
            slot=command.slot,
            half=half,
            booked=command.booked,
            doctor=rules.doctor_for(state, command),
            special=tuple(dict.fromkeys(command.special)),
            extra=rules.extra_as_given(state, command),
            linked=command.linked,
            person=command.person,
            level=command.level,
        ),
    )


def refund(state: ClinicState, command: Refund, now: Millis) -> Decision:
    """HIS has done it already: in every state there is an answer, and told twice it
    is one refund."""
    key = command.ticket
    if command.origin is not None:
        key = state.arrived.get(mark_of(command.origin, command.ticket), key)
    ticket = ticket_of(state, key)
    reply = ThisTicket(key)
    if ticket.state == "refunded":
        return yes(reply)
    if ticket.state == "leaving":
        if ticket.refund:
            return yes(reply)
        return yes(
            reply,
            RefundNoted(at=now, by=command.by, reason=command.reason, ticket=key),
        )
    if ticket.state == "left":
        if ticket.refund or ticket.gone_to is None:
            return yes(reply)
        return yes(
            reply,
            RefundPassedOn(
                at=now,
                by=command.by,
                reason=command.reason,
                ticket=key,
                to=ticket.gone_to,
                origin=state.stream,
            ),
        )
    return yes(
        reply,
        Refunded(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=key,
            room=ticket.room if ticket.state in IN_ROOM else None,
        ),
    )


def exchange(state: ClinicState, command: Exchange, now: Millis) -> Decision:
    """Told twice, it is one exchange. Another fee class is what it is for, so only a
    patient who is in a room, on the way or done is past it."""
    ticket = ticket_of(state, command.ticket)
    queue = command.queue or ticket.queue
    known_queue(state, queue)
    if command.doctor is not None:
        known_doctor(state, command.doctor)
    if ticket.state in ENDED:
        raise Refused(
            "ended", f"{ticket.number} 号已经结束，不能换号。", state=ticket.state
        )
    if ticket.state == "leaving":
        raise Refused("leaving", "这位病人正在转往别的诊区，请稍候再换号。")
    twin = rules.live_in(state, ticket.card, ticket.person, queue, ticket.half)
    if twin is not None and twin != command.ticket:
        raise Refused("already_registered", "这位病人在那个队列已经有号。", ticket=twin)
    facts = ticket.facts
    slot = command.slot
    if slot is None and facts.slot_start:
        slot = Slot(facts.slot_start, facts.slot_end)
    slot_as_is = slot is None or (slot.start, slot.end) == (
        facts.slot_start,
        facts.slot_end,
    )
    if queue == ticket.queue and (command.doctor or "") == facts.doctor and slot_as_is:
        return yes(ThisTicket(command.ticket))
    if ticket.state != "stopped":
        rules.must_not_be_stopped(state, queue, command.doctor, ticket.half)
    return yes(
        ThisTicket(command.ticket),
        Exchanged(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            queue=queue,
            doctor=command.doctor,
            slot=slot,
        ),
    )


def rename(state: ClinicState, command: Rename, now: Millis) -> Decision:
    """Of somebody who is not here today there is nothing to do."""
    tickets = state.persons.get(command.person, ())
    if all(state.tickets[key].name == command.name for key in tickets):
        return yes(Nothing())
    return yes(
        Nothing(),
        Renamed(at=now, by=command.by, person=command.person, name=command.name),
    )


def merge(state: ClinicState, command: Merge, now: Millis) -> Decision:
    """Two live tickets in one queue and half would be one patient's: the nurse ends
    one first, and the index tells us again."""
    mine = state.persons.get(command.person, ())
    if not mine or command.person == command.into:
        return yes(Nothing())
    theirs = {
        (ticket.queue, ticket.half): key
        for key in state.persons.get(command.into, ())
        if (ticket := state.tickets[key]).state not in ENDED
    }
    for key in mine:
        ticket = state.tickets[key]
        twin = theirs.get((ticket.queue, ticket.half))
        if twin is not None and ticket.state not in ENDED:
            raise Refused(
                "two_live",
                "两份档案在同一队列各有一张有效的号，请先退掉或弃掉一张再合并。",
                tickets=[twin, key],
            )
    events: list[Event] = [
        Merged(
            at=now,
            by=command.by,
            person=command.person,
            into=command.into,
            name=command.name,
        )
    ]
    return yes(Nothing(), *events)
