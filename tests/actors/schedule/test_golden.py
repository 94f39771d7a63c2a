"""Every event that was ever written still reads, and replays to the same day."""

import json
from pathlib import Path

import msgspec
import pytest

from actors.schedule.actor import new
from actors.schedule.events import Event
from tests.actors.schedule.day import SCHEDULE, STREAM, VAULT, count_up

LINES = (
    (Path(__file__).parents[2] / "golden" / "schedule-events.jsonl")
    .read_bytes()
    .splitlines()
)


STAGES = {
    "b1": ("stopped", "Z001"),
    "b2": ("expired", ""),
    "b3": ("cancelled", "A001"),
    "b4": ("changed", "Z002"),
    "b5": ("changed", "Z003"),
    "b6": ("stopped", "Z004"),
    "b7": ("confirmed", "A002"),
    "b8": ("confirmed", "N001"),
    "b9": ("confirmed", "N002"),
    "b10": ("no_show", "A088"),
}


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} >= SCHEDULE.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    """Read and written again it holds every old field; new ones may join them."""
    event: Event = SCHEDULE.read_event(line)
    again = json.loads(msgspec.json.encode(event))
    assert _within(json.loads(line), again)


def _within(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(old[key], new[key]) for key in old)
    return old == new


def test_the_day_replays_to_what_it_was() -> None:
    state = new(STREAM)
    for line in LINES:
        SCHEDULE.evolve(state, SCHEDULE.read_event(line))
        count_up(state)
    stages = {key: (b.stage, b.number) for key, b in state.bookings.items()}
    assert stages == STAGES
    assert VAULT.open(state.bookings["b1"].name) == "张友三"
    assert state.bookings["b6"].extra is not None
    assert (state.bookings["b9"].paid, state.bookings["b9"].person) == (5000, "p77")
    assert state.cases["b5"].to == "b9"
    assert state.sessions["n"].doctor == "lin"
