"""From the clinic to its areas: killed between any two steps, nothing comes twice."""

import msgspec
import pytest
import trio
import trio.testing

from actors.clinic.actor import clinic_stream
from actors.clinic.commands import (
    Broadcast,
    CallAgain,
    CallNext,
    ChangeRoom,
    Finish,
    LogOut,
    Miss,
    OpenedElsewhere,
    Start,
    StopClinic,
    UndoCall,
)
from actors.clinic.plan import DoctorPlan, QueuePlan, RoomPlan
from actors.journal.records import Append
from actors.runtime.testkit import ManualClock
from queue_displays.announcements.actor import area_stream
from queue_displays.announcements.carrying import Looking
from queue_displays.announcements.commands import Attend
from queue_displays.announcements.floor import Area, Floor
from queue_displays.announcements.layout import Layout, Zone
from tests.actors.clinic.day import NINE, OPENING
from tests.queue_displays.announcements.house import (
    AREA,
    CLINIC,
    Mortal,
    area_of,
    ask,
    calling,
    caught_up,
    house,
    numbers_in,
    only,
    waiting,
)

OTHER = clinic_stream("yunxiu", "im3", "2026-11-23")
NOTHING_NEW = Attend(device="t9", ready=False, why="left")
"""Changes nothing: its answer says how far the area has come."""


def layout(*clinics: str, **zones: Zone) -> Layout:
    return Layout(name="二层", clinics=clinics, zones=zones)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NINE)


async def test_a_call_is_announced_in_words(
    journal_url: str, clock: ManualClock
) -> None:
    herald = Mortal()
    async with calling(journal_url, clock, herald, "A012") as system:
        called = only(await caught_up(system, herald))
        assert called.words == {"zh": "请 A012号 {name} 到 3号诊室 就诊"}
        assert called.short == {"zh": "请 A012号 到 3号诊室"}
        assert (called.kind, called.zones, called.repeat) == ("called", ("main",), 2)
        assert (called.ticket, called.call) == ("im2/t1", "im2/c1")
        assert called.expires == NINE + 60_000
        assert called.names == "masked"


@pytest.mark.parametrize("dies_at", [1, 2, 3, 5, 7])
async def test_wherever_the_herald_dies_each_call_comes_once(
    journal_url: str, clock: ManualClock, dies_at: int
) -> None:
    mortal = Mortal(dies_at)
    async with calling(journal_url, clock, mortal, "A012", "A013", "A014") as system:
        await ask(system, CLINIC, CallNext(by="dr", room="2"))
        clock.pass_s(20)
        await ask(system, CLINIC, CallAgain(by="dr", room="3", ticket="t1"))
        with trio.move_on_after(0.05):
            await mortal.life.dead.wait()
        numbers = numbers_in(await area_of(system))
        assert len(numbers) == len(set(numbers)) or numbers.count("A012") == 2
    reborn = Mortal()
    async with house(journal_url, clock, reborn) as system:
        state = await caught_up(system, reborn)
        assert numbers_in(state) == ["A012", "A013", "A012"]
        kinds = [one.kind for one in state.announcements.values()]
        assert kinds == ["called", "called", "called_again"]
        assert state.made == 3


@pytest.mark.parametrize("dies_at", [1, 2, 4, 6])
async def test_an_undone_call_stays_undone(
    journal_url: str, clock: ManualClock, dies_at: int
) -> None:
    mortal = Mortal(dies_at)
    async with calling(journal_url, clock, mortal, "A012") as system:
        await ask(system, CLINIC, UndoCall(by="dr", room="3", ticket="t1"))
        with trio.move_on_after(0.05):
            await mortal.life.dead.wait()
    reborn = Mortal()
    async with house(journal_url, clock, reborn) as system:
        state = await caught_up(system, reborn)
        assert state.announcements == {}
        assert all(not lane.firsts for lane in state.lanes.values())


async def test_what_is_heard_twice_calls_back_nothing_that_came_later(
    journal_url: str, clock: ManualClock
) -> None:
    """Its cursor is a second behind when it is killed: it hears everything again, on
    an area that remembers all of it."""
    first = Mortal()
    async with calling(journal_url, clock, first, "A012") as system:
        await ask(system, CLINIC, UndoCall(by="dr", room="3", ticket="t1"))
        await ask(system, CLINIC, CallNext(by="dr", room="3"))
        assert numbers_in(await caught_up(system, first)) == ["A012"]
        seq = (await system.ref(AREA).ask(NOTHING_NEW, principal="test")).seq
        records = await system.journal.after_position(0)
        again = [one for one in records if first.follower.wants(one.name)]
        await first._heard(again)
        first._sight.forget_all()
        await first._heard(again)
        state = await area_of(system)
        assert numbers_in(state) == ["A012"]
        answer = await system.ref(AREA).ask(NOTHING_NEW, principal="test")
        assert answer.seq == seq, "something was written once more"


async def test_what_was_in_sight_before_the_house_fell_is_called_back(
    journal_url: str, clock: ManualClock
) -> None:
    first = Mortal()
    async with calling(journal_url, clock, first, "A012") as system:
        assert numbers_in(await caught_up(system, first)) == ["A012"]
    reborn = Mortal()
    async with house(journal_url, clock, reborn) as system:
        await ask(system, CLINIC, Start(by="dr", room="3", ticket="t1"))
        assert numbers_in(await caught_up(system, reborn)) == []


async def test_what_an_area_could_not_write_is_carried_again(
    journal_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its layout as well, and what it is to call back."""
    floor = Floor(areas={"im2": Area(layout("im2", north=Zone("北")))})
    herald = Mortal(floor=floor)
    async with house(journal_url, clock, herald) as system:
        await waiting(system, "A012", "A013")
        append, lost = system.journal.append, 0

        def losing(one: Append) -> None:
            nonlocal lost
            if one.stream == AREA and lost < 3:
                lost += 1
                one.seq += 1000  # as if another had written first
            append(one)

        monkeypatch.setattr(system.journal, "append", losing)
        await ask(system, CLINIC, CallNext(by="dr", room="3"))
        await ask(system, CLINIC, CallNext(by="dr", room="2"))
        state = await caught_up(system, herald)
        assert numbers_in(state) == ["A012", "A013"]
        assert list(state.layout.zones) == ["north"]
        lost = 2
        await ask(system, CLINIC, Start(by="dr", room="3", ticket="t1"))
        assert numbers_in(await caught_up(system, herald)) == ["A013"]
        assert lost == 3


async def test_who_is_busy_is_waited_for(
    journal_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clinic answers at once, the other when what it does is on disk."""
    async with house(journal_url, clock, Mortal()) as system:
        await waiting(system, "A012")
        await ask(system, OTHER, OPENING)
        append, held = system.journal.append, list[Append]()
        monkeypatch.setattr(system.journal, "append", held.append)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, system, CLINIC, CallNext(by="dr", room="3"))
            await trio.testing.wait_all_tasks_blocked()
            looking = Looking(system)
            looking.at(OTHER, lambda state: "idle", 1)
            looking.at(CLINIC, lambda state: "busy", 2)
            found: dict[int, str] = {}

            async def look() -> None:
                found.update(await looking.done())

            nursery.start_soon(look)
            await trio.testing.wait_all_tasks_blocked()
            assert not found, "it was answered what is not on disk"
            for one in held:
                append(one)
        assert found == {1: "idle", 2: "busy"}


async def test_who_goes_in_unheard_costs_no_commit(
    journal_url: str, clock: ManualClock
) -> None:
    """Called once, called back once; what follows of them is no news to an area."""
    herald = Mortal()
    async with calling(journal_url, clock, herald, "A012") as system:
        await ask(system, CLINIC, Start(by="dr", room="3", ticket="t1"))
        await caught_up(system, herald)
        top = system.journal.top
        await ask(system, CLINIC, Finish(by="dr", room="3", ticket="t1"))
        await caught_up(system, herald)
        records = await system.journal.after_position(top)
        assert {record.stream for record in records} == {CLINIC}


async def test_who_is_in_or_missed_is_not_called_any_more(
    journal_url: str, clock: ManualClock
) -> None:
    herald = Mortal()
    async with calling(journal_url, clock, herald, "A012", "A013") as system:
        await ask(system, CLINIC, CallNext(by="dr", room="2"))
        assert len((await caught_up(system, herald)).announcements) == 2
        await ask(system, CLINIC, Start(by="dr", room="3", ticket="t1"))
        assert numbers_in(await caught_up(system, herald)) == ["A013"]
        clock.pass_s(30)
        await ask(system, CLINIC, Miss(by="dr", room="2", ticket="t2"))
        assert numbers_in(await caught_up(system, herald)) == []


async def test_who_was_opened_in_his_is_called_by_nobody(
    journal_url: str, clock: ManualClock
) -> None:
    herald = Mortal()
    async with house(journal_url, clock, herald) as system:
        await waiting(system, "A012")
        opened = OpenedElsewhere(by="his", ticket="t1", room="3")
        await ask(system, CLINIC, opened)
        assert numbers_in(await caught_up(system, herald)) == []


async def test_a_call_from_before_the_house_fell_is_reported(
    journal_url: str, clock: ManualClock
) -> None:
    """It is over when the house is back: shown as missed, not spoken."""
    mortal = Mortal(dies_at=1)
    async with calling(journal_url, clock, mortal, "A012") as system:
        await mortal.life.dead.wait()
    clock.pass_s(90)
    reborn = Mortal()
    async with house(journal_url, clock, reborn) as system:
        called = only(await caught_up(system, reborn))
        assert called.unspoken == {"main": "expired"}


async def test_notes_and_broadcasts_are_announced(
    journal_url: str, clock: ManualClock
) -> None:
    opening = msgspec.structs.replace(
        OPENING,
        rooms={
            **OPENING.rooms,
            "3": RoomPlan("xu", ("A",)),
            "4": RoomPlan("lin", ("A",)),
        },
        doctors={"xu": DoctorPlan("许安禾"), "lin": DoctorPlan("林知远")},
    )
    herald = Mortal()
    async with house(journal_url, clock, herald) as system:
        await waiting(system, "A012", opening=opening)
        await ask(system, CLINIC, LogOut(by="lin", room="4", doctor="lin"))
        await ask(system, CLINIC, ChangeRoom(by="xu", room="3", to="4"))
        text = Broadcast(by="n", text="请 {name} 保持安静", until=NINE + 60_000)
        await ask(system, CLINIC, text)
        stop = StopClinic(by="n", doctor="xu", reason="急诊手术")
        await ask(system, CLINIC, stop)
        state = await caught_up(system, herald)
        words = {one.kind: one.words["zh"] for one in state.announcements.values()}
        assert words == {
            "moved": "许安禾医生 换到 4号诊室，请候诊的患者到 4号诊室",
            "broadcast": "请 （name） 保持安静",
            "stopped": "许安禾医生 今天停诊，请到分诊台办理改约或退号",
        }


async def test_where_names_tell_too_much_it_is_the_number(
    journal_url: str, clock: ManualClock
) -> None:
    opening = msgspec.structs.replace(OPENING, queues={"A": QueuePlan("精神心理科")})
    opening = msgspec.structs.replace(opening, rooms={"3": RoomPlan("许", ("A",))})
    herald = Mortal()
    async with calling(journal_url, clock, herald, "A012", opening=opening) as system:
        assert only(await caught_up(system, herald)).names == "number"


async def test_an_area_of_several_clinics_hears_its_own_rooms(
    journal_url: str, clock: ManualClock
) -> None:
    floor = Floor(
        areas={
            "f2": Area(layout("im2", "eye1", north=Zone("北"), south=Zone("南"))),
            "f3": Area(layout("im2", main=Zone()), frozenset({"im2/2"})),
        }
    )
    floor2, floor3 = (area_stream("yunxiu", area, "2026-11-23") for area in floor.areas)
    opening = msgspec.structs.replace(
        OPENING,
        rooms={
            "2": RoomPlan("林", ("A",)),
            "3": RoomPlan("许", ("A",), zone="south"),
        },
    )
    herald = Mortal(floor=floor)
    async with calling(
        journal_url, clock, herald, "A012", "A013", opening=opening
    ) as system:
        await ask(system, CLINIC, CallNext(by="dr", room="2"))
        await caught_up(system, herald)
        state = await area_of(system, floor2)
        zones = {one.number: one.zones for one in state.announcements.values()}
        assert zones == {"A012": ("south",), "A013": ("north",)}
        assert numbers_in(await area_of(system, floor3)) == ["A013"]
        text = Broadcast(by="n", text="安静", until=NINE + 60_000, zones=("south",))
        await ask(system, CLINIC, text)
        await caught_up(system, herald)
        said = list((await area_of(system, floor2)).announcements.values())[-1]
        assert (said.kind, said.zones) == ("broadcast", ("south",))
        assert numbers_in(await area_of(system, floor3)) == ["A013"]
        await herald.plan(Floor(areas={"f2": Area(layout("im2", east=Zone("东")))}))
        assert list((await area_of(system, floor2)).layout.zones) == ["east"]
