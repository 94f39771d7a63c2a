"""What the triage desk does to tickets, and what hangs on the clinic's board."""

from __future__ import annotations

from actors.clinic import standing
from actors.clinic.events import (
    AlarmAnswered,
    AlarmRaised,
    BroadcastEnded,
    BroadcastMade,
    ClassSet,
    ClinicStopped,
    ComplaintNoted,
    HandedOver,
    Moved,
    Pinned,
    StopAnswered,
    StopAsked,
    StopLifted,
    Triaged,
    VitalsTaken,
    WaitedLong,
)
from actors.clinic.evolve import places
from actors.clinic.state import Alarm, ClinicState, HandOverNote, Notice, Stop
from actors.kernel.times import Millis


def class_set(state: ClinicState, event: ClassSet) -> None:
    ticket = state.tickets[event.ticket]
    standing.set_class(state, event.ticket, ticket, event.special, event.level)


def moved(state: ClinicState, event: Moved) -> None:
    ticket = state.tickets[event.ticket]
    standing.move(state, event.ticket, ticket, event.before)


def pinned(state: ClinicState, event: Pinned) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.state == "at_room" and event.room != ticket.room:
        room = state.rooms[ticket.room or ""]
        if event.room is not None or (
            event.doctor is not None and event.doctor != room.doctor
        ):
            room.door.remove(event.ticket)
            ticket.state = "waiting"
            ticket.room = None
            standing.from_door(state, event.ticket, ticket)
    standing.pin(state, event.ticket, ticket, event.doctor, event.room)


def triaged(state: ClinicState, event: Triaged) -> None:
    ticket = state.tickets[event.ticket]
    ticket.alarmed = False
    standing.triage(state, event.ticket, ticket, event.level, event.at)
    _drop_alarms(state, event.ticket)
    standing.watch(state, event.ticket, ticket)


def vitals_taken(state: ClinicState, event: VitalsTaken) -> None:
    state.tickets[event.ticket].vitals = event.values


def complaint_noted(state: ClinicState, event: ComplaintNoted) -> None:
    state.tickets[event.ticket].complaint = event.complaint


def clinic_stopped(state: ClinicState, event: ClinicStopped) -> None:
    state.stops_made += 1
    state.stops[event.stop] = Stop(
        reason=event.reason,
        at=event.at,
        doctor=event.doctor,
        queue=event.queue,
        half=event.half,
        open=list(event.tickets),
        asked=len(event.tickets),
        by=event.by,
    )
    for key in event.tickets:
        _asked(state, key, event.stop, event.at)
    freeze(state)


def stop_asked(state: ClinicState, event: StopAsked) -> None:
    stop = state.stops[event.stop]
    stop.open += event.tickets
    stop.asked += len(event.tickets)
    for key in event.tickets:
        _asked(state, key, event.stop, event.at)


def _asked(state: ClinicState, key: str, stop: str, at: Millis) -> None:
    ticket = state.tickets[key]
    places.remember(ticket)
    places.move(state, key, ticket, "stopped", at)
    ticket.stop = stop


def freeze(state: ClinicState) -> None:
    """A stopped queue calls nobody; a stopped doctor's own neither."""
    for key, queue in state.queues.items():
        frozen = any(
            stop.queue == key or (stop.doctor and stop.doctor == queue.plan.doctor)
            for stop in state.stops.values()
            if stop.half == "all"
        )
        if frozen != queue.frozen:
            queue.frozen = frozen
            queue.touched()


def waited_long(state: ClinicState, event: WaitedLong) -> None:
    for key in event.tickets:
        standing.overdue(state, key)


def stop_lifted(state: ClinicState, event: StopLifted) -> None:
    for key in event.tickets:
        ticket = state.tickets[key]
        places.put_back(state, key, ticket, event.at)
        ticket.stop = None
    del state.stops[event.stop]
    freeze(state)


def stop_answered(state: ClinicState, event: StopAnswered) -> None:
    """Another doctor: back where they stood, in the other line."""
    key = event.ticket
    ticket = state.tickets[key]
    ticket.answer = event.answer
    if event.answer == "doctor" and event.to is not None:
        queue = event.to.queue or ticket.queue
        standing.to_queue(state, ticket, queue, event.to.doctor)
        places.put_back(state, key, ticket, event.at)
    elif event.answer == "refund":
        places.move(state, key, ticket, "refunded", event.at)
    else:
        ticket.end = f"day {event.day}"
        places.move(state, key, ticket, "gave_up", event.at)
    ticket.stop = None


def broadcast_made(state: ClinicState, event: BroadcastMade) -> None:
    state.notices_made += 1
    state.notices[event.broadcast] = Notice(
        event.text, event.at, event.until, event.zones
    )
    state.timers[f"notice:{event.broadcast}"] = event.until


def broadcast_ended(state: ClinicState, event: BroadcastEnded) -> None:
    for key in event.broadcasts:
        state.notices.pop(key, None)
        state.timers.pop(f"notice:{key}", None)


def alarm_raised(state: ClinicState, event: AlarmRaised) -> None:
    state.alarms_raised += 1
    state.alarms[event.alarm] = Alarm(
        kind=event.kind,
        at=event.at,
        by=event.by,
        ticket=event.ticket,
        room=event.room,
        doctor=event.doctor,
        reason=event.reason,
    )
    if event.kind == "doctor_absent":
        state.timers.pop(f"absent:{event.room}", None)
    if event.kind == "retriage" and event.ticket is not None:
        state.tickets[event.ticket].alarmed = True
        state.timers.pop(f"retriage:{event.ticket}", None)


def alarm_answered(state: ClinicState, event: AlarmAnswered) -> None:
    if event.over:
        state.alarms.pop(event.alarm, None)
    elif event.alarm in state.alarms:
        state.alarms[event.alarm].answered = event.by


def _drop_alarms(state: ClinicState, ticket: str) -> None:
    for key, alarm in list(state.alarms.items()):
        if alarm.kind == "retriage" and alarm.ticket == ticket:
            del state.alarms[key]


def handed_over(state: ClinicState, event: HandedOver) -> None:
    state.note = HandOverNote(event.by, event.to, event.at, event.note)
