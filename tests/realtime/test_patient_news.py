"""What happens to a patient reaches the clinics, whenever the house is killed.

The clinic here is a stand-in that knows the two commands and nothing else: whose name
a ticket bears is all that is asked of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from sqlalchemy import select, update

from actors.clinic.commands import Merge as ClinicMerge
from actors.clinic.commands import Rename as ClinicRename
from actors.clinic.events import Merged as ClinicMerged
from actors.clinic.events import Registered as TicketGiven
from actors.clinic.events import Renamed as ClinicRenamed
from actors.journal.journal import Journal
from actors.journal.tables import cursors, events
from actors.kernel.errors import Unavailable
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.patients.actor import patients_capability
from actors.patients.book import Book
from actors.patients.desk import PatientsDesk
from actors.patients.messages import Erase
from actors.runtime.shape import Accepted, Capability, Decision, Nothing
from actors.runtime.system import ActorSystem
from actors.runtime.testkit import START, ManualClock
from realtime.patient_news import NAME, PatientNews
from tests.actors.conftest import journal_url as journal_url
from tests.actors.patients.office import Office
from tests.actors.patients.people import HOSPITAL, VAULT, citizen

CLINIC = f"{HOSPITAL}/clinic/im2/2026-11-23"
OTHER = f"{HOSPITAL}/clinic/im3/2026-11-23"
ONE, TWO = citizen(order=2), citizen(order=3)

Tickets = dict[str, Any]


class Give(TicketGiven, frozen=True, tag="test.give"):
    """A ticket, as a clinic's own registration gives it."""


def decide(state: Tickets, command: Any, now: Millis) -> Decision:
    match command:
        case Give():
            fields = {f: getattr(command, f) for f in command.__struct_fields__}
            return Accepted((TicketGiven(**fields),), Nothing())
        case ClinicRename():
            event = ClinicRenamed(
                at=now, by=command.by, person=command.person, name=command.name
            )
            return Accepted((event,), Nothing())
        case ClinicMerge():
            merged = ClinicMerged(
                at=now,
                by=command.by,
                person=command.person,
                into=command.into,
                name=command.name,
            )
            return Accepted((merged,), Nothing())
    raise AssertionError(command)


def evolve(state: Tickets, event: Any) -> None:
    match event:
        case TicketGiven():
            state[event.ticket] = (event.person, VAULT.open(event.name))
        case ClinicRenamed() | ClinicMerged():
            person = event.into if isinstance(event, ClinicMerged) else event.person
            for ticket, (whose, name) in state.items():
                if whose == event.person:
                    opened = VAULT.open(event.name) if event.name else name
                    state[ticket] = (person, opened)


def clinics() -> Capability[Tickets]:
    return Capability(
        "clinic",
        commands=Give | ClinicRename | ClinicMerge,
        events=TicketGiven | ClinicRenamed | ClinicMerged,
        new=lambda _: {},
        decide=decide,
        evolve=evolve,
    )


class Killed(BaseException):
    """The process, at this place."""


class Hospital(Office):
    news: PatientNews

    async def ticket(
        self, ticket: str, person: str, name: Sealed, stream: str = CLINIC
    ) -> None:
        give = Give(
            at=START,
            by="desk-1",
            ticket=ticket,
            number=ticket,
            queue="A",
            name=name,
            card="",
            person=person,
        )
        await self.system.ref(stream).ask(give, principal="desk-1")

    async def rename(self, person: str, name: str) -> None:
        await self.ask(await self.desk.renaming("d", "", person, name, "更正"))

    async def tickets(self, stream: str = CLINIC) -> Tickets:
        with trio.fail_after(20):
            await self.news.reached(self.journal.top)
        read: Tickets = await self.system.ref(stream).read(dict)
        return read


@asynccontextmanager
async def hospital(
    url: str, news: type[PatientNews] = PatientNews
) -> AsyncIterator[Hospital]:
    journal = Journal(url, release="1.0")
    book = Book(journal, VAULT)
    told = news(journal, VAULT, book)
    system = ActorSystem(
        journal,
        [patients_capability(), clinics()],
        clock=ManualClock(),
        followers=[book, told],
    )
    told.speak_through(system)
    async with system.running():
        desk = PatientsDesk(HOSPITAL, system, VAULT, book)
        here = Hospital(system, book, desk, VAULT)
        here.news = told
        yield here


async def test_a_ticket_gets_the_new_name(journal_url: str) -> None:
    async with hospital(journal_url) as at:
        person = await at.register("张友山", ("id_card", ONE))
        other = await at.register("李四", ("id_card", TWO))
        await at.ticket("t1", person, await at.desk.display(person))
        await at.ticket("t2", other, await at.desk.display(other))
        await at.ticket("t1", person, await at.desk.display(person), OTHER)
        await at.rename(person, "张友三")
        assert await at.tickets() == {"t1": ("p1", "张友三"), "t2": ("p2", "李四")}
        assert await at.tickets(OTHER) == {"t1": ("p1", "张友三")}


async def test_merged_the_ticket_is_the_survivors(journal_url: str) -> None:
    async with hospital(journal_url) as at:
        kept = await at.register("张友三", ("id_card", ONE))
        gone = await at.register("张有三", ("record_no", "R7"))
        await at.ticket("t1", gone, await at.desk.display(gone))
        await at.merge(gone, kept)
        assert await at.tickets() == {"t1": (kept, "张友三")}
        # and what happens to the survivor later reaches it too
        await at.rename(kept, "张友叁")
        assert await at.tickets() == {"t1": (kept, "张友叁")}


async def test_erased_the_name_goes_from_todays_ticket(journal_url: str) -> None:
    async with hospital(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE))
        await at.ticket("t1", person, await at.desk.display(person))
        await at.ask(Erase(by="m", person=person, reason=at.desk.reason("本人要求")))
        assert await at.tickets() == {"t1": (person, "已删除")}


async def test_a_ticket_that_was_overtaken_is_put_right(journal_url: str) -> None:
    """The desk took the name before the change, the clinic wrote it after."""
    async with hospital(journal_url) as at:
        kept = await at.register("张友山", ("id_card", ONE))
        gone = await at.register("张有三", ("record_no", "R7"))
        old, other = await at.desk.display(kept), await at.desk.display(gone)
        await at.rename(kept, "张友三")
        await at.merge(gone, kept)
        await at.ticket("t1", kept, old)
        await at.ticket("t2", gone, other)
        assert await at.tickets() == {"t1": (kept, "张友三"), "t2": (kept, "张友三")}


async def test_who_was_not_renamed_is_not_told(journal_url: str) -> None:
    async with hospital(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE))
        await at.ticket("t1", person, await at.desk.display(person))
        await at.tickets()
        names = await at.all_of(select(events.c.name).where(events.c.stream == CLINIC))
        assert [row[0] for row in names] == ["clinic.registered"]


class Held(PatientNews):
    """Hears of nothing until it is let go: all of it then comes at once."""

    def __init__(self, *what: Any) -> None:
        super().__init__(*what)
        self.let_go = trio.Event()

    async def hear(self, records: Any) -> None:
        await self.let_go.wait()
        await super().hear(records)


class DiesBeforePlaces(Held):
    async def _note_places(self, given: Any) -> None:
        raise Killed


class DiesBeforeTelling(Held):
    async def _tell(self, stream: str, command: Any, because: Any) -> None:
        raise Killed


class DiesAfterTelling(Held):
    async def _tell(self, stream: str, command: Any, because: Any) -> None:
        await super()._tell(stream, command, because)
        raise Killed


class DiesBetweenTwoClinics(Held):
    told = False

    async def _tell(self, stream: str, command: Any, because: Any) -> None:
        if self.told:
            raise Killed
        self.told = True
        await super()._tell(stream, command, because)


@pytest.mark.parametrize(
    "kill",
    [DiesBeforePlaces, DiesBeforeTelling, DiesAfterTelling, DiesBetweenTwoClinics],
)
@pytest.mark.parametrize("deed", ["rename", "merge"])
async def test_killed_between_two_steps_it_goes_on(
    journal_url: str, kill: type[PatientNews], deed: str
) -> None:
    async def morning(at: Hospital) -> None:
        kept = await at.register("张友三", ("id_card", ONE))
        gone = await at.register("张有三", ("record_no", "R7"))
        for stream in (CLINIC, OTHER):
            await at.ticket("t1", gone, await at.desk.display(gone), stream)
        if deed == "merge":
            await at.merge(gone, kept)
        else:
            await at.rename(gone, "张友三")
        assert isinstance(at.news, Held)
        at.news.let_go.set()
        with trio.fail_after(20):
            await at.news.reached(at.journal.top)

    with pytest.raises(BaseExceptionGroup) as ended:
        async with hospital(journal_url, kill) as at:
            await morning(at)
    assert ended.group_contains(Killed)
    async with hospital(journal_url) as at:
        person = "p1" if deed == "merge" else "p2"
        for stream in (CLINIC, OTHER):
            assert await at.tickets(stream) == {"t1": (person, "张友三")}
            query = select(events.c.name).where(events.c.stream == stream)
            written = [row[0] for row in await at.all_of(query)]
            assert written == ["clinic.registered", f"clinic.{deed}d"]


async def test_a_cursor_that_was_lost_says_nothing_twice(journal_url: str) -> None:
    """kill -9 before the cursor was saved: all of it is heard again."""
    async with hospital(journal_url) as at:
        kept = await at.register("张友三", ("id_card", ONE))
        gone = await at.register("张有三", ("record_no", "R7"))
        await at.ticket("t1", gone, await at.desk.display(gone))
        await at.rename(gone, "张友四")
        await at.merge(gone, kept)
        before = await at.tickets()
        top = at.journal.top
    journal = Journal(journal_url, release="1.0")
    with journal.database.writing.begin() as connection:
        connection.execute(update(cursors).values(position=0))
    journal.database.close()
    async with hospital(journal_url) as at:
        assert await at.tickets() == before
        assert at.journal.top == top


class BusyOnce(PatientNews):
    tries = 0

    async def _tell(self, stream: str, command: Any, because: Any) -> None:
        self.tries += 1
        if self.tries == 1:
            raise Unavailable
        await super()._tell(stream, command, because)


async def test_a_clinic_that_cannot_now_is_told_later(journal_url: str) -> None:
    async with hospital(journal_url, BusyOnce) as at:
        person = await at.register("张友山", ("id_card", ONE))
        await at.ticket("t1", person, await at.desk.display(person))
        await at.rename(person, "张友三")
        assert await at.tickets() == {"t1": (person, "张友三")}
        assert at.news.name == NAME
