"""A day on a real server, through its protocol."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import trio

from realtime.bootstrap import serving
from realtime.config import Hospital, Http
from realtime.house import House
from realtime.simulate import live, virtual
from realtime.simulate.days import DAYS, HOUR, Day, Shift
from realtime.simulate.report import Summary, summary
from realtime.simulate.running import NoServer, Server, live_day
from tests.realtime.house import a_house, clinic, person, settings_at, token

BEGINS = DAYS["internal"].begins
SHORT: Day = msgspec.structs.replace(
    DAYS["internal"],
    ends=BEGINS + HOUR,
    registrations=24,
    shifts=(Shift(BEGINS, BEGINS + HOUR),) * 3,
)
FAST = 2400


def server(house: House) -> Server:
    return Server(
        url=house.address.replace("http", "ws") + "/live",
        hospital=house.settings.hospital.id,
        zone=house.settings.hospital.zone,
        token_for=lambda role, place: token(house, f"sim-{role}", role, place=place),
    )


@asynccontextmanager
async def desk_of(house: House, name: str) -> AsyncIterator[dict[str, dict]]:  # type: ignore[type-arg]
    async with person(house, "looker", "nurse", place=name) as nurse:
        yield (await nurse.join(clinic(house, "desk", name))).view


async def test_everybody_of_a_day_is_dealt_with(tmp_path: Path) -> None:
    said: list[str] = []
    async with a_house(tmp_path) as house:
        told = await live_day(server(house), SHORT, 3, speed=FAST, say=said.append)
        async with desk_of(house, "sim-internal") as view:
            stages = [row["state"] for row in view["tickets"].values()]
            assert not any("current" in room for room in view["rooms"].values())
    assert told.seen + told.no_show + told.lost == told.people == 24
    assert stages.count("done") == told.seen
    assert stages.count("booked") == told.no_show
    # a minute of this day is 25 ms: the line of half past may come a little late
    assert any(re.match(r"08:[345]\d  waiting", line) for line in said)
    # the same people have much the same day in virtual time
    run = virtual.day(SHORT, 3)
    alike = summary(run.plan, run.announcements)
    assert told.people == alike.people
    assert (told.no_show, told.missed) == (alike.no_show, alike.missed)


async def test_a_second_run_takes_another_clinic(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        tiny = msgspec.structs.replace(SHORT, registrations=3)
        said: list[str] = []
        for _ in range(2):
            await live_day(server(house), tiny, 1, speed=FAST, say=said.append)
        assert any("sim-internal-2" in line for line in said)
        with pytest.raises(NoServer, match="open already"):
            await live_day(
                server(house),
                tiny,
                1,
                speed=FAST,
                clinic="sim-internal",
                say=said.append,
            )


async def test_broken_off_it_leaves_nobody_in_a_room(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        broken_off = False

        with trio.CancelScope() as scope:

            def say(line: str) -> None:
                nonlocal broken_off
                if " in  3 " in line:
                    broken_off = True
                    scope.cancel()

            await live_day(server(house), SHORT, 1, speed=600, say=say)
        assert broken_off
        async with desk_of(house, "sim-internal") as view:
            assert not any("current" in room for room in view["rooms"].values())


async def test_a_room_that_a_person_uses_is_left_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "QUIET_S", 30)
    async with a_house(tmp_path) as house, trio.open_nursery() as nursery:
        nursery.start_soon(
            lambda: live_day(server(house), SHORT, 1, speed=600, say=lambda line: None)
        )
        name = "sim-internal"
        async with person(house, "dr", "doctor", place=name) as doctor:
            desk = await doctor.join(clinic(house, "desk", name))
            mine = None
            async for change in desk.changes():
                rooms = change.view.get("rooms", {})
                orders = change.view.get("orders", {}).get("A")
                if mine is None and orders and "current" in rooms.get("2", {}):
                    after = rooms["2"]["current"]
                    body = {"room": "2", "after": after}
                    answer = await doctor.answer(desk, "call_next", body)
                    mine = answer.body["ticket"]
                    view = await desk.shows(answer.seq or 0)
                    done = sum(t["state"] == "done" for t in view["tickets"].values())
                if mine is not None and change.seq >= (answer.seq or 0):
                    # the others go on, this room stands still
                    assert rooms["2"]["current"] == mine
                    stages = [t["state"] for t in change.view["tickets"].values()]
                    if stages.count("done") >= done + 4:
                        break
        nursery.cancel_scope.cancel()


async def test_nobody_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.simulate.running._ANSWER_S", 0.3)
    nowhere = Server(
        "ws://127.0.0.1:9/live",
        "yunxiu",
        Hospital().zone,
        lambda role, place: "hz1.x.y",
    )
    with pytest.raises(NoServer, match="no server answers"):
        await live_day(nowhere, SHORT, 1, speed=60)


async def test_it_outlives_its_server(tmp_path: Path) -> None:
    """The server goes in the middle of the day and comes back where it was."""
    said: list[str] = []
    busy, over = trio.Event(), trio.Event()
    told: list[Summary] = []

    def say(line: str) -> None:
        said.append(line)
        if " in  3 " in line:
            busy.set()

    async with trio.open_nursery() as nursery:
        async with a_house(tmp_path) as house:
            port = int(house.address.rpartition(":")[2])
            there = server(house)

            async def live() -> None:
                told.append(await live_day(there, SHORT, 1, speed=600, say=say))
                over.set()

            nursery.start_soon(live)
            await busy.wait()
        settings = msgspec.structs.replace(settings_at(tmp_path), http=Http(port=port))
        async with serving(settings) as house:
            await over.wait()
            async with desk_of(house, "sim-internal") as view:
                stages = [row["state"] for row in view["tickets"].values()]
    (summary_told,) = told
    assert summary_told.seen == stages.count("done")
    assert summary_told.people == 24
    assert "booked" not in stages or summary_told.no_show
