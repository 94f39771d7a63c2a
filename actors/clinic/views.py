"""What may be seen of a clinic's day: by its staff, and by a kiosk.

The shape of the documents is docs/protocol.md, "The clinic". A row holds no place in
the queue and no clock: places follow from ``orders``, waits from ``since``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from actors.clinic.events import (
    AnnouncementExpired,
    Called,
    CalledAgain,
    CheckedIn,
    Event,
    Finished,
    Missed,
    Opened,
    Recalled,
    Registered,
    Started,
)
from actors.clinic.state import LIVE, ClinicState, Stage
from actors.kernel.sealed import CannotOpen, Sealed, Vault
from actors.runtime.shape import Path

UNREADABLE = "（姓名打不开）"
"""Staff see that a name is damaged, and the queue goes on by number."""

CLINIC_FIELDS = ("name", "name_en", "hospital", "floor", "day")


class PatientsView:
    """The whole clinic, with the names its audience may see and the tickets in the
    stages its audience is shown. Staff and wall differ in nothing else."""

    def __init__(
        self,
        name: str,
        version: int,
        *,
        shown_name: Callable[[Sealed], str],
        stages: Collection[Stage],
    ) -> None:
        self.name = name
        self.version = version
        self._shown_name = shown_name
        self._stages = frozenset(stages)

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from _clinic_paths(state)
        for key in state.queues:
            yield "queues", key
            yield "orders", key
        for key in state.rooms:
            yield "rooms", key
        for key, ticket in state.tickets.items():
            if ticket.state in self._stages:
                yield "tickets", key
        for key in state.missed:
            yield "missed", key
        for key in state.calls:
            yield "calls", key

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        match event:
            case CheckedIn():
                yield "tickets", event.ticket
                yield "orders", state.tickets[event.ticket].queue
            case Called():
                yield "tickets", event.ticket
                yield "orders", state.tickets[event.ticket].queue
                yield "rooms", event.room
                yield "calls", event.call
            case CalledAgain():
                yield "tickets", event.ticket
                yield "calls", event.call
            case Started() | Registered():
                yield "tickets", event.ticket
            case Finished():
                yield "tickets", event.ticket
                yield "rooms", event.room
            case Missed():
                yield "tickets", event.ticket
                yield "rooms", event.room
                yield "missed", event.ticket
            case Recalled():
                yield "tickets", event.ticket
                yield "orders", state.tickets[event.ticket].queue
                yield "missed", event.ticket
            case AnnouncementExpired():
                for call in event.calls:
                    yield "calls", call
            case Opened():
                yield from self.paths(state)
            case _:
                return

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        match section:
            case "tickets":
                return self._ticket(state, key)
            case "orders":
                queue = state.queues.get(key)
                return list(queue.order) if queue else None
            case "rooms":
                return _room_row(state, key, with_current=True)
            case "calls":
                return self._call(state, key)
            case "missed":
                return state.missed.get(key)
            case "queues":
                queue = state.queues.get(key)
                return (
                    {"name": queue.plan.name, "kind": queue.plan.kind}
                    if queue
                    else None
                )
            case "clinic":
                return _clinic_row(state, key)
            case _:
                return None

    def _ticket(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        ticket = state.tickets.get(key)
        if ticket is None or ticket.state not in self._stages:
            return None
        row = {
            "number": ticket.number,
            "name": self._shown_name(ticket.name),
            "queue": ticket.queue,
            "state": ticket.state,
            "since": ticket.since,
        }
        if ticket.room is not None:
            row["room"] = ticket.room
        if ticket.called_at is not None:
            row["called_at"] = ticket.called_at
        return row

    def _call(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        call = state.calls.get(key)
        if call is None:
            return None
        ticket = state.tickets[call.ticket]
        return {
            "ticket": call.ticket,
            "number": ticket.number,
            "name": self._shown_name(ticket.name),
            "room": call.room,
            "at": call.at,
            "expires": call.expires,
            "times": call.times,
        }


class DeskView(PatientsView):
    """For doctors and nurses: full names, and everyone of the day."""

    def __init__(self, vault: Vault) -> None:
        def full_name(name: Sealed) -> str:
            try:
                return vault.open(name)
            except CannotOpen:
                return UNREADABLE

        super().__init__(
            "desk", 1, shown_name=full_name, stages=LIVE | {"booked", "done"}
        )


class KioskView:
    """For a machine in the hall: where one may check in, and no patient at all."""

    name = "kiosk"
    version = 1

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from _clinic_paths(state)
        for key in state.queues:
            yield "queues", key
        for key in state.rooms:
            yield "rooms", key

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        match event:
            case CheckedIn() | Called() | Recalled():
                yield "queues", state.tickets[event.ticket].queue
            case Opened():
                yield from self.paths(state)
            case _:
                return

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        match section:
            case "queues":
                queue = state.queues.get(key)
                if queue is None:
                    return None
                return {
                    "name": queue.plan.name,
                    "kind": queue.plan.kind,
                    "waiting": len(queue.order),
                }
            case "rooms":
                return _room_row(state, key, with_current=False)
            case "clinic":
                return _clinic_row(state, key)
            case _:
                return None


def _clinic_paths(state: ClinicState) -> Iterable[Path]:
    for field in CLINIC_FIELDS:
        if _clinic_row(state, field):
            yield "clinic", field


def _clinic_row(state: ClinicState, field: str) -> str | None:
    if state.plan is None or field not in CLINIC_FIELDS:
        return None
    if field == "day":
        return state.day
    return getattr(state.plan, field) or None


def _room_row(
    state: ClinicState, key: str, *, with_current: bool
) -> dict[str, Any] | None:
    room = state.rooms.get(key)
    if room is None:
        return None
    row: dict[str, Any] = {
        "doctor": room.plan.doctor,
        "queues": list(room.plan.queues),
    }
    for field in ("title", "way", "way_en"):
        if text := getattr(room.plan, field):
            row[field] = text
    if with_current and room.current is not None:
        row["current"] = room.current
    return row
