"""A day that was, as facts which do not depend on its rules: who came and when, how
long each consultation took, who was away, what held the doctors up.

Read from a clinic's events, or from a file that an earlier reading wrote. It holds no
personal data: tickets' ids and numbers, rooms' keys, times.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from actors.clinic.actor import clinic_capability
from actors.kernel.errors import UnknownTarget
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from realtime.simulate.days import Ms
from realtime.simulate.people import Person
from realtime.simulate.staff import Doctor

VERSION = 1
_IN_LINE = frozenset({"waiting", "at_room"})
_GONE = frozenset({"gave_up", "refunded", "left"})


class Came(msgspec.Struct, omit_defaults=True):
    """One ticket's facts. Times are counted from the recording's ``begins``."""

    ticket: str
    number: str
    queue: str
    registered: Ms
    checked_in: Ms | None = None
    called: Ms | None = None
    booked: bool = False
    extra: bool = False
    slot: tuple[Ms, Ms] | None = None
    level: int | None = None
    walk: Ms = 0
    service: Ms = 0
    away: Ms = 0
    again: Ms = 0
    missed: int = 0
    came_back: Ms | None = None
    gave_up: Ms | None = None


class RoomDay(msgspec.Struct, omit_defaults=True):
    """One room's facts. A pause is from when there was somebody to call until they
    were called: a doctor's tea, a telephone call, a round on the ward."""

    room: str
    queues: tuple[str, ...]
    begins: Ms = 0
    ends: Ms = 0
    pauses: list[Ms] = []


class QueueName(msgspec.Struct):
    name: str
    kind: str = "普"


class Recording(msgspec.Struct):
    """A whole day, as it is kept in a file."""

    clinic: str
    day: str
    begins: Millis
    queues: dict[str, QueueName]
    rooms: list[RoomDay]
    tickets: list[Came]
    settings: dict[str, Any]
    version: int = VERSION

    def people(self) -> list[Person]:
        """Everybody, in the order in which they registered."""
        return [_person(came) for came in self.tickets]

    def doctors(self) -> list[Doctor]:
        """Whoever called in each room, with the pauses they took."""
        return [
            Doctor(
                room.room,
                f"room {room.room}",
                begins=room.begins,
                ends=room.ends,
                queues=room.queues,
                pauses=tuple(room.pauses),
            )
            for room in self.rooms
            if room.ends
        ]


class NotADay(Exception):
    """The message says what is wrong."""


def read_file(body: bytes) -> Recording:
    try:
        found = msgspec.json.decode(body, type=Recording)
    except msgspec.DecodeError as error:
        raise NotADay(f"this is not a recorded day: {error}") from error
    if found.version > VERSION:
        raise NotADay("this day was recorded by a newer release of houzhen")
    return found


def read_events(stream: str, events: Iterable[bytes]) -> Recording:
    """Raises NotADay when nothing was opened, or nobody called."""
    clinic = clinic_capability(Vault("reader", bytes(16), bytes(32)))
    try:
        reader = _Reader(clinic.new(stream))
    except UnknownTarget:
        raise NotADay(f"{stream} is not a clinic's day") from None
    for body in events:
        event = clinic.read_event(body)
        clinic.evolve(reader.state, event)
        reader.saw(event)
    return reader.recording(*stream.split("/")[-2:])


class _Reader:
    """Compares where each ticket was before an event and after it: so it reads events
    of every kind, those that are not thought of yet among them."""

    def __init__(self, state: Any) -> None:
        self.state = state
        self.begins: Millis | None = None
        self._settings: dict[str, Any] = {}
        self._came: dict[str, Came] = {}
        self._was: dict[str, tuple[str, Ms]] = {}
        self._rooms: dict[str, RoomDay] = {}
        self._could_call: dict[str, Ms | None] = {}

    def saw(self, event: Any) -> None:
        if self.begins is None:
            self.begins = event.at
            self._settings = msgspec.to_builtins(self.state.settings)
        at: Ms = event.at - self.begins
        for key, room in self.state.rooms.items():
            if key not in self._rooms:
                self._rooms[key] = RoomDay(key, tuple(room.plan.queues))
        ticket: str = getattr(event, "ticket", "")
        if ticket in self.state.tickets:
            self._moved(ticket, at, event)
        self._look_at_rooms(at)

    def _moved(self, key: str, at: Ms, event: Any) -> None:
        ticket = self.state.tickets[key]
        came = self._came.get(key)
        if came is None:
            came = self._came[key] = self._registered(key, ticket, at, event)
        was, since = self._was.get(key, ("", at))
        if was == ticket.state:
            return
        self._was[key] = (ticket.state, at)
        match was, ticket.state:
            case "booked", stage if stage in _IN_LINE:
                came.checked_in = at
            case _, "called":
                self._called(came, ticket.room, at)
            case "called", "in":
                came.walk = came.walk or at - since
            case "called", "missed":
                came.missed += 1
            case "missed", stage if stage in _IN_LINE:
                if came.came_back is None:
                    came.came_back = at - since
            case "examination", stage if stage in _IN_LINE:
                came.away = came.away or at - since
            case stage, gone if stage in _IN_LINE and gone in _GONE:
                came.gave_up = at
            case _:
                pass
        if was == "in" or (was == "called" and ticket.state == "done"):
            if came.away or (came.service and ticket.state == "done"):
                came.again += at - since
            else:
                came.service += at - since

    def _registered(self, key: str, ticket: Any, at: Ms, event: Any) -> Came:
        slot = getattr(event, "slot", None)
        begins = self.begins or 0
        return Came(
            ticket=key,
            number=ticket.number,
            queue=ticket.queue,
            registered=at,
            booked=getattr(event, "booked", False),
            extra=getattr(event, "extra", None) is not None,
            slot=(slot.start - begins, slot.end - begins) if slot else None,
            level=getattr(event, "level", None),
        )

    def _called(self, came: Came, key: str, at: Ms) -> None:
        if came.called is None:
            came.called = at
        room = self._rooms[key]
        since = self._could_call.get(key)
        if not room.ends:
            room.begins = at
        room.pauses.append(at - since if room.ends and since is not None else 0)
        room.ends = at

    def _look_at_rooms(self, at: Ms) -> None:
        for key, room in self.state.rooms.items():
            queues = self.state.queues
            waits = room.current is None and any(
                queues[queue].order for queue in room.plan.queues
            )
            if not waits:
                self._could_call[key] = None
            elif self._could_call.get(key) is None:
                self._could_call[key] = at
            if room.current is None and self._rooms[key].ends:
                self._rooms[key].ends = max(self._rooms[key].ends, self._last_in(key))

    def _last_in(self, room: str) -> Ms:
        last = self.state.rooms[room].last
        return self._was.get(last or "", ("", 0))[1]

    def recording(self, clinic: str, day: str) -> Recording:
        if self.begins is None or not self._came:
            raise NotADay(f"clinic {clinic} has no recorded day {day}")
        if not any(room.ends for room in self._rooms.values()):
            raise NotADay(f"nobody was called in clinic {clinic} on {day}")
        return Recording(
            clinic=clinic,
            day=day,
            begins=self.begins,
            queues={
                key: QueueName(queue.plan.name, queue.plan.kind)
                for key, queue in self.state.queues.items()
            },
            rooms=list(self._rooms.values()),
            tickets=list(self._came.values()),
            settings=self._settings,
        )


def _person(came: Came) -> Person:
    return Person(
        key=came.ticket,
        name="",
        card=came.ticket,
        registers=came.registered,
        arrives=came.checked_in,
        service=came.service,
        walk=came.walk,
        booked=came.booked,
        extra=came.extra,
        slot=came.slot,
        away=came.away,
        again=came.again,
        misses=came.missed > 0,
        comes_back=came.came_back,
        level=came.level,
        queue=came.queue,
        number=came.number,
        leaves=came.gave_up,
    )
