"""next: who is next in a crowd, and a whole hospital's commands under every rule."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.bars import bar
from tests.bench.clinics import Clinic
from tests.bench.crowded import FULL_RULES, Crowded
from tests.bench.figures import median, percentile
from tests.bench.hospital import Hospital, Said, ask_all, serving_hospital
from tests.bench.report import Report, report, tell

WAITING = 500
CLINICS = 200
TICKETS = 20_000
WAIT_ALREADY = 20
"""In each clinic, before the clock starts."""
VIEWERS = 200
"""One a clinic: screens at the halls of half of them, desks in the others."""


def run(*, quick: bool) -> Report:
    times = 100 if quick else 400
    tell(f"{WAITING} wait; who is next, {times} times ...")
    choosing = list(Crowded(WAITING).choosing(times))
    decided, done = zip(*Crowded(WAITING).deciding(times), strict=True)
    rounds, seconds = (1, 5.0) if quick else (3, 7.0)
    found = []
    for turn in range(rounds):
        tell(f"{CLINICS} clinics ask, {turn + 1} of {rounds} ...")
        found.append(_whole_hospital(seconds))
    rate = median(one.asks_per_s for one in found)
    figures = {
        f"{WAITING} waiting in a clinic, ms": {
            "who is next": _spread(choosing),
            "the whole decision": _spread(decided),
            "with what follows for the state": _spread(done),
        },
        "clinics": CLINICS,
        "tickets": TICKETS,
        "screens and desks": VIEWERS,
        "each round": {f"{turn + 1}": _row(one) for turn, one in enumerate(found)},
    }
    bars = [
        bar("who is next, median", median(choosing) * 1e3, "≤", 1, "ms"),
        bar("the whole decision, median", median(decided) * 1e3, "≤", 1, "ms"),
        bar("durable commands a second", rate, "≥", 4000),
    ]
    return report("next", figures, bars)


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {
        "median": median(times) * 1e3,
        "p99": percentile(times, 0.99) * 1e3,
        "max": max(times) * 1e3,
    }


def _row(one: Said) -> dict[str, Any]:
    return {
        "commands": one.asks,
        "seconds": one.seconds,
        "commands/s": one.asks_per_s,
        "CPU µs": one.cpu_us,
        "p50 ms": one.reply_p50_us / 1e3,
        "p99 ms": one.reply_p99_us / 1e3,
        "shown p99 ms": one.shown_p99_us / 1e3,
        "bytes a patch": one.patch_bytes,
    }


def _whole_hospital(seconds: float) -> Said:
    with (
        tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder,
        serving_hospital(Path(folder)) as hospital,
    ):
        clinics = [
            Clinic(f"bench{number + 1}", ("1",), FULL_RULES)
            for number in range(CLINICS)
        ]
        patients = TICKETS // CLINICS - WAIT_ALREADY
        _prepare(hospital, clinics, patients)
        return ask_all(
            hospital,
            "200 clinics",
            [clinic.visit("1") for clinic in clinics],
            rounds=patients,
            seconds=seconds,
            screens=VIEWERS,
            topics=[
                clinic.topic("desk" if number % 2 else "hall")
                for number, clinic in enumerate(clinics)
            ],
            spread=True,
            readers=hospital.staff,
        )


def _prepare(hospital: Hospital, clinics: list[Clinic], patients: int) -> None:
    """Everybody has a number, and some are there already."""
    ask_all(hospital, "opening", [[one.opening()] for one in clinics], rounds=1)
    tell(f"  registering {TICKETS:,} patients ...")
    early = [
        [one.registering("1", who="early"), one.checking_in("1", who="early")]
        for one in clinics
    ]
    ask_all(hospital, "those there already", early, rounds=WAIT_ALREADY)
    said = ask_all(
        hospital,
        "registering",
        [[one.registering("1")] for one in clinics],
        rounds=patients,
    )
    tell(f"  {said.asks_per_s:,.0f} a second")
