"""A copy of a day to try events on: for what depends on what is about to happen.

Copying a whole day for one command would cost more than the command. Here the rooms
and queues are copied, and a ticket when it is first looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from actors.clinic.state import ClinicState, Queue, Room, Stop, Ticket


def sketch(state: ClinicState) -> ClinicState:
    """Evolves like the day itself, and the day does not change. It has no history."""
    drawn = copy(state)
    drawn.queues = {key: _queue(queue) for key, queue in state.queues.items()}
    drawn.rooms = {key: _room(room) for key, room in state.rooms.items()}
    drawn.doctors = {key: copy(doctor) for key, doctor in state.doctors.items()}
    drawn.stops = {key: _stop(stop) for key, stop in state.stops.items()}
    drawn.alarms = {key: copy(alarm) for key, alarm in state.alarms.items()}
    drawn.tickets = _Tickets(state.tickets)
    drawn.history = {}
    for field in (
        "halves",
        "numbers",
        "cards",
        "persons",
        "missed",
        "calls",
        "notices",
        "arrived",
        "timers",
    ):
        setattr(drawn, field, getattr(state, field).copy())
    return drawn


def _queue(queue: Queue) -> Queue:
    drawn = copy(queue)
    drawn.waiting = queue.waiting.copy()
    drawn.drawn_by = queue.drawn_by.copy()
    return drawn


def _room(room: Room) -> Room:
    drawn = copy(room)
    drawn.door = room.door.copy()
    drawn.held = room.held.copy()
    return drawn


def _stop(stop: Stop) -> Stop:
    drawn = copy(stop)
    drawn.open = stop.open.copy()
    return drawn


class _Tickets(dict[str, Ticket]):
    """The tickets of a sketch: each is copied when it is first asked for."""

    def __init__(self, real: dict[str, Ticket]) -> None:
        super().__init__()
        self._real = real

    def __missing__(self, key: str) -> Ticket:
        ticket = self[key] = copy(self._real[key])
        return ticket

    def __contains__(self, key: object) -> bool:
        return key in self._real or super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        yield from self._real
        yield from (key for key in super().__iter__() if key not in self._real)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401

    def items(self) -> Any:
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        return [self[key] for key in self]
