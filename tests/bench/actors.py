"""actors: a hundred thousand awake, with a state and nothing to do."""

from __future__ import annotations

import tempfile

import msgspec

from tests.bench.bars import bar
from tests.bench.crowd import Crowd
from tests.bench.figures import median
from tests.bench.processes import measure_apart
from tests.bench.report import Report, report, tell

COUNT = 100_000


def run(*, quick: bool) -> Report:
    rounds = 1 if quick else 3
    found = []
    for turn in range(rounds):
        tell(f"waking {COUNT:,} actors, {turn + 1} of {rounds} ...")
        found.append(_crowd())
    figures = {
        "actors": COUNT,
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
    most = max(one.actor_bytes for one in found)
    return report(
        "actors", figures, [bar("an idle actor beside its state", most, "≤", 1024, "B")]
    )


def _crowd() -> Crowd:
    with tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder:
        found = measure_apart("tests.bench.crowd", folder, str(COUNT))
    return msgspec.json.decode(found, type=Crowd)
