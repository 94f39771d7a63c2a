"""A house beside a simulated HIS: journal, clinics, record and sync, to be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import Open
from actors.clinic.plan import ClinicPlan, DoctorPlan, QueuePlan, RoomPlan
from actors.clinic.state import ClinicState
from actors.gateways.his.adapter import HttpHis
from actors.gateways.his.line import Terms
from actors.gateways.his.port import His
from actors.his.actor import his_capability, his_stream
from actors.his.compare import Difference, differences
from actors.his.compare_pool import pool_differences
from actors.his.persons import Persons
from actors.his.places import Place, Places
from actors.his.state import HisState
from actors.his.sync import Pace, Sync
from actors.his.telling import FOLLOWER, TELLS, Teller, lane_of
from actors.journal.journal import Journal
from actors.journal.tables import audit
from actors.kernel.sealed import Vault
from actors.patients.actor import index_stream, patients_capability
from actors.patients.book import Book
from actors.patients.desk import PatientsDesk
from actors.patients.messages import PersonGiven
from actors.patients.numbers import Kind
from actors.patients.opening import Details, Numbered
from actors.patients.state import IndexState
from actors.runtime.followers import Follower, Lanes
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import ManualClock
from actors.schedule.actor import schedule_capability, schedule_stream
from actors.schedule.state import ScheduleState
from realtime.patient_news import PatientNews
from tests.actors.gateways.his.simulated import DAY, ZONE

HOSPITAL = "test"
VAULT = Vault("k1", b"0123456789abcdef", b"an index key of our own")
DEPARTMENTS = "0101 0102 0103 0201 0301 0401 0501 0601 0701 0801".split()
# all in two clinics: a queue per department, one for its experts
PLACES = Places(
    departments={
        code: Place("c1" if code < "0400" else "c2", f"Q{code}") for code in DEPARTMENTS
    },
    experts={
        code: Place("c1" if code < "0400" else "c2", f"X{code}") for code in DEPARTMENTS
    },
)
MORNING = round(datetime(2026, 11, 23, 7, 30, tzinfo=ZONE).timestamp() * 1000)


@dataclass
class House:
    system: ActorSystem
    sync: Sync
    his: His
    places: Places
    desk: PatientsDesk
    news: PatientNews

    async def open(self, day: str = DAY) -> None:
        """The clinics' day, with one room for everything."""
        for clinic in ("c1", "c2"):
            queues = {
                place.queue: QueuePlan(place.queue)
                for table in (self.places.departments, self.places.experts)
                for place in table.values()
                if place.clinic == clinic
            }
            doctors = {
                place.doctor: DoctorPlan(place.doctor)
                for place in self.places.doctors.values()
                if place.clinic == clinic
            }
            await self.system.ref(clinic_stream(HOSPITAL, clinic, day)).ask(
                Open(
                    by="admin",
                    clinic=ClinicPlan(clinic, "测试医院"),
                    queues=queues,
                    doctors=doctors,
                    rooms={"1": RoomPlan("周", tuple(queues))},
                ),
                principal="admin",
                key="open",
            )

    async def clinics(self, day: str = DAY) -> Mapping[str, ClinicState]:
        return {
            clinic: await self.system.ref(clinic_stream(HOSPITAL, clinic, day)).read(
                lambda state: state
            )
            for clinic in ("c1", "c2")
        }

    async def record(self, day: str = DAY) -> HisState:
        state = await self.system.ref(his_stream(HOSPITAL, day)).read(lambda s: s)
        assert isinstance(state, HisState)
        return state

    async def pool(self, department: str, day: str = DAY) -> ScheduleState:
        name = schedule_stream(HOSPITAL, department, day)
        state = await self.system.ref(name).read(lambda s: s)
        assert isinstance(state, ScheduleState)
        return state

    async def people(self) -> int:
        """How many there are in the patient index."""

        def count(state: IndexState) -> int:
            return state.count

        found: int = await self.system.ref(index_stream(HOSPITAL)).read(count)
        return found

    async def enter(self, details: Details, *numbers: Numbered) -> str:
        """Somebody at a desk of ours; the person's id."""
        entering = self.desk.registering("desk", "", details, numbers, DAY)
        answer = await self.system.ref(self.desk.stream).ask(entering, principal="desk")
        return answer.read(PersonGiven).person

    async def tell(self, command: Any) -> None:
        """The patient index, as a desk of ours."""
        await self.system.ref(self.desk.stream).ask(command, principal="desk")

    async def identify(self, kind: Kind, number: str) -> str | None:
        return await self.desk.identify(kind, number, DAY)

    async def audited(self, name: str) -> list[str]:
        """By whom, each time this was put on record."""
        await self.news.reached(self.system.journal.top)

        def look(engine: Engine) -> list[str]:
            with engine.connect() as connection:
                rows = select(audit.c.principal).where(audit.c.action == name)
                return list(connection.execute(rows).scalars())

        return await self.system.journal.look_beside(look)

    async def of_registrations(self) -> list[Difference]:
        return [d for d in await self.differences() if d.register_no]

    async def differences(self, day: str = DAY) -> list[Difference]:
        """By what HIS says this moment."""
        said, after, more = {}, 0, True
        voice = self.sync.hearing._voice
        while more:
            page = await self.his.registrations(day, after)
            for row in page.rows:
                said[row.register_no] = voice.registration(row, b"")
            after, more = page.after, page.more
        record = await self.record(day)
        clinics = await self.clinics(day)
        sessions = {row.schedule_no: row for row in await self.his.sessions(day)}
        departments = {kept.said.department for kept in record.sessions.values()}
        pools = {name: await self.pool(name, day) for name in departments}
        return [
            *differences(record, clinics, self.places, said_now=said),
            *pool_differences(record, pools, said_now=sessions),
        ]


@asynccontextmanager
async def house(
    journal_url: str,
    his: His,
    *,
    places: Places = PLACES,
    teller: bool = False,
    clock: ManualClock | None = None,
) -> AsyncIterator[House]:
    """One life of the server. Leave it by an exception to kill it."""
    journal = Journal(journal_url, release="test")
    clock = clock or ManualClock(MORNING)
    book = Book(journal, VAULT)
    news = PatientNews(journal, VAULT, book)
    followers: list[Follower] = [book, news]
    told: list[Teller] = []

    async def handle(record: Any) -> None:
        await told[0].handle(record)

    if teller:
        followers.append(Lanes(FOLLOWER, handle, lane_of, 8, names=TELLS))
    system = ActorSystem(
        journal,
        [
            clinic_capability(VAULT),
            schedule_capability(),
            patients_capability(),
            his_capability(),
        ],
        clock=clock,
        followers=followers,
    )
    news.speak_through(system)
    told.append(Teller(his, system, VAULT, HOSPITAL, DAY))
    desk = PatientsDesk(HOSPITAL, system, VAULT, book)
    persons = Persons(his, system, desk)
    sync = Sync(his, system, VAULT, HOSPITAL, ZONE, places, Pace(days=2), persons)
    async with system.running():
        yield House(system, sync, his, places, desk, news)


def adapter(url: str, **terms: Any) -> HttpHis:
    usual: dict[str, Any] = {"again_s": 0.01, "rest_s": 0.02, "answer_s": 5}
    return HttpHis(Terms(base_url=url, **usual | terms), ZONE)
