"""From one doctor, queue or clinic to another, and home again.

A ticket for another clinic stays here as ``leaving``, visible, until that clinic has
taken it: Leaving here, Arrive there (a courier carries it), then Left here, or NotTaken
and it is back where it stood.
"""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import Arrive, Left, NotTaken, Transfer
from actors.clinic.decide.refusals import (
    known_doctor,
    known_queue,
    room_of,
    ticket_in,
    ticket_of,
    yes,
)
from actors.clinic.events import (
    AlarmRaised,
    Arrived,
    CameBack,
    Event,
    HasLeft,
    Leaving,
    Refunded,
    RefundPassedOn,
    Transferred,
    TurnedBack,
)
from actors.clinic.evolve.travels import mark_of
from actors.clinic.plan import Target, Traveller
from actors.clinic.replies import Arrival, ThisTicket
from actors.clinic.state import IN_ROOM, ClinicState, Stage, Ticket
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.identity import parts_of, stream_name
from actors.kernel.times import Millis
from actors.runtime.shape import Decision

TRANSFERABLE: tuple[Stage, ...] = (
    "booked",
    "waiting",
    "at_room",
    "called",
    "in",
    "examination",
    "held",
    "missed",
)


def transfer(state: ClinicState, command: Transfer, now: Millis) -> Decision:
    ticket = ticket_in(
        state,
        command.ticket,
        *TRANSFERABLE,
        code="not_here",
    )
    if command.room is not None:
        room_of(state, command.room)
        if ticket.state in IN_ROOM and ticket.room != command.room:
            raise Refused(
                "moved_on", "这位病人在别的诊室，请看最新画面。", room=ticket.room
            )
    to = command.to
    if to.clinic is not None and to.clinic != clinic_of(state):
        return _to_another_clinic(state, command, ticket, to, now)
    queue, doctor = where_to(state, ticket, to)
    if queue == ticket.queue and (doctor or "") == ticket.facts.doctor:
        raise Refused("same_place", "病人已经在这个队列里，不用转。")
    home = None
    if command.and_return:
        home = (ticket.queue, ticket.facts.doctor or _doctor_of_room(state, ticket))
    free = ticket.room if ticket.state in IN_ROOM else None
    return yes(
        ThisTicket(command.ticket),
        Transferred(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            queue=queue,
            doctor=doctor,
            room=free,
            home=home,
        ),
    )


def where_to(state: ClinicState, ticket: Ticket, to: Target) -> tuple[str, str | None]:
    """The queue and the doctor it would be in. Within one department and one fee
    class; the rest needs 换号 in HIS first."""
    if to.queue is None and to.doctor is None:
        raise BadRequest("请选择转到哪个队列或哪位医生。", field="to")
    if to.doctor is not None:
        known_doctor(state, to.doctor)
    queue = to.queue
    if queue is None:
        queue = _queue_of_doctor(state, ticket, to.doctor or "")
    known_queue(state, queue)
    rules.must_be_one_class(state, ticket.queue, queue)
    if state.queues[queue].stopped is not None:
        raise Refused("calling_stopped", "那个队列已经停叫，请换一个。", queue=queue)
    twin = rules.live_in(state, ticket.card, ticket.person, queue, ticket.half)
    if twin is not None and state.tickets[twin] is not ticket:
        raise Refused("already_registered", "这位病人在那个队列已经有号。", ticket=twin)
    rules.must_not_be_stopped(state, queue, to.doctor, ticket.half)
    return queue, to.doctor


def _queue_of_doctor(state: ClinicState, ticket: Ticket, doctor: str) -> str:
    """This patient's own queue, when that doctor serves it; else the doctor's."""
    for key, queue in state.queues.items():
        if queue.plan.doctor == doctor:
            return key
    for room in state.rooms.values():
        if room.doctor == doctor and ticket.queue not in room.served and room.served:
            return room.served[0]
    return ticket.queue


def _doctor_of_room(state: ClinicState, ticket: Ticket) -> str | None:
    room = state.rooms.get(ticket.room or "")
    return room.doctor if room and ticket.state in IN_ROOM else None


def clinic_of(state: ClinicState) -> str:
    return parts_of(state.stream)[2][0]


def stream_of(state: ClinicState, clinic: str) -> str:
    hospital, kind, rest = parts_of(state.stream)
    try:
        return stream_name(hospital, kind, clinic, rest[1])
    except ValueError:
        raise BadRequest("没有这个诊区。", field="to.clinic") from None


def _to_another_clinic(
    state: ClinicState, command: Transfer, ticket: Ticket, to: Target, now: Millis
) -> Decision:
    if to.queue is None:
        raise BadRequest("请选择转到那个诊区的哪个队列。", field="to.queue")
    home = (state.stream, command.ticket) if command.and_return else None
    return yes(
        ThisTicket(command.ticket),
        Leaving(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=command.ticket,
            leaving=f"l{state.departures + 1}",
            to=stream_of(state, to.clinic or ""),
            traveller=traveller(
                state, command.ticket, queue=to.queue, doctor=to.doctor, home=home
            ),
            room=ticket.room if ticket.state in IN_ROOM else None,
        ),
    )


def traveller(
    state: ClinicState,
    key: str,
    *,
    queue: str | None = None,
    doctor: str | None = None,
    home: tuple[str, str] | None = None,
) -> Traveller:
    ticket = state.tickets[key]
    facts = ticket.facts
    return Traveller(
        ticket=key,
        number=ticket.number,
        queue=queue or ticket.queue,
        name=ticket.name,
        card=ticket.card,
        person=ticket.person,
        special=rules.specials(ticket),
        level=facts.emergency or None,
        triaged_at=facts.triaged_at or None,
        doctor=doctor,
        linked=ticket.linked,
        home=home,
    )


def on_the_way_home(
    state: ClinicState, key: str, by: str, now: Millis
) -> tuple[Event, ...]:
    """After this doctor, to who lent the patient; here or in another clinic."""
    ticket = state.tickets[key]
    if ticket.home is not None:
        queue, half = ticket.home[0], ticket.half
        twin = rules.live_in(state, ticket.card, ticket.person, queue, half)
        if twin not in (None, key):
            return ()  # registered there anew meanwhile
        return (CameBack(at=now, by=by, ticket=key),)
    if ticket.origin is not None:
        stream, theirs = ticket.origin
        return (
            Leaving(
                at=now,
                by=by,
                ticket=key,
                leaving=f"l{state.departures + 1}",
                to=stream,
                traveller=traveller(state, key),
                back=theirs,
            ),
        )
    return ()


# As the courier tells it


def arrive(state: ClinicState, command: Arrive, now: Millis) -> Decision:
    """Told twice, the second finds the ticket here already."""
    guest = command.ticket
    mark = mark_of(command.origin, guest.ticket, command.leaving)
    if command.back is not None:
        return _come_home(state, command, mark, command.back, now)
    if mark in state.arrived:
        key = state.arrived[mark]
        return yes(Arrival(key, state.tickets[key].number))
    if state.closed:
        raise Refused("day_closed", "这个诊区今天已经结束。")
    known_queue(state, guest.queue)
    half = rules.half_of(state, now)
    rules.must_not_be_stopped(state, guest.queue, guest.doctor, half)
    twin = rules.live_in(state, guest.card, guest.person, guest.queue, half)
    if twin is not None:
        raise Refused("already_registered", "这位病人在这个队列已经有号。", ticket=twin)
    key = guest_id(state, command.origin, guest.ticket)
    number, drawn = guest.number, 0
    if not number or rules.number_taken(state, number, half):
        number, drawn = rules.draw(state, guest.queue, half, guest.doctor)
    if guest.doctor is not None:
        known_doctor(state, guest.doctor)
    return yes(
        Arrival(key, number),
        Arrived(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=key,
            number=number,
            origin=command.origin,
            traveller=guest,
            leaving=command.leaving,
            drawn=drawn,
            half=half,
        ),
    )


def guest_id(state: ClinicState, origin: str, ticket: str) -> str:
    """The id somebody from elsewhere has here: the same however often it is told."""
    clinic = parts_of(origin)[2][0]
    stem = f"{clinic}.{ticket}"[-60:]
    key, count = stem, 1
    while key in state.tickets:
        count += 1
        key = f"{stem}-{count}"
    return key


def _come_home(
    state: ClinicState, command: Arrive, mark: str, mine: str, now: Millis
) -> Decision:
    ticket = ticket_of(state, mine)
    if mark in state.arrived or ticket.state != "left":
        # it is home already, or somebody has ended it meanwhile
        return yes(Arrival(mine, ticket.number))
    if state.closed:
        raise Refused("day_closed", "这个诊区今天已经结束。")
    twin = rules.live_in(state, ticket.card, ticket.person, ticket.queue, ticket.half)
    if twin is not None and twin != mine:
        raise Refused(
            "already_registered", "这位病人在这个队列已经有新的号。", ticket=twin
        )
    return yes(
        Arrival(mine, ticket.number),
        Arrived(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            ticket=mine,
            number=ticket.number,
            origin=command.origin,
            traveller=command.ticket,
            leaving=command.leaving,
            back=True,
            half=ticket.half,
        ),
    )


def left(state: ClinicState, command: Left, now: Millis) -> Decision:
    ticket = ticket_of(state, command.ticket)
    if ticket.state != "leaving" or ticket.leaving != command.leaving:
        return yes(ThisTicket(command.ticket))
    events: list[Event] = [
        HasLeft(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            leaving=command.leaving,
        )
    ]
    if ticket.refund and ticket.gone_to is not None:
        events.append(
            RefundPassedOn(
                at=now,
                by=command.by,
                ticket=command.ticket,
                to=ticket.gone_to,
                origin=state.stream,
            )
        )
    return yes(ThisTicket(command.ticket), *events)


def not_taken(state: ClinicState, command: NotTaken, now: Millis) -> Decision:
    ticket = ticket_of(state, command.ticket)
    if ticket.state != "leaving" or ticket.leaving != command.leaving:
        return yes(ThisTicket(command.ticket))
    turned_back = TurnedBack(
        at=now,
        by=command.by,
        where=command.where,
        reason=command.reason,
        ticket=command.ticket,
        leaving=command.leaving,
        code=command.code,
    )
    if ticket.refund:
        refunded = Refunded(at=now, by=command.by, ticket=command.ticket)
        return yes(ThisTicket(command.ticket), turned_back, refunded)
    alarm = AlarmRaised(
        at=now,
        by=command.by,
        reason=command.reason,
        alarm=f"al{state.alarms_raised + 1}",
        kind="not_taken",
        ticket=command.ticket,
    )
    return yes(ThisTicket(command.ticket), turned_back, alarm)
