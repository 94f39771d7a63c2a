"""Where HIS's sessions and the pool shown here differ. Pure, session by session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from actors.gateways.his.port import Session
from actors.his.compare import Difference
from actors.his.messages import SaidSession
from actors.his.state import HisState
from actors.schedule.state import ScheduleState
from actors.schedule.state import Session as OurSession


def pool_differences(
    his: HisState,
    schedules: Mapping[str, ScheduleState],
    *,
    said_now: Mapping[str, Session] | None = None,
) -> Iterator[Difference]:
    """``schedules`` by department. ``said_now`` is what HIS says when it is asked this
    moment, and then what is left counts too; without it what it said last counts."""
    known: Mapping[str, SaidSession | Session] = (
        {key: kept.said for key, kept in his.sessions.items()}
        if said_now is None
        else said_now
    )
    here = {
        key: (department, session)
        for department, schedule in schedules.items()
        for key, session in schedule.sessions.items()
    }
    for key in sorted(known.keys() | here.keys()):
        said = known.get(key)
        department, ours = here.get(key, ("", None))
        if said is None and ours is not None:
            if not ours.stopped:
                yield _of(key, "session_missing_there", "nothing", department)
        elif said is not None and ours is None:
            if said.state == "open":
                yield _of(key, "session_missing_here", said.department, "nothing")
        elif said is not None and ours is not None:
            yield from _of_one(key, said, ours)


def _of_one(
    key: str, said: SaidSession | Session, ours: OurSession
) -> Iterator[Difference]:
    stopped = said.state == "stopped"
    if stopped != ours.stopped:
        standing = "stopped" if ours.stopped else "open"
        yield _of(key, "session_state", said.state, standing)
        return
    if said.doctor and said.doctor != ours.doctor:
        yield _of(key, "session_doctor", said.doctor, ours.doctor)
    if stopped:
        return
    for slot in said.slots:
        mine = ours.slots.get(slot.slot_no)
        if mine is None:
            yield _of(f"{key}/{slot.slot_no}", "slot_missing", "one", "nothing")
        elif slot.total != (count := mine.total - mine.beside):
            where = f"{key}/{slot.slot_no}"
            yield _of(where, "slot_count", str(slot.total), str(count))
        elif (left := getattr(slot, "left", mine.free)) != mine.free:
            yield _of(f"{key}/{slot.slot_no}", "slot_left", str(left), str(mine.free))


def _of(session: str, kind: str, his: str, ours: str) -> Difference:
    return Difference("", kind, his, ours, session=session)
