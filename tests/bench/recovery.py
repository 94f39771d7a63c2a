"""recovery: a million events replayed after a restart, as many days and as few."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.bars import bar
from tests.bench.figures import median
from tests.bench.history import EVENTS_OF_A_PATIENT, write_history
from tests.bench.processes import BenchFailed
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
    words = [sys.executable, "-m", "tests.bench.replay", str(folder), str(streams)]
    result = subprocess.run(words, capture_output=True, timeout=300, check=False)
    if result.returncode:
        raise BenchFailed(f"the replay failed: {result.stderr.decode()[-2000:]}")
    return msgspec.json.decode(result.stdout, type=Replayed)
