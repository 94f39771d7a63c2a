"""What the triage desk did."""

from __future__ import annotations

from actors.clinic.events.base import Deed, Happening
from actors.clinic.plan import (
    Target,
    Vitals,
)
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis


class ClassSet(Deed, frozen=True, tag="clinic.class_set"):
    """An empty ``special`` took all classes away."""

    ticket: str
    special: str
    level: int | None = None


class Moved(Deed, frozen=True, tag="clinic.moved"):
    ticket: str
    before: str | None = None


class Pinned(Deed, frozen=True, tag="clinic.pinned"):
    ticket: str
    doctor: str | None = None
    room: str | None = None


class Recalled(Deed, frozen=True, tag="clinic.recalled"):
    ticket: str


class Revived(Deed, frozen=True, tag="clinic.revived"):
    ticket: str


class MissUndone(Deed, frozen=True, tag="clinic.miss_undone"):
    ticket: str


class SentToRoom(Deed, frozen=True, tag="clinic.sent_to_room"):
    """To the door (second stage); ``drawn`` by the rules, not by the nurse. ``lane``
    as of Called: at the door it has had its turn."""

    ticket: str
    room: str
    lane: str = "normal"
    drawn: bool = False


class CallingStopped(Deed, frozen=True, tag="clinic.calling_stopped"):
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class CallingOpened(Deed, frozen=True, tag="clinic.calling_opened"):
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class ClinicStopped(Deed, frozen=True, tag="clinic.stopped"):
    """停诊: each of ``tickets`` is asked, and tracked until all have answered."""

    stop: str
    doctor: str | None = None
    queue: str | None = None
    half: str = "all"
    tickets: tuple[str, ...] = ()


class StopAsked(Deed, frozen=True, tag="clinic.stop_asked"):
    """These have come into a line that is stopped, and are asked too."""

    stop: str
    tickets: tuple[str, ...]


class StopAnswered(Deed, frozen=True, tag="clinic.stop_answered"):
    """``settled``: it was the last answer of its stop."""

    ticket: str
    stop: str
    answer: str
    to: Target | None = None
    day: str = ""
    settled: bool = False


class StopLifted(Deed, frozen=True, tag="clinic.stop_lifted"):
    """These had not answered yet, and are back where they stood."""

    stop: str
    tickets: tuple[str, ...] = ()


class WaitedLong(Happening, frozen=True, tag="clinic.waited_long"):
    """These have waited longer than the rules allow."""

    tickets: tuple[str, ...]


class BroadcastMade(Deed, frozen=True, tag="clinic.broadcast_made"):
    broadcast: str
    text: str
    until: Millis
    zones: tuple[str, ...] = ()


class BroadcastEnded(Happening, frozen=True, tag="clinic.broadcast_ended"):
    broadcasts: tuple[str, ...]


class Triaged(Deed, frozen=True, tag="clinic.triaged"):
    ticket: str
    level: int


class ComplaintNoted(Deed, frozen=True, tag="clinic.complaint_noted"):
    ticket: str
    complaint: Sealed | None = None


class VitalsTaken(Deed, frozen=True, tag="clinic.vitals_taken"):
    ticket: str
    values: Vitals


class AlarmRaised(Deed, frozen=True, tag="clinic.alarm_raised"):
    """``kind``: retriage, doctor_absent, help, not_taken, unseen_half."""

    alarm: str
    kind: str
    ticket: str | None = None
    room: str | None = None
    doctor: str | None = None


class AlarmAnswered(Deed, frozen=True, tag="clinic.alarm_answered"):
    alarm: str
    over: bool = False


class HandedOver(Deed, frozen=True, tag="clinic.handed_over"):
    to: str
    note: str = ""
