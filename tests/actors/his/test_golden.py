"""Every event that was ever written of a HIS day replays alike."""

from __future__ import annotations

from actors.his.actor import his_capability
from tests.golden import lines_of, replayed


def test_the_day_replays_to_what_it_was() -> None:
    lines = lines_of("his-events")
    state = replayed(his_capability(), "test/his/2026-11-23", lines)
    kept = state.registrations["R123"]
    assert (kept.said.standing, kept.delivered, kept.did) == ("refunded", 9, "refunded")
    assert kept.placing is not None
    assert (kept.placing.ticket, kept.placing.gone) == ("h2-R123", True)
    assert kept.booking is not None
    assert kept.booking.gone
    assert (kept.told, kept.not_told) == ("called", "4209")
    assert state.registrations["R124"].said.person == "p12"
    assert state.registrations["R124"].placing is not None
    assert state.pending == {"session": {}, "registration": {}}
    assert state.after == {"registrations": 7}
    assert state.base["doctor"]["D001"].title == "主任医师"
    assert state.stops[1].to_schedule == "S2"
    assert state.absent == {"session": ("S1",)}
    assert [doubt.times for doubt in state.doubts.values()] == [2]
