"""Every event that was ever written replays to the same day."""

from actors.schedule.actor import new
from tests.actors.schedule.day import SCHEDULE, STREAM, VAULT, count_up
from tests.golden import lines_of

STAGES = {
    "b1": ("stopped", "Z001"),
    "b2": ("expired", ""),
    "b3": ("cancelled", "A001"),
    "b4": ("changed", "Z002"),
    "b5": ("changed", "Z003"),
    "b6": ("stopped", "Z004"),
    "b7": ("confirmed", "A002"),
    "b8": ("confirmed", "N001"),
    "b9": ("confirmed", "N002"),
    "b10": ("no_show", "A088"),
}


def test_the_day_replays_to_what_it_was() -> None:
    state = new(STREAM)
    for line in lines_of("schedule-events"):
        SCHEDULE.evolve(state, SCHEDULE.read_event(line))
        count_up(state)
    stages = {key: (b.stage, b.number) for key, b in state.bookings.items()}
    assert stages == STAGES
    assert VAULT.open(state.bookings["b1"].name) == "张友三"
    assert state.bookings["b6"].extra is not None
    assert (state.bookings["b9"].paid, state.bookings["b9"].person) == (5000, "p77")
    assert state.cases["b5"].to == "b9"
    assert state.sessions["n"].doctor == "lin"
    # laid out and taken back
    assert "m" not in state.sessions
