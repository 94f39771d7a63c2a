"""What the floor is told, and its answers."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from actors.floor.settings import Fault, FloorSettings, ItemKey, Level
from actors.kernel.times import Millis
from actors.runtime.shape import Wake

Serial = Annotated[str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z\-]{0,31}\Z")]
Target = Annotated[str, Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z\-]{0,31}\Z")]
DeviceName = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,31})?\Z")]
Kind = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Words = Annotated[str, Meta(max_length=300, pattern=r"\S")]
Note = Annotated[str, Meta(max_length=300)]
Line = Annotated[str, Meta(max_length=60)]
Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]

UNITS_AT_ONCE = 100


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Finding(msgspec.Struct, frozen=True, gc=False):
    """Something that is wrong now, as the watch sees it."""

    terminal: str
    device: str
    fault: str
    level: Level
    since: Millis
    name: str = ""
    places: tuple[str, ...] = ()
    detail: str = ""

    @property
    def key(self) -> str:
        return alarm_key(self.terminal, self.device, self.fault)


def alarm_key(terminal: str, device: str, fault: str) -> str:
    return f"{terminal}/{device}/{fault}"


class Watched(_Command, frozen=True, tag="floor.watched"):
    """What the watch has found since it last told: what is wrong and was not, and of
    which alarms the cause is gone. Told twice it changes nothing."""

    found: tuple[Finding, ...] = ()
    gone: tuple[str, ...] = ()


class Ack(_Command, frozen=True, tag="floor.ack"):
    """Somebody has seen it and sees to it."""

    alarm: str
    note: Note = ""


class OpenTicket(_Command, frozen=True, tag="floor.open_ticket"):
    """``target`` is a serial of the ledger or a terminal. From an alarm, what is not
    said is the alarm's."""

    target: Target | None = None
    device: DeviceName = ""
    fault: Fault | None = None
    level: Level | None = None
    what: Note = ""
    alarm: str = ""


class AnswerTicket(_Command, frozen=True, tag="floor.answer_ticket"):
    """Somebody is at it: the first clock stops."""

    ticket: str
    note: Note = ""


class NoteTicket(_Command, frozen=True, tag="floor.note_ticket"):
    ticket: str
    note: Words


class LevelTicket(_Command, frozen=True, tag="floor.level_ticket"):
    ticket: str
    level: Level
    reason: Words


class RepairTicket(_Command, frozen=True, tag="floor.repair_ticket"):
    """It works again: why it did not, and what keeps it from happening again."""

    ticket: str
    cause: Note = ""
    measure: Note = ""


class ReopenTicket(_Command, frozen=True, tag="floor.reopen_ticket"):
    ticket: str
    reason: Words


class CloseTicket(_Command, frozen=True, tag="floor.close_ticket"):
    ticket: str
    note: Note = ""


class UnitWords(msgspec.Struct, frozen=True, gc=False):
    """A machine as somebody writes it into the ledger."""

    serial: Serial
    model: Annotated[str, Meta(max_length=40, pattern=r"\S")]
    name: Line = ""
    place: Line = ""
    terminal: Annotated[str, Meta(max_length=32)] = ""
    since: Day = ""
    warranty: Day = ""
    note: Note = ""


class KeepUnits(_Command, frozen=True, tag="floor.keep_units"):
    """All of them, or none when one is wrong."""

    units: Annotated[
        tuple[UnitWords, ...], Meta(min_length=1, max_length=UNITS_AT_ONCE)
    ]


class RetireUnit(_Command, frozen=True, tag="floor.retire_unit"):
    serial: Serial
    reason: Words


class Check(_Command, frozen=True, tag="floor.check"):
    """In the round that is open now."""

    serial: Serial
    bad: tuple[ItemKey, ...] = ()
    note: Note = ""


class SetStock(_Command, frozen=True, tag="floor.set_stock"):
    """Something that machines use up; below ``low`` it is an alarm."""

    kind: Kind
    name: Annotated[str, Meta(max_length=40, pattern=r"\S")]
    unit: Annotated[str, Meta(max_length=8)] = ""
    low: Annotated[int, Meta(ge=0, le=100_000)] = 0


class MoveStock(_Command, frozen=True, tag="floor.move_stock"):
    """Came in (more than 0), or was used up, perhaps in a machine."""

    kind: Kind
    change: Annotated[int, Meta(ge=-100_000, le=100_000)]
    serial: Serial | None = None
    note: Note = ""


class ChangeSettings(_Command, frozen=True, tag="floor.change_settings"):
    settings: FloorSettings


Command: TypeAlias = (
    Watched
    | Ack
    | OpenTicket
    | AnswerTicket
    | NoteTicket
    | LevelTicket
    | RepairTicket
    | ReopenTicket
    | CloseTicket
    | KeepUnits
    | RetireUnit
    | Check
    | SetStock
    | MoveStock
    | ChangeSettings
    | Wake
)


# Replies


class ThisAlarm(msgspec.Struct, frozen=True, gc=False):
    alarm: str


class ThisTicket(msgspec.Struct, frozen=True, gc=False):
    ticket: str


class TheseUnits(msgspec.Struct, frozen=True, gc=False):
    """How many are new, and how many were changed."""

    new: int
    changed: int


class ThisRound(msgspec.Struct, frozen=True, gc=False):
    round: str
    late: bool


class ThisStock(msgspec.Struct, frozen=True, gc=False):
    kind: str
    left: int
