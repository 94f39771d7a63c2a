"""What a department's day says to each command: the events, or why not. Pure.

The clock is exact here and not only when a wake-up arrives: whatever has come due by
``now`` has happened before the command is looked at, and is written in its commit.
"""

from __future__ import annotations

from typing import assert_never

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing, Wake
from actors.schedule import rules
from actors.schedule.commands import (
    AddSession,
    AddSessions,
    Answer,
    Book,
    Came,
    Cancel,
    Change,
    ChangePerson,
    ChangeRules,
    Command,
    Confirm,
    Excuse,
    Extra,
    Lock,
    Move,
    NotDelivered,
    Open,
    RemoveSessions,
    Replace,
    Resume,
    SeePlan,
    SetCount,
    Stop,
    Take,
)
from actors.schedule.decide import copying, giving, keeping, planning, stopping
from actors.schedule.evolve import evolve
from actors.schedule.state import ScheduleState, aside


def decide(state: ScheduleState, command: Command, now: Millis) -> Decision:
    """Nothing of ``state`` changes here; the answer depends on nothing else."""
    if state.department is None and not isinstance(command, Open | Wake):
        return Refused("not_open", "这一天的号源还没有放出来，请选别的日期。")
    due = rules.due(state, now)
    if not due:
        return _decide(state, command, now)
    # between a time and its wake-up there are milliseconds: this is seldom
    after = aside(state, rules.bookings_in(due))
    for event in due:
        evolve(after, event)
    decision = _decide(after, command, now)
    if isinstance(decision, Accepted):
        return Accepted((*due, *decision.events), decision.reply, decision.audit)
    return decision


def _decide(state: ScheduleState, command: Command, now: Millis) -> Decision:
    match command:
        case Lock():
            return giving.lock(state, command, now)
        case Confirm():
            return giving.confirm(state, command, now)
        case Book():
            return giving.book(state, command, now)
        case Extra():
            return giving.extra(state, command, now)
        case Cancel():
            return keeping.cancel(state, command, now)
        case Change():
            return keeping.change(state, command, now)
        case Take():
            return keeping.take(state, command, now)
        case Came():
            return keeping.came(state, command, now)
        case Excuse():
            return keeping.excuse(state, command, now)
        case NotDelivered():
            return keeping.not_delivered(state, command, now)
        case ChangePerson():
            return keeping.change_person(state, command, now)
        case Stop():
            return stopping.stop(state, command, now)
        case Move():
            return stopping.move(state, command, now)
        case Replace():
            return stopping.replace(state, command, now)
        case Resume():
            return stopping.resume(state, command, now)
        case Answer():
            return stopping.answer(state, command, now)
        case Open():
            return planning.open_day(state, command, now)
        case ChangeRules():
            return planning.change_rules(state, command, now)
        case AddSession():
            return planning.add_session(state, command, now)
        case SeePlan():
            return copying.see_plan(state)
        case AddSessions():
            return copying.add_sessions(state, command, now)
        case RemoveSessions():
            return copying.remove_sessions(state, command, now)
        case SetCount():
            return planning.set_count(state, command, now)
        case Wake():
            return Accepted((), Nothing())
        case _:
            assert_never(command)
