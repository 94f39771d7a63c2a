"""Kiosks in session: 300 of them, an open loop of 50 visits a second over 40 clinics,
in whose halls hang 1,000 screens.

A visit is what a patient does alone: card, it is me, check in, done. Each is begun when
it is due, whether the ones before have come through or not, and its check-in is timed
from the ask until the kiosk's own view shows the place in line. The kiosks are Python
clients in a process beside the server, and their time counts.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import trio

from actors.kernel.times import WallClock, day_of
from realtime.client import AskRefused, Client, Topic, open_client
from realtime.config import Settings
from realtime.keys import open_keys
from realtime.tokens import mint
from tests.bench.bars import bar
from tests.bench.clinics import Clinic
from tests.bench.figures import percentile
from tests.bench.hospital import Hospital, ask_all, serving_hospital
from tests.bench.processes import BenchFailed
from tests.bench.report import Report, report

KIOSKS = 300
CLINICS = 40
SCREENS = 1000
A_SECOND = 50
CHECK_IN_MS = 100
PERSON_MS = 300
_WARM_UP_S = 2.0
_PATIENCE_S = 10.0
_DAY_MS = 86_400_000


class Seat:
    """A kiosk: its connection, its view, and the clinic it stands in."""

    def __init__(self, client: Client, topic: Topic, clinic: int) -> None:
        self.client = client
        self.topic = topic
        self.clinic = clinic
        self.free = trio.Semaphore(1)

    async def ask(self, name: str, body: Any = None) -> None:
        await self.client.ask(self.topic.name, name, body or {})

    async def at(self, *steps: str) -> None:
        with trio.fail_after(_PATIENCE_S):
            async for change in self.topic.changes():
                if change.view["session"]["step"] in steps:
                    return


class Times:
    def __init__(self) -> None:
        self.person: list[float] = []
        self.check_in: list[float] = []
        self.late: list[float] = []
        self.cpu_s = 0.0
        self.visits = 1


def run(*, quick: bool) -> Report:
    """Raises BenchFailed when a visit is refused or lost."""
    seconds = 10 if quick else 60
    with (
        tempfile.TemporaryDirectory(prefix="bench-kiosks-") as folder,
        serving_hospital(Path(folder)) as hospital,
    ):
        times = trio.run(_measure, hospital, seconds)
    figures = {
        "kiosks": KIOSKS,
        "screens": f"{SCREENS}, spread over the halls of {CLINICS} clinics",
        "visits": len(times.check_in),
        "visits a second": A_SECOND,
        "server CPU a visit (ms)": round(times.cpu_s / times.visits * 1e3, 1),
        "card to person": _told(times.person),
        "check-in to place": _told(times.check_in),
        "begun late (the generator)": _told(times.late),
    }
    return report(
        "kiosks",
        figures,
        [
            bar("check-in p99", _p99(times.check_in), "≤", CHECK_IN_MS, "ms"),
            bar("card to person p99", _p99(times.person), "≤", PERSON_MS, "ms"),
        ],
    )


def _p99(found: list[float]) -> float:
    return percentile(found, 0.99)


def _told(found: list[float]) -> dict[str, float]:
    return {
        "p50_ms": round(percentile(found, 0.5), 1),
        "p99_ms": round(_p99(found), 1),
        "max_ms": round(max(found), 1),
    }


async def _measure(hospital: Hospital, seconds: float) -> Times:
    settings = Settings().hospital
    now = WallClock().now()
    day = day_of(now, settings.zone)
    keys = open_keys(hospital.folder / "keys.toml", may_create=False).tokens
    url = f"ws://127.0.0.1:{hospital.server.port}/live"

    def token(name: str, role: str, place: str) -> str:
        return mint(keys, name, [role], [place], now=now, lasts_ms=_DAY_MS)

    visits = round((seconds + _WARM_UP_S) * A_SECOND)
    async with AsyncExitStack() as doors:
        enter = doors.enter_async_context
        his = await enter(
            open_client(url, token("his", "his", "*"), kind="bench", id="his")
        )
        await _open(his, settings.id, day, visits)
        seats = []
        for n in range(KIOSKS):
            name = f"t{n:010}"
            shown = token(name, "kiosk", f"c{n % CLINICS}")
            client = await enter(open_client(url, shown, kind="bench", id=name))
            topic = await client.join(f"{settings.id}/session/{name}/{day}:kiosk")
            seats.append(Seat(client, topic, n % CLINICS))
        async with trio.open_nursery() as nursery:
            await nursery.start(_hang_screens, hospital, visits / A_SECOND)
            before = _cpu_s(hospital)
            times = await _visit(seats, visits)
            times.cpu_s, times.visits = _cpu_s(hospital) - before, visits
        return times


async def _hang_screens(
    hospital: Hospital, seconds: float, *, task_status: trio.TaskStatus[None]
) -> None:
    """In the halls of all clinics, for longer than the visits take; started when they
    have joined. Raises BenchFailed when one of them missed something."""
    quiet = Clinic("quiet", ("1",))
    joined = trio.Event()

    def hears(line: str) -> None:
        if line == "measuring":
            trio.from_thread.run_sync(joined.set)

    def hang() -> None:
        ask_all(hospital, "opening", [[quiet.opening()]], rounds=1)
        ask_all(
            hospital,
            f"{SCREENS} screens",
            [[quiet.registering("1")]],
            seconds=seconds + _PATIENCE_S / 2,
            think_ms=1000,
            screens=SCREENS,
            topics=[Clinic(f"c{n}", ()).topic("hall") for n in range(CLINICS)],
            spread=True,
            hears=hears,
        )

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, hang)
        await joined.wait()
        task_status.started()


def _cpu_s(hospital: Hospital) -> float:
    """What the server has run so far, its threads too."""
    stat = Path(f"/proc/{hospital.server.pid}/stat").read_text()
    ran = stat.rpartition(")")[2].split()[11:13]
    return sum(map(int, ran)) / os.sysconf("SC_CLK_TCK")


async def _open(his: Client, hospital: str, day: str, visits: int) -> None:
    for clinic in range(CLINICS):
        setup = f"{hospital}/clinic/c{clinic}/{day}:setup"
        plan = {
            "clinic": {"name": f"诊区 {clinic}", "hospital": "云岫市中心医院"},
            "queues": {"A": {"name": "普通门诊"}},
            "rooms": {"1": {"doctor": "许安禾", "queues": ["A"]}},
        }
        await his.ask(setup, "open", plan)
    for n in range(visits):
        setup = f"{hospital}/clinic/c{n % KIOSKS % CLINICS}/{day}:setup"
        who = {"queue": "A", "name": "张友三", "card": f"card-{n}"}
        await his.ask(setup, "register", who)


async def _visit(seats: list[Seat], visits: int) -> Times:
    times = Times()
    begun = trio.current_time() + 0.5
    warm = _WARM_UP_S * A_SECOND
    try:
        async with trio.open_nursery() as nursery:
            for n in range(visits):
                due = begun + n / A_SECOND
                await trio.sleep_until(due)
                kept = times if n >= warm else Times()
                nursery.start_soon(_one, seats[n % len(seats)], n, due, kept)
    except* (AskRefused, trio.TooSlowError) as failed:
        raise BenchFailed(f"a visit did not come through: {failed}") from None
    return times


async def _one(seat: Seat, n: int, due: float, times: Times) -> None:
    async with seat.free:
        times.late.append((trio.current_time() - due) * 1e3)
        began = time.perf_counter()
        await seat.ask("identify", {"how": "card", "value": f"card-{n}"})
        await seat.at("confirm")
        times.person.append((time.perf_counter() - began) * 1e3)
        await seat.ask("confirm")
        began = time.perf_counter()
        await seat.ask("check_in", {"ticket": "1"})
        await seat.at("done")
        times.check_in.append((time.perf_counter() - began) * 1e3)
        await seat.ask("end", {"why": "done"})
        await seat.at("idle")
