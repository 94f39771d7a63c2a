"""Told twice it changes once; what it is made of fits together; old days go."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.directory.actor import directory_capability, directory_stream, new
from actors.directory.messages import (
    Campus,
    Department,
    Doctor,
    NoteDay,
    Put,
    Retire,
)
from actors.directory.state import DirectoryState
from actors.kernel.errors import UnknownTarget
from actors.runtime.testkit import Kit
from tests.golden import lines_of, replayed

DIRECTORY = directory_capability()
ALL = Put(
    by="his",
    campuses={"east": Campus("东院")},
    departments={"cardio": Department("心血管内科", "east")},
    doctors={"zhou": Doctor("周文澜", ("cardio",), "主任", "/photos/zhou.jpg")},
)


@pytest.fixture
def kit() -> Kit[DirectoryState]:
    return Kit(DIRECTORY, directory_stream("yunxiu"))


def test_what_is_the_same_already_changes_nothing(kit: Kit[DirectoryState]) -> None:
    assert len(kit.run(ALL).events) == 3
    assert kit.run(ALL).events == ()
    zhou = Doctor("周文澜", ("cardio",), "主任医师")
    (changed,) = kit.run(msgspec.structs.replace(ALL, doctors={"zhou": zhou})).events
    assert changed.key == "zhou"  # type: ignore[attr-defined]
    assert kit.view("public")["doctors"]["zhou"] == {
        "name": "周文澜",
        "departments": ["cardio"],
        "title": "主任医师",
    }


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"departments": {"x": Department("x", "west")}}, "departments.x.campus"),
        ({"departments": {"x": Department("x", within="x")}}, "departments.x.within"),
        ({"doctors": {"x": Doctor("x", ("y",))}}, "doctors.x.departments"),
    ],
)
def test_what_does_not_fit_is_named(
    kit: Kit[DirectoryState], more: dict[str, Any], field: str
) -> None:
    refusal = kit.run(Put(by="his", **more)).refusal
    assert refusal is not None
    assert refusal.details == {"field": field}


def test_what_is_retired_is_gone(kit: Kit[DirectoryState]) -> None:
    kit.run(ALL)
    retire = Retire(by="admin", kind="doctor", key="zhou")
    assert kit.run(retire).refusal is None
    assert "doctors" not in kit.document()["public"]
    again = kit.run(retire).refusal
    assert again is not None
    assert again.code == "unknown_entry"


def test_days_are_listed_in_order_and_the_old_ones_go(
    kit: Kit[DirectoryState],
) -> None:
    for day in ("2026-11-24", "2026-11-23", "2026-11-24"):
        kit.run(NoteDay(by="schedule", department="cardio", day=day))
    assert kit.view("public")["days"] == {"cardio": ["2026-11-23", "2026-11-24"]}
    kit.run(NoteDay(by="schedule", department="cardio", day="2027-01-23"))
    assert kit.state.days["cardio"] == ("2026-11-24", "2027-01-23")


@pytest.mark.parametrize("stream", ["h/directory/other", "h/clinic/main"])
def test_there_is_one(stream: str) -> None:
    with pytest.raises(UnknownTarget):
        new(stream)


def test_what_was_written_replays() -> None:
    state = replayed(
        DIRECTORY, directory_stream("yunxiu"), lines_of("directory-events")
    )
    assert list(state.doctors) == ["zhou"]
    assert state.doctors["zhou"].photo == "/photos/zhou.jpg"
    assert state.days == {"cardio": ("2026-11-24",)}
