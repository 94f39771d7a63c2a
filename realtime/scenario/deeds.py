"""From what a step says to the commands the engine takes, one at a time: each is made
from what the desk shows at that moment, as a person would do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from realtime.scenario.floor import VAULT
from realtime.scenario.story import Deed, Noun, Scenario

DEFAULT_REASON = "情景"
"""Where a reason must be given and the story is not about it."""

_NEED_REASON = frozenset(
    {
        "call_one",
        "set_class",
        "move",
        "away",
        "stop_calling",
        "stop_clinic",
        "lift_stop",
    }
)
_OWN_KEYS = frozenset({"after", "queue", "doctor", "registered", "person"})


class Ask(msgspec.Struct, frozen=True):
    """One command: its name, its body, and the patient or room it is about."""

    name: str
    body: dict[str, Any]
    patient: str = ""
    room: str = ""


class Cast:
    """Which ticket each patient of the story has by now."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._tickets: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._departures: list[str] = []

    def leaves(self, patient: str) -> None:
        """On the way to another clinic; the engine counts these, as we do."""
        self._departures.append(patient)

    def departure(self, patient: str) -> str:
        """The last one of this patient."""
        found = [i for i, who in enumerate(self._departures, 1) if who == patient]
        return f"l{found[-1]}" if found else "l0"

    def has(self, patient: str, ticket: str) -> None:
        self._tickets[patient] = ticket
        self._names[ticket] = patient

    def ticket(self, patient: str) -> str:
        """Of whom has none the engine has never heard."""
        return self._tickets.get(patient, f"none-{patient.encode().hex()}"[:64])

    def name(self, ticket: str) -> str:
        """The patient's name in the story; the ticket itself when it is nobody's."""
        return self._names.get(ticket, ticket)

    def card(self, patient: str) -> str:
        return VAULT.index("card", self.person(patient))

    def person(self, patient: str) -> str:
        return self._scenario.patients[patient].person

    def person_id(self, patient: str) -> str:
        """By which the patient index would know this person."""
        people = [each.person for each in self._scenario.patients.values()]
        return f"p{people.index(self.person(patient)) + 1}"

    def shares_card(self, patient: str) -> bool:
        people = [each.person for each in self._scenario.patients.values()]
        return people.count(self.person(patient)) > 1


class Unit(msgspec.Struct, frozen=True):
    """One doing of a step that names several patients or rooms."""

    patient: str = ""
    room: str = ""


def units(deed: Deed, presses: int) -> Iterator[Unit]:
    """How often it is done. ``presses``: how many are expected to be called, so that
    one step may press "next" until they have been."""
    if deed.name == "call_next":
        rooms = deed.rooms or ("",)
        times = len(rooms) if len(rooms) > 1 else max(presses, 1)
        for press in range(times):
            yield Unit(room=rooms[press % len(rooms)])
    elif deed.name in ("move", "merge") or len(deed.patients) < 2:
        yield Unit(patient=deed.patients[0] if deed.patients else "")
    else:
        for patient in deed.patients:
            yield Unit(patient=patient)


class Script:
    """Makes the commands of one story."""

    def __init__(self, scenario: Scenario, cast: Cast) -> None:
        self._scenario = scenario
        self._cast = cast

    def opening(self) -> Ask:
        body = {"by": "admin", **self._scenario.opening}
        body["settings"] = dict(body["settings"])
        return Ask("clinic.open", body)

    def ask(self, deed: Deed, unit: Unit, desk: Mapping[str, Any]) -> Ask:
        body: dict[str, Any] = {"by": deed.by}
        for key, value in deed.fields.items():
            if key not in _OWN_KEYS:
                body[key] = self._resolved(value)
        if deed.name in _NEED_REASON:
            body.setdefault("reason", DEFAULT_REASON)
        if unit.patient and deed.name not in _NOT_BY_TICKET:
            body["ticket"] = self._cast.ticket(unit.patient)
        room = unit.room
        make = getattr(self, f"_{deed.name}", None)
        if make is not None:
            room = make(deed, unit, desk, body) or room
        else:
            room = self._plain(deed, unit, desk, body)
        return Ask(f"clinic.{deed.name}", body, unit.patient, room)

    # Deeds with words of their own

    def _register(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        person = self._cast.person(unit.patient)
        body["name"] = VAULT.seal(person)
        body["card"] = self._cast.card(unit.patient)
        body["person"] = self._cast.person_id(unit.patient)
        body["queue"] = self._queue(deed)
        if doctor := self._doctor(deed):
            body["doctor"] = doctor
        if body.get("extra", ()) is None:
            del body["extra"]

    def _check_in(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        """A kiosk reads a card; the desk, and whoever has two numbers, picks one."""
        if body.get("where") == "desk" or self._cast.shares_card(unit.patient):
            body["ticket"] = self._cast.ticket(unit.patient)
        else:
            body["card"] = self._cast.card(unit.patient)
        if doctor := self._doctor(deed):
            body["doctor"] = doctor

    def _call_next(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        room = body["room"] = unit.room or self._any_room()
        self._seen(deed, room, desk, body)
        return room

    def _call_one(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        room = body["room"] = deed.rooms[0] if deed.rooms else self._any_room()
        self._seen(deed, room, desk, body)
        return room

    def _resume(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        room = body["room"] = self._room(deed, unit, desk)
        self._seen(deed, room, desk, body)
        return room

    def _change_room(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        body["room"], body["to"] = deed.rooms
        return deed.rooms[0]

    def _log_in(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        body["room"], body["doctor"] = deed.rooms[0], deed.doctors[0]
        if deed.queues:
            body["queues"] = list(deed.queues)
        return deed.rooms[0]

    def _set_class(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        """One class at a time; a registration may bring several."""
        special = body.get("special", "")
        if isinstance(special, list):
            body["special"] = special[0] if special else ""

    def _move(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        if len(deed.patients) == 2:
            body["before"] = self._cast.ticket(deed.patients[1])

    def _transfer(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str | None:
        body["to"] = self._target(deed, body.pop("clinic", None))
        room = deed.rooms[0] if deed.rooms else self._current_room(unit, desk)
        if room:
            body["room"] = room
        return room

    def _left(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        body.setdefault("leaving", self._cast.departure(unit.patient))

    _not_taken = _left

    def _exchange(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        body |= self._target(deed, None)

    def _answer_stop(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        if deed.queues or deed.doctors:
            body["to"] = self._target(deed, None)

    def _pin(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        if deed.doctors:
            body["doctor"] = deed.doctors[0]
        if deed.rooms:
            body["room"] = deed.rooms[0]

    def _rename(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        body["person"] = self._cast.person_id(unit.patient)
        body["name"] = VAULT.seal(str(body.get("name", unit.patient)))

    def _merge(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        one, other = deed.patients
        body["person"] = self._cast.person_id(one)
        body["into"] = self._cast.person_id(other)

    def _arrive(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        person = self._cast.person(unit.patient)
        body["ticket"] = {
            "ticket": f"far-{len(desk.get('tickets', {})) + 1}",
            "number": "X001",
            "queue": self._queue(deed),
            "name": VAULT.seal(person),
            "card": self._cast.card(unit.patient),
            "person": self._cast.person_id(unit.patient),
        }
        body.setdefault("origin", f"story/clinic/other/{self._scenario.day}")
        body.setdefault("leaving", f"l{len(desk.get('tickets', {})) + 1}")

    def _answer_help(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        """The call for help of this room, or the first there is."""
        for alarm, row in desk.get("alarms", {}).items():
            about = not deed.rooms or row.get("room") == deed.rooms[0]
            if row["kind"] == "help" and about:
                body["alarm"] = alarm
                return
        body["alarm"] = "none"

    def _plain(
        self, deed: Deed, unit: Unit, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> str:
        """Rooms, queues and doctors under their own names."""
        room = ""
        if deed.queues:
            body["queue"] = deed.queues[0]
        if deed.doctors:
            body["doctor"] = deed.doctors[0]
        if deed.rooms:
            room = body["room"] = deed.rooms[0]
        elif deed.name in _IN_A_ROOM:
            room = body["room"] = self._room(deed, unit, desk)
        return room

    # What is not said

    def _room(self, deed: Deed, unit: Unit, desk: Mapping[str, Any]) -> str:
        """The room that is named, or the patient's own, or the first."""
        if deed.rooms:
            return deed.rooms[0]
        row = desk.get("tickets", {}).get(self._cast.ticket(unit.patient), {})
        return str(row.get("room", "")) or self._any_room()

    def _current_room(self, unit: Unit, desk: Mapping[str, Any]) -> str | None:
        ticket = self._cast.ticket(unit.patient)
        for room, row in desk.get("rooms", {}).items():
            if row.get("current") == ticket:
                return str(room)
        return None

    def _any_room(self) -> str:
        return next(iter(self._scenario.rooms))

    def _seen(
        self, deed: Deed, room: str, desk: Mapping[str, Any], body: dict[str, Any]
    ) -> None:
        """Whom the doctor sees in the room; a story may say that the page is old."""
        if "after" in deed.fields:
            after = self._resolved(deed.fields["after"])
        else:
            after = desk.get("rooms", {}).get(room, {}).get("current")
        if after is not None:
            body["after"] = after

    def _queue(self, deed: Deed) -> str:
        said = deed.fields.get("queue")
        if said is not None:
            return str(said)
        return deed.queues[0] if deed.queues else next(iter(self._scenario.queues))

    def _doctor(self, deed: Deed) -> str | None:
        said = deed.fields.get("doctor")
        if said is not None:
            return str(said)
        return deed.doctors[0] if deed.doctors else None

    def _target(self, deed: Deed, clinic: str | None) -> dict[str, Any]:
        target: dict[str, Any] = {}
        if deed.queues:
            target["queue"] = deed.queues[0]
        if deed.doctors:
            target["doctor"] = deed.doctors[0]
        if clinic:
            # "im3/B": a clinic, and a queue of its own
            target["clinic"], _, queue = clinic.partition("/")
            target |= {"queue": queue} if queue else {}
        return target

    def _resolved(self, value: Any) -> Any:
        """Patients become their tickets."""
        match value:
            case Noun(kind="patient", key=key):
                return self._cast.ticket(key)
            case dict():
                return {key: self._resolved(each) for key, each in value.items()}
            case _:
                return value


_NOT_BY_TICKET = frozenset({"register", "check_in", "arrive", "rename", "merge"})
_IN_A_ROOM = frozenset(
    (
        "opened_elsewhere call_again start finish missed undo_call hold to_examination"
    ).split()
)
