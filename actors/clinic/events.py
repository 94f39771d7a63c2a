"""What has happened in a clinic's day.

Events rest in the journal for years: fields are only added, with defaults, and never
renamed; a changed meaning is a new event. A field at its default is not written.
Each says who (``by``), when (``at``), where and why.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from actors.clinic.plan import (
    ClinicPlan,
    DoctorPlan,
    Extra,
    HalfPlan,
    QueuePlan,
    RoomPlan,
    Slot,
    Target,
    Traveller,
    Vitals,
)
from actors.clinic.settings import Settings
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    at: Millis


class _Deed(_Event, frozen=True, kw_only=True):
    by: str
    where: str = ""
    reason: str = ""


# The day


class Opened(_Deed, frozen=True, tag="clinic.opened"):
    """``provisional``: by tickets that came over midnight; it may be opened again."""

    clinic: ClinicPlan
    queues: dict[str, QueuePlan]
    rooms: dict[str, RoomPlan]
    settings: Settings
    doctors: dict[str, DoctorPlan] = {}
    halves: dict[str, HalfPlan] = {}
    rolls_over: Millis | None = None
    provisional: bool = False


class RulesChanged(_Deed, frozen=True, tag="clinic.rules_changed"):
    settings: Settings


class HalfEnded(_Deed, frozen=True, tag="clinic.half_ended"):
    """``moved`` go before the same doctor's next half, ``to``; ``asked`` wait for the
    nurse's word."""

    half: str
    doctor: str | None = None
    room: str | None = None
    to: str | None = None
    moved: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


class DayClosed(_Deed, frozen=True, tag="clinic.day_closed"):
    pass


class Settled(_Deed, frozen=True, tag="clinic.settled"):
    """The nurse has said how a ticket ends that the day had left open."""

    ticket: str
    end: str


class RolledOver(_Event, frozen=True, tag="clinic.rolled_over"):
    """Midnight: these go on in the stream ``to``, and nothing else happens here."""

    to: str
    tickets: tuple[Traveller, ...]


class CarriedOver(_Deed, frozen=True, tag="clinic.carried_over"):
    """All of the day before are here."""

    origin: str


# Registrations


class Registered(_Deed, frozen=True, tag="clinic.registered"):
    """``drawn`` is the count behind a number the clinic drew; 0 when it was given."""

    ticket: str
    number: str
    queue: str
    name: Sealed
    card: str
    drawn: int = 0
    slot: Slot | None = None
    half: str = "all"
    booked: bool = False
    doctor: str | None = None
    special: tuple[str, ...] = ()
    extra: Extra | None = None
    linked: str | None = None
    person: str | None = None
    level: int | None = None


class Refunded(_Deed, frozen=True, tag="clinic.refunded"):
    """退号. ``room`` is the room that is free again by it."""

    ticket: str
    room: str | None = None


class RefundNoted(_Deed, frozen=True, tag="clinic.refund_noted"):
    """退号 of a ticket on its way to another clinic: settled when that has spoken."""

    ticket: str


class RefundPassedOn(_Deed, frozen=True, tag="clinic.refund_passed_on"):
    """退号 of a ticket that is in the stream ``to`` now, known as ``ticket`` of the
    stream ``origin`` there."""

    ticket: str
    to: str
    origin: str


class Exchanged(_Deed, frozen=True, tag="clinic.exchanged"):
    """换号: now of this queue and doctor; the number and the place stay."""

    ticket: str
    queue: str
    doctor: str | None = None
    slot: Slot | None = None


class Renamed(_Deed, frozen=True, tag="clinic.renamed"):
    person: str
    name: Sealed


class Merged(_Deed, frozen=True, tag="clinic.merged"):
    person: str
    into: str
    name: Sealed | None = None


# The patient


class CheckedIn(_Deed, frozen=True, tag="clinic.checked_in"):
    """``number`` when a new one was given at check-in, ``drawn`` the count behind it;
    ``doctor`` when one was chosen."""

    ticket: str
    number: str | None = None
    drawn: int = 0
    doctor: str | None = None


class CheckInUndone(_Deed, frozen=True, tag="clinic.check_in_undone"):
    ticket: str


class Postponed(_Deed, frozen=True, tag="clinic.postponed"):
    ticket: str


class GaveUp(_Deed, frozen=True, tag="clinic.gave_up"):
    """弃号, by the nurse or (``left``) by the patient."""

    ticket: str
    left: bool = False
    room: str | None = None


# The doctor


class LoggedIn(_Deed, frozen=True, tag="clinic.logged_in"):
    room: str
    doctor: str
    mode: str = "ordinary"
    queues: tuple[str, ...] = ()


class LoggedOut(_Deed, frozen=True, tag="clinic.logged_out"):
    """Who waited at the door is back where they stood."""

    room: str
    doctor: str


class RoomChanged(_Deed, frozen=True, tag="clinic.room_changed"):
    """Who waits at the door comes along."""

    room: str
    to: str


class QueueTicked(_Deed, frozen=True, tag="clinic.queue_ticked"):
    room: str
    queue: str
    on: bool


class Called(_Deed, frozen=True, tag="clinic.called"):
    """``call`` is the announcement; a wall shows it until ``expires``. ``silent``:
    opened in HIS, nobody announces it. ``out_of_turn``: it was chosen. ``lane`` is
    what the call counts as where classes are interleaved; ``overtook`` were passed
    over by it, as far as the rules set a bound to that."""

    call: str
    ticket: str
    room: str
    expires: Millis
    lane: str = "normal"
    overtook: tuple[str, ...] = ()
    silent: bool = False
    out_of_turn: bool = False


class CalledAgain(_Deed, frozen=True, tag="clinic.called_again"):
    call: str
    ticket: str
    room: str
    expires: Millis


class Started(_Deed, frozen=True, tag="clinic.started"):
    ticket: str
    room: str


class Finished(_Deed, frozen=True, tag="clinic.finished"):
    ticket: str
    room: str


class Missed(_Deed, frozen=True, tag="clinic.missed"):
    """``void``: once too often; the nurse must revive it."""

    ticket: str
    room: str
    void: bool = False


class CallUndone(_Deed, frozen=True, tag="clinic.call_undone"):
    ticket: str
    room: str


class Held(_Deed, frozen=True, tag="clinic.held"):
    ticket: str
    room: str


class Resumed(_Deed, frozen=True, tag="clinic.resumed"):
    ticket: str
    room: str


class WentToExamination(_Deed, frozen=True, tag="clinic.went_to_examination"):
    ticket: str
    room: str
    reports: tuple[str, ...] = ()
    back_at: Millis | None = None
    keeps_seat: bool = False


class ReportArrived(_Deed, frozen=True, tag="clinic.report_arrived"):
    """No ``report`` is all of them."""

    ticket: str
    report: str | None = None


class CameBack(_Deed, frozen=True, tag="clinic.came_back"):
    """From an examination, from being held, or from another doctor; waits again, or
    goes straight to the seat that was kept."""

    ticket: str
    room: str | None = None


class Transferred(_Deed, frozen=True, tag="clinic.transferred"):
    """Within the clinic. ``home`` is the queue and the doctor it comes back to."""

    ticket: str
    queue: str
    doctor: str | None = None
    room: str | None = None
    home: tuple[str, str | None] | None = None


class WentAway(_Deed, frozen=True, tag="clinic.went_away"):
    room: str
    back_at: Millis | None = None


class GotBack(_Deed, frozen=True, tag="clinic.got_back"):
    room: str


# Between clinics


class Leaving(_Deed, frozen=True, tag="clinic.leaving"):
    """On its way to the stream ``to``; still here until that has taken it."""

    ticket: str
    leaving: str
    to: str
    traveller: Traveller
    room: str | None = None
    back: str | None = None


class HasLeft(_Deed, frozen=True, tag="clinic.has_left"):
    ticket: str
    leaving: str


class TurnedBack(_Deed, frozen=True, tag="clinic.turned_back"):
    """The other clinic refused: back where it stood."""

    ticket: str
    leaving: str
    code: str = ""


class Arrived(_Deed, frozen=True, tag="clinic.arrived"):
    """From the stream ``origin``. ``back``: our own ticket has come home."""

    ticket: str
    number: str
    origin: str
    traveller: Traveller
    leaving: str = ""
    drawn: int = 0
    back: bool = False
    half: str = "all"


# The nurse


class ClassSet(_Deed, frozen=True, tag="clinic.class_set"):
    """An empty ``special`` took all classes away."""

    ticket: str
    special: str
    level: int | None = None


class Moved(_Deed, frozen=True, tag="clinic.moved"):
    ticket: str
    before: str | None = None


class Pinned(_Deed, frozen=True, tag="clinic.pinned"):
    ticket: str
    doctor: str | None = None
    room: str | None = None


class Recalled(_Deed, frozen=True, tag="clinic.recalled"):
    ticket: str


class Revived(_Deed, frozen=True, tag="clinic.revived"):
    ticket: str


class MissUndone(_Deed, frozen=True, tag="clinic.miss_undone"):
    ticket: str


class SentToRoom(_Deed, frozen=True, tag="clinic.sent_to_room"):
    """To the door (second stage); ``drawn`` by the rules, not by the nurse. ``lane``
    as of Called: at the door it has had its turn."""

    ticket: str
    room: str
    lane: str = "normal"
    drawn: bool = False


class CallingStopped(_Deed, frozen=True, tag="clinic.calling_stopped"):
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class CallingOpened(_Deed, frozen=True, tag="clinic.calling_opened"):
    doctor: str | None = None
    queue: str | None = None
    room: str | None = None


class ClinicStopped(_Deed, frozen=True, tag="clinic.stopped"):
    """停诊: each of ``tickets`` is asked, and tracked until all have answered."""

    stop: str
    doctor: str | None = None
    queue: str | None = None
    half: str = "all"
    tickets: tuple[str, ...] = ()


class StopAnswered(_Deed, frozen=True, tag="clinic.stop_answered"):
    """``settled``: it was the last answer of its stop."""

    ticket: str
    stop: str
    answer: str
    to: Target | None = None
    day: str = ""
    settled: bool = False


class WaitedLong(_Event, frozen=True, tag="clinic.waited_long"):
    """These have waited longer than the rules allow."""

    tickets: tuple[str, ...]


class BroadcastMade(_Deed, frozen=True, tag="clinic.broadcast_made"):
    broadcast: str
    text: str
    until: Millis
    zones: tuple[str, ...] = ()


class BroadcastEnded(_Event, frozen=True, tag="clinic.broadcast_ended"):
    broadcasts: tuple[str, ...]


class Triaged(_Deed, frozen=True, tag="clinic.triaged"):
    ticket: str
    level: int


class VitalsTaken(_Deed, frozen=True, tag="clinic.vitals_taken"):
    ticket: str
    values: Vitals


class AlarmRaised(_Deed, frozen=True, tag="clinic.alarm_raised"):
    """``kind``: retriage, doctor_absent, help, not_taken, unseen_half."""

    alarm: str
    kind: str
    ticket: str | None = None
    room: str | None = None
    doctor: str | None = None


class AlarmAnswered(_Deed, frozen=True, tag="clinic.alarm_answered"):
    alarm: str
    over: bool = False


class HandedOver(_Deed, frozen=True, tag="clinic.handed_over"):
    to: str
    note: str = ""


# The clock


class AnnouncementExpired(_Event, frozen=True, tag="clinic.announcement_expired"):
    """These have been up long enough."""

    calls: tuple[str, ...]


Event: TypeAlias = (
    Opened
    | RulesChanged
    | HalfEnded
    | DayClosed
    | Settled
    | RolledOver
    | CarriedOver
    | Registered
    | Refunded
    | RefundNoted
    | RefundPassedOn
    | Exchanged
    | Renamed
    | Merged
    | CheckedIn
    | CheckInUndone
    | Postponed
    | GaveUp
    | LoggedIn
    | LoggedOut
    | RoomChanged
    | QueueTicked
    | Called
    | CalledAgain
    | Started
    | Finished
    | Missed
    | CallUndone
    | Held
    | Resumed
    | WentToExamination
    | ReportArrived
    | CameBack
    | Transferred
    | WentAway
    | GotBack
    | Leaving
    | HasLeft
    | TurnedBack
    | Arrived
    | ClassSet
    | Moved
    | Pinned
    | Recalled
    | Revived
    | MissUndone
    | SentToRoom
    | CallingStopped
    | CallingOpened
    | ClinicStopped
    | StopAnswered
    | WaitedLong
    | BroadcastMade
    | BroadcastEnded
    | Triaged
    | VitalsTaken
    | AlarmRaised
    | AlarmAnswered
    | HandedOver
    | AnnouncementExpired
)
