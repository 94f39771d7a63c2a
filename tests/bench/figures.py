"""The arithmetic of figures: few functions, so that every bench counts alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

__all__ = ["median", "percentile", "ratio", "spread"]


def percentile(values: Sequence[float], fraction: float) -> float:
    """The smallest value that at least ``fraction`` of them do not exceed: one that
    was measured, never one between two. Raises ValueError when there are none."""
    if not values:
        raise ValueError("a percentile of nothing")
    if not 0 <= fraction <= 1:
        raise ValueError(f"not a fraction: {fraction}")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]


def ratio(ours: Iterable[float], theirs: Iterable[float]) -> float:
    """Ours over theirs, round by round, and of that the median: what slows a whole
    round down does not count for either."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def spread(values: Sequence[float]) -> float:
    """How far apart the same thing came out: the largest over the smallest."""
    return max(values) / min(values)
