"""Every event of the floor that was ever written replays to the same floor."""

from __future__ import annotations

from actors.floor.actor import floor_capability
from tests.actors.floor.floor import SERIAL, STREAM, ZONE
from tests.golden import lines_of, replayed


def test_what_was_written_replays() -> None:
    state = replayed(floor_capability(ZONE), STREAM, lines_of("floor-events"))
    assert state.alarms["a1"].acked_by == "ops"
    assert not state.alarm_of
    assert state.tickets["f1"].state == "closed"
    assert state.tickets["f1"].late == ("respond",)
    assert list(state.units) == ["SM08032011150002"]
    assert state.rounds["r1"].seen[SERIAL].bad == ("paper",)
    assert state.stock["paper"].left == 9
    assert state.settings.hot_c == 75
