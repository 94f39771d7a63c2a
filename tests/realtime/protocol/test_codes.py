"""Codes say whether to come back, and when."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.protocol.codes import (
    ClosingCode,
    ErrorCode,
    comes_back,
    may_retry,
    pause_before_return,
)

CONTRACT = Path(__file__).parents[3] / "docs" / "protocol.md"


def test_they_are_those_of_the_written_protocol() -> None:
    rows = re.findall(r"^\| (4\d\d\d) \| `(\w+)`", CONTRACT.read_text(), re.MULTILINE)
    assert {int(code): name for code, name in rows} == {
        int(code): code.reason for code in ClosingCode if code >= 4000
    }


def test_error_codes_are_those_of_the_written_protocol() -> None:
    rows = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \| (yes|no) \|", CONTRACT.read_text(), re.MULTILINE
    )
    written = {
        name: retry == "yes"
        for names, retry in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    assert written == {str(code): code.retry for code in ErrorCode}
    assert not may_retry("moved_on")
    assert may_retry("busy")


@pytest.mark.parametrize(
    ("code", "back"),
    [
        (None, True),
        (1000, False),
        (1001, True),
        (1006, True),
        (1011, True),
        (1012, True),
        (4000, True),
        (4499, True),
        (4500, False),
        (4999, False),
    ],
)
def test_whether_to_come_back(code: int | None, back: bool) -> None:
    assert comes_back(code) is back
    assert (pause_before_return(code, 0, 0.5) is not None) is back


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_pause_grows_to_fifteen_seconds(attempt: int, chance: float) -> None:
    pause = pause_before_return(4003, attempt, chance)
    assert pause is not None
    ceiling = min(15.0, 0.5 * 2 ** min(attempt, 10))
    assert ceiling / 2 <= pause <= ceiling


@given(st.floats(0, 1, exclude_max=True))
def test_a_restart_is_short(chance: float) -> None:
    pause = pause_before_return(ClosingCode.RESTART, 0, chance)
    assert pause is not None
    assert 0.2 <= pause <= 2.0
