"""Milliseconds, and the hospital's own days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.times import WallClock, day_of, iso

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = 1_795_363_200_000  # 2026-11-23T00:00:00+08:00


def test_the_day_begins_at_the_hospitals_midnight() -> None:
    assert day_of(MIDNIGHT - 1, SHANGHAI) == "2026-11-22"
    assert day_of(MIDNIGHT, SHANGHAI) == "2026-11-23"
    assert day_of(MIDNIGHT + 86_400_000 - 1, SHANGHAI) == "2026-11-23"
    assert day_of(MIDNIGHT + 86_400_000, SHANGHAI) == "2026-11-24"


def test_the_day_is_not_the_one_of_greenwich() -> None:
    assert day_of(MIDNIGHT, UTC) == "2026-11-22"


@pytest.mark.parametrize("month", range(1, 13))
def test_no_month_of_a_year_is_shifted_in_shanghai(month: int) -> None:
    noon = datetime(2026, month, 15, 12, tzinfo=SHANGHAI)
    assert noon.utcoffset() == timedelta(hours=8)
    at = int(noon.timestamp() * 1000)
    assert iso(at, SHANGHAI) == f"2026-{month:02}-15T12:00:00.000+08:00"


def test_a_time_is_written_with_its_milliseconds_and_offset() -> None:
    assert iso(MIDNIGHT + 34_920_123, SHANGHAI) == "2026-11-23T09:42:00.123+08:00"


@given(st.integers(0, 4_102_444_800_000))
def test_a_written_time_reads_back_to_the_millisecond(at: int) -> None:
    read = datetime.fromisoformat(iso(at, SHANGHAI))
    assert round(read.timestamp() * 1000) == at
    assert iso(at, SHANGHAI)[:10] == day_of(at, SHANGHAI)


def test_the_walls_clock_counts_milliseconds_of_our_time() -> None:
    before = datetime.now(UTC).timestamp() * 1000
    now = WallClock().now()
    after = datetime.now(UTC).timestamp() * 1000
    assert isinstance(now, int)
    assert before - 1 <= now <= after + 1
