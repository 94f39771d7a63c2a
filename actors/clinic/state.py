"""A clinic's day as it stands.

Facts are kept, never positions: a queue's order is derived from what its waiting
tickets are and from the rules (``Queue.line``), so rules may change while the day runs.
``evolve`` changes it in place; there is one owner, and failure throws it away.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

from actors.clinic.order.counting import Counted, Counters
from actors.clinic.order.facts import Calling, QueueFacts, Waiting
from actors.clinic.order.line import in_order
from actors.clinic.order.memo import Memo
from actors.clinic.order.places import Places
from actors.clinic.plan import (
    ClinicPlan,
    DoctorPlan,
    Extra,
    HalfPlan,
    QueuePlan,
    RoomPlan,
    Target,
    Vitals,
)
from actors.clinic.settings import Settings
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis

Stage: TypeAlias = Literal[
    "booked",
    "waiting",
    "at_room",
    "called",
    "in",
    "examination",
    "held",
    "missed",
    "leaving",
    "stopped",
    "done",
    "gave_up",
    "refunded",
    "left",
]
"""Where a ticket is: in exactly one of these, at every moment.

``booked`` not here yet · ``waiting`` in its queue's line · ``at_room`` in that line and
at a room's door · ``called`` and ``in`` current in a room · ``examination`` away to be
examined · ``held`` set aside by a doctor · ``missed`` · ``leaving`` on the way to
another clinic · ``stopped`` asked what they want instead · then how it ended.
"""

LIVE: frozenset[Stage] = frozenset(
    {
        "waiting",
        "at_room",
        "called",
        "in",
        "examination",
        "held",
        "missed",
        "leaving",
        "stopped",
    }
)
"""Has come, and is not done."""

IN_LINE: frozenset[Stage] = frozenset({"waiting", "at_room"})
IN_ROOM: frozenset[Stage] = frozenset({"called", "in"})
ENDED: frozenset[Stage] = frozenset({"done", "gave_up", "refunded", "left"})


class Stood(msgspec.Struct, frozen=True, gc=False):
    """Where a ticket was before a step that may be undone."""

    state: Stage
    since: Millis
    facts: Waiting
    room: str | None = None
    called_at: Millis | None = None


class Ticket(msgspec.Struct, gc=False):
    """``room`` is the last one it was called to; ``since`` when this stage began.

    ``facts`` is all that its place in the line depends on. ``overtook`` were passed
    over by its call, ``gave_back`` by one that was taken back. ``home`` is the queue
    and doctor it returns to after another, ``origin`` the stream and the id it goes
    back to in another clinic.
    """

    number: str
    queue: str
    name: Sealed
    card: str
    state: Stage
    since: Millis
    facts: Waiting
    room: str | None = None
    called_at: Millis | None = None
    times: int = 0
    calls: int = 0
    misses: int = 0
    void: bool = False
    person: str | None = None
    half: str = "all"
    extra: Extra | None = None
    linked: str | None = None
    stood: Stood | None = None
    reports: tuple[str, ...] = ()
    back_at: Millis | None = None
    keeps: str | None = None
    home: tuple[str, str | None] | None = None
    origin: tuple[str, str] | None = None
    leaving: str | None = None
    gone_to: str | None = None
    refund: bool = False
    stop: str | None = None
    answer: str | None = None
    end: str | None = None
    vitals: Vitals | None = None
    complaint: Sealed | None = None
    counted: Counted | None = None
    counted_in: str = ""
    overtook: tuple[str, ...] = ()
    gave_back: tuple[str, ...] = ()
    alarmed: bool = False


class Queue(msgspec.Struct, dict=True):
    """``rooms`` serve it. ``waiting`` are the facts of who stands in its line; the line
    is made from them and the rules when somebody looks, and kept until they change."""

    key: str
    plan: QueuePlan
    rules: Settings
    rooms: tuple[str, ...] = ()
    waiting: dict[str, Waiting] = {}
    counters: Counters = Counters()
    slots: tuple[tuple[Millis, Millis], ...] = ()
    drawn: int = 0
    drawn_by: dict[str, int] = {}
    stopped: str | None = None
    frozen: bool = False

    @property
    def facts(self) -> QueueFacts:
        kept: QueueFacts | None = self.__dict__.get("_facts")
        if kept is None:
            kept = self.__dict__["_facts"] = QueueFacts(
                key=self.key,
                waiting=tuple(self.waiting.values()),
                counters=self.counters,
                doctor=self.plan.doctor,
                slots=self.slots,
                calling=self.calling,
                memo=self.__dict__.setdefault("_memo", Memo()),
            )
        return kept

    @property
    def calling(self) -> Calling:
        if self.frozen:
            return "frozen"
        return "open" if self.stopped is None else "stopped"

    @property
    def order(self) -> list[str]:
        """Who is called, in this order, those at a room's door included."""
        kept: list[str] | None = self.__dict__.get("_order")
        if kept is None:
            facts = self.facts
            places = Places(facts, self.rules)
            line = in_order(facts, self.rules, places, facts.waiting, facts.doctor)
            kept = self.__dict__["_order"] = [who.ticket for _, _, who in line]
        return kept

    def touched(self) -> None:
        """Something the line depends on has changed."""
        kept = self.__dict__
        kept.pop("_facts", None)
        kept.pop("_order", None)


class Away(msgspec.Struct, frozen=True, gc=False):
    reason: str
    since: Millis
    back_at: Millis | None = None


class Room(msgspec.Struct):
    """``last`` was called here last, and is current until finished or missed.
    ``doctor`` is who is logged in, ``served`` the queues that are ticked."""

    plan: RoomPlan
    doctor: str | None = None
    mode: str = "ordinary"
    served: tuple[str, ...] = ()
    trainees: tuple[str, ...] = ()
    current: str | None = None
    last: str | None = None
    door: list[str] = []
    held: list[str] = []
    kept: str | None = None
    away: Away | None = None
    stopped: str | None = None
    last_queue: str = ""
    in_a_row: int = 0
    calls: int = 0


class Doctor(msgspec.Struct):
    plan: DoctorPlan
    stopped: str | None = None
    ended: tuple[str, ...] = ()


class Call(msgspec.Struct, gc=False):
    """An announcement. It outlives its ticket's visit, so five are five."""

    ticket: str
    room: str
    at: Millis
    expires: Millis
    times: int


class Stop(msgspec.Struct):
    """A 停诊. ``open`` have not answered yet."""

    reason: str
    at: Millis
    doctor: str | None
    queue: str | None
    half: str
    open: list[str]
    asked: int
    by: str = ""


class Answer(msgspec.Struct, frozen=True, gc=False):
    answer: str
    to: Target | None = None
    day: str = ""


class Alarm(msgspec.Struct, gc=False):
    kind: str
    at: Millis
    by: str
    ticket: str | None = None
    room: str | None = None
    doctor: str | None = None
    reason: str = ""
    answered: str | None = None


class Notice(msgspec.Struct, frozen=True, gc=False):
    """A broadcast while it runs."""

    text: str
    at: Millis
    until: Millis
    zones: tuple[str, ...]


class HandOverNote(msgspec.Struct, frozen=True, gc=False):
    by: str
    to: str
    at: Millis
    note: str


class ClinicState(msgspec.Struct):
    """``calls`` are in the order of their expiry: all live equally long, and ``at``
    never runs backwards in a stream. ``timers`` are the other times that matter, by
    what they are for. ``history`` holds what happened to each ticket."""

    stream: str
    day: str
    plan: ClinicPlan | None = None
    provisional: bool = False
    closed: bool = False
    settings: Settings = Settings()
    halves: dict[str, HalfPlan] = {}
    rolls_over: Millis | None = None
    queues: dict[str, Queue] = {}
    rooms: dict[str, Room] = {}
    doctors: dict[str, Doctor] = {}
    tickets: dict[str, Ticket] = {}
    numbers: dict[str, str] = {}
    cards: dict[str, tuple[str, ...]] = {}
    persons: dict[str, tuple[str, ...]] = {}
    missed: dict[str, Millis] = {}
    calls: dict[str, Call] = {}
    calls_made: int = 0
    seq: int = 0
    stops: dict[str, Stop] = {}
    stops_made: int = 0
    alarms: dict[str, Alarm] = {}
    alarms_raised: int = 0
    notices: dict[str, Notice] = {}
    notices_made: int = 0
    departures: int = 0
    arrived: dict[str, str] = {}
    carried_from: tuple[str, ...] = ()
    extras: int = 0
    note: HandOverNote | None = None
    timers: dict[str, Millis] = {}
    history: dict[str, list[Any]] = {}
