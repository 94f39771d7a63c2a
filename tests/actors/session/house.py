"""A kiosk's session, a clinic and a schedule in one house that can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta, timezone
from typing import Any

import trio

from actors.booker.actor import booker_capability
from actors.clinic.actor import clinic_capability
from actors.clinic.commands import Register
from actors.directory.actor import directory_capability
from actors.hospital.actor import plan_capability
from actors.journal.journal import Journal
from actors.kernel.times import day_of
from actors.runtime.mail import fingerprint_of
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from actors.schedule.actor import schedule_capability
from actors.session.actor import session_capability
from realtime.appointments import Appointments
from realtime.deeds import NAME, Deeds
from realtime.visits import Visits
from tests.actors.doomed import Doomed
from tests.actors.schedule.day import OPENING
from tests.actors.schedule.day import STREAM as SCHEDULE
from tests.actors.schedule.sideways import CLINIC, OPEN_CLINIC
from tests.actors.session.day import KIOSK, STREAM, VAULT
from tests.actors.session.day import NAME as PATIENT

PATIENCE_S = 20
ZONE = timezone(timedelta(hours=8))
TICKET = Register(
    by="his", queue="A", name=PATIENT, card="card-1", ticket="t12", person="p7"
)


class KioskHouse(Doomed):
    """It ends before or after its ``step``-th command for a session."""

    deeds: Deeds

    async def settled(self) -> None:
        """Every intent that is on disk now has been worked off."""
        with trio.fail_after(PATIENCE_S):
            while self.deeds.follower.position < self.journal.top:
                await self.deeds.follower.reached(self.journal.top)


@asynccontextmanager
async def house(
    url: str, clock: ManualClock, *, step: int | None = None, after: bool = False
) -> AsyncIterator[KioskHouse]:
    journal = Journal(url, release="1.0")
    appointments = Appointments("yunxiu", journal)
    visits = Visits("yunxiu", lambda at: day_of(at, ZONE))
    deeds = Deeds("yunxiu", visits)
    system = KioskHouse(
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
        principal=NAME,
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
