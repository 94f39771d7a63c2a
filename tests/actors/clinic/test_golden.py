"""Every event that was ever written still reads, and replays to the same day."""

import json
from pathlib import Path

import msgspec
import pytest

from actors.clinic.messages import Event
from actors.clinic.state import ClinicState, Ticket
from tests.actors.clinic.day import CLINIC, NINE, STREAM, VAULT
from tests.actors.clinic.pictures import Picture

LINES = (
    (Path(__file__).parents[2] / "golden" / "clinic-events.jsonl")
    .read_bytes()
    .splitlines()
)


@pytest.fixture
def state() -> ClinicState:
    return CLINIC.new(STREAM)


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} >= CLINIC.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    """Read and written again it holds every old field; new ones may join them."""
    event: Event = CLINIC.read_event(line)
    again = json.loads(msgspec.json.encode(event))
    assert _within(json.loads(line), again)


def _within(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(old[key], new[key]) for key in old)
    return old == new


def test_the_day_replays_to_what_it_was(state: ClinicState) -> None:
    views = [Picture(view, state) for view in CLINIC.views.values()]
    for line in LINES:
        event: Event = CLINIC.read_event(line)
        CLINIC.evolve(state, event)
        for view in views:
            view.follow(state, [event])
    visit = state.tickets["t1"]
    assert isinstance(visit, Ticket)
    assert (visit.number, visit.state, visit.room) == ("A012", "done", "3")
    assert visit.since == NINE + 412_000
    assert VAULT.open(visit.name) == "张友三"
    drawn = state.tickets["t2"]
    assert (drawn.number, drawn.state, drawn.queue) == ("A001", "booked", "A")
    assert VAULT.open(drawn.name) == "欧阳娜娜"
    assert state.queues["A"].drawn == 1
    assert list(state.calls) == ["c3"]
    assert (state.missed, state.queues["A"].order) == ({}, [])
    assert state.rooms["3"].current is None
    assert views[0].document["tickets"]["t1"]["name"] == "张友三"
