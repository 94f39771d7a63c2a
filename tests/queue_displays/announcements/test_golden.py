"""Every event an area ever wrote still reads, and replays to the same day."""

import base64
import json
from pathlib import Path

import msgspec
import pytest

from queue_displays.announcements.actor import area_capability
from tests.actors.clinic.day import VAULT
from tests.queue_displays.announcements.area import STREAM

LINES = (
    (Path(__file__).parents[2] / "golden" / "area-events.jsonl")
    .read_bytes()
    .splitlines()
)
AREA = area_capability(VAULT)


def test_every_event_there_is_has_been_written_down() -> None:
    assert {json.loads(line)["type"] for line in LINES} == AREA.event_names


@pytest.mark.parametrize("line", LINES, ids=[str(n) for n in range(len(LINES))])
def test_it_reads_with_all_that_was_written(line: bytes) -> None:
    written = json.loads(line)
    event = AREA.read_event(line)
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
    state = AREA.new(STREAM)
    for line in LINES:
        AREA.evolve(state, AREA.read_event(line))
    assert state.made == 5
    assert list(state.announcements) == [4]
    last = state.announcements[4]
    assert last.unspoken == {"north": "expired"}
    assert last.name is not None
    assert VAULT.open(last.name) == "张友三"
    assert {key: s.ready for key, s in state.speakers.items()} == {
        "t1": True,
        "t2": False,
    }
    assert state.turns_made == 2
    assert state.opening == "8:00 开始叫号"
    assert [slide.title for slide in state.slides] == ["测血压前"]
