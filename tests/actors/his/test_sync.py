"""The sync beside the simulated HIS: equal in the end, whatever happened before."""

from __future__ import annotations

import itertools
import sqlite3

import msgspec
import pytest

from actors.clinic.actor import clinic_stream
from actors.clinic.commands import StopClinic
from actors.clinic.state import ClinicState
from actors.gateways.his.faults import HisError
from actors.his.places import Place, Places
from actors.patients.opening import Details, Numbered
from tests.actors.gateways.his.simulated import DAY, NEXT_DAY, SimulatedProcess
from tests.actors.his.house import HOSPITAL, PLACES, adapter, house

_trades = itertools.count(1)


def trade() -> str:
    return f"w{next(_trades)}"


async def test_a_day_is_the_same_on_both_sides(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.open(NEXT_DAY)
        await ours.sync.once()
        assert await ours.differences() == []
        assert await ours.differences(NEXT_DAY) == []
        record = await ours.record()
        assert len(record.registrations) > 20
        assert len(record.sessions) > 20
        tickets = [t for c in (await ours.clinics()).values() for t in c.tickets]
        assert len(tickets) == len(record.registrations)


async def test_the_pool_shows_what_his_has_left(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.sync.once()
        for session in await his.sessions(DAY):
            pool = await ours.pool(session.department)
            mine = pool.sessions[session.schedule_no]
            for slot in session.slots:
                assert mine.slots[slot.slot_no].free == slot.left
            assert mine.plan.clinic == ""
            assert pool.doctors[session.doctor].title


async def test_the_same_patient_is_the_same_person(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.open(NEXT_DAY)
            await ours.sync.once()
            patients = {
                (kept.said.patient_id, kept.said.person)
                for day in (DAY, NEXT_DAY)
                for kept in (await ours.record(day)).registrations.values()
            }
            assert len({patient for patient, _ in patients}) == len(patients)
            assert len({person for _, person in patients} - {""}) == len(patients)
            assert await ours.people() == len(patients)
            tickets = [
                t for c in (await ours.clinics()).values() for t in c.tickets.values()
            ]
            assert {t.person for t in tickets} <= {person for _, person in patients}
        row = (await his.registrations(DAY, 0)).rows[0]
        await his.cancel(trade(), row.register_no, "")
        async with house(journal_url, his) as again:
            await again.sync.once()
            assert await again.people() == len(patients)


async def test_one_identity_number_is_one_person_whatever_his_calls_them(
    journal_url: str, there: SimulatedProcess
) -> None:
    """They were here with their card before HIS told of them; another has a number
    that can be none, and is entered without it."""
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        rows = (await his.registrations(DAY, 0)).rows
        known = await his.patient("patient_id", rows[0].patient_id)
        assert known is not None
        number = Numbered("foreign_permit", known.id_number)
        mine = await ours.enter(Details(name=known.name), number)
        other = next(r for r in rows if r.patient_id != known.patient_id)
        with sqlite3.connect(there.database) as database:
            wrong = "update patient set id_no = '123' where patient_id = ?"
            database.execute(wrong, (other.patient_id,))
        await ours.sync.once()
        kept = (await ours.record()).registrations
        assert kept[rows[0].register_no].said.person == mine
        assert await ours.identify("record_no", known.patient_id) == mine
        assert kept[other.register_no].said.person not in ("", mine)
        taken = (known.patient_id, other.patient_id)
        third = next(row for row in rows if row.patient_id not in taken)
        theirs = await his.patient("patient_id", third.patient_id)
        assert theirs is not None
        person = kept[third.register_no].said.person
        assert await ours.identify("foreign_permit", theirs.id_number) == person


async def test_a_stopped_session_is_stopped_here_and_opened_again(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.sync.once()
        session = (await his.sessions(DAY))[0]
        told = {"schedule_no": session.schedule_no, "reason": "临时会诊"}
        there.at_the_window("window_stop", trade_no=trade(), kind="1", **told)
        await ours.sync.once()
        mine = (await ours.pool(session.department)).sessions[session.schedule_no]
        assert mine.stopped
        assert mine.note == "临时会诊"
        there.at_the_window("window_stop", trade_no=trade(), kind="2", **told)
        other = next(d.id for d in await his.doctors() if d.id != session.doctor)
        there.at_the_window(
            "window_stop", trade_no=trade(), kind="4", doctor_code=other, **told
        )
        await ours.sync.once()
        mine = (await ours.pool(session.department)).sessions[session.schedule_no]
        assert not mine.stopped
        assert mine.doctor == other


async def test_a_stopped_doctor_stops_in_the_clinic_and_comes_back(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        session = max(
            (s for s in await his.sessions(DAY) if s.half == "am"),
            key=lambda s: sum(slot.total - slot.left for slot in s.slots),
        )
        own = Place("c1", f"Q{session.department}", "zhou")
        places = msgspec.structs.replace(PLACES, doctors={session.doctor: own})
        async with house(journal_url, his, places=places) as ours:
            await ours.open()
            await ours.sync.once()
            told = {"schedule_no": session.schedule_no, "reason": "临时会诊"}

            async def at_the_window(kind: str) -> ClinicState:
                there.at_the_window("window_stop", trade_no=trade(), kind=kind, **told)
                await ours.sync.once()
                return (await ours.clinics())["c1"]

            clinic = await at_the_window("1")
            (stop,) = clinic.stops.values()
            assert (stop.doctor, stop.half, stop.reason) == ("zhou", "am", "临时会诊")
            asked = [
                key
                for key, ticket in clinic.tickets.items()
                if ticket.facts.doctor == "zhou" and ticket.half == "am"
            ]
            assert sorted(stop.open) == sorted(asked)
            assert asked
            clinic = await at_the_window("2")
            assert not clinic.stops
            assert {clinic.tickets[key].state for key in asked} == {"booked"}
            # the nurse's own stop is hers to lift
            ref = ours.system.ref(clinic_stream(HOSPITAL, "c1", DAY))
            mine = StopClinic(by="nurse", doctor="zhou", half="am", reason="不舒服")
            await ref.ask(mine, principal="nurse")
            assert set((await at_the_window("2")).stops) == {"s2"}


async def test_what_the_window_changes_arrives(
    journal_url: str, there: SimulatedProcess
) -> None:
    """退号, 换号 and a new number for the same patient."""
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.sync.once()
        rows = list((await his.registrations(DAY, 0)).rows)
        gone, moved, taken = rows[0], rows[1], rows[2]
        await his.cancel(trade(), gone.register_no, "患者要求")
        other = next(
            s
            for s in await his.sessions(DAY)
            if s.department[:2] != moved.department[:2] and s.slots[0].left
        )
        slot = other.slots[0].slot_no
        await his.change(trade(), moved.register_no, other.schedule_no, slot)
        if taken.standing == "booked":
            await his.take(trade(), taken.register_no)
        again = await his.lock(trade(), gone.schedule_no, gone.slot_no, gone.patient_id)
        new = await his.confirm(trade(), again.pre_id, 1500)
        assert len(await ours.of_registrations()) == 3
        assert {d.kind for d in await ours.differences() if d.session} == {"slot_left"}
        await ours.sync.once()
        assert await ours.differences() == []
        record = await ours.record()
        assert {
            number: record.registrations[number].did
            for number in (gone.register_no, new.register_no)
        } == {gone.register_no: "refunded", new.register_no: "registered"}
        kept = record.registrations[moved.register_no]
        assert kept.booking is not None
        assert kept.booking.session == other.schedule_no
        assert (await ours.pool(gone.department)).bookings
        for session in await his.sessions(DAY):
            pool = (await ours.pool(session.department)).sessions[session.schedule_no]
            left = {slot.slot_no: slot.left for slot in session.slots}
            assert {n: s.free for n, s in pool.slots.items()} == left


async def test_a_patient_opened_in_his_is_called_and_in(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.sync.once()
        row = (await his.registrations(DAY, 0)).rows[0]
        where = {"register_no": row.register_no, "room_no": "1"}
        stages = []
        for flag in ("1", "2"):
            there.at_the_window("window_see", trade_no=trade(), see_flag=flag, **where)
            await ours.sync.once()
            kept = (await ours.record()).registrations[row.register_no]
            assert kept.placing is not None
            clinic = (await ours.clinics())[kept.placing.clinic]
            stages.append(clinic.tickets[kept.placing.ticket].state)
        assert stages == ["in", "done"]
        assert await ours.differences() == []


async def test_one_that_left_the_day_is_asked_for_and_given_back(
    journal_url: str, there: SimulatedProcess
) -> None:
    """A list that leaves somebody out proves nothing; HIS, asked for them, does."""
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.open()
        await ours.open(NEXT_DAY)
        await ours.sync.once()
        row = (await his.registrations(DAY, 0)).rows[0]
        session = next(s for s in await his.sessions(NEXT_DAY) if s.slots[0].left)
        there.kill()
        with sqlite3.connect(there.database) as database:
            database.execute(
                "update register set visit_date = ?, schedule_no = ?, slot_no = ?,"
                " see_no = 'Q900', change_no = (select max(change_no) + 1"
                " from register) where register_no = ?",
                (
                    *(NEXT_DAY, session.schedule_no),
                    *(session.slots[0].slot_no, row.register_no),
                ),
            )
        database.close()
        there.start()
        await ours.sync.once()
        assert await ours.differences() == []
        assert await ours.differences(NEXT_DAY) == []
        kept = (await ours.record()).registrations[row.register_no]
        assert kept.did == "refunded"


async def test_asked_again_nothing_happens_twice(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.open(NEXT_DAY)
            await ours.sync.once()
            top = ours.system.journal.top
            await ours.sync.once()
            assert ours.system.journal.top == top
        async with house(journal_url, his) as again:
            await again.sync.once()
            assert again.system.journal.top == top


async def test_names_are_sealed_in_the_record(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his, house(journal_url, his) as ours:
        await ours.sync.hearing.registrations(DAY)
        page = await his.registrations(DAY, 0)
        record = await ours.record()
        for row in page.rows:
            kept = record.registrations[row.register_no].said
            assert "Sealed(…)" in repr(kept)
            assert row.name not in repr(kept)
        written = [
            event.body
            for event in await ours.system.journal.after_position(0)
            if event.name == "his.registration_said"
        ]
        assert written
        for body, row in itertools.product(written, page.rows):
            assert row.name.encode() not in body
            assert row.card.encode() not in body


async def test_a_clinic_that_is_not_open_yet_gets_them_when_it_is(
    journal_url: str, there: SimulatedProcess
) -> None:
    async with adapter(there.url) as his:
        async with house(journal_url, his) as ours:
            await ours.sync.once()
            found = await ours.of_registrations()
            assert {(d.kind, d.why) for d in found} == {("missing_here", "not_open")}
        async with house(journal_url, his) as ours:
            await ours.open()
            await ours.sync.deliver()
            assert await ours.differences() == []


async def test_a_department_without_a_place_is_said(
    journal_url: str, there: SimulatedProcess
) -> None:
    some = Places(departments={"0101": PLACES.departments["0101"]})
    async with adapter(there.url) as his, house(journal_url, his, places=some) as ours:
        await ours.open()
        await ours.sync.once()
        found = await ours.of_registrations()
        assert {d.why for d in found} == {"no_place"}
        assert {d.his[-5:-1] for d in found}.isdisjoint({"0101"})


@pytest.mark.parametrize(
    "mood",
    [
        {"error": 0.2, "drop_before": 0.2, "drop_after": 0.1},
        {"half_json": 0.3},
        {"lie": 0.4, "wrong_count": 0.2},
        {"duplicate": 0.5, "shuffle": 0.5},
        {"stale": 0.4},
        {"busy": 0.4},
        {"latency_ms": 5, "latency_sigma": 1, "error": 0.1, "lie": 0.1, "stale": 0.1},
    ],
    ids=lambda mood: "+".join(mood),
)
async def test_on_a_bad_day_it_is_equal_in_the_end(
    mood: dict[str, float],
    there: SimulatedProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('journal')}/j.db"
    async with adapter(there.url, rest_after=100) as his, house(url, his) as ours:
        await ours.open()
        await ours.open(NEXT_DAY)
        there.mood(**mood)
        for _ in range(6):
            try:
                await ours.sync.once()
            except HisError:
                continue
        assert there.told()["faults"]
        there.mood()
        await ours.sync.once()
        assert await ours.differences() == []
        assert await ours.differences(NEXT_DAY) == []
