"""commands: durable asks from 64 clients, the whole path, patches to 20 screens."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.bench.bars import bar
from tests.bench.clinics import Clinic
from tests.bench.figures import median
from tests.bench.hospital import Hospital, Said, ask_all, serving_hospital
from tests.bench.report import Report, report, tell

CLINICS = 4
ROOMS = 16
SCREENS = 20
"""64 rooms, each with a connection that plays its kiosk and its doctor in turn."""


def clinics_of_the_bench() -> list[Clinic]:
    rooms = tuple(str(room + 1) for room in range(ROOMS))
    return [Clinic(f"bench{number + 1}", rooms) for number in range(CLINICS)]


def run(*, quick: bool) -> Report:
    rounds, seconds, patients = (2, 6.0, 400) if quick else (5, 12.0, 800)
    found = []
    for turn in range(rounds):
        tell(f"64 clients ask for {seconds:g} s, {turn + 1} of {rounds} ...")
        found.append(_measure(seconds, patients))
    rate = median(one.asks_per_s for one in found)
    p99 = median(one.reply_p99_us for one in found) / 1e3
    cpu = median(one.cpu_us for one in found)
    figures = {
        "clients": CLINICS * ROOMS,
        "screens": f"{SCREENS}, each on the walls of {CLINICS} clinics",
        "rounds": rounds,
        "each round": {f"{turn + 1}": _row(one) for turn, one in enumerate(found)},
    }
    bars = [
        bar("durable asks a second", rate, "≥", 8000),
        bar("p99 of the reply", p99, "≤", 20, "ms"),
        bar("server CPU an ask", cpu, "≤", 120, "µs"),
    ]
    return report("commands", figures, bars)


def _row(one: Said) -> dict[str, Any]:
    return {
        "asks": one.asks,
        "seconds": one.seconds,
        "asks/s": one.asks_per_s,
        "CPU µs": one.cpu_us,
        "p50 ms": one.reply_p50_us / 1e3,
        "p99 ms": one.reply_p99_us / 1e3,
        "max ms": one.reply_max_us / 1e3,
        "shown p50 ms": one.shown_p50_us / 1e3,
        "shown p99 ms": one.shown_p99_us / 1e3,
        "patches a screen and ask": one.patches_per_ask,
        "bytes a patch": one.patch_bytes,
    }


def _measure(seconds: float, patients: int) -> Said:
    with (
        tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder,
        serving_hospital(Path(folder)) as hospital,
    ):
        clinics = clinics_of_the_bench()
        prepare(hospital, clinics, patients)
        return ask_all(
            hospital,
            "64 clients",
            [clinic.visit(room) for clinic in clinics for room in clinic.rooms],
            rounds=patients,
            seconds=seconds,
            screens=SCREENS,
            topics=[clinic.topic("hall") for clinic in clinics],
        )


def prepare(hospital: Hospital, clinics: list[Clinic], patients: int) -> None:
    """Everybody who will come has a number already: who registers is seen on no
    wall, so it would be a command without its patches."""
    openings = [[clinic.opening()] for clinic in clinics]
    ask_all(hospital, "opening", openings, rounds=1)
    tell(f"  registering {patients * CLINICS * ROOMS:,} patients ...")
    seats = [[clinic.registering(room)] for clinic in clinics for room in clinic.rooms]
    said = ask_all(hospital, "registering", seats, rounds=patients)
    tell(f"  {said.asks_per_s:,.0f} a second")
