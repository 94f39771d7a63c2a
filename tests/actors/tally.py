"""A small capability for the floor's tests: it counts, refuses and crashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import (
    Accepted,
    AuditRecord,
    Capability,
    Decision,
    Nothing,
    Path,
    Snapshots,
    Wake,
)


class Add(msgspec.Struct, frozen=True, tag="tally.add"):
    number: int
    to: str = "main"


class AddMany(msgspec.Struct, frozen=True, tag="tally.add_many"):
    numbers: list[int]


class Remind(msgspec.Struct, frozen=True, tag="tally.remind"):
    at: Millis


class Refuse(msgspec.Struct, frozen=True, tag="tally.refuse"):
    pass


class Crash(msgspec.Struct, frozen=True, tag="tally.crash"):
    pass


class CrashLater(msgspec.Struct, frozen=True, tag="tally.crash_later"):
    pass


class Added(msgspec.Struct, frozen=True, tag="tally.added"):
    number: int
    to: str = "main"


class ReminderSet(msgspec.Struct, frozen=True, tag="tally.reminder_set"):
    at: Millis


class Reminded(msgspec.Struct, frozen=True, tag="tally.reminded"):
    at: Millis


class Poison(msgspec.Struct, frozen=True, tag="tally.poison"):
    pass


class Total(msgspec.Struct, frozen=True):
    total: int


class State:
    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.remind_at: Millis | None = None
        self.reminded: list[Millis] = []

    @property
    def total(self) -> int:
        return sum(self.sums.values())


def decide(state: State, command: Any, now: Millis) -> Decision:
    match command:
        case Add(number, to):
            return Accepted(
                (Added(number, to),),
                Total(state.total + number),
                (AuditRecord("add", "somebody", str(number).encode()),),
            )
        case AddMany(numbers):
            return Accepted(
                tuple(Added(number) for number in numbers),
                Total(state.total + sum(numbers)),
            )
        case Remind(at):
            return Accepted((ReminderSet(at),), Nothing())
        case Wake(due):
            if state.remind_at == due:
                return Accepted((Reminded(now),), Nothing())
            return Accepted((), Nothing())
        case Refuse():
            return Refused("no", "不行。", total=state.total)
        case CrashLater():
            return Accepted((Poison(),), Nothing())
    raise RuntimeError("as asked")


def evolve(state: State, event: Any) -> None:
    match event:
        case Added(number, to):
            state.sums[to] = state.sums.get(to, 0) + number
        case ReminderSet(at):
            state.remind_at = at
        case Reminded(at):
            state.reminded.append(at)
            state.remind_at = None
        case Poison():
            state.sums.clear()
            raise RuntimeError("as asked")


class SumsView:
    name = "sums"
    version = 1

    def paths(self, state: State) -> Iterable[Path]:
        return [("sums", name) for name in state.sums]

    def row(self, state: State, section: str, key: str) -> Any:
        total = state.sums.get(key)
        return {"total": total} if total else None

    def touches(self, state: State, event: Any) -> Iterable[Path]:
        if isinstance(event, Added):
            yield "sums", event.to


def tally_snapshots(every: int, version: int = 1) -> Snapshots[State]:
    def freeze(state: State) -> Any:
        return dict(state.sums), state.remind_at, tuple(state.reminded)

    def thaw(_: str, body: bytes) -> State:
        state = State()
        state.sums, state.remind_at, state.reminded = msgspec.msgpack.decode(body)
        return state

    return Snapshots(
        version=version,
        every=every,
        freeze=freeze,
        encode=msgspec.msgpack.encode,
        thaw=thaw,
    )


def tally(snapshots: Snapshots[State] | None = None) -> Capability[State]:
    return Capability(
        "tally",
        commands=Add | AddMany | Remind | Refuse | Crash | CrashLater | Wake,
        events=Added | ReminderSet | Reminded | Poison,
        new=lambda _: State(),
        decide=decide,
        evolve=evolve,
        wake_at=lambda state: state.remind_at,
        views=[SumsView()],
        snapshots=snapshots,
    )
