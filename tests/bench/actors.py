"""actors: a hundred thousand awake, with a state and nothing to do."""

from __future__ import annotations

import tempfile
from typing import Any

import msgspec

from tests.bench.bars import bar
from tests.bench.crowd import Crowd
from tests.bench.figures import median
from tests.bench.processes import measure_apart
from tests.bench.report import Report, report, tell

COUNT = 100_000
QUICK_COUNT = 30_000


def run(*, quick: bool) -> Report:
    rounds, count = (1, QUICK_COUNT) if quick else (3, COUNT)
    found = []
    for turn in range(rounds):
        tell(f"waking {count:,} actors, {turn + 1} of {rounds} ...")
        found.append(_crowd(count))
    figures: dict[str, Any] = {
        "actors": count,
        "rounds": rounds,
        "one actor": {
            "bytes beside its state": median(one.actor_bytes for one in found),
            "bytes of its state": median(one.state_bytes for one in found),
            "µs to wake it and ask it once, 256 at a time": median(
                one.waking_us for one in found
            ),
        },
        "the process": {
            "µs an ask takes in the crowd (median)": median(
                one.ask_p50_us for one in found
            ),
            "ms of a full collection": median(one.collect_ms for one in found),
            "ms of the next, after gc.freeze()": median(
                one.collect_frozen_ms for one in found
            ),
        },
    }
    if quick:
        figures["quick"] = f"{count:,} actors instead of {COUNT:,}"
    most = max(one.actor_bytes for one in found)
    return report(
        "actors", figures, [bar("an idle actor beside its state", most, "≤", 1024, "B")]
    )


def _crowd(count: int) -> Crowd:
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        found = measure_apart("tests.bench.crowd", folder, str(count))
    return msgspec.json.decode(found, type=Crowd)
