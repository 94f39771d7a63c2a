"""A named day on a running server, from opening a clinic of its own to leaving it in
order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.kernel.times import WallClock, day_of
from realtime.client import AskRefused, ClientError, Topic
from realtime.simulate import behaviour
from realtime.simulate.days import MINUTE, Day, Ms
from realtime.simulate.live import LiveClinic
from realtime.simulate.live_desks import Desks, TokenFor, open_desks
from realtime.simulate.live_time import Clock
from realtime.simulate.people import people_of
from realtime.simulate.report import Summary, progress, summary
from realtime.simulate.staff import EVEN, Doctor, Habits, staff_of
from realtime.simulate.world import Plan

MOST_RUNS = 99
_ANSWER_S = 8.0
_TIDY_S = 20.0


class Server(msgspec.Struct, frozen=True):
    """Where a server is, and how to be let in."""

    url: str
    hospital: str
    zone: ZoneInfo
    token_for: TokenFor


class Found(NamedTuple):
    """A clinic that was opened for this run."""

    name: str
    desks: Desks
    topic: Topic


class NoServer(Exception):
    """The message says what to do."""


async def live_day(
    server: Server,
    day: Day,
    seed: int,
    *,
    speed: float,
    clinic: str | None = None,
    every: Ms = MINUTE,
    habits: Habits = EVEN,
    say: Callable[[str], None] = print,
) -> Summary:
    """Run the day to its end. Cancelled, it still leaves its rooms in order. Raises
    NoServer when none answers, and what the client raises when it is sent away."""
    doctors = staff_of(day, seed, habits)
    people = people_of(day, seed)
    plan = Plan(people, doctors)
    # The connections outlive a cancellation until the rooms are in order: so who is
    # cancelled from outside hears of it inside, through `inside`.
    with _plainly():
        async with trio.open_nursery() as outside:
            inside = trio.CancelScope()
            outside.start_soon(_pass_on_to, inside)
            with trio.CancelScope(shield=True):
                async with _a_clinic(server, day, doctors, clinic, speed) as found:
                    say(
                        f"{day.title}: clinic {found.name}, {len(people)} numbers, "
                        f"{len(doctors)} rooms"
                    )
                    say(f"a wall to see it on: /screen?clinic={found.name}")
                    clock = Clock(min(each.registers for each in people), speed)
                    announcements = await _lived(
                        found,
                        plan,
                        clock,
                        f"simulate-{seed}",
                        inside,
                        lambda world: _tell_until_over(world, every, say),
                    )
            outside.cancel_scope.cancel()
    return summary(plan, announcements)


@contextmanager
def _plainly() -> Iterator[None]:
    """What ends a run is one error to its caller, out of however many nurseries."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, NoServer | ClientError):
            raise error from error.__cause__
        raise


async def _pass_on_to(inside: trio.CancelScope) -> None:
    try:
        await trio.sleep_forever()
    finally:
        inside.cancel()


async def _lived(
    found: Found,
    plan: Plan,
    clock: Clock,
    run: str,
    inside: trio.CancelScope,
    until_over: Callable[[LiveClinic], Awaitable[None]],
) -> int:
    """Let everybody live until it is over, then clear the rooms; how many calls there
    were."""
    rooms = {doctor.room: doctor.queues for doctor in plan.doctors}
    async with trio.open_nursery() as watching:
        with inside:
            async with trio.open_nursery() as living:
                world = LiveClinic(
                    plan,
                    clock,
                    found.desks,
                    found.topic,
                    living,
                    rooms,
                    run,
                    outlived=True,
                )
                watching.start_soon(world.watch)
                behaviour.people_arrive(world)
                behaviour.doctors_come(world)
                await until_over(world)
                living.cancel_scope.cancel()
        with trio.move_on_after(_TIDY_S):
            await world.tidy_up()
            await world.close_the_day()
        watching.cancel_scope.cancel()
    return world.announcements


async def _tell_until_over(
    world: LiveClinic, every: Ms, say: Callable[[str], None]
) -> None:
    works = world.plan.works.values()
    line = world.now()
    while any(work.stopped is None for work in works):
        line += every
        await world.until(line)
        say(progress(world))


@asynccontextmanager
async def _a_clinic(
    server: Server, day: Day, doctors: list[Doctor], wanted: str | None, speed: float
) -> AsyncIterator[Found]:
    """A clinic that nobody has opened today, opened."""
    today = day_of(WallClock().now(), server.zone)
    rooms = [doctor.room for doctor in doctors]
    for run in range(1, MOST_RUNS + 1):
        name = wanted or f"sim-{day.name}" + (f"-{run}" if run > 1 else "")
        stream = clinic_stream(server.hospital, name, today)
        async with open_desks(
            server.url, stream, name, rooms, server.token_for
        ) as desks:
            topic = await _joined(server, desks)
            if topic.view.get("clinic"):
                if wanted:
                    raise NoServer(
                        f"clinic {name} is open already today: name another with "
                        "--clinic, or let the simulation choose one"
                    )
                continue
            body = _opening(day, doctors, speed)
            await _open(desks, body, f"simulate-{name}")
            yield Found(name, desks, topic)
            return
    raise NoServer(f"this server has run {day.name} {MOST_RUNS} times today")


async def _joined(server: Server, desks: Desks) -> Topic:
    with trio.move_on_after(_ANSWER_S):
        return await desks.watched()
    raise NoServer(
        f"no server answers at {server.url}: start it (`houzhen serve`, `make demo`), "
        "or name another with --url"
    )


async def _open(desks: Desks, body: dict[str, Any], key: str) -> None:
    his, setup = desks.client("his"), f"{desks.stream}:setup"
    try:
        await his.ask(setup, "open", body, key=key, deadline=_ANSWER_S)
    except AskRefused as refused:
        raise NoServer(f"the clinic was not opened: {refused}") from refused


def _opening(day: Day, doctors: list[Doctor], speed: float) -> dict[str, Any]:
    """A day in a hurry: what the rules count in seconds is as much shorter, but a call
    stays up long enough to be read."""
    return {
        "clinic": {"name": day.title, "hospital": "模拟", "floor": "1"},
        "queues": {day.queue: {"name": day.department, "kind": day.kind}},
        "rooms": {
            doctor.room: {
                "doctor": doctor.name,
                "queues": list(doctor.queues),
                "way": f"{doctor.room} 号{day.seat}",
            }
            for doctor in doctors
        },
        "settings": hurried(msgspec.to_builtins(day.rules), speed)
        | {"announcement_ms": max(4000, round(day.rules.announcement_ms / speed))},
    }


def hurried(rules: Any, speed: float, name: str = "") -> Any:
    """Rules whose times are as much shorter as the day is."""
    if isinstance(rules, dict):
        return {key: hurried(value, speed, key) for key, value in rules.items()}
    if isinstance(rules, list | tuple):
        return [hurried(value, speed, name) for value in rules]
    return round(rules / speed) if name.endswith("_ms") else rules
