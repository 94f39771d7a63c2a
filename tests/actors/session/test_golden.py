"""Every event that was ever written still reads, and replays to the same session."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from tests.actors.session.day import SESSION, STREAM, VAULT

LINES = (
    (Path(__file__).parents[2] / "golden" / "session-events.jsonl")
    .read_bytes()
    .splitlines()
)


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} >= SESSION.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    again = json.loads(msgspec.json.encode(SESSION.read_event(line)))
    assert _within(json.loads(line), again)


def _within(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and _within(old[key], new[key]) for key in old)
    return old == new


def test_the_day_replays_to_what_it_was() -> None:
    state = SESSION.new(STREAM)
    for line in LINES:
        SESSION.evolve(state, SESSION.read_event(line))
    assert state.session is not None
    assert (state.session.id, state.session.step) == ("k2", "confirm")
    assert state.session.whom is not None
    assert VAULT.open(state.session.whom.name) == "李秀芳"
    assert (state.deeds, state.open, state.wrong) == (4, {}, {"m1": 1})
    assert state.last is not None
    assert state.last.why == "done"
