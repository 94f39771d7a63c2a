"""recovery: a million events replayed, as many days and as few; and a hospital that was
killed in the middle of its day, until its walls show again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from realtime.protocol.messages import SUBPROTOCOL
from tests.bench.bars import bar
from tests.bench.clinics import Clinic
from tests.bench.commands import clinics_of_the_bench, prepare
from tests.bench.figures import median
from tests.bench.history import EVENTS_OF_A_PATIENT, write_history
from tests.bench.hospital import Hospital, ask_all, serving_hospital
from tests.bench.processes import BenchFailed, measure_apart
from tests.bench.replay import Replayed
from tests.bench.report import Report, report, tell

MILLION = 1_000_000
QUICK_EVENTS = 100_000
DAY_PATIENTS = 400
LONG_STREAMS = 4


def run(*, quick: bool) -> Report:
    events = QUICK_EVENTS if quick else MILLION
    rounds = 2 if quick else 3
    many = events // (DAY_PATIENTS * EVENTS_OF_A_PATIENT)
    long_patients = events // (LONG_STREAMS * EVENTS_OF_A_PATIENT)
    shapes = {
        f"{many} days of {DAY_PATIENTS} patients": (many, DAY_PATIENTS),
        f"{LONG_STREAMS} days of {long_patients} patients": (
            LONG_STREAMS,
            long_patients,
        ),
    }
    figures: dict[str, Any] = {"events": events, "rounds": rounds}
    if quick:
        figures["quick"] = f"{events:,} events, scaled to a million"
    rows, bars = {}, []
    for name, (streams, patients) in shapes.items():
        rows[name] = row = _measure(name, streams, patients, rounds)
        value = row["seconds for a million"]
        bars.append(bar(f"a million events, {name}", value, "≤", 15, "s"))
    figures["replay"] = rows
    figures["killed and started again"] = _restart(100 if quick else 400, rounds)
    return report("recovery", figures, bars)


def _measure(name: str, streams: int, patients: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        tell(f"writing {name} ...")
        begun = time.monotonic()
        count = write_history(Path(folder), streams, patients)
        tell(f"  {count:,} events in {time.monotonic() - begun:.0f} s")
        found = []
        for turn in range(rounds):
            tell(f"replaying, {turn + 1} of {rounds} ...")
            found.append(_replay(Path(folder), streams))
            if found[-1].tickets != streams * patients:
                raise BenchFailed(f"{found[-1].tickets} patients came back")
    scale = MILLION / count
    return {
        "events": count,
        "seconds": median(one.seconds for one in found),
        "seconds for a million": median(one.seconds for one in found) * scale,
        "CPU s for a million": median(one.cpu_s for one in found) * scale,
        "µs an event": median(one.seconds for one in found) / count * 1e6,
        "opening s": median(one.opening_s for one in found),
        "bytes an event": median(one.anonymous for one in found) / count,
    }


def _replay(folder: Path, streams: int) -> Replayed:
    found = measure_apart("tests.bench.replay", str(folder), str(streams))
    return msgspec.json.decode(found, type=Replayed)


# -- a restart ---------------------------------------------------------------------


def _restart(patients: int, rounds: int) -> dict[str, float]:
    """From the start of the new process: until it answers, and until the walls of
    all four clinics have their whole view."""
    clinics = clinics_of_the_bench()
    rooms = [(clinic, room) for clinic in clinics for room in clinic.rooms]
    answering, showing = [], []
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        tell(f"a day of {patients * len(rooms):,} patients in four clinics ...")
        with serving_hospital(Path(folder), grace_s=0) as hospital:
            prepare(hospital, clinics, patients)
            visits = [clinic.visit(room) for clinic, room in rooms]
            said = ask_all(hospital, "the day", visits, rounds=patients)
        for turn in range(rounds):
            tell(f"killed; starting again, {turn + 1} of {rounds} ...")
            with serving_hospital(Path(folder), grace_s=0) as hospital:
                answering.append(time.monotonic() - hospital.begun_at)
                with _walls(hospital, clinics):
                    showing.append(time.monotonic() - hospital.begun_at)
    return {
        "events of the day": said.asks + patients * len(rooms) + len(clinics),
        "s until it answers": median(answering),
        "s until every wall shows": median(showing),
    }


@contextmanager
def _walls(hospital: Hospital, clinics: list[Clinic]) -> Iterator[None]:
    """Open when each has joined and been given its view."""
    with ExitStack() as open_walls:
        walls = []
        for clinic in clinics:
            wall = open_walls.enter_context(
                connect(
                    f"ws://127.0.0.1:{hospital.server.port}/live",
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    compression=None,
                    max_size=None,
                )
            )
            walls.append(wall)
            _say(
                wall,
                type="hello",
                ref="h",
                token=hospital.screen,
                client={"kind": "bench", "id": clinic.name, "version": "1"},
            )
            _say(wall, type="join", ref="j", topic=clinic.topic("hall"))
        for wall in walls:
            _hear(wall, "welcome")
            _hear(wall, "joined")
        yield


def _say(wall: ClientConnection, **message: Any) -> None:
    wall.send(msgspec.json.encode(message).decode())


def _hear(wall: ClientConnection, wanted: str) -> None:
    while True:
        heard = msgspec.json.decode(wall.recv(timeout=60))
        if heard["type"] == wanted:
            return
        if heard["type"] != "ping":  # a long load is longer than a heartbeat
            raise BenchFailed(f"{wanted} was expected, not {heard}")
        _say(wall, type="pong")
