"""The adapter against the simulated HIS: what is asked, what is told, what fails."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import trio

from actors.gateways.his.adapter import HttpHis
from actors.gateways.his.faults import (
    HisError,
    HisRefused,
    NotBelieved,
    OutcomeUnknown,
    Resting,
    Unreachable,
)
from actors.gateways.his.line import Terms
from actors.gateways.his.outcome import DidNot, Happened, StillUnknown, fate_of, settled
from actors.gateways.his.port import NewPatient, Registration
from actors.kernel.times import WallClock
from tests.actors.gateways.his.simulated import (
    DAY,
    NEXT_DAY,
    ZONE,
    SimulatedProcess,
    simulated_his,
)

AT = 1_795_395_600_000
_trades = itertools.count(1)


def trade() -> str:
    return f"t{next(_trades)}"


async def all_of(his: HttpHis, day: str = DAY) -> list[Registration]:
    rows: list[Registration] = []
    after, more = 0, True
    while more:
        page = await his.registrations(day, after, limit=20)
        rows += page.rows
        after, more = page.after, page.more
    return rows


async def a_number(his: HttpHis, *, day: str = NEXT_DAY) -> tuple[str, str, str]:
    """A free slot, and somebody who has nothing that day."""
    taken = {row.patient_id for row in await all_of(his, day)}
    person = next(p for n in range(1, 151) if (p := f"P{n:07d}") not in taken)
    for session in await his.sessions(day):
        for slot in session.slots:
            if slot.left > 0 and session.state == "open":
                return session.schedule_no, slot.slot_no, person
    raise AssertionError("nothing is free")


async def booked(his: HttpHis, *, day: str = NEXT_DAY) -> Registration:
    schedule, slot, person = await a_number(his, day=day)
    held = await his.lock(trade(), schedule, slot, person)
    return await his.confirm(trade(), held.pre_id, 1500)


# -- what a hospital is made of ----------------------------------------------------


async def test_base_data_in_our_terms(his: HttpHis) -> None:
    departments = {one.id: one for one in await his.departments()}
    assert departments["0101"].name_en == "Cardiology"
    assert {one.campus for one in departments.values()} == {
        one.id for one in await his.campuses()
    }
    assert {one.department for one in await his.doctors()} == set(departments)
    assert [price.fen for price in await his.prices()] == [1500, 5000]


async def test_sessions_have_their_slots_in_milliseconds(his: HttpHis) -> None:
    sessions = await his.sessions(DAY)
    morning = next(s for s in sessions if s.half == "am")
    assert morning.day == DAY
    assert morning.total == sum(slot.total for slot in morning.slots)
    assert morning.slots[0].start == 1_795_392_000_000  # 08:00 in Shanghai
    assert morning.slots[0].end - morning.slots[0].start == 30 * 60_000
    assert await his.sessions("2031-01-01") == ()


async def test_a_feed_is_read_in_parts_and_goes_on_where_it_was(his: HttpHis) -> None:
    rows = await all_of(his)
    assert len(rows) > 20
    assert [row.version for row in rows] == sorted({row.version for row in rows})
    last = rows[-1].version
    assert (await his.registrations(DAY, last)).rows == ()
    later = await his.take(
        trade(), next(r for r in rows if r.standing == "booked").register_no
    )
    page = await his.registrations(DAY, last)
    assert [row.register_no for row in page.rows] == [later.register_no]
    assert page.rows[0].standing == "taken"


async def test_patients_are_found_made_and_changed(his: HttpHis) -> None:
    new = NewPatient("程望舒", "990099199001010013", "10099990001", "1", "1990-01-01")
    assert await his.patient("id_number", new.id_number) is None
    made = await his.create_patient(trade(), new)
    assert await his.create_patient(trade(), new) == made
    changed = await his.update_patient(
        trade(), made.patient_id, phone="10099990002", card="7700000001"
    )
    assert changed.phone == "10099990002"
    assert await his.patient("card", "7700000001") == changed
    assert "程望舒" not in repr(changed) + repr(new)


async def test_a_registration_from_lock_to_refund(his: HttpHis) -> None:
    schedule, slot, person = await a_number(his)
    held = await his.lock(trade(), schedule, slot, person)
    sure = await his.confirm(trade(), held.pre_id, 1500)
    assert (sure.standing, sure.see_no) == ("booked", held.see_no)
    assert (await his.take(trade(), sure.register_no)).standing == "taken"
    other = next(
        s
        for s in await his.sessions(NEXT_DAY)
        if s.department != sure.department and s.slots[0].left
    )
    moved = await his.change(
        trade(), sure.register_no, other.schedule_no, other.slots[0].slot_no
    )
    assert (moved.register_no, moved.department) == (
        sure.register_no,
        other.department,
    )
    gone = await his.cancel(trade(), sure.register_no, "患者要求")
    assert gone.standing == "refunded"
    with pytest.raises(HisRefused) as no:
        await his.cancel(trade(), sure.register_no, "患者要求")
    assert no.value.words == "该号已退"
    assert "该号已退" not in str(no.value)


async def test_an_unlocked_number_is_free_again(his: HttpHis) -> None:
    schedule, slot, person = await a_number(his)
    held = await his.lock(trade(), schedule, slot, person)
    await his.unlock(trade(), held.pre_id)
    with pytest.raises(HisRefused):
        await his.confirm(trade(), held.pre_id, 1500)
    again = await his.lock(trade(), schedule, slot, person)
    assert again.slot_no == slot


async def test_the_same_trade_is_done_once(his: HttpHis) -> None:
    schedule, slot, person = await a_number(his)
    number = trade()
    held = await his.lock(number, schedule, slot, person)
    assert await his.lock(number, schedule, slot, person) == held
    with pytest.raises(HisRefused):
        await his.lock(number, schedule, slot, "P0000001")


async def test_fifty_for_the_last_number_and_one_has_it(his: HttpHis) -> None:
    sessions = await his.sessions(NEXT_DAY)
    session = sessions[-1]
    slot = session.slots[-1]
    busy = {row.patient_id for row in await all_of(his, NEXT_DAY)}
    people = iter(p for n in range(1, 151) if (p := f"P{n:07d}") not in busy)
    for _ in range(slot.left - 1):
        await his.lock(trade(), session.schedule_no, slot.slot_no, next(people))
    got: list[str] = []
    refused: list[str] = []

    async def one(person: str) -> None:
        try:
            await his.lock(trade(), session.schedule_no, slot.slot_no, person)
            got.append(person)
        except HisRefused as no:
            refused.append(no.words)

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(one, next(people))
    assert len(got) == 1
    assert refused == ["该号段已约满"] * 49


async def test_check_in_and_calls_are_told_and_read_back(his: HttpHis) -> None:
    ours = await booked(his)
    await his.check_in(trade(), ours.register_no, AT)
    await his.call_status(trade(), ours.register_no, "called", "3", AT)
    told = {q.register_no: q for q in await his.queue_status(NEXT_DAY)}
    known = told[ours.register_no]
    assert (known.checked_in, known.state, known.room) == (True, "called", "3")
    await his.undo_check_in(trade(), ours.register_no, AT)
    told = {q.register_no: q for q in await his.queue_status(NEXT_DAY)}
    assert not told[ours.register_no].checked_in


async def test_a_stopped_session_is_an_event_and_refuses(
    his: HttpHis, there: SimulatedProcess
) -> None:
    session = (await his.sessions(NEXT_DAY))[0]
    before = await his.stop_events(0)
    there.at_the_window(
        "window_stop",
        trade_no=trade(),
        schedule_no=session.schedule_no,
        kind="1",
        reason="会诊",
    )
    page = await his.stop_events(before.after)
    assert [(e.kind, e.schedule_no, e.reason) for e in page.rows] == [
        ("stopped", session.schedule_no, "会诊")
    ]
    slot = session.slots[0].slot_no
    with pytest.raises(HisRefused, match="4206"):
        await his.lock(trade(), session.schedule_no, slot, "P0000150")
    there.at_the_window(
        "window_stop", trade_no=trade(), schedule_no=session.schedule_no, kind="2"
    )
    assert (await his.sessions(NEXT_DAY))[0].state == "open"


async def test_either_code_can_mean_success(there: SimulatedProcess) -> None:
    there.mood(success_code=1)
    right = Terms(base_url=there.url, success_code=1)
    wrong = Terms(base_url=there.url, success_code=0)
    async with HttpHis(right, ZONE) as his:
        assert await his.campuses()
    async with HttpHis(wrong, ZONE) as his:
        with pytest.raises(HisRefused, match="code 1"):
            await his.campuses()


# -- questions on a bad day --------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["error", "drop_before", "drop_after", "half_json", "wrong_count"]
)
async def test_a_question_that_fails_is_asked_again(
    fault: str, his: HttpHis, there: SimulatedProcess
) -> None:
    there.mood(**{fault: 1, "times": 2, "only": ["register_list"]})
    assert (await his.registrations(DAY, 0)).rows
    assert there.told()["mood"][fault] == 1


@pytest.mark.parametrize("fault", ["shuffle", "duplicate"])
async def test_order_and_stutter_do_not_matter(
    fault: str, his: HttpHis, there: SimulatedProcess
) -> None:
    right = await all_of(his)
    there.mood(**{fault: 1})
    assert await all_of(his) == right


@pytest.mark.parametrize("fault", ["wrong_count", "lie", "half_json"])
async def test_what_cannot_be_true_is_never_believed(
    fault: str, his: HttpHis, there: SimulatedProcess
) -> None:
    there.mood(**{fault: 1})
    with pytest.raises((NotBelieved, Resting)):
        await his.registrations(DAY, 0)


async def test_a_late_answer_to_the_same_feed_is_seen_through(
    his: HttpHis, there: SimulatedProcess
) -> None:
    """What was said first is said again from further on: rows from before."""
    rows = await all_of(his)
    there.mood(stale=1)
    with pytest.raises(NotBelieved, match="before what was asked"):
        await his.registrations(DAY, rows[-1].version)


async def test_a_refusal_is_hiss_own_and_not_asked_again(
    his: HttpHis, there: SimulatedProcess
) -> None:
    there.mood(busy=1)
    before = there.told()["requests"].get("base_prices", 0)
    with pytest.raises(HisRefused) as no:
        await his.prices()
    assert (no.value.code, no.value.words) == ("9999", "系统繁忙")
    assert there.told()["requests"]["base_prices"] == before + 1


async def test_a_slow_answer_has_a_time_limit(there: SimulatedProcess) -> None:
    there.mood(latency_ms=3_000)
    terms = Terms(base_url=there.url, answer_s=0.1, tries=2, again_s=0.01)
    async with HttpHis(terms, ZONE) as his:
        with trio.fail_after(3), pytest.raises(Unreachable):
            await his.prices()


async def test_few_run_at_once(there: SimulatedProcess) -> None:
    async with HttpHis(Terms(base_url=there.url, at_once=2), ZONE) as his:
        running, most = 0, 0
        post = his._line._post

        async def counted(method: str, body: dict[str, Any]) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            try:
                return await post(method, body)
            finally:
                running -= 1

        his._line._post = counted  # type: ignore[method-assign]
        async with trio.open_nursery() as nursery:
            for _ in range(12):
                nursery.start_soon(his.prices)
        assert most == 2


async def test_a_cancelled_question_leaves_the_adapter_whole(
    there: SimulatedProcess,
) -> None:
    there.mood(latency_ms=2_000, times=1)
    async with HttpHis(Terms(base_url=there.url, at_once=1), ZONE) as his:
        with trio.move_on_after(0.05):
            await his.prices()
        there.mood()
        with trio.fail_after(5):
            assert await his.prices()


# -- changes whose answer never came -----------------------------------------------


@pytest.mark.parametrize("fault", ["drop_after", "half_json", "lie"])
async def test_a_lost_answer_is_unknown_and_the_trade_tells(
    fault: str, his: HttpHis, there: SimulatedProcess
) -> None:
    schedule, slot, person = await a_number(his)
    number = trade()
    there.mood(**{fault: 1, "times": 1, "only": ["register_lock"]})
    with pytest.raises(OutcomeUnknown) as unknown:
        await his.lock(number, schedule, slot, person)
    assert unknown.value.trade_no == number
    fate = await fate_of(his, number, WallClock().now(), WallClock(), 60)
    assert isinstance(fate, Happened)
    sure = await his.confirm(trade(), fate.found.pre_id, 1500)
    assert sure.trade_no == number


@pytest.mark.parametrize("fault", ["drop_before", "error"])
async def test_absent_is_final_only_when_nothing_is_on_its_way(
    fault: str, his: HttpHis, there: SimulatedProcess
) -> None:
    schedule, slot, person = await a_number(his)
    number, clock = trade(), WallClock()
    sent_at = clock.now()
    there.mood(**{fault: 1, "times": 1, "only": ["register_lock"]})
    with pytest.raises(OutcomeUnknown):
        await his.lock(number, schedule, slot, person)
    assert await fate_of(his, number, sent_at, clock, 3600) == StillUnknown(
        "perhaps on its way"
    )
    assert await settled(his, number, sent_at, clock, 0.01) == DidNot()


async def test_a_late_one_is_waited_for(there: SimulatedProcess) -> None:
    """The time limit passes, HIS does it all the same, and it is found out."""
    async with HttpHis(Terms(base_url=there.url), ZONE) as patient_one:
        schedule, slot, person = await a_number(patient_one)
    there.mood(latency_ms=400, only=["register_lock"])
    terms = Terms(base_url=there.url, answer_s=0.15, again_s=0.01, tries=1)
    clock, number = WallClock(), trade()
    async with HttpHis(terms, ZONE) as his:
        sent_at = clock.now()
        with pytest.raises(OutcomeUnknown):
            await his.lock(number, schedule, slot, person)
        there.mood()
        fate = await settled(his, number, sent_at, clock, 30)
    assert isinstance(fate, Happened)


async def test_a_change_is_never_sent_twice(
    his: HttpHis, there: SimulatedProcess
) -> None:
    schedule, slot, person = await a_number(his)
    before = there.told()["requests"].get("register_lock", 0)
    there.mood(drop_after=1, only=["register_lock"])
    with pytest.raises(OutcomeUnknown):
        await his.lock(trade(), schedule, slot, person)
    assert there.told()["requests"]["register_lock"] == before + 1


# -- away --------------------------------------------------------------------------


async def test_nobody_there_means_nothing_happened(tmp_path: Path) -> None:
    with simulated_his(tmp_path, patients=5, days=1, booked=0) as there:
        there.kill()
        terms = Terms(base_url=there.url, again_s=0.01, rest_after=100)
        async with HttpHis(terms, ZONE) as his:
            with pytest.raises(Unreachable):
                await his.lock(trade(), "S1", "01", "P1")
            with pytest.raises(Unreachable):
                await his.prices()
            there.start()
            assert await his.prices()


async def test_what_fails_too_often_is_left_alone(tmp_path: Path) -> None:
    with simulated_his(tmp_path, patients=5, days=1, booked=0) as there:
        terms = Terms(
            base_url=there.url, tries=1, rest_after=3, rest_s=0.3, again_s=0.01
        )
        async with HttpHis(terms, ZONE) as his:
            there.mood(error=1)
            for _ in range(3):
                with pytest.raises(HisError):
                    await his.prices()
            asked = there.told()["requests"]["base_prices"]
            with pytest.raises(Resting):
                await his.prices()
            assert there.told()["requests"]["base_prices"] == asked
            there.mood()
            with trio.fail_after(5):
                while True:
                    try:
                        assert await his.prices()
                        break
                    except Resting as rest:
                        await trio.sleep(rest.for_s)
            assert not his.breaker.is_open


async def test_kill_nine_loses_nothing_it_said_yes_to(tmp_path: Path) -> None:
    with simulated_his(tmp_path, patients=80, days=2, booked=0) as there:
        terms = Terms(base_url=there.url, tries=1, again_s=0.01, rest_after=10_000)
        clock = WallClock()
        yes: dict[str, str] = {}
        unknown: dict[str, int] = {}
        async with HttpHis(terms, ZONE) as his:
            sessions = await his.sessions(DAY)
            places = iter(
                (s.schedule_no, slot.slot_no) for s in sessions for slot in s.slots
            )
            for person in range(1, 41):
                if person % 10 == 5:
                    there.kill()
                if person % 10 == 7:
                    there.start()
                number, sent_at = trade(), clock.now()
                schedule, slot = next(places)
                try:
                    held = await his.lock(number, schedule, slot, f"P{person:07d}")
                    yes[number] = held.pre_id
                except OutcomeUnknown:
                    unknown[number] = sent_at
                except Unreachable:
                    pass
            for number, pre_id in yes.items():
                assert (await his.trade_check(number)).pre_id == pre_id
            for number, sent_at in unknown.items():
                await settled(his, number, sent_at, clock, 0.01)
        assert len(yes) > 30


async def test_it_stops_when_told(tmp_path: Path) -> None:
    with simulated_his(tmp_path, patients=5, days=1, booked=0) as there:
        assert there.stop() == 0
