"""The two sides kept equal, all day: hearing, delivering, and starting over from where
each feed was left. Nothing here remembers anything that the record does not."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date, timedelta, tzinfo

import msgspec
import trio

from actors.gateways.his.faults import HisError
from actors.gateways.his.port import His
from actors.his.delivering import Delivering
from actors.his.hearing import Hearing
from actors.his.persons import Persons
from actors.his.places import Places
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Vault
from actors.kernel.times import day_of
from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.his")


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often what is asked for, in seconds. ``days`` are kept from today on."""

    registrations_s: float = 2.0
    schedules_s: float = 60.0
    later_days_s: float = 60.0
    sweep_s: float = 600.0
    people_s: float = 60.0
    base_s: float = 900.0
    days: int = 7


class Figures:
    """What metrics read: the last good answer of each feed, and the last fault."""

    def __init__(self) -> None:
        self.heard: dict[str, float] = {}
        self.faults: dict[str, int] = {}
        self.delivered = 0


class Sync:
    def __init__(
        self,
        his: His,
        system: ActorSystem,
        vault: Vault,
        hospital: str,
        zone: tzinfo,
        places: Places,
        pace: Pace | None = None,
        persons: Persons | None = None,
    ) -> None:
        """Without ``persons`` nobody is looked up in the patient index."""
        self.hearing = Hearing(his, system, vault, hospital, persons)
        self.delivering = Delivering(system, hospital, places)
        self.figures = Figures()
        self._system = system
        self._zone = zone
        self._pace = pace or Pace()

    @property
    def today(self) -> str:
        return day_of(self._system.clock.now(), self._zone)

    def days(self) -> list[str]:
        first = date.fromisoformat(self.today)
        return [(first + timedelta(days=n)).isoformat() for n in range(self._pace.days)]

    async def run(self) -> None:
        """Until cancelled. What fails is tried again; it never raises for HIS."""
        pace = self._pace
        async with trio.open_nursery() as nursery:
            for name, every_s, turn in (
                ("base", pace.base_s, self._base),
                ("schedules", pace.schedules_s, self._schedules),
                ("today", pace.registrations_s, self._today),
                ("later days", pace.later_days_s, self._later_days),
                ("sweep", pace.sweep_s, self._sweep),
                ("people", pace.people_s, self._people),
            ):
                nursery.start_soon(self._every, name, every_s, turn)

    async def once(self) -> None:
        """Everything once, in order: what a test or an operator waits for. Raises
        HisError and Refusal."""
        await self._base()
        await self._schedules()
        await self._sweep()
        await self.deliver()

    async def deliver(self) -> None:
        """What is heard and not delivered yet. Raises Refusal."""
        for day in self.days():
            await self.delivering.sessions(day)
            self.figures.delivered += await self.delivering.registrations(day)

    async def _every(
        self, name: str, every_s: float, turn: Callable[[], Awaitable[None]]
    ) -> None:
        while True:
            try:
                await turn()
            except HisError as error:
                self.figures.faults[name] = self.figures.faults.get(name, 0) + 1
                log.warning("HIS, %s: %s", name, error)
            except Refusal as refusal:
                log.warning("HIS, %s: could not be kept: %r", name, refusal)
            else:
                self.figures.heard[name] = trio.current_time()
            await trio.sleep(every_s)

    async def _base(self) -> None:
        await self.hearing.base()

    async def _schedules(self) -> None:
        """Stops before sessions: they say why a session is not there any more."""
        await self.hearing.stops()
        for day in self.days():
            try:
                await self.hearing.sessions(day)
            finally:
                await self.delivering.sessions(day)

    async def _today(self) -> None:
        """What was heard before goes on to the clinics also while HIS is away."""
        day = self.today
        try:
            await self.hearing.registrations(day)
        finally:
            self.figures.delivered += await self.delivering.registrations(day)

    async def _later_days(self) -> None:
        for day in self.days()[1:]:
            await self.hearing.registrations(day)
            self.figures.delivered += await self.delivering.registrations(day)

    async def _people(self) -> None:
        await self.hearing.people(self.today)

    async def _sweep(self) -> None:
        for day in self.days():
            await self.hearing.sweep(day)
