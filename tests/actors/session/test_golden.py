"""Every event that was ever written replays to the same session."""

from __future__ import annotations

from tests.actors.session.day import SESSION, STREAM, VAULT
from tests.golden import lines_of, replayed


def test_the_day_replays_to_what_it_was() -> None:
    state = replayed(SESSION, STREAM, lines_of("session-events"))
    assert state.session is not None
    assert (state.session.id, state.session.step) == ("k2", "choose")
    assert state.session.whom is not None
    assert VAULT.open(state.session.whom.name) == "李秀芳"
    assert (state.deeds, state.open, state.wrong) == (5, {}, {"m1": 1})
    assert state.last is not None
    assert state.last.why == "done"
