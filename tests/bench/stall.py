"""stall: how late a 1 ms sleep in the server's loop ends, with much going on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.audience import Listening, listen
from tests.bench.bars import Bar, bar
from tests.bench.clinics import Clinic
from tests.bench.commands import SCREENS, clinics_of_the_bench, prepare
from tests.bench.fanout import topic_of_visits
from tests.bench.hospital import Hospital, ask_all, serving_hospital
from tests.bench.hosted import Lateness
from tests.bench.report import Report, report, tell

CLIENTS = 4000
TICKETS = 20_000
WAITING_AT_A_ROOM = 10
THINK_MS = 250
"""Each of the 64 rooms asks some four times a second: 250 asks a second of people."""


def run(*, quick: bool) -> Report:
    seconds = 12.0 if quick else 60.0
    with _hospital() as hospital:
        tell("nothing to do, for 3 s ...")
        idle = _idle(hospital)
    with _hospital() as hospital:
        tell(f"{CLIENTS:,} clients under fan-out, for {seconds:g} s ...")
        fanned, fanout_row = _under_fanout(hospital, seconds)
    with _hospital() as hospital:
        tell(f"{TICKETS:,} tickets and a bulk load, for {seconds:g} s ...")
        loaded, bulk_row = _under_bulk_load(hospital, seconds)
    names = {
        "nothing to do": idle,
        "4000 clients under fan-out": fanned,
        "20,000 tickets and a bulk load": loaded,
    }
    figures: dict[str, Any] = {
        "seconds": seconds,
        "lateness of a 1 ms sleep, ms": {
            name: {
                "p50": found.p50_ms,
                "p99": found.p99_ms,
                "max": found.max_ms,
                "of which the loop ran": found.max_ran_ms,
                "sleeps": found.sleeps,
            }
            for name, found in names.items()
        },
        "meanwhile, the fan-out": fanout_row,
        "meanwhile, the bulk load": bulk_row,
    }
    if quick:
        figures["quick"] = f"{seconds:g} s instead of 60 s"
    bars: list[Bar] = []
    for name, found in list(names.items())[1:]:
        bars.append(bar(f"p99, {name}", found.p99_ms, "≤", 5, "ms"))
        bars.append(bar(f"max, {name}", found.max_ms, "≤", 50, "ms"))
    return report("stall", figures, bars)


@contextmanager
def _hospital() -> Iterator[Hospital]:
    with (
        tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder,
        serving_hospital(Path(folder), probed=True) as hospital,
    ):
        yield hospital


class _Window:
    """The probe's window: from where a generator begins to measure until it ends."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self.found: Lateness | None = None

    def hear(self, line: str) -> None:
        if line == "measuring":
            self._hospital.probe("begin")
        elif line == "measured":
            self.found = msgspec.json.decode(self._hospital.probed(), type=Lateness)


def _measured(
    hospital: Hospital, work: Callable[[Callable[[str], None]], Any]
) -> tuple[Lateness, Any]:
    window = _Window(hospital)
    said = work(window.hear)
    assert window.found is not None
    return window.found, said


def _idle(hospital: Hospital) -> Lateness:
    """One client that asks once a second: what the machine itself does."""
    clinic = Clinic("bench1", ("1",))
    ask_all(hospital, "opening", [[clinic.opening()]], rounds=1)
    found, _ = _measured(
        hospital,
        lambda hears: ask_all(
            hospital,
            "next to nothing",
            [[clinic.registering("1")]],
            seconds=3.0,
            think_ms=1000,
            hears=hears,
        ),
    )
    return found


def _under_fanout(
    hospital: Hospital, seconds: float
) -> tuple[Lateness, dict[str, Any]]:
    """The next commit as soon as the last client has the one before: the server has
    always somebody to send to."""
    how = Listening(
        subscribers=CLIENTS,
        messages=1_000_000,
        one_seconds=seconds,
        many_seconds=0,
        gap_us=0,
    )
    topic = topic_of_visits(hospital, patients=int(seconds * 2))
    found, heard = _measured(
        hospital,
        lambda hears: listen(hospital.server, "houzhen", how, topic, hears),
    )
    row = {
        "commits": heard.one.commits,
        "commits/s": heard.one.commits / heard.one.seconds,
        "CPU µs for one message to one client": heard.one.cpu_us,
        "last p50 ms": heard.one.last_p50_us / 1e3,
        "last p99 ms": heard.one.last_p99_us / 1e3,
    }
    return found, row


def _under_bulk_load(
    hospital: Hospital, seconds: float
) -> tuple[Lateness, dict[str, Any]]:
    """A full day in memory, ten people waiting at every door; doctors and kiosks go on
    working while the journal takes in a bulk load as fast as it can."""
    clinics = clinics_of_the_bench()
    rooms = [(clinic, room) for clinic in clinics for room in clinic.rooms]
    patients = TICKETS // len(rooms)
    prepare(hospital, clinics, patients)
    for verb in ("registering", "checking_in"):
        early = [[getattr(clinic, verb)(room, who="early")] for clinic, room in rooms]
        ask_all(hospital, verb, early, rounds=WAITING_AT_A_ROOM)
    hospital.probe("bulk")
    found, said = _measured(
        hospital,
        lambda hears: ask_all(
            hospital,
            "doctors and kiosks",
            [clinic.visit(room) for clinic, room in rooms],
            rounds=patients,
            seconds=seconds,
            think_ms=THINK_MS,
            screens=SCREENS,
            topics=[clinic.topic("hall") for clinic in clinics],
            hears=hears,
        ),
    )
    row = {
        "tickets": (patients + WAITING_AT_A_ROOM) * len(rooms),
        "bulk events/s": found.bulk_events / said.seconds,
        "asks/s": said.asks_per_s,
        "reply p50 ms": said.reply_p50_us / 1e3,
        "reply p99 ms": said.reply_p99_us / 1e3,
    }
    return found, row
