"""Alarms: raised and ended by what the watch sees, acknowledged by people."""

from __future__ import annotations

from actors.floor.commands import Ack, Finding, ThisAlarm, Watched
from actors.floor.decide.answers import done
from actors.floor.events import AlarmAcked, AlarmEnded, AlarmRaised, Event
from actors.floor.state import FloorState
from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing


def watched(state: FloorState, command: Watched, now: Millis) -> Decision:
    events: list[Event] = [
        AlarmEnded(at=now, by=command.by, alarm=state.alarm_of[key])
        for key in dict.fromkeys(command.gone)
        if key in state.alarm_of
    ]
    fresh = {each.key: each for each in command.found}
    for key, finding in fresh.items():
        if key not in state.alarm_of:
            nth = state.alarms_made + sum(isinstance(e, AlarmRaised) for e in events)
            events.append(raised(finding, f"a{nth + 1}", command.by, now))
    return Accepted(tuple(events), Nothing())


def raised(finding: Finding, alarm: str, by: str, now: Millis) -> AlarmRaised:
    return AlarmRaised(
        at=now,
        by=by,
        alarm=alarm,
        terminal=finding.terminal,
        device=finding.device,
        fault=finding.fault,
        level=finding.level,
        # a device's clock may be ahead of ours
        since=min(finding.since, now),
        name=finding.name,
        places=finding.places,
        detail=finding.detail,
    )


def ack(state: FloorState, command: Ack, now: Millis) -> Decision:
    alarm = state.alarms.get(command.alarm)
    if alarm is None:
        return Refused("unknown_alarm", "没有这条告警，请看一下最新的列表。")
    if alarm.acked_at:
        if alarm.acked_by == command.by:
            return Accepted((), ThisAlarm(command.alarm))
        return Refused(
            "acked_already",
            f"这条告警 {alarm.acked_by} 已经确认过了，不用再确认。",
            by=alarm.acked_by,
        )
    event = AlarmAcked(at=now, by=command.by, alarm=command.alarm, note=command.note)
    return done((event,), ThisAlarm(command.alarm))
