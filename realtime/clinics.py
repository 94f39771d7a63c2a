"""Which clinics are open today, by name: for whoever sends a patient to one.

Names of places, queues and areas only; nothing of who waits there.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec.structs import replace
from sqlalchemy import Engine, select

from actors.clinic.actor import KIND, clinic_stream
from actors.clinic.state import ClinicState
from actors.journal.tables import events
from actors.kernel.errors import Refusal
from actors.kernel.times import Clock, Millis, day_of
from actors.runtime.system import ActorSystem
from realtime.config import Hospital

LOOK_AGAIN_MS: Millis = 15_000


class QueueHere(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    department: str = ""


class ClinicHere(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    queues: dict[str, QueueHere]
    name_en: str = ""
    floor: str = ""
    areas: tuple[str, ...] = ()
    """Where its calls are heard: the desk follows what was announced there."""


class ClinicsToday(msgspec.Struct, frozen=True):
    clinics: dict[str, ClinicHere]


class Clinics:
    """Looks at most every few seconds, however many ask."""

    def __init__(
        self,
        hospital: Hospital,
        system: ActorSystem,
        clock: Clock,
        areas_of: Callable[[str], tuple[str, ...]] = lambda clinic: (clinic,),
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._clock = clock
        self._areas_of = areas_of
        self._found = ClinicsToday({})
        self._looked: tuple[str, Millis] = ("", 0)

    async def today(self) -> ClinicsToday:
        now = self._clock.now()
        day = day_of(now, self._hospital.zone)
        known_day, at = self._looked
        if known_day == day and now - at < LOOK_AGAIN_MS:
            return self._found
        # whoever asks meanwhile hears what was known, rather than looking too
        self._looked = (day, now)
        found: dict[str, ClinicHere] = {}
        for clinic in await self._streams(day):
            stream = clinic_stream(self._hospital.id, clinic, day)
            try:
                here: ClinicHere | None = await self._system.ref(stream).read(_named)
            except Refusal:
                continue  # it cannot be read now: nobody is sent there either
            if here is not None:
                found[clinic] = replace(here, areas=self._areas_of(clinic))
        self._found = ClinicsToday(found)
        return self._found

    async def _streams(self, day: str) -> list[str]:
        beginning = f"{self._hospital.id}/{KIND}/"

        def look(engine: Engine) -> list[str]:
            query = select(events.c.stream).where(
                events.c.seq == 1,
                events.c.stream.startswith(beginning, autoescape=True),
                events.c.stream.endswith(f"/{day}", autoescape=True),
            )
            with engine.connect() as connection:
                return list(connection.scalars(query))

        names = await self._system.journal.look_beside(look)
        return sorted(name.split("/")[2] for name in names)


def _named(state: ClinicState) -> ClinicHere | None:
    if state.plan is None or state.closed:
        return None
    return ClinicHere(
        state.plan.name,
        {
            key: QueueHere(queue.plan.name, queue.plan.department)
            for key, queue in state.queues.items()
        },
        state.plan.name_en,
        state.plan.floor,
    )
