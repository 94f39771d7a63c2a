"""A schedule, a clinic and a booker in one house, whose follower can be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from actors.booker.actor import booker_capability
from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import Open as OpenClinic
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.directory.actor import directory_capability
from actors.journal.journal import Journal
from actors.runtime.mail import fingerprint_of
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from actors.schedule.actor import schedule_capability
from realtime.appointments import Appointments
from tests.actors.doomed import Doomed
from tests.actors.schedule.day import EIGHT, OPENING, STREAM, VAULT

PATIENCE_S = 20
CLINIC = clinic_stream("yunxiu", "im2", "2026-11-23")
OPEN_CLINIC = OpenClinic(
    by="his",
    clinic=ClinicPlan("内科二诊区", "云岫市中心医院"),
    queues={"A": QueuePlan("心血管内科"), "Z": QueuePlan("心血管专家", "专")},
    rooms={"1": RoomPlan("周文澜", ("Z",)), "2": RoomPlan("林知远", ("A",))},
)


class Killed(Exception):
    """The process ends here."""


@asynccontextmanager
async def house(
    url: str, clock: ManualClock, *, step: int | None = None, after: bool = False
) -> AsyncIterator[Doomed]:
    """With ``step`` it must end by it; the block may be left half way."""
    journal = Journal(url, release="1.0")
    appointments = Appointments("yunxiu", journal)
    system = Doomed(
        journal,
        [
            clinic_capability(VAULT),
            schedule_capability(),
            booker_capability(),
            directory_capability(),
        ],
        clock=clock,
        followers=[appointments.follower],
        principal="schedule",
        step=step,
        after=after,
    )
    appointments.system = system
    async with system.running():
        yield system
        if step is None:
            with trio.fail_after(PATIENCE_S):
                while appointments.follower.position < journal.top:
                    await appointments.follower.reached(journal.top)
        else:
            with trio.fail_after(PATIENCE_S):
                await system.killed.wait()


async def begun(system: ActorSystem, *, clinic: bool = True) -> None:
    await ask(system, OPENING)
    if clinic:
        await system.ref(CLINIC).ask(OPEN_CLINIC, principal="his", key="open-clinic")


async def ask(system: ActorSystem, command: Any, stream: str = STREAM) -> Any:
    """As a client does it: with a key, so asked again in a second life it is once."""
    key = fingerprint_of(command).hex()
    answer = await system.ref(stream).ask(command, principal="desk", key=key)
    return answer.read(dict)


def at_eight() -> ManualClock:
    return ManualClock(EIGHT)
