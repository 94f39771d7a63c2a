"""What patients, doctors and the nurse of a simulation find around them.

They are written once (behaviour.py) and live in two worlds: a running server, reached
through its protocol (live.py), and the clinic's own rules in virtual time (virtual.py).
All times here are of the simulated day.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import msgspec

from realtime.simulate.days import Ms
from realtime.simulate.people import Person
from realtime.simulate.staff import Doctor


class No(Exception):
    """What was asked was refused; ``code`` as in docs/protocol.md."""

    def __init__(self, code: str, wait: Ms = 0) -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait


class Where(NamedTuple):
    """Where a ticket is, and since when: two of one stage are told apart by it."""

    stage: str
    since: int
    room: str | None = None


class Bell(Protocol):
    """Rung for one who waits, or for the next who does: no ring is lost."""

    def ring(self) -> None: ...

    async def wait(self, until: Ms | None = None) -> bool:
        """Whether it rang, rather than that ``until`` came."""


Deed: TypeAlias = Literal[
    "call_again",
    "start",
    "finish",
    "missed",
]
"""What a doctor does about the ticket in the room."""


class World(Protocol):
    """Commands raise No. A room that somebody else works in raises No("taken")."""

    @property
    def plan(self) -> Plan: ...

    def now(self) -> Ms: ...

    async def until(self, at: Ms) -> None: ...

    def start_soon(self, coroutine: Coroutine[Any, Any, None]) -> None: ...

    def where(self, ticket: str) -> Where | None: ...

    def waiting_for(self, room: str) -> bool:
        """Whether it is worth this room's while to call."""

    def ticket_bell(self, ticket: str) -> Bell:
        """Rings at whatever becomes of this ticket."""

    def room_bell(self, room: str) -> Bell:
        """Rings when somebody joins what this room serves, or stands at its door."""

    async def register(self, person: Person) -> tuple[str, str]:
        """Its ticket and number."""

    async def check_in(self, person: Person, *, at_desk: bool = False) -> None:
        """With the card at a kiosk; or the nurse does it."""

    async def recall(self, ticket: str) -> None: ...

    async def revive(self, ticket: str) -> None: ...

    async def leave(self, ticket: str) -> None: ...

    async def triage(self, ticket: str, level: int) -> None: ...

    async def call_next(self, room: str) -> str: ...

    async def at_room(self, deed: Deed, room: str, ticket: str) -> None: ...

    async def to_examination(
        self, room: str, ticket: str, *, keeps_seat: bool = False
    ) -> None: ...

    async def come_back(self, ticket: str) -> None: ...

    async def away(self, room: str, back_at: Ms) -> None: ...

    async def back(self, room: str) -> None: ...


class Visit(msgspec.Struct, gc=False):
    """What one person lived through. ``waits`` are from joining to each call that they
    came to: the first for the consultation, later ones after an examination."""

    person: Person
    ticket: str = ""
    number: str = ""
    checked_in: Ms | None = None
    joined: Ms | None = None
    called: list[Ms] = []
    missed: int = 0
    recalled: int = 0
    returned: int = 0
    waits: list[Ms] = []
    started: Ms | None = None
    room: str | None = None
    ended: Ms | None = None
    end: str = ""

    @property
    def wait(self) -> Ms | None:
        """From check-in until they were first called and came."""
        return self.waits[0] if self.waits else None


class Work(msgspec.Struct, gc=False):
    """What one doctor did."""

    doctor: Doctor
    began: Ms | None = None
    stopped: Ms | None = None
    busy: Ms = 0
    away: Ms = 0
    seen: int = 0
    calls: int = 0
    calls_again: int = 0
    missed: int = 0
    awaits: set[str] = set()
    """Whom this doctor sent to an examination, and sees again."""


class Plan(msgspec.Struct):
    """One run: who comes, who serves, and what became of them."""

    people: list[Person]
    doctors: list[Doctor]
    visits: list[Visit] = []
    works: dict[str, Work] = {}
    of_ticket: dict[str, Visit] = {}
    there: dict[str, str] = {}
    """Who stands at a room's door: room → ticket."""
    left: int = 0
    """How many are still to be dealt with, those who will never come not among them."""

    def __post_init__(self) -> None:
        self.visits = [Visit(person) for person in self.people]
        self.works = {doctor.room: Work(doctor) for doctor in self.doctors}
        self.left = sum(person.arrives is not None for person in self.people)
