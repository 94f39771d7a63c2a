"""What HIS changes about a patient is followed; what cannot be is not believed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.clinic.state import Ticket
from actors.gateways.his.port import His, Patient, Registration
from actors.patients.numbers import check_character
from actors.patients.opening import Details, Numbered, Seen
from tests.actors.gateways.his.simulated import DAY, SimulatedProcess, simulated_his
from tests.actors.his.house import VAULT, House, adapter, house


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SimulatedProcess]:
    """A small one: its patients are looked at one by one."""
    with simulated_his(tmp_path, patients=12, booked=0.004) as process:
        yield process


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/journal.db"


_trades = itertools.count(1)
NAME = "欧阳改名"
PHONE = "13800009999"


def put_right(there: SimulatedProcess, patient_id: str, **papers: str) -> None:
    trade = f"q{next(_trades)}"
    about = {"trade_no": trade, "patient_id": patient_id}
    there.at_the_window("window_patient", **about, **papers)


def another_number(number: str) -> str:
    """As good as this one, of somebody born on the same day."""
    turned = f"{(int(number[14:16]) + 1) % 100:02d}"
    seventeen = number[:14] + turned + number[16]
    return seventeen + check_character(seventeen)


async def the_first(his: His) -> tuple[Registration, Patient]:
    row = (await his.registrations(DAY, 0)).rows[0]
    patient = await his.patient("patient_id", row.patient_id)
    assert patient is not None
    return row, patient


async def seen(ours: House, patient_id: str) -> Seen:
    person = await ours.identify("record_no", patient_id)
    assert person is not None
    return await ours.desk.look(person)


async def ticket_of(ours: House, register_no: str) -> Ticket:
    tickets = {
        k: t for c in (await ours.clinics()).values() for k, t in c.tickets.items()
    }
    return tickets[f"h-{register_no}"]


async def doubts(ours: House) -> set[str]:
    return {why for feed, why in (await ours.record()).doubts if feed == "patients"}


async def changes(ours: House, patient_id: str) -> list[tuple[str, str]]:
    person = (await seen(ours, patient_id)).person
    return [(d.what, d.by) for d in await ours.desk.trail(person)]


async def test_another_name_is_on_the_ticket_of_today(
    journal: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal, his) as ours:
        await ours.open()
        await ours.sync.once()
        row, _ = await the_first(his)
        put_right(there, row.patient_id, patient_name=NAME, phone=PHONE)
        await ours.sync.once()
        details = (await seen(ours, row.patient_id)).details
        assert (details.name, details.phone) == (NAME, PHONE)
        assert await ours.audited("patients.renamed") == ["his"]
        ticket = await ticket_of(ours, row.register_no)
        assert VAULT.open(ticket.name) == NAME
        assert (await changes(ours, row.patient_id))[1:] == [
            ("renamed", "his"),
            ("updated", "his"),
        ]
        assert await doubts(ours) == set()


async def test_a_number_of_somebody_else_is_not_believed(
    journal: str, there: SimulatedProcess
) -> None:
    """Nothing of it: neither the number, nor what else is said in the same breath."""
    async with adapter(there.url) as his, house(journal, his) as ours:
        await ours.open()
        row, patient = await the_first(his)
        stolen = another_number(patient.id_number)
        somebody = await ours.enter(
            Details(name="别人"), Numbered("foreign_permit", stolen)
        )
        await ours.sync.once()
        put_right(there, row.patient_id, id_no=stolen, phone=PHONE)
        await ours.sync.hearing.people(DAY)
        assert await doubts(ours) == {"an identity number that is somebody else's"}
        now = await seen(ours, row.patient_id)
        assert now.person != somebody
        assert Numbered("foreign_permit", patient.id_number) in now.numbers
        assert now.details.phone != PHONE
        assert await ours.identify("foreign_permit", stolen) == somebody


async def test_another_name_and_number_at_once_is_another_patient(
    journal: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal, his) as ours:
        await ours.open()
        await ours.sync.once()
        row, patient = await the_first(his)
        number = another_number(patient.id_number)
        put_right(there, row.patient_id, patient_name=NAME, id_no=number)
        await ours.sync.once()
        assert await doubts(ours) == {"another name and another number at once"}
        assert (await seen(ours, row.patient_id)).details.name == row.name
        ticket = await ticket_of(ours, row.register_no)
        assert VAULT.open(ticket.name) == row.name


async def test_a_number_that_was_mistyped_is_put_right(
    journal: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal, his) as ours:
        await ours.open()
        await ours.sync.once()
        row, patient = await the_first(his)
        await ours.sync.hearing.people(DAY)  # what HIS says now is known
        before = await changes(ours, row.patient_id)
        number = another_number(patient.id_number)
        put_right(there, row.patient_id, id_no=number)
        await ours.sync.hearing.people(DAY)
        await ours.sync.hearing.people(DAY)
        person = await ours.identify("record_no", row.patient_id)
        assert await ours.identify("foreign_permit", number) == person
        assert await ours.identify("foreign_permit", patient.id_number) is None
        assert (await changes(ours, row.patient_id))[len(before) :] == [
            ("identity_dropped", "his"),
            ("identity_added", "his"),
        ]


async def test_what_a_desk_of_ours_has_put_right_stays(
    journal: str, there: SimulatedProcess
) -> None:
    """HIS says what it always said, to a house that has forgotten it; then HIS itself
    changes its mind, and is followed."""
    async with adapter(there.url) as his:
        async with house(journal, his) as ours:
            await ours.open()
            await ours.sync.once()
            row, _ = await the_first(his)
            person = (await seen(ours, row.patient_id)).person
            await ours.tell(
                await ours.desk.renaming("desk", "", person, "我们改的", "")
            )
            await ours.tell(
                await ours.desk.updating("desk", "", person, {"phone": "13711112222"})
            )
        async with house(journal, his) as again:
            await again.sync.hearing.people(DAY)
            details = (await seen(again, row.patient_id)).details
            assert (details.name, details.phone) == ("我们改的", "13711112222")
            put_right(there, row.patient_id, patient_name=NAME)
            await again.sync.once()
            details = (await seen(again, row.patient_id)).details
            assert (details.name, details.phone) == (NAME, "13711112222")
