"""What doctors did."""

from __future__ import annotations

from actors.clinic.events.base import Deed
from actors.kernel.times import Millis


class LoggedIn(Deed, frozen=True, tag="clinic.logged_in"):
    room: str
    doctor: str
    mode: str = "ordinary"
    queues: tuple[str, ...] = ()


class LoggedOut(Deed, frozen=True, tag="clinic.logged_out"):
    """Who waited at the door is back where they stood."""

    room: str
    doctor: str


class RoomChanged(Deed, frozen=True, tag="clinic.room_changed"):
    """Who waits at the door comes along."""

    room: str
    to: str


class QueueTicked(Deed, frozen=True, tag="clinic.queue_ticked"):
    room: str
    queue: str
    on: bool


class Called(Deed, frozen=True, tag="clinic.called"):
    """``call`` is the announcement; a wall shows it until ``expires``. ``silent``:
    opened in HIS, nobody announces it. ``out_of_turn``: it was chosen. ``lane`` is
    what the call counts as where classes are interleaved; ``overtook`` were passed
    over by it, as far as the rules set a bound to that. ``number`` when one had to be
    given now, ``drawn`` the count behind it."""

    call: str
    ticket: str
    room: str
    expires: Millis
    lane: str = "normal"
    overtook: tuple[str, ...] = ()
    number: str | None = None
    drawn: int = 0
    silent: bool = False
    out_of_turn: bool = False


class CalledAgain(Deed, frozen=True, tag="clinic.called_again"):
    call: str
    ticket: str
    room: str
    expires: Millis


class Started(Deed, frozen=True, tag="clinic.started"):
    ticket: str
    room: str


class Finished(Deed, frozen=True, tag="clinic.finished"):
    ticket: str
    room: str


class Missed(Deed, frozen=True, tag="clinic.missed"):
    """``void``: once too often; the nurse must revive it."""

    ticket: str
    room: str
    void: bool = False


class CallUndone(Deed, frozen=True, tag="clinic.call_undone"):
    ticket: str
    room: str


class Held(Deed, frozen=True, tag="clinic.held"):
    ticket: str
    room: str


class Resumed(Deed, frozen=True, tag="clinic.resumed"):
    ticket: str
    room: str


class WentToExamination(Deed, frozen=True, tag="clinic.went_to_examination"):
    ticket: str
    room: str
    reports: tuple[str, ...] = ()
    back_at: Millis | None = None
    keeps_seat: bool = False


class ReportArrived(Deed, frozen=True, tag="clinic.report_arrived"):
    """No ``report`` is all of them."""

    ticket: str
    report: str | None = None


class CameBack(Deed, frozen=True, tag="clinic.came_back"):
    """From an examination, from being held, or from another doctor; waits again, or
    goes straight to the seat that was kept."""

    ticket: str
    room: str | None = None


class Transferred(Deed, frozen=True, tag="clinic.transferred"):
    """Within the clinic. ``home`` is the queue and the doctor it comes back to."""

    ticket: str
    queue: str
    doctor: str | None = None
    room: str | None = None
    home: tuple[str, str | None] | None = None


class WentAway(Deed, frozen=True, tag="clinic.went_away"):
    room: str
    back_at: Millis | None = None


class GotBack(Deed, frozen=True, tag="clinic.got_back"):
    room: str
