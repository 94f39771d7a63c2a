"""The automatic second stage: whom the doors lack after what has just been decided."""

from __future__ import annotations

from actors.clinic.events import Event, SentToRoom
from actors.clinic.evolve import evolve
from actors.clinic.order.refill import refill
from actors.clinic.seating import queues_of, seat_of
from actors.clinic.sketch import sketch
from actors.clinic.state import ClinicState
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted

CLOCK = "rules"


def with_doors_filled(state: ClinicState, decided: Accepted, now: Millis) -> Accepted:
    """The same answer, and whoever is drawn to a door by it."""
    after = sketch(state)
    for event in decided.events:
        evolve(after, event)  # type: ignore[arg-type]
    if after.plan is None or after.settings.second_stage.mode != "auto":
        return decided
    seats = [seat_of(after, key, room) for key, room in after.rooms.items()]
    draws = refill(seats, queues_of(after, after.queues), after.settings, now)
    if not draws:
        return decided
    sent: tuple[Event, ...] = tuple(
        SentToRoom(
            at=now,
            by=CLOCK,
            ticket=draw.ticket,
            room=draw.room,
            lane=draw.lane,
            drawn=True,
        )
        for draw in draws
    )
    return Accepted((*decided.events, *sent), decided.reply, decided.audit)
