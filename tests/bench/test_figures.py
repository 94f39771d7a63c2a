"""The arithmetic that every figure and every bar rests on."""

from __future__ import annotations

import random

import pytest

from tests.bench.bars import all_met, bar
from tests.bench.figures import percentile, ratio, spread


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    random.Random(1).shuffle(values)
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile(values, 0.0) == 1


def test_of_few_values_the_p99_is_the_worst() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.99) == 3
    assert percentile([7.0], 0.5) == 7


def test_no_percentile_of_nothing_or_beyond() -> None:
    with pytest.raises(ValueError, match="of nothing"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="not a fraction"):
        percentile([1.0], 99)


def test_a_ratio_is_taken_round_by_round() -> None:
    # the second round was twice as slow for both: no reason to judge differently
    assert ratio([4.0, 8.0, 4.4], [2.0, 4.0, 2.0]) == 2.0
    with pytest.raises(ValueError, match="shorter"):
        ratio([1.0, 2.0], [1.0])


def test_spread() -> None:
    assert spread([2.0, 3.0, 2.5]) == 1.5
    assert spread([2.0]) == 1.0


@pytest.mark.parametrize(
    ("value", "sense", "met"),
    [
        (5.0, "≤", True),
        (5.0001, "≤", False),
        (5.0, "<", False),
        (4.9, "<", True),
        (5.0, "≥", True),
        (4.9999, "≥", False),
    ],
)
def test_a_bar_is_met_or_not(value: float, sense: str, met: bool) -> None:
    judged = bar("x", value, sense, 5, "ms")  # type: ignore[arg-type]
    assert judged.met is met
    assert judged.bar == f"{sense} 5 ms"


def test_a_bar_is_judged_before_it_is_rounded() -> None:
    judged = bar("x", 1.50004, "≤", 1.5)
    assert judged.value == 1.5
    assert not judged.met


def test_what_was_not_measured_is_not_met() -> None:
    judged = bar("x", None, "≤", 1)
    assert judged.value is None
    assert not judged.met
    assert not all_met([bar("y", 1, "≤", 1), judged])
