"""What a clinic's day is asked. Limits stand here, never on events.

Whoever asks is ``by``; ``where`` is the desk or device it was done at, ``reason`` why.
A retry carries the key of its first try, so pressing twice is asking once.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.clinic.plan import (
    BlindIndex,
    CheckedInAt,
    ClinicPlan,
    DoctorPlan,
    End,
    Extra,
    Half,
    HalfPlan,
    Key,
    Mode,
    Number,
    Person,
    QueuePlan,
    RoomPlan,
    Slot,
    Target,
    Text,
    TicketId,
    Traveller,
    Vitals,
    Why,
)
from actors.clinic.settings import Settings
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.runtime.shape import Wake

Level = Annotated[int, Meta(ge=1, le=4)]


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str
    where: Text = ""


# The day


class Open(_Command, frozen=True, tag="clinic.open"):
    """Begin the day with these queues and rooms. ``rolls_over`` is the moment at
    which what still lives goes on in the next day."""

    clinic: ClinicPlan
    queues: dict[Key, QueuePlan]
    rooms: dict[Key, RoomPlan]
    doctors: dict[Key, DoctorPlan] = {}
    halves: dict[Half, HalfPlan] = {}
    settings: Settings = Settings()
    rolls_over: Millis | None = None


class ChangeRules(_Command, frozen=True, tag="clinic.change_rules"):
    """From now on these rules; the orders follow from facts and are made anew."""

    settings: Settings
    reason: Text = ""


class PreviewRules(_Command, frozen=True, tag="clinic.preview_rules"):
    """What these rules would change. Nothing happens."""

    settings: Settings


class EndHalf(_Command, frozen=True, tag="clinic.end_half"):
    """This doctor, or the doctor in this room, has finished this half. Who of it was
    not seen goes before the same doctor's next half, else the nurse is asked."""

    half: Half
    doctor: str | None = None
    room: str | None = None


class CloseDay(_Command, frozen=True, tag="clinic.close_day"):
    """End the day. While somebody is left, the reply says who, with a proposed end
    each, and the day stays open."""


class Settle(_Command, frozen=True, tag="clinic.settle"):
    """This is how a ticket that the day left open ends."""

    ticket: str
    end: End
    reason: Text = ""


class CarryOver(_Command, frozen=True, tag="clinic.carry_over"):
    """From the day before, idempotent: who was still being cared for at midnight.
    A day that is not open yet begins with the plan of the day before."""

    origin: str
    tickets: tuple[Traveller, ...]
    opening: Open | None = None


# Registrations: a desk's, or HIS's


class Register(_Command, frozen=True, tag="clinic.register"):
    """Somebody has a number here today. What is not given is drawn.

    ``linked`` is the earlier ticket this visit goes on from (回诊 over days).
    """

    queue: str
    name: Sealed
    card: BlindIndex
    ticket: TicketId | None = None
    number: Number | None = None
    slot: Slot | None = None
    half: Half | None = None
    booked: bool = False
    doctor: str | None = None
    special: tuple[str, ...] = ()
    extra: Extra | None = None
    linked: TicketId | None = None
    person: Person | None = None
    level: Level | None = None


class Refund(_Command, frozen=True, tag="clinic.refund"):
    """退号, in whatever state the ticket is. ``origin``: the ticket is known by its id
    there, in the clinic-day it came from."""

    ticket: str
    origin: str | None = None
    reason: Text = ""


class Exchange(_Command, frozen=True, tag="clinic.exchange"):
    """换号: another queue or doctor; the place is kept."""

    ticket: str
    queue: str | None = None
    doctor: str | None = None
    slot: Slot | None = None
    reason: Text = ""


class OpenedElsewhere(_Command, frozen=True, tag="clinic.opened_elsewhere"):
    """The doctor opened this patient in HIS without "next": a call and a start."""

    ticket: str
    room: str


class Rename(_Command, frozen=True, tag="clinic.rename"):
    """The patient index has corrected this person's name."""

    person: Person
    name: Sealed


class Merge(_Command, frozen=True, tag="clinic.merge"):
    """Two persons of the patient index are one."""

    person: Person
    into: Person
    name: Sealed | None = None


# The patient


class CheckIn(_Command, frozen=True, tag="clinic.check_in"):
    """The patient with this card, or of this ticket, is here."""

    card: BlindIndex | None = None
    ticket: str | None = None
    where: CheckedInAt = "kiosk"
    doctor: str | None = None


class UndoCheckIn(_Command, frozen=True, tag="clinic.undo_check_in"):
    """The wrong one was checked in."""

    ticket: str
    reason: Text = ""


class Postpone(_Command, frozen=True, tag="clinic.postpone"):
    """The patient asks to come later."""

    ticket: str


class Leave(_Command, frozen=True, tag="clinic.leave"):
    """The patient does not wait any longer."""

    ticket: str


# The doctor


class LogIn(_Command, frozen=True, tag="clinic.log_in"):
    """A doctor sits down. Without ``queues`` those of the room's plan are served."""

    room: str
    doctor: str
    mode: Mode = "ordinary"
    queues: tuple[str, ...] | None = None


class LogOut(_Command, frozen=True, tag="clinic.log_out"):
    """The doctor of this room goes, or its trainee ``doctor``."""

    room: str
    doctor: str | None = None


class ChangeRoom(_Command, frozen=True, tag="clinic.change_room"):
    """The doctor takes whoever waits at the door along to another room."""

    room: str
    to: str


class Serve(_Command, frozen=True, tag="clinic.serve"):
    """Tick or untick a queue, for this doctor alone."""

    room: str
    queue: str
    on: bool


class CallNext(_Command, frozen=True, tag="clinic.call_next"):
    """The next one to this room. ``after`` is whom the caller sees in it now."""

    room: str
    after: str | None = None


class CallOne(_Command, frozen=True, tag="clinic.call_one"):
    """This one, out of turn, and why. ``after`` as in CallNext."""

    room: str
    ticket: str
    reason: Why
    after: str | None = None


class CallAgain(_Command, frozen=True, tag="clinic.call_again"):
    """Whoever was called has not come: announce once more."""

    room: str
    ticket: str


class Start(_Command, frozen=True, tag="clinic.start"):
    """Whoever was called has come in."""

    room: str
    ticket: str


class Finish(_Command, frozen=True, tag="clinic.finish"):
    """The consultation is over."""

    room: str
    ticket: str


class Miss(_Command, frozen=True, tag="clinic.missed"):
    """Whoever was called did not come."""

    room: str
    ticket: str


class UndoCall(_Command, frozen=True, tag="clinic.undo_call"):
    """Called by mistake: back to where the ticket stood."""

    room: str
    ticket: str
    reason: Text = ""


class Hold(_Command, frozen=True, tag="clinic.hold"):
    """Set this patient aside, and see another first."""

    room: str
    ticket: str
    reason: Text = ""


class Resume(_Command, frozen=True, tag="clinic.resume"):
    """Go on with who was set aside. ``after`` as in CallNext."""

    room: str
    ticket: str
    after: str | None = None


class ToExamination(_Command, frozen=True, tag="clinic.to_examination"):
    """Off to be examined; back when all ``reports`` are ready, or at ``back_at``, or
    when the patient says so. ``keeps_seat``: the chair stays theirs (dental)."""

    room: str
    ticket: str
    reports: tuple[Key, ...] = ()
    back_at: Millis | None = None
    keeps_seat: bool = False


class ReportReady(_Command, frozen=True, tag="clinic.report_ready"):
    """A report is there; without ``report`` all of them are."""

    ticket: str
    report: Key | None = None


class ComeBack(_Command, frozen=True, tag="clinic.come_back"):
    """The examined patient is back, and waits again."""

    ticket: str


class Transfer(_Command, frozen=True, tag="clinic.transfer"):
    """To another queue, doctor or clinic, perhaps to come back here after it."""

    ticket: str
    to: Target
    room: str | None = None
    and_return: bool = False
    reason: Text = ""


class GoAway(_Command, frozen=True, tag="clinic.away"):
    """暂离: the room rests until about ``back_at``; nobody is refunded."""

    room: str
    reason: Why
    back_at: Millis | None = None


class GetBack(_Command, frozen=True, tag="clinic.back"):
    """The doctor is back."""

    room: str


# Between clinics


class Arrive(_Command, frozen=True, tag="clinic.arrive"):
    """From another clinic, idempotent by ``leaving``, the other's name for this
    departure. ``back`` is a ticket of ours coming home."""

    origin: str
    leaving: str
    ticket: Traveller
    reason: Text = ""
    back: str | None = None


class Left(_Command, frozen=True, tag="clinic.left"):
    """The other clinic has taken this ticket."""

    ticket: str
    leaving: str


class NotTaken(_Command, frozen=True, tag="clinic.not_taken"):
    """The other clinic has refused it: back to where it stood."""

    ticket: str
    leaving: str
    code: str = ""
    reason: Text = ""


# The nurse


class SetClass(_Command, frozen=True, tag="clinic.set_class"):
    """A special class for this ticket; an empty ``special`` takes all away."""

    ticket: str
    special: str
    reason: Why
    level: int | None = None


class Move(_Command, frozen=True, tag="clinic.move"):
    """In front of another ticket of the queue; without ``before``, back to where the
    rules would have it."""

    ticket: str
    reason: Why
    before: str | None = None


class Pin(_Command, frozen=True, tag="clinic.pin"):
    """To one doctor or room; without either, to whoever is free."""

    ticket: str
    doctor: str | None = None
    room: str | None = None
    reason: Text = ""


class GiveUp(_Command, frozen=True, tag="clinic.give_up"):
    """弃号."""

    ticket: str
    reason: Text = ""


class Recall(_Command, frozen=True, tag="clinic.recall"):
    """A missed patient is back, and waits again."""

    ticket: str


class Revive(_Command, frozen=True, tag="clinic.revive"):
    """A void or given-up ticket is good again, and its patient waits."""

    ticket: str
    reason: Text = ""


class UndoMissed(_Command, frozen=True, tag="clinic.undo_missed"):
    """It was not missed after all: back to where it stood before the call."""

    ticket: str
    reason: Text = ""


class SendToRoom(_Command, frozen=True, tag="clinic.send"):
    """To the door of this room (second stage by hand)."""

    ticket: str
    room: str


class StopCalling(_Command, frozen=True, tag="clinic.stop_calling"):
    """停叫 of one doctor, queue or room: "next" is refused; who is in may finish."""

    reason: Why
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class OpenCalling(_Command, frozen=True, tag="clinic.open_calling"):
    """The end of 停叫."""

    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class StopClinic(_Command, frozen=True, tag="clinic.stop_clinic"):
    """停诊 of a doctor or a queue in one half: the queue freezes, and everybody
    waiting and booked is asked what they want instead."""

    reason: Why
    doctor: str | None = None
    queue: str | None = None
    half: Half = "all"


class AnswerStop(_Command, frozen=True, tag="clinic.answer_stop"):
    """What one of them wants: another doctor (``to``), another ``day``, the money."""

    ticket: str
    answer: Literal["doctor", "day", "refund"]
    to: Target | None = None
    day: Text = ""


class Broadcast(_Command, frozen=True, tag="clinic.broadcast"):
    """A text for screens and speakers; no ``zones`` is everywhere."""

    text: Why
    until: Millis
    zones: tuple[Key, ...] = ()


class Triage(_Command, frozen=True, tag="clinic.triage"):
    """The emergency level I to IV, also when it was looked at again."""

    ticket: str
    level: Level
    reason: Text = ""


class TakeVitals(_Command, frozen=True, tag="clinic.vitals"):
    ticket: str
    values: Vitals


class CallHelp(_Command, frozen=True, tag="clinic.call_help"):
    """The emergency button of a desk or a room."""

    room: str | None = None
    reason: Text = ""


class AnswerHelp(_Command, frozen=True, tag="clinic.answer_help"):
    """I am coming; ``over`` when it is over."""

    alarm: str
    over: bool = False


class SeeHistory(_Command, frozen=True, tag="clinic.history"):
    """What has happened to this ticket; whoever asks for it adds it to the reply."""

    ticket: str


class HandOver(_Command, frozen=True, tag="clinic.hand_over"):
    """The desk changes hands, with a note for the next shift."""

    to: Text
    note: Annotated[str, Meta(max_length=1000)] = ""


Command: TypeAlias = (
    Open
    | ChangeRules
    | PreviewRules
    | EndHalf
    | CloseDay
    | Settle
    | CarryOver
    | Register
    | Refund
    | Exchange
    | OpenedElsewhere
    | Rename
    | Merge
    | CheckIn
    | UndoCheckIn
    | Postpone
    | Leave
    | LogIn
    | LogOut
    | ChangeRoom
    | Serve
    | CallNext
    | CallOne
    | CallAgain
    | Start
    | Finish
    | Miss
    | UndoCall
    | Hold
    | Resume
    | ToExamination
    | ReportReady
    | ComeBack
    | Transfer
    | GoAway
    | GetBack
    | Arrive
    | Left
    | NotTaken
    | SetClass
    | Move
    | Pin
    | GiveUp
    | Recall
    | Revive
    | UndoMissed
    | SendToRoom
    | StopCalling
    | OpenCalling
    | StopClinic
    | AnswerStop
    | Broadcast
    | Triage
    | TakeVitals
    | CallHelp
    | AnswerHelp
    | SeeHistory
    | HandOver
    | Wake
)
