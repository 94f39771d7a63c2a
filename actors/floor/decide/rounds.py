"""Inspection rounds: three a day, each machine of the ledger, by the check list."""

from __future__ import annotations

from collections.abc import Iterator

from actors.floor.commands import Check, ThisRound
from actors.floor.events import Checked, RoundDue
from actors.floor.rounds import due_until, open_at
from actors.floor.state import FloorState, Seen
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision


def check(state: FloorState, command: Check, now: Millis) -> Decision:
    if command.serial not in state.units:
        return Refused("unknown_unit", "台账里没有这台设备，请先登记台账。")
    for item in command.bad:
        if item not in state.settings.items:
            return BadRequest("检查单改过了，请刷新以后再勾。", field="bad", item=item)
    round_ = open_at(state.settings, state.zone, now)
    if round_ is None:
        return Refused("no_round", "还没有到巡检时间，请到时间再来。")
    bad = tuple(dict.fromkeys(command.bad))
    late = now > round_.due
    seen = _seen(state, round_.key).get(command.serial)
    if seen is not None and (seen.by, seen.bad, seen.note) == (
        command.by,
        bad,
        command.note,
    ):
        return Accepted((), ThisRound(round_.key, seen.late))
    event = Checked(
        at=now,
        by=command.by,
        round=round_.key,
        serial=command.serial,
        bad=bad,
        note=command.note,
        # looked at again after its time: it had been looked at in time
        late=late and (seen is None or seen.late),
    )
    return Accepted((event,), ThisRound(round_.key, event.late))


def over(state: FloorState, now: Millis) -> Iterator[RoundDue]:
    if not state.due_done:
        return
    for one in due_until(state.settings, state.zone, state.due_done, now):
        seen = _seen(state, one.key)
        missed = tuple(sorted(serial for serial in state.units if serial not in seen))
        yield RoundDue(at=now, by="clock", round=one.key, due=one.due, missed=missed)


def _seen(state: FloorState, round_: str) -> dict[str, Seen]:
    found = state.round_of(round_)
    return {} if found is None else state.rounds[found].seen
