"""Every event that was ever written of a HIS day still reads, and replays alike."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest

from actors.his.actor import his_capability
from actors.his.state import HisState

HIS = his_capability()
LINES = (
    (Path(__file__).parents[2] / "golden" / "his-events.jsonl")
    .read_bytes()
    .splitlines()
)


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} == HIS.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    written = json.loads(line)
    event = HIS.read_event(line)
    assert written.pop("type") == event.__struct_config__.tag
    assert _within(written, event)


def _within(written: object, read: object) -> bool:
    if isinstance(read, msgspec.Struct):
        read = msgspec.structs.asdict(read)
    if isinstance(written, dict) and isinstance(read, dict):
        return all(k in read and _within(written[k], read[k]) for k in written)
    if isinstance(written, list) and isinstance(read, tuple | list):
        return len(written) == len(read) and all(map(_within, written, read))
    if isinstance(read, bytes):
        read = base64.b64encode(read).decode()
    return written == read


def test_the_day_replays_to_what_it_was() -> None:
    state: HisState = HIS.new("test/his/2026-11-23")
    for line in LINES:
        HIS.evolve(state, HIS.read_event(line))
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
