"""A kiosk's session, a clinic and a schedule in one house that can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from typing import Any

import trio

from actors.booker.actor import booker_capability
from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import Open as OpenClinic
from actors.clinic.commands import Register
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.directory.actor import directory_capability
from actors.hospital.actor import plan_capability
from actors.journal.journal import Journal
from actors.kernel.errors import Unavailable
from actors.kernel.times import day_of
from actors.runtime.mail import fingerprint_of
from actors.runtime.system import ActorSystem, Ref
from actors.runtime.testkit import ManualClock
from actors.schedule.actor import schedule_capability
from actors.session.actor import session_capability
from realtime.appointments import Appointments
from realtime.deeds import NAME, Deeds
from realtime.visits import Visits
from tests.actors.schedule.day import OPENING
from tests.actors.schedule.day import STREAM as SCHEDULE
from tests.actors.session.day import KIOSK, STREAM, VAULT
from tests.actors.session.day import NAME as PATIENT

PATIENCE_S = 20
ZONE = timezone(timedelta(hours=8))
CLINIC = clinic_stream("yunxiu", "im2", "2026-11-23")
OPEN_CLINIC = OpenClinic(
    by="his",
    clinic=ClinicPlan("内科二诊区", "云岫市中心医院"),
    queues={"A": QueuePlan("心血管内科"), "Z": QueuePlan("心血管专家", "专")},
    rooms={"1": RoomPlan("周文澜", ("Z",)), "2": RoomPlan("林知远", ("A",))},
)
TICKET = Register(
    by="his", queue="A", name=PATIENT, card="card-1", ticket="t12", person="p7"
)


class Doomed(ActorSystem):
    """A house that ends before or after its ``step``-th command for a session."""

    def __init__(self, *args: Any, step: int | None, after: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.steps = 0
        self.step = step
        self.after = after
        self.killed = trio.Event()
        self.deeds: Deeds
        self.broken = ""

    def ref(self, stream: str) -> Ref:
        return _Counting(self, stream)

    async def settled(self) -> None:
        """Every intent that is on disk now has been worked off."""
        with trio.fail_after(PATIENCE_S):
            while self.deeds.follower.position < self.journal.top:
                await self.deeds.follower.reached(self.journal.top)


class _Counting(Ref):
    async def ask(self, command: Any, **more: Any) -> Any:
        system = self._system
        assert isinstance(system, Doomed)
        if more["principal"] != NAME:
            return await super().ask(command, **more)
        if self.stream == system.broken:
            raise Unavailable
        system.steps += 1
        dies = system.step == system.steps
        if dies and not system.after:
            await self._die(system)
        try:
            return await super().ask(command, **more)
        finally:
            if dies:
                await self._die(system)

    async def _die(self, system: Doomed) -> None:
        system.killed.set()
        with trio.CancelScope(shield=True) as forever:
            # a killed process saves no cursor and hears no reply
            system.journal.save_cursors = lambda *_: None  # type: ignore[method-assign]
            forever.shield = False
            await trio.sleep_forever()


@asynccontextmanager
async def house(
    url: str, clock: ManualClock, *, step: int | None = None, after: bool = False
) -> AsyncIterator[Doomed]:
    journal = Journal(url, release="1.0")
    appointments = Appointments("yunxiu", journal)
    visits = Visits("yunxiu", lambda at: day_of(at, ZONE))
    deeds = Deeds("yunxiu", visits)
    system = Doomed(
        journal,
        [
            clinic_capability(VAULT),
            schedule_capability(),
            booker_capability(),
            directory_capability(),
            plan_capability(),
            session_capability(VAULT),
        ],
        clock=clock,
        followers=[appointments.follower, deeds.follower],
        step=step,
        after=after,
    )
    appointments.system = visits.system = deeds.system = system
    deeds.registered = appointments.follower.reached
    system.deeds = deeds
    async with system.running():
        yield system


async def opened(system: ActorSystem) -> None:
    await ask(system, OPENING, SCHEDULE)
    await ask(system, OPEN_CLINIC, CLINIC)
    await ask(system, TICKET, CLINIC)


async def ask(system: ActorSystem, command: Any, stream: str = STREAM) -> None:
    """As a client does it: with a key, so asked again in a second life it is once."""
    key = fingerprint_of(command).hex()
    await system.ref(stream).ask(command, principal=KIOSK, key=key)
