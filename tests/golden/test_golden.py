"""Every event that was ever written still reads, with all that was written of it.

To what a capability's lines replay is said beside its own tests.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC
from typing import Any

import msgspec
import pytest

from actors.booker.actor import booker_capability
from actors.clinic.actor import clinic_capability
from actors.directory.actor import directory_capability
from actors.floor.actor import floor_capability
from actors.his.actor import his_capability
from actors.hospital.actor import plan_capability
from actors.patients.actor import patients_capability
from actors.runtime.shape import Capability
from actors.schedule.actor import schedule_capability
from actors.session.actor import session_capability
from actors.staff.actor import staff_capability
from actors.terminal.actor import terminal_capability
from actors.terminal.roster import roster_capability
from queue_displays.announcements.actor import area_capability
from tests.actors.clinic.day import VAULT
from tests.golden import FOLDER, lines_of

WRITTEN: dict[str, tuple[Capability[Any], ...]] = {
    "area-events": (area_capability(VAULT),),
    "booker-events": (booker_capability(),),
    "clinic-events": (clinic_capability(VAULT),),
    "clinic-full-day": (clinic_capability(VAULT),),
    "clinic-stopped": (clinic_capability(VAULT),),
    "directory-events": (directory_capability(),),
    "floor-events": (floor_capability(UTC),),
    "his-events": (his_capability(),),
    "patients-events": (patients_capability(),),
    "plan-events": (plan_capability(),),
    "schedule-events": (schedule_capability(),),
    "session-events": (session_capability(VAULT),),
    "staff-events": (staff_capability(VAULT),),
    "terminal-events": (terminal_capability(), roster_capability()),
}


def test_every_file_is_some_capabilitys() -> None:
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(WRITTEN)


def test_every_event_there_is_has_been_written_down() -> None:
    names: dict[tuple[str, ...], set[str]] = {}
    for name, capabilities in WRITTEN.items():
        kinds = tuple(one.kind for one in capabilities)
        found = {json.loads(line)["type"] for line in lines_of(name)}
        names.setdefault(kinds, set()).update(found)
    for name, capabilities in WRITTEN.items():
        kinds = tuple(one.kind for one in capabilities)
        there_are = frozenset[str]().union(*(one.event_names for one in capabilities))
        assert names[kinds] == there_are, name


@pytest.mark.parametrize("name", WRITTEN)
def test_it_reads_with_all_that_was_written(name: str) -> None:
    """No field that was ever written is passed over, and none has changed; new ones
    may join them."""
    for number, line in enumerate(lines_of(name), start=1):
        written = json.loads(line)
        tag = written.pop("type")
        (reader,) = (c for c in WRITTEN[name] if tag in c.event_names)
        assert _within(written, reader.read_event(line)), f"{name}:{number}"


def _within(written: object, read: object) -> bool:
    if isinstance(read, msgspec.Struct):
        read = msgspec.structs.asdict(read)
    if isinstance(written, dict) and isinstance(read, dict):
        return all(k in read and _within(written[k], read[k]) for k in written)
    if isinstance(written, list) and isinstance(read, tuple | list | frozenset):
        return len(written) == len(read) and all(map(_within, written, read))
    if isinstance(read, bytes):
        read = base64.b64encode(read).decode()
    return written == read
