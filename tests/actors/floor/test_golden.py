"""Every event of the floor that was ever written still reads and replays."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from actors.floor.actor import floor_capability
from tests.actors.floor.floor import SERIAL, STREAM, ZONE

GOLDEN = Path(__file__).parents[2] / "golden" / "floor-events.jsonl"


def test_every_event_ever_written_can_be_read() -> None:
    floor = floor_capability(ZONE)
    state = floor.new(STREAM)
    met = set()
    for line in GOLDEN.read_bytes().splitlines():
        written = json.loads(line)
        met.add(written["type"])
        event = floor.read_event(line)
        told = msgspec.to_builtins(event)
        # no field that was ever written is passed over
        assert written.keys() <= told.keys()
        floor.evolve(state, event)
    assert met == floor.event_names
    assert state.alarms["a1"].acked_by == "ops"
    assert not state.alarm_of
    assert state.tickets["f1"].state == "closed"
    assert state.tickets["f1"].late == ("respond",)
    assert list(state.units) == ["SM08032011150002"]
    assert state.rounds["r1"].seen[SERIAL].bad == ("paper",)
    assert state.stock["paper"].left == 9
    assert state.settings.hot_c == 75
