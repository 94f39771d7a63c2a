"""What the clock does by itself. A wake-up that comes early, late or twice finds what
is due by now."""

from __future__ import annotations

from msgspec.structs import replace

from actors.clinic import rules
from actors.clinic.decide.aside import back_from_examination
from actors.clinic.decide.refusals import yes
from actors.clinic.decide.travel import traveller
from actors.clinic.events import (
    AlarmRaised,
    AnnouncementExpired,
    BroadcastEnded,
    Event,
    RolledOver,
    WaitedLong,
)
from actors.clinic.plan import Traveller
from actors.clinic.state import LIVE, ClinicState, Ticket
from actors.kernel.times import Millis
from actors.runtime.shape import Decision, Nothing, Wake

CLOCK = "clock"


def wake(state: ClinicState, command: Wake, now: Millis) -> Decision:
    events: list[Event] = []
    expired = []
    for key, call in state.calls.items():
        if call.expires > now:
            break
        expired.append(key)
    if expired:
        events.append(AnnouncementExpired(at=now, calls=tuple(expired)))
    due = sorted((at, name) for name, at in state.timers.items() if at <= now)
    alarms = state.alarms_raised
    over: list[str] = []
    late: list[str] = []
    for _, name in due:
        kind, _, key = name.partition(":")
        if kind == "notice":
            over.append(key)
        elif kind == "back":
            events.append(back_from_examination(state, key, CLOCK, now))
        elif kind == "overdue":
            late.append(key)
        elif kind == "midnight":
            events.append(_midnight(state, now))
        else:
            alarms += 1
            events.append(_alarm(state, f"al{alarms}", kind, key, now))
    if over:
        events.append(BroadcastEnded(at=now, broadcasts=tuple(over)))
    if late:
        events.append(WaitedLong(at=now, tickets=tuple(late)))
    return yes(Nothing(), *events)


def _alarm(
    state: ClinicState, alarm: str, kind: str, key: str, now: Millis
) -> AlarmRaised:
    if kind == "retriage":
        return AlarmRaised(at=now, by=CLOCK, alarm=alarm, kind=kind, ticket=key)
    return AlarmRaised(
        at=now,
        by=CLOCK,
        alarm=alarm,
        kind="doctor_absent",
        room=key,
        doctor=rules.planned_in(state, key),
    )


def _midnight(state: ClinicState, now: Millis) -> RolledOver:
    """Who is alive in an emergency clinic goes on in the next day."""
    going = tuple(
        _as_they_are(state, key, ticket)
        for key, ticket in state.tickets.items()
        if ticket.state in LIVE
        and ticket.state not in ("leaving", "stopped")
        and (state.settings.emergency.on or ticket.facts.emergency)
    )
    return RolledOver(at=now, to=rules.stream_of_next_day(state), tickets=going)


def _as_they_are(state: ClinicState, key: str, ticket: Ticket) -> Traveller:
    return replace(
        traveller(state, key, doctor=ticket.facts.doctor or None),
        stage=ticket.state,
        room=ticket.room,
        reports=ticket.reports,
        back_at=ticket.back_at,
        home=ticket.origin,
    )
