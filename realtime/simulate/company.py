"""The demo's company: doctors who call, and patients who keep coming, for as long as
the server runs. Whoever sits at the machine may join in at any place.

Somebody who checks in at a kiosk by hand goes in when they are called, like everybody
else; a room in which somebody presses a key is theirs (see live.py).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from random import Random

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.kernel.times import WallClock, day_of
from realtime.simulate import behaviour
from realtime.simulate.days import DAYS, HOUR, MINUTE, Manners, Ms, Returning, Service
from realtime.simulate.live import LiveClinic
from realtime.simulate.live_desks import open_desks
from realtime.simulate.live_time import Clock
from realtime.simulate.people import Person, lognormal, one_more
from realtime.simulate.running import Server
from realtime.simulate.staff import Doctor
from realtime.simulate.world import No, Plan, Visit

SPEED = 6.0
"""A consultation of six minutes takes one: time enough to look at each."""

WAITING = 5
"""As many as should wait in each queue; more come while there are fewer."""

_KIND = msgspec.structs.replace(
    DAYS["internal"],
    name="demo",
    manners=Manners(booked=0, no_show=0, late=0, back_after=3, walk=Service(0.5, 0.4)),
    service=Service(6, 0.5),
    returning=Returning(0.2, Service(8, 0.3)),
)
_NEVER: Ms = 10_000 * HOUR
_GONE = frozenset({"booked", "done", "gave_up", "refunded"})

_log = logging.getLogger("houzhen.simulate")

Rooms = Mapping[str, tuple[str, ...]]


async def keep_company(
    server: Server, clinics: Mapping[str, Rooms], *, speed: float = SPEED
) -> None:
    """Live in these open clinics, room by room, until cancelled. A fault here is
    written down and ends the company; never the server that it runs in."""
    try:
        async with trio.open_nursery() as nursery:
            for clinic, rooms in clinics.items():
                nursery.start_soon(_in_clinic, server, clinic, rooms, speed)
    except Exception:
        _log.exception("the demo stands still from now on")


async def _in_clinic(server: Server, clinic: str, rooms: Rooms, speed: float) -> None:
    luck = Random()
    today = day_of(WallClock().now(), server.zone)
    stream = clinic_stream(server.hospital, clinic, today)
    queues = sorted({queue for served in rooms.values() for queue in served})
    doctors = [
        Doctor(
            room,
            "",
            begins=round(luck.uniform(0.1, 4) * MINUTE),
            ends=_NEVER,
            queues=served,
            pace=luck.uniform(0.8, 1.3),
        )
        for room, served in rooms.items()
    ]
    async with (
        open_desks(server.url, stream, clinic, rooms, server.token_for) as desks,
        trio.open_nursery() as nursery,
    ):
        topic = await desks.watched()
        run = f"company-{luck.getrandbits(48):012x}"
        plan, clock = Plan([], doctors), Clock(0, speed)
        world = LiveClinic(plan, clock, desks, topic, nursery, rooms, run)
        nursery.start_soon(world.watch)
        behaviour.doctors_come(world)
        for queue in queues:
            nursery.start_soon(_people_keep_coming, world, queue, luck)
        async for change in topic.changes():
            for ticket, row in change.view.get("tickets", {}).items():
                if ticket not in plan.of_ticket and row["state"] not in _GONE:
                    _take_along(world, ticket, row["queue"], luck)


def _take_along(world: LiveClinic, ticket: str, queue: str, luck: Random) -> None:
    """Somebody is here whom we did not bring: they go in when they are called."""
    person = msgspec.structs.replace(_somebody(queue, luck), misses=False)
    visit = Visit(person, ticket=ticket, joined=world.now())
    world.plan.of_ticket[ticket] = visit
    world.start_soon(behaviour.waits_and_is_seen(world, visit))


async def _people_keep_coming(world: LiveClinic, queue: str, luck: Random) -> None:
    while True:
        pause = lognormal(luck, Service(2.5, 0.7))
        await world.until(world.now() + round(pause * MINUTE))
        if world.waiting_in(queue) >= WAITING:
            continue
        person = _somebody(queue, luck)
        try:
            ticket, number = await world.register(person)
            visit = Visit(person, ticket=ticket, number=number)
            world.plan.of_ticket[ticket] = visit
            await world.until(world.now() + MINUTE // 2)
            await world.check_in(person)
        except No as no:
            _log.info("nobody came to %s: %s", queue, no.code)
            continue
        visit.joined = world.now()
        world.start_soon(behaviour.waits_and_is_seen(world, visit))


def _somebody(queue: str, luck: Random) -> Person:
    """Their key and card are nobody else's, on other days of the demo too."""
    mark = f"{luck.getrandbits(40):010x}"
    return msgspec.structs.replace(
        one_more(_KIND, luck), key=f"c{mark}", card=f"77{mark}", queue=queue
    )
