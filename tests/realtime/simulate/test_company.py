"""The demo is alive, and whoever sits at it may join in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from realtime.bootstrap import serving
from realtime.client import Topic
from realtime.demo_hospital import clinic_ids, demo_cards, rooms_of
from realtime.house import House
from realtime.simulate.company import keep_company
from tests.realtime.house import clinic, person, settings_at
from tests.realtime.simulate.test_live import server

SPEED = 300
EYE = "eye1"


@asynccontextmanager
async def alive(folder: Path) -> AsyncIterator[House]:
    """The demo with its company, in a hurry."""
    rooms = {name: rooms_of(name) for name in clinic_ids()}
    async with (
        serving(settings_at(folder), demo=True) as house,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(lambda: keep_company(server(house), rooms, speed=SPEED))
        yield house
        nursery.cancel_scope.cancel()


async def becomes(desk: Topic, ticket: str, stage: str) -> None:
    async for change in desk.changes():
        if change.view["tickets"][ticket]["state"] == stage:
            return


async def test_its_walls_move_by_themselves(tmp_path: Path) -> None:
    async with alive(tmp_path) as house:
        async with person(house, "wall", "screen", place="im2") as screen:
            hall = await screen.join(clinic(house, "hall", "im2"))
            called: set[str] = set()
            rooms: set[str] = set()
            async for change in hall.changes():
                for key, call in change.view.get("calls", {}).items():
                    called.add(key)
                    rooms.add(call["room"])
                if len(called) >= 12 and len(rooms) == 6:
                    break
        async with person(house, "nurse", "nurse", place="im2") as nurse:
            desk = await nurse.join(clinic(house, "desk", "im2"))
            at_first = set(desk.view["tickets"])
            async for change in desk.changes():
                if len(set(change.view["tickets"]) - at_first) >= 3:
                    break  # and people keep coming


async def test_who_checks_in_by_hand_goes_in_like_everybody(tmp_path: Path) -> None:
    (me, *_) = [each for each in demo_cards() if each.clinic == EYE]
    async with (
        alive(tmp_path) as house,
        person(house, "me", "kiosk", "nurse", place=EYE) as visitor,
    ):
        desk = await visitor.join(clinic(house, "desk", EYE))
        place = await visitor.ask(
            clinic(house, "kiosk", EYE), "check_in", {"card": me.card}
        )
        assert place["number"] == me.number
        await becomes(desk, place["ticket"], "in")
        await becomes(desk, place["ticket"], "done")


async def test_nobody_checks_in_with_a_visitors_card(tmp_path: Path) -> None:
    async with (
        alive(tmp_path) as house,
        person(house, "nurse", "nurse", place=EYE) as nurse,
    ):
        desk = await nurse.join(clinic(house, "desk", EYE))
        async for change in desk.changes():
            rows = change.view["tickets"].values()
            if sum(row["state"] == "done" for row in rows) >= 5:
                break
        states = {row["number"]: row["state"] for row in rows}
        cards = [each for each in demo_cards() if each.clinic == EYE]
        assert {states[each.number] for each in cards} == {"booked"}
