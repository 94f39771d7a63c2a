"""Whoever comes into a line that is stopped is asked as well: back from examination, a
call taken back, on from the morning. Nobody waits where nobody calls."""

from __future__ import annotations

from actors.clinic import rules
from actors.clinic.events import Event, StopAsked
from actors.clinic.evolve import evolve
from actors.clinic.sketch import sketch
from actors.clinic.state import ClinicState
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted

CLOCK = "rules"


def with_everybody_asked(
    state: ClinicState, decided: Accepted, now: Millis
) -> Accepted:
    """The same answer, and who stands in a stopped line by it."""
    after = sketch(state)
    for event in decided.events:
        evolve(after, event)  # type: ignore[arg-type]
    asked = rules.in_a_stopped_line(after, now)
    more: tuple[Event, ...] = tuple(
        StopAsked(at=now, by=CLOCK, stop=stop, tickets=tickets)
        for stop, tickets in asked.items()
    )
    if not more:
        return decided
    return Accepted((*decided.events, *more), decided.reply, decided.audit)
