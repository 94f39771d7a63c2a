"""forecast: expected times against what came, on days the code has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actors.forecast.experience import Experience
from realtime.simulate.days import DAYS
from tests.bench.bars import bar
from tests.bench.figures import median
from tests.bench.report import Report, report, tell
from tests.bench.waits import Foreseen, live_through

BEFORE = range(101, 121)
"""Seeds of the days a clinic has behind it."""
JUDGED = range(1, 9)
QUICK = range(1, 3)
CALIBRATED = range(9001, 9005)
"""What the assumptions in actors/forecast/experience.py were tried on, and never on
the judged ones: ``python -m tests.bench.forecast``."""


def run(*, quick: bool) -> Report:
    before, judged = (BEFORE[:8], QUICK) if quick else (BEFORE, JUDGED)
    kinds = {name: foreseen(name, before, judged) for name in DAYS}
    everything = [one for waits in kinds.values() for one in waits]
    figures: dict[str, Any] = {
        "days of each kind": f"{len(judged)}, after {len(before)} to learn from",
        "waits foreseen": len(everything),
        "by day": {name: row(waits) for name, waits in kinds.items()},
        "every wait alike": row(everything),
    }
    # a hall of nine hundred does not outvote an expert's thirty
    below = _mean([share_below(waits) for waits in kinds.values()])
    gained = _mean([gain(waits) for waits in kinds.values()])
    bars = [
        bar("waits at or below P90, at least", below * 100, "≥", 85, "%"),
        bar("waits at or below P90, at most", below * 100, "≤", 95, "%"),
        bar("median error below place × average", gained * 100, "≥", 25, "%"),
    ]
    return report("forecast", figures, bars)


def foreseen(name: str, before: Sequence[int], judged: Sequence[int]) -> list[Foreseen]:
    """Each judged day after the same days before it, never after another judged."""
    experience = Experience()
    for nth, seed in enumerate(before):
        live_through(DAYS[name], seed, experience, nth, looks=False)
    learnt = experience.as_bytes()
    found: list[Foreseen] = []
    for seed in judged:
        tell(f"{name}, seed {seed} ...")
        known = Experience.from_bytes(learnt)
        onlooker = live_through(DAYS[name], seed, known, len(before))
        found += onlooker.foreseen
    return found


def row(waits: Sequence[Foreseen]) -> dict[str, Any]:
    if not waits:
        return {"waits": 0}
    return {
        "waits": len(waits),
        "median wait, min": median(one.wait for one in waits) / 60_000,
        "≤ P90, %": share_below(waits) * 100,
        "≤ P50, %": sum(one.wait <= one.p50 for one in waits) / len(waits) * 100,
        "error, min": error(waits) / 60_000,
        "place × average, min": error_by_place(waits) / 60_000,
        "less, %": gain(waits) * 100,
        "P90 − P50, min": median(one.p90 - one.p50 for one in waits) / 60_000,
    }


def share_below(waits: Sequence[Foreseen]) -> float:
    return sum(one.wait <= one.p90 for one in waits) / len(waits)


def error(waits: Sequence[Foreseen]) -> float:
    return median(abs(one.wait - one.p50) for one in waits)


def error_by_place(waits: Sequence[Foreseen]) -> float:
    return median(abs(one.wait - one.by_place) for one in waits)


def gain(waits: Sequence[Foreseen]) -> float:
    return 1.0 - error(waits) / error_by_place(waits)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    for day in DAYS:
        tell(f"{day}: {row(foreseen(day, BEFORE, CALIBRATED))}")
