"""What doctors ask."""

from __future__ import annotations

from actors.clinic.commands.base import Asked
from actors.clinic.plan import (
    Key,
    Mode,
    Target,
    Text,
    Why,
)
from actors.kernel.times import Millis


class LogIn(Asked, frozen=True, tag="clinic.log_in"):
    """A doctor sits down. Without ``queues`` those of the room's plan are served."""

    room: str
    doctor: str
    mode: Mode = "ordinary"
    queues: tuple[str, ...] | None = None


class LogOut(Asked, frozen=True, tag="clinic.log_out"):
    """The doctor of this room goes, or its trainee ``doctor``."""

    room: str
    doctor: str | None = None


class ChangeRoom(Asked, frozen=True, tag="clinic.change_room"):
    """The doctor takes whoever waits at the door along to another room."""

    room: str
    to: str


class Serve(Asked, frozen=True, tag="clinic.serve"):
    """Tick or untick a queue, for this doctor alone."""

    room: str
    queue: str
    on: bool


class CallNext(Asked, frozen=True, tag="clinic.call_next"):
    """The next one to this room. ``after`` is whom the caller sees in it now."""

    room: str
    after: str | None = None


class CallOne(Asked, frozen=True, tag="clinic.call_one"):
    """This one, out of turn, and why. ``after`` as in CallNext."""

    room: str
    ticket: str
    reason: Why
    after: str | None = None


class CallAgain(Asked, frozen=True, tag="clinic.call_again"):
    """Whoever was called has not come: announce once more."""

    room: str
    ticket: str


class Start(Asked, frozen=True, tag="clinic.start"):
    """Whoever was called has come in."""

    room: str
    ticket: str


class Finish(Asked, frozen=True, tag="clinic.finish"):
    """The consultation is over."""

    room: str
    ticket: str


class Miss(Asked, frozen=True, tag="clinic.missed"):
    """Whoever was called did not come."""

    room: str
    ticket: str


class UndoCall(Asked, frozen=True, tag="clinic.undo_call"):
    """Called by mistake: back to where the ticket stood."""

    room: str
    ticket: str
    reason: Text = ""


class Hold(Asked, frozen=True, tag="clinic.hold"):
    """Set this patient aside, and see another first."""

    room: str
    ticket: str
    reason: Text = ""


class Resume(Asked, frozen=True, tag="clinic.resume"):
    """Go on with who was set aside. ``after`` as in CallNext."""

    room: str
    ticket: str
    after: str | None = None


class ToExamination(Asked, frozen=True, tag="clinic.to_examination"):
    """Off to be examined; back when all ``reports`` are ready, or at ``back_at``, or
    when the patient says so. ``keeps_seat``: the chair stays theirs (dental)."""

    room: str
    ticket: str
    reports: tuple[Key, ...] = ()
    back_at: Millis | None = None
    keeps_seat: bool = False


class ReportReady(Asked, frozen=True, tag="clinic.report_ready"):
    """A report is there; without ``report`` all of them are."""

    ticket: str
    report: Key | None = None


class ComeBack(Asked, frozen=True, tag="clinic.come_back"):
    """The examined patient is back, and waits again."""

    ticket: str


class Transfer(Asked, frozen=True, tag="clinic.transfer"):
    """To another queue, doctor or clinic, perhaps to come back here after it."""

    ticket: str
    to: Target
    room: str | None = None
    and_return: bool = False
    reason: Text = ""


class GoAway(Asked, frozen=True, tag="clinic.away"):
    """暂离: the room rests until about ``back_at``; nobody is refunded."""

    room: str
    reason: Why
    back_at: Millis | None = None


class GetBack(Asked, frozen=True, tag="clinic.back"):
    """The doctor is back."""

    room: str
