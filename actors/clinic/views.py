"""What may be seen of a clinic's day: by its staff, and by a kiosk.

The shape of the documents is docs/protocol.md, "The clinic". A row holds no place in
the queue and no clock: places follow from ``orders``, waits from ``since``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from actors.clinic import rows
from actors.clinic.events import Event
from actors.clinic.state import LIVE, ClinicState, Stage
from actors.clinic.touches import touched
from actors.kernel.sealed import CannotOpen, Sealed, Vault
from actors.runtime.shape import Path

UNREADABLE = "（姓名打不开）"
"""Staff see that a name is damaged, and the queue goes on by number."""


class PatientsView:
    """The whole clinic, with the names its audience may see and the tickets in the
    stages its audience is shown."""

    def __init__(
        self,
        name: str,
        version: int,
        *,
        shown_name: Callable[[Sealed], str],
        stages: Collection[Stage],
        staff: bool = False,
    ) -> None:
        self.name = name
        self.version = version
        self._shown_name = shown_name
        self._stages = frozenset(stages)
        self._staff = staff

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from rows.clinic_paths(state, staff=self._staff)
        for key in state.queues:
            yield "queues", key
            yield "orders", key
        for key in state.rooms:
            yield "rooms", key
        for key, ticket in state.tickets.items():
            if ticket.state in self._stages and not self._hidden(state, key):
                yield "tickets", key
        for key in state.missed:
            if not self._hidden(state, key):
                yield "missed", key
        for key, call in state.calls.items():
            if not self._hidden(state, call.ticket):
                yield "calls", key
        for key in state.notices:
            yield "notices", key
        if self._staff:
            for key in state.doctors:
                yield "doctors", key
            for key in state.alarms:
                yield "alarms", key
            for key in state.stops:
                yield "stops", key

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        found = touched(state, event)
        return self.paths(state) if found is None else found

    def _hidden(self, state: ClinicState, ticket: str) -> bool:
        """An extra number that is neither shown nor spoken: staff alone see it."""
        extra = state.tickets[ticket].extra
        return not self._staff and extra is not None and extra.shown is False

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        match section:
            case "tickets":
                return self._ticket(state, key)
            case "orders":
                return self._order(state, key)
            case "rooms":
                return self._room(state, key)
            case "calls":
                return self._call(state, key)
            case "missed":
                missed = state.missed.get(key)
                if missed is None or self._hidden(state, key):
                    return None
                return missed
            case "queues":
                return rows.queue_row(state, key)
            case "clinic":
                return rows.clinic_row(state, key, staff=self._staff)
            case "notices":
                return rows.notice_row(state, key)
            case "doctors" if self._staff:
                return rows.doctor_row(state, key)
            case "alarms" if self._staff:
                return rows.alarm_row(state, key)
            case "stops" if self._staff:
                return rows.stop_row(state, key)
            case _:
                return None

    def _order(self, state: ClinicState, key: str) -> list[str] | None:
        queue = state.queues.get(key)
        if queue is None:
            return None
        if self._staff or not state.extras:
            return queue.order.copy()
        return [ticket for ticket in queue.order if not self._hidden(state, ticket)]

    def _room(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        row = rows.room_row(state, key)
        room = state.rooms.get(key)
        if row is None or room is None:
            return None
        current = room.current
        if current is not None and not self._hidden(state, current):
            row["current"] = current
        if room.door:
            row["door"] = [k for k in room.door if not self._hidden(state, k)]
        if self._staff:
            rows.add_for_staff(row, room)
        return row

    def _ticket(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        ticket = state.tickets.get(key)
        if ticket is None or ticket.state not in self._stages:
            return None
        if ticket.extra is not None and self._hidden(state, key):
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
        if marks := rows.marks(state, ticket):
            row["marks"] = marks
        if self._staff:
            rows.add_to_ticket(row, state, ticket)
            if ticket.complaint is not None:
                row["complaint"] = self._shown_name(ticket.complaint)
        return row

    def _call(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        call = state.calls.get(key)
        if call is None or self._hidden(state, call.ticket):
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
            "desk",
            3,
            shown_name=full_name,
            stages=LIVE | {"booked", "done", "gave_up", "refunded", "left"},
            staff=True,
        )


class KioskView:
    """For a machine in the hall: where one may check in, and no patient at all."""

    name = "kiosk"
    version = 2

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from rows.clinic_paths(state, staff=False)
        for key in state.queues:
            yield "queues", key
        for key in state.rooms:
            yield "rooms", key

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        found = touched(state, event)
        if found is None:
            return self.paths(state)
        return [path for path in found if path[0] in ("queues", "rooms", "clinic")]

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        match section:
            case "queues":
                row = rows.queue_row(state, key)
                if row is not None:
                    row["waiting"] = len(state.queues[key].waiting)
                return row
            case "rooms":
                return rows.room_row(state, key)
            case "clinic":
                return rows.clinic_row(state, key, staff=False)
            case _:
                return None
