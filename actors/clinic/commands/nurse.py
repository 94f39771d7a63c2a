"""What the triage desk asks."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from actors.clinic.commands.base import Asked, Level
from actors.clinic.plan import (
    Half,
    Key,
    Target,
    Text,
    Vitals,
    Why,
)
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis


class SetClass(Asked, frozen=True, tag="clinic.set_class"):
    """A special class for this ticket; an empty ``special`` takes all away."""

    ticket: str
    special: str
    reason: Why
    level: int | None = None


class Move(Asked, frozen=True, tag="clinic.move"):
    """In front of another ticket of the queue; without ``before``, back to where the
    rules would have it."""

    ticket: str
    reason: Why
    before: str | None = None


class Pin(Asked, frozen=True, tag="clinic.pin"):
    """To one doctor or room; without either, to whoever is free."""

    ticket: str
    doctor: str | None = None
    room: str | None = None
    reason: Text = ""


class GiveUp(Asked, frozen=True, tag="clinic.give_up"):
    """弃号."""

    ticket: str
    reason: Text = ""


class Recall(Asked, frozen=True, tag="clinic.recall"):
    """A missed patient is back, and waits again."""

    ticket: str


class Revive(Asked, frozen=True, tag="clinic.revive"):
    """A void or given-up ticket is good again, and its patient waits."""

    ticket: str
    reason: Text = ""


class UndoMissed(Asked, frozen=True, tag="clinic.undo_missed"):
    """It was not missed after all: back to where it stood before the call."""

    ticket: str
    reason: Text = ""


class SendToRoom(Asked, frozen=True, tag="clinic.send"):
    """To the door of this room (second stage by hand)."""

    ticket: str
    room: str


class StopCalling(Asked, frozen=True, tag="clinic.stop_calling"):
    """停叫 of one doctor, queue or room: "next" is refused; who is in may finish."""

    reason: Why
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class OpenCalling(Asked, frozen=True, tag="clinic.open_calling"):
    """The end of 停叫."""

    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class StopClinic(Asked, frozen=True, tag="clinic.stop_clinic"):
    """停诊 of a doctor or a queue in one half: the queue freezes, and everybody
    waiting and booked is asked what they want instead."""

    reason: Why
    doctor: str | None = None
    queue: str | None = None
    half: Half = "all"


class AnswerStop(Asked, frozen=True, tag="clinic.answer_stop"):
    """What one of them wants: another doctor (``to``), another ``day``, the money."""

    ticket: str
    answer: Literal["doctor", "day", "refund"]
    to: Target | None = None
    day: Text = ""


class LiftStop(Asked, frozen=True, tag="clinic.lift_stop"):
    """恢复出诊: named by the ``stop``, or by whom it stopped and in which half. Who has
    not answered yet stands where they stood; answers already given stay. With ``whose``
    only a stop that this one made."""

    reason: Why
    stop: str | None = None
    whose: str | None = None
    doctor: str | None = None
    queue: str | None = None
    half: Half = "all"


class Broadcast(Asked, frozen=True, tag="clinic.broadcast"):
    """A text for screens and speakers; no ``zones`` is everywhere."""

    text: Why
    until: Millis
    zones: tuple[Key, ...] = ()


class Triage(Asked, frozen=True, tag="clinic.triage"):
    """The emergency level I to IV, also when it was looked at again."""

    ticket: str
    level: Level
    reason: Text = ""


class TakeVitals(Asked, frozen=True, tag="clinic.vitals"):
    ticket: str
    values: Vitals


class NoteComplaint(Asked, frozen=True, tag="clinic.complaint"):
    """What the patient comes for, in a few words; an empty one takes it away."""

    ticket: str
    complaint: Sealed | None = None


class CallHelp(Asked, frozen=True, tag="clinic.call_help"):
    """The emergency button of a desk or a room."""

    room: str | None = None
    reason: Text = ""


class AnswerHelp(Asked, frozen=True, tag="clinic.answer_help"):
    """I am coming; ``over`` when it is over."""

    alarm: str
    over: bool = False


class SeeHistory(Asked, frozen=True, tag="clinic.history"):
    """What has happened to this ticket; whoever asks for it adds it to the reply."""

    ticket: str


class HandOver(Asked, frozen=True, tag="clinic.hand_over"):
    """The desk changes hands, with a note for the next shift."""

    to: Text
    note: Annotated[str, Meta(max_length=1000)] = ""
