"""停叫, the nurse's button; and 停诊, where everybody is asked what they want."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.commands import (
    AnswerStop,
    LiftStop,
    OpenCalling,
    StopCalling,
    StopClinic,
)
from actors.clinic.decide.refusals import (
    known_doctor,
    known_queue,
    room_of,
    ticket_in,
    yes,
)
from actors.clinic.decide.travel import where_to
from actors.clinic.events import (
    CallingOpened,
    CallingStopped,
    ClinicStopped,
    StopAnswered,
    StopLifted,
)
from actors.clinic.replies import Answered, Stopping
from actors.clinic.state import ClinicState, Stop
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Decision, Nothing


def _one_of(state: ClinicState, command: StopCalling | OpenCalling) -> str | None:
    """Why it is stopped now; the command names exactly one thing that there is."""
    named = [command.doctor, command.queue, command.room]
    if sum(name is not None for name in named) != 1:
        raise BadRequest("请选择一位医生、一个队列或一个诊室。", field="doctor")
    if command.doctor is not None:
        known_doctor(state, command.doctor)
        return state.doctors[command.doctor].stopped
    if command.queue is not None:
        known_queue(state, command.queue)
        return state.queues[command.queue].stopped
    return room_of(state, command.room or "").stopped


def stop_calling(state: ClinicState, command: StopCalling, now: Millis) -> Decision:
    if _one_of(state, command) == command.reason:
        return yes(Nothing())
    return yes(
        Nothing(),
        CallingStopped(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            doctor=command.doctor,
            queue=command.queue,
            room=command.room,
        ),
    )


def open_calling(state: ClinicState, command: OpenCalling, now: Millis) -> Decision:
    if _one_of(state, command) is None:
        return yes(Nothing())
    return yes(
        Nothing(),
        CallingOpened(
            at=now,
            by=command.by,
            where=command.where,
            doctor=command.doctor,
            queue=command.queue,
            room=command.room,
        ),
    )


def stop_clinic(state: ClinicState, command: StopClinic, now: Millis) -> Decision:
    """Whoever is called, in, or away to be examined is still seen to; the rest is
    asked. The queue stays frozen for that half."""
    if (command.doctor is None) == (command.queue is None):
        raise BadRequest("请选择一位医生或一个队列停诊。", field="doctor")
    if command.doctor is not None:
        known_doctor(state, command.doctor)
    if command.queue is not None:
        known_queue(state, command.queue)
    for key, stop in state.stops.items():
        if (stop.doctor, stop.queue) == (command.doctor, command.queue) and (
            stop.half in (command.half, "all")
        ):
            return yes(Stopping(key, tuple(stop.open)))
    new = Stop(command.reason, now, command.doctor, command.queue, command.half, [], 0)
    asked = tuple(
        key
        for key, ticket in state.tickets.items()
        if ticket.state in ("booked", "waiting", "at_room", "missed")
        and rules.hits(state, new, ticket.queue, ticket.facts)
    )
    stop_key = f"s{state.stops_made + 1}"
    return yes(
        Stopping(stop_key, asked),
        ClinicStopped(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            stop=stop_key,
            doctor=command.doctor,
            queue=command.queue,
            half=command.half,
            tickets=asked,
        ),
    )


def answer_stop(state: ClinicState, command: AnswerStop, now: Millis) -> Decision:
    ticket = ticket_in(state, command.ticket, "stopped", code="not_stopped")
    key = ticket.stop or ""
    stop = state.stops[key]
    to = None
    if command.answer == "doctor":
        if command.to is None or command.to.clinic is not None:
            raise BadRequest("请选择改看哪位医生或哪个队列。", field="to")
        queue, doctor = where_to(state, ticket, command.to)
        to = type(command.to)(queue=queue, doctor=doctor)
    elif command.answer == "day" and not command.day:
        raise BadRequest("请填写改约到哪一天。", field="day")
    if command.ticket not in stop.open:
        raise Refused("answered", "这位病人已经答复过了。", ticket=command.ticket)
    left = len(stop.open) - 1
    return yes(
        Answered(command.ticket, left),
        StopAnswered(
            at=now,
            by=command.by,
            where=command.where,
            ticket=command.ticket,
            stop=key,
            answer=command.answer,
            to=to,
            day=command.day,
            settled=left == 0,
        ),
    )


def lift_stop(state: ClinicState, command: LiftStop, now: Millis) -> Decision:
    """The doctor comes after all, or it was the wrong one."""
    key = command.stop
    if key is None:
        key = next(
            (
                of
                for of, stop in state.stops.items()
                if (stop.doctor, stop.queue, stop.half)
                == (command.doctor, command.queue, command.half)
            ),
            "",
        )
    stop = state.stops.get(key)
    if stop is None or command.whose not in (None, stop.by):
        raise Refused("not_stopped", "没有停诊，不用恢复。")
    return yes(
        Stopping(key, tuple(stop.open)),
        StopLifted(
            at=now,
            by=command.by,
            where=command.where,
            reason=command.reason,
            stop=key,
            tickets=tuple(stop.open),
        ),
    )
