"""A day laid out as another was: all of it or nothing, and taken back while it may."""

from __future__ import annotations

from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision
from actors.schedule.commands import AddSessions, RemoveSessions
from actors.schedule.decide.answers import unknown_session
from actors.schedule.decide.planning import wrong_session
from actors.schedule.events import SessionAdded, SessionsRemoved
from actors.schedule.plan import SessionPlan
from actors.schedule.replies import LaidOut, SessionsPlanned
from actors.schedule.state import ScheduleState

_WHY = {
    "session_taken": "那天已经有同名的班次，而且不一样，请先改那一天或不带上它。",
    "doctor_busy": "这位医生那天这个时间已经有别的班次，请先改那一天或不带上它。",
}


def see_plan(state: ScheduleState) -> Decision:
    assert state.department is not None
    sessions = {key: session.plan for key, session in state.sessions.items()}
    return Accepted(
        (), LaidOut(state.department, state.doctors, state.channels, sessions)
    )


def add_sessions(state: ScheduleState, command: AddSessions, now: Millis) -> Decision:
    same, added, conflicts = [], [], {}
    for key, plan in command.sessions.items():
        field = wrong_session(plan, state.channels)
        if plan.doctor and plan.doctor not in {**state.doctors, **command.doctors}:
            field = field or "doctor"
        if field:
            where = f"sessions.{key}.{field}"
            return BadRequest("班次的设置有一处不对，请改好再试。", field=where)
        known = state.sessions.get(key)
        if known is not None and known.plan == plan:
            same.append(key)
        elif known is not None:
            conflicts[key] = "session_taken"
        elif _is_busy(state, plan):
            conflicts[key] = "doctor_busy"
        else:
            added.append(key)
    planned = SessionsPlanned(tuple(added), tuple(same), conflicts)
    if command.dry:
        return Accepted((), planned)
    if conflicts:
        key, code = next(iter(conflicts.items()))
        return Refused(code, _WHY[code], session=key, conflicts=len(conflicts))
    events = tuple(
        SessionAdded(
            at=now,
            by=command.by,
            session=key,
            plan=(plan := command.sessions[key]),
            doctor=command.doctors.get(plan.doctor),
        )
        for key in added
    )
    return Accepted(events, planned)


def remove_sessions(
    state: ScheduleState, command: RemoveSessions, now: Millis
) -> Decision:
    for key in command.sessions:
        session = state.sessions.get(key)
        if session is None:
            return unknown_session(key)
        if session.bookings:
            held = len(session.bookings)
            return Refused(
                "places_held",
                f"已经有 {held} 人挂过这个班次的号，不能撤回，请改用停诊。",
                session=key,
                held=held,
            )
    removed = SessionsRemoved(
        at=now,
        by=command.by,
        sessions=command.sessions,
        slots=tuple(
            f"{key}/{slot}"
            for key in command.sessions
            for slot in state.sessions[key].slots
        ),
    )
    return Accepted((removed,), SessionsPlanned())


def _is_busy(state: ScheduleState, plan: SessionPlan) -> bool:
    """The doctor sees others at that time; what is stopped leaves them free."""
    if not plan.doctor:
        return False
    start = min(slot.start for slot in plan.slots.values())
    end = max(slot.end for slot in plan.slots.values())
    return any(
        session.doctor == plan.doctor
        and not session.stopped
        and session.start < end
        and start < session.end
        for session in state.sessions.values()
    )
