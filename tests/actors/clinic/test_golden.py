"""Every event that was ever written replays to the same day."""

import pytest

from actors.clinic.events import Event
from actors.clinic.state import ClinicState, Ticket
from tests.actors.clinic.day import CLINIC, NINE, STREAM, VAULT
from tests.actors.clinic.pictures import Picture
from tests.golden import lines_of

ENDED_AS = {
    "t1": "refunded",
    "t2": "left",
    "t3": "gave_up",
    "t4": "done",
    "t5": "gave_up",
    "t6": "gave_up",
    "t7": "booked",
    "t8": "refunded",
    "t9": "refunded",
    "t10": "refunded",
    "t11": "refunded",
    "eye1.t9": "refunded",
    "im2.yt3": "left",
}


@pytest.fixture
def state() -> ClinicState:
    return CLINIC.new(STREAM)


def test_the_day_replays_to_what_it_was(state: ClinicState) -> None:
    views = [Picture(view, state) for view in CLINIC.views.values()]
    for line in lines_of("clinic-events"):
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


def test_who_came_into_a_stopped_line_was_asked(state: ClinicState) -> None:
    lines = lines_of("clinic-stopped")
    for line in lines[:-1]:
        CLINIC.evolve(state, CLINIC.read_event(line))
    assert (state.tickets["t1"].state, state.stops["s1"].open) == ("stopped", ["t1"])
    CLINIC.evolve(state, CLINIC.read_event(lines[-1]))
    assert (state.stops, state.queues["A"].order) == ({}, ["t1"])


def test_the_full_day_replays_to_what_it_was(state: ClinicState) -> None:
    views = [Picture(view, state) for view in CLINIC.views.values()]
    for line in lines_of("clinic-full-day"):
        event: Event = CLINIC.read_event(line)
        CLINIC.evolve(state, event)
        for view in views:
            view.follow(state, [event])
    assert {key: ticket.state for key, ticket in state.tickets.items()} == ENDED_AS
    assert state.closed
    assert all(not queue.order for queue in state.queues.values())
    assert VAULT.open(state.tickets["t1"].name) == "欧阳娜娜"
    assert [event.__struct_config__.tag for event in state.history["t7"]] == [
        "clinic.registered",
        "clinic.checked_in",
        "clinic.check_in_undone",
        "clinic.gave_up",
        "clinic.revived",
        "clinic.stopped",
        "clinic.stop_lifted",
    ]
