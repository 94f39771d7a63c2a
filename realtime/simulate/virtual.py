"""A day in virtual time, on the clinic's own rules: `decide` and `evolve`, no server.

run = virtual.day(DAYS["internal"], seed=1)
run.plan.visits[0].waits

The same people and the same behaviour as on a running server; a day takes milliseconds
to a second. It is what `houzhen replay` runs, and what theory is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import msgspec

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    ComeBack,
    Finish,
    GetBack,
    GoAway,
    Leave,
    Miss,
    Open,
    Recall,
    Register,
    Revive,
    Start,
    ToExamination,
    Triage,
)
from actors.clinic.plan import ClinicPlan, Extra, QueuePlan, RoomPlan, Slot
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Sealed, Vault
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Wake
from realtime.simulate import behaviour
from realtime.simulate.days import Day, Ms
from realtime.simulate.people import Person, people_of
from realtime.simulate.staff import EVEN, Doctor, Habits, staff_of
from realtime.simulate.virtual_time import VirtualBell, VirtualTime
from realtime.simulate.world import Deed, No, Plan, Where

TODAYS_RULES = Settings()
DATE = "2026-11-23"
MIDNIGHT: Millis = 1_795_363_200_000
"""Of that day, in Shanghai."""

_DEEDS = {"call_again": CallAgain, "start": Start, "finish": Finish, "missed": Miss}
_NOBODY = Sealed("virtual", b"")
_BY = "virtual"

Watch = Callable[["VirtualClinic", tuple[msgspec.Struct, ...]], None]
"""Sees the clinic after every command that was accepted, and its events."""


class VirtualClinic:
    """See World. ``state`` is the clinic's, for whoever watches; ``at(ms)`` is the
    clinic's own clock for a time of the day."""

    def __init__(
        self,
        plan: Plan,
        opening: Open,
        watch: Watch | None = None,
        midnight: Millis = MIDNIGHT,
    ) -> None:
        self.plan = plan
        self.midnight = midnight
        self.announcements = 0
        self.refusals = 0
        self.time = VirtualTime(self._first_moment(plan))
        self.clinic = clinic_capability(Vault(_BY, bytes(16), bytes(32)))
        stream = clinic_stream("virtual", "day", DATE)
        self.state: ClinicState = self.clinic.new(stream)
        self._watch = watch
        self._tickets: dict[str, VirtualBell] = {}
        self._rooms = {key: self.time.bell() for key in opening.rooms}
        self._serving: dict[str, list[str]] = {key: [] for key in opening.queues}
        for key, room in opening.rooms.items():
            for queue in room.queues:
                self._serving[queue].append(key)
        self._wake_up = self.time.bell()
        self._do(opening)
        self.time.start_soon(self._wakes())

    @staticmethod
    def _first_moment(plan: Plan) -> Ms:
        moments = [person.registers for person in plan.people]
        return min([*moments, *(doctor.begins for doctor in plan.doctors)], default=0)

    def run(self, until: Ms | None = None) -> None:
        """Everything that happens on this day."""
        behaviour.people_arrive(self)
        behaviour.doctors_come(self)
        self.time.run(until)

    def at(self, moment: Ms) -> Millis:
        return self.midnight + moment

    # -- World ---------------------------------------------------------------------

    def now(self) -> Ms:
        return self.time.now()

    async def until(self, at: Ms) -> None:
        await self.time.until(at)

    def start_soon(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.time.start_soon(coroutine)

    def where(self, ticket: str) -> Where | None:
        found = self.state.tickets.get(ticket)
        return Where(found.state, found.since, found.room) if found else None

    def waiting_for(self, room: str) -> bool:
        queues = self.state.queues
        return any(queues[key].waiting for key in self.state.rooms[room].plan.queues)

    def ticket_bell(self, ticket: str) -> VirtualBell:
        bell = self._tickets.get(ticket)
        if bell is None:
            bell = self._tickets[ticket] = self.time.bell()
        return bell

    def room_bell(self, room: str) -> VirtualBell:
        return self._rooms[room]

    async def register(self, person: Person) -> tuple[str, str]:
        given = self._do(
            Register(
                by=_BY,
                queue=person.queue,
                name=_NOBODY,
                card=person.card,
                number=person.number,
                booked=person.booked,
                slot=self._slot(person),
                extra=Extra(reason="加号") if person.extra else None,
            )
        )
        return given.ticket, given.number

    def _slot(self, person: Person) -> Slot | None:
        if person.slot is None:
            return None
        return Slot(self.at(person.slot[0]), self.at(person.slot[1]))

    async def check_in(self, person: Person, *, at_desk: bool = False) -> None:
        self._do(
            CheckIn(by=_BY, card=person.card, where="desk" if at_desk else "kiosk")
        )

    async def recall(self, ticket: str) -> None:
        self._do(Recall(by=_BY, ticket=ticket))

    async def revive(self, ticket: str) -> None:
        self._do(Revive(by=_BY, ticket=ticket))

    async def leave(self, ticket: str) -> None:
        self._do(Leave(by=_BY, ticket=ticket))

    async def triage(self, ticket: str, level: int) -> None:
        self._do(Triage(by=_BY, ticket=ticket, level=level))

    async def call_next(self, room: str) -> str:
        after = self.state.rooms[room].current
        ticket: str = self._do(CallNext(by=_BY, room=room, after=after)).ticket
        return ticket

    async def at_room(self, deed: Deed, room: str, ticket: str) -> None:
        self._do(_DEEDS[deed](by=_BY, room=room, ticket=ticket))

    async def to_examination(
        self, room: str, ticket: str, *, keeps_seat: bool = False
    ) -> None:
        self._do(ToExamination(by=_BY, room=room, ticket=ticket, keeps_seat=keeps_seat))

    async def come_back(self, ticket: str) -> None:
        self._do(ComeBack(by=_BY, ticket=ticket))

    async def away(self, room: str, back_at: Ms) -> None:
        back = self.at(back_at)
        self._do(GoAway(by=_BY, room=room, reason="暂离", back_at=back))

    async def back(self, room: str) -> None:
        self._do(GetBack(by=_BY, room=room))

    # -- the clinic ----------------------------------------------------------------

    def _do(self, command: Any) -> Any:
        now = self.at(self.now())
        try:
            decision = self.clinic.decide(self.state, command, now)
        except Refusal as refusal:
            decision = refusal
        if not isinstance(decision, Accepted):
            self.refusals += 1
            wait = decision.details.get("wait_ms", 0)
            raise No(getattr(decision, "code", "refused"), wait) from decision
        for event in decision.events:
            self.clinic.evolve(self.state, event)
        for event in decision.events:
            self._tell(event)
        if self._watch is not None:
            self._watch(self, decision.events)
        self._wake_up.ring()
        return decision.reply

    def _tell(self, event: Any) -> None:
        """Whom an event is about hears of it; who may call, when somebody joins."""
        ticket = getattr(event, "ticket", None)
        if hasattr(event, "call"):
            self.announcements += 1
        if ticket is None:
            return
        if (bell := self._tickets.get(ticket)) is not None:
            bell.ring()
        found = self.state.tickets[ticket]
        if found.room is not None and found.room in self._rooms:
            self._rooms[found.room].ring()
        if found.state in behaviour.IN_LINE:
            for room in self._serving[found.queue]:
                self._rooms[room].ring()

    async def _wakes(self) -> None:
        """The clinic's own alarm clock."""
        assert self.clinic.wake_at is not None
        while True:
            due = self.clinic.wake_at(self.state)
            rung = await self._wake_up.wait(
                None if due is None else due - self.midnight
            )
            if not rung and due is not None:
                self._do(Wake(due))


def opening(
    day: Day | None,
    doctors: list[Doctor],
    settings: Settings = TODAYS_RULES,
    queues: Mapping[str, QueuePlan] | None = None,
) -> Open:
    """The command that opens a day for these doctors."""
    if queues is None:
        keys = sorted({key for doctor in doctors for key in doctor.queues})
        name = day.department if day else "候诊"
        queues = {key: QueuePlan(name, day.kind if day else "普") for key in keys}
    return Open(
        by=_BY,
        clinic=ClinicPlan(day.title if day else "候诊", ""),
        queues=dict(queues),
        rooms={doctor.room: RoomPlan(doctor.name, doctor.queues) for doctor in doctors},
        settings=settings,
    )


def simulate(
    people: list[Person],
    doctors: list[Doctor],
    opening: Open,
    *,
    watch: Watch | None = None,
    until: Ms | None = None,
    midnight: Millis = MIDNIGHT,
) -> VirtualClinic:
    """These people, these doctors, these rules: what becomes of them is in ``plan``."""
    clinic = VirtualClinic(Plan(people, doctors), opening, watch, midnight)
    clinic.run(until)
    return clinic


def day(
    day: Day,
    seed: int,
    *,
    settings: Settings | None = None,
    habits: Habits = EVEN,
    watch: Watch | None = None,
) -> VirtualClinic:
    """A whole named day; under its own rules, if no others are given."""
    settings = settings or day.rules
    doctors = staff_of(day, seed, habits)
    people = people_of(day, seed)
    return simulate(people, doctors, opening(day, doctors, settings), watch=watch)
