"""What the floor says to each command. Pure.

Whoever asks has been checked for their right to ask. What people decide about machines
leaves an audit record in the commit; what the watch saw does not.
"""

from __future__ import annotations

from actors.floor.commands import (
    Ack,
    AnswerTicket,
    ChangeSettings,
    Check,
    CloseTicket,
    Command,
    KeepUnits,
    LevelTicket,
    MoveStock,
    NoteTicket,
    OpenTicket,
    ReopenTicket,
    RepairTicket,
    RetireUnit,
    SetStock,
    Watched,
)
from actors.floor.decide import alarms, ledger, rounds, tickets
from actors.floor.decide.answers import done
from actors.floor.events import Event, SettingsChanged
from actors.floor.rounds import wrong_times
from actors.floor.settings import LEVELS, ROUNDS
from actors.floor.state import FloorState
from actors.kernel.errors import BadRequest
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing, Wake


def decide(state: FloorState, command: Command, now: Millis) -> Decision:
    match command:
        case Watched():
            return alarms.watched(state, command, now)
        case Ack():
            return alarms.ack(state, command, now)
        case OpenTicket():
            return tickets.open_one(state, command, now)
        case (
            AnswerTicket()
            | NoteTicket()
            | LevelTicket()
            | RepairTicket()
            | ReopenTicket()
            | CloseTicket()
        ):
            return tickets.go_on(state, command, now)
        case KeepUnits():
            return ledger.keep(state, command, now)
        case RetireUnit():
            return ledger.retire(state, command, now)
        case SetStock():
            return ledger.set_stock(state, command, now)
        case MoveStock():
            return ledger.move_stock(state, command, now)
        case Check():
            return rounds.check(state, command, now)
        case ChangeSettings():
            return _settings(state, command, now)
        case Wake():
            return _wake(state, now)


def _settings(state: FloorState, command: ChangeSettings, now: Millis) -> Decision:
    settings = command.settings
    if missing := [level for level in LEVELS if level not in settings.clocks]:
        return BadRequest(
            f"{missing[0]} 级故障还没有时限，请三级都写上。", field="clocks"
        )
    for level, clocks in settings.clocks.items():
        if clocks.repair_min < clocks.respond_min:
            return BadRequest(
                f"{level} 级的修复时限比响应时限还短，请改长一些。", field="clocks"
            )
    if any(name not in settings.rounds for name in ROUNDS):
        return BadRequest("早、中、晚三次巡检都要写上时间。", field="rounds")
    if wrong_times(settings.rounds.values()):
        return BadRequest(
            "巡检的开始要早于截止，三次也不能重叠，请改时间。", field="rounds"
        )
    if not settings.items:
        return BadRequest("检查项一条也没有，请至少写一条。", field="items")
    if settings == state.settings:
        return Accepted((), Nothing())
    return done((SettingsChanged(at=now, by=command.by, settings=settings),), Nothing())


def _wake(state: FloorState, now: Millis) -> Decision:
    """A clock has run out, or a round is over."""
    events: list[Event] = [*tickets.late(state, now), *rounds.over(state, now)]
    return Accepted(tuple(events), Nothing())
