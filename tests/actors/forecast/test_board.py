"""What is shown of expected times, and how it changes."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from actors.forecast.board import Board, rounded
from actors.forecast.frames import Times
from actors.runtime.feed import Patch, Since
from realtime.protocol.merge import apply_patch

NINE = 1_795_395_600_000
MINUTE = 60_000


class Reader:
    """Applies the patches as a client does."""

    def __init__(self) -> None:
        self.view: dict[str, Any] = {}
        self.seq = 0
        self.patches = 0

    def patch(self, patch: Patch) -> None:
        assert patch.prev == self.seq
        assert patch.seq > patch.prev
        self.seq = patch.seq
        self.patches += 1
        self.view = apply_patch(self.view, msgspec.json.decode(patch.body))

    def lost(self) -> None:
        raise AssertionError("nothing is ever lost here")


def times(**minutes: tuple[float, float]) -> Times:
    found = {
        ticket: (NINE + round(p50 * MINUTE), NINE + round(p90 * MINUTE))
        for ticket, (p50, p90) in minutes.items()
    }
    return Times(1, found, {})


def test_patches_lead_to_what_a_snapshot_shows() -> None:
    reader = Reader()
    board = Board(reader)
    board.show(times(t1=(1, 2), t2=(8, 12)), NINE)
    board.show(Times(2, {"t2": (NINE, NINE)}, {"t3": "doctor_absent"}), NINE)
    whole = board.snapshot(None)
    assert whole.view is not None
    assert msgspec.json.decode(whole.view) == reader.view
    assert reader.view == {
        "times": {"t2": [NINE, NINE]},
        "why": {"t3": "doctor_absent"},
    }


def test_what_does_not_change_is_not_sent() -> None:
    reader = Reader()
    board = Board(reader)
    board.show(times(t1=(3.1, 7.2)), NINE)
    board.show(times(t1=(2.8, 7.9)), NINE + 1000)
    assert reader.patches == 1


def test_a_reader_that_has_it_all_gets_nothing_and_any_other_the_whole() -> None:
    reader = Reader()
    board = Board(reader)
    board.show(times(t1=(3, 7)), NINE)
    here = board.snapshot(Since(board.epoch, board.seq))
    assert here.patches == []
    for since in (Since(board.epoch, 0), Since("else", board.seq)):
        assert board.snapshot(since).view is not None
    assert Board(reader).epoch != board.epoch


def test_old_times_say_since_when_they_are_old_until_they_are_new() -> None:
    reader = Reader()
    board = Board(reader)
    board.mark_stale(NINE)
    assert reader.view == {}, "nothing is shown, so nothing is old"
    board.show(times(t1=(3, 7)), NINE)
    board.mark_stale(NINE + 40_000)
    board.mark_stale(NINE + 50_000)
    assert reader.view["clinic"] == {"stale": NINE}
    assert "t1" in reader.view["times"]
    board.show(times(t1=(3, 7)), NINE + 60_000)
    assert "clinic" not in reader.view


RANGES = st.lists(
    st.tuples(st.integers(-MINUTE, 300 * MINUTE), st.integers(0, 200 * MINUTE)),
    min_size=2,
    max_size=2,
)


@given(RANGES, st.integers(0, 3_600_000))
def test_rounding_turns_no_order_and_promises_nothing_sooner(
    ranges: list[tuple[int, int]], off: int
) -> None:
    at = NINE + off
    (first, wide), (second, wider) = sorted(ranges)
    p50s = [at + first, at + second]
    p90s = [p50s[0] + wide, max(p50s[0] + wide, p50s[1] + wider)]
    one, two = (rounded(p50, p90, at) for p50, p90 in zip(p50s, p90s, strict=True))
    assert one[0] <= two[0]
    assert one[1] <= two[1]
    for shown, p90 in ((one, p90s[0]), (two, p90s[1])):
        assert shown[0] <= shown[1]
        assert shown[1] >= p90
        assert shown[0] % MINUTE == shown[1] % MINUTE == 0
