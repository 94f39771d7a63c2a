"""Clinics of a benchmark, and what is asked of them: see native/script.h."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from realtime.config import Settings

_SETTINGS = Settings()
HOSPITAL = _SETTINGS.hospital.id
# one day for all of a run, also when it ends after midnight
_TODAY = datetime.now(_SETTINGS.hospital.zone).date().isoformat()


class Clinic(msgspec.Struct, frozen=True):
    """A clinic-day in which every room has a queue of its own, so that a doctor gets
    whom her own kiosk checked in."""

    name: str
    rooms: tuple[str, ...]
    settings: Mapping[str, Any] = {}

    @property
    def stream(self) -> str:
        return f"{HOSPITAL}/clinic/{self.name}/{_TODAY}"

    def topic(self, view: str) -> str:
        return f"{self.stream}:{view}"

    def opening(self) -> str:
        body = {
            "clinic": {
                "name": "内科二诊区",
                "name_en": "Internal Medicine Area 2",
                "hospital": "云岫市中心医院",
                "floor": "2",
            },
            "queues": {f"Q{room}": {"name": "心血管内科"} for room in self.rooms},
            "rooms": {
                room: {"doctor": "许安禾", "title": "主治", "queues": [f"Q{room}"]}
                for room in self.rooms
            },
            "settings": self.settings,
        }
        return _ask(self.topic("setup"), "open", body)

    def registering(
        self, room: str, *, who: str = "card", ticket: str | None = None
    ) -> str:
        """The {n}th patient of this room; ``ticket`` names the ticket, and ``who``
        tells one kind of patients from another."""
        body = {"queue": f"Q{room}", "name": "张友三", "card": _card(room, who)}
        if ticket is not None:
            body["ticket"] = ticket
        return _ask(self.topic("setup"), "register", body)

    def checking_in(self, room: str, *, who: str = "card") -> str:
        return _ask(self.topic("kiosk"), "check_in", {"card": _card(room, who)})

    def visit(self, room: str, *, ticket: str = "{t}") -> list[str]:
        """One patient's whole visit, four asks: checks in, is called, comes in, is
        done. Afterwards the room and its queue are as they were."""
        about = {"room": room, "ticket": ticket}
        desk = self.topic("desk")
        return [
            self.checking_in(room),
            _ask(desk, "call_next", {"room": room}),
            _ask(desk, "start", about),
            _ask(desk, "finish", about),
        ]


def _card(room: str, who: str) -> str:
    return f"{who}-{room}-{{n}}"


def _ask(topic: str, name: str, body: Mapping[str, Any]) -> str:
    whole = {"topic": topic, "name": name, "body": body}
    # the generator adds the ref and the key, so without the braces
    return msgspec.json.encode(whole).decode()[1:-1]
