"""How each event changes the day: total over whatever ``decide`` has written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actors.clinic import events as e
from actors.clinic.evolve import day, desk, registrations, rooms, travels, visits
from actors.clinic.state import ClinicState

_CHANGES: dict[type, Callable[[ClinicState, Any], None]] = {
    e.Opened: day.opened,
    e.RulesChanged: day.rules_changed,
    e.HalfEnded: day.half_ended,
    e.DayClosed: day.day_closed,
    e.Settled: day.settled,
    e.RolledOver: day.rolled_over,
    e.CarriedOver: day.carried_over,
    e.Registered: registrations.registered,
    e.Refunded: registrations.refunded,
    e.RefundNoted: registrations.refund_noted,
    e.RefundPassedOn: registrations.refund_passed_on,
    e.Exchanged: registrations.exchanged,
    e.Renamed: registrations.renamed,
    e.Merged: registrations.merged,
    e.CheckedIn: registrations.checked_in,
    e.CheckInUndone: registrations.check_in_undone,
    e.Postponed: registrations.postponed,
    e.GaveUp: registrations.gave_up,
    e.Revived: registrations.revived,
    e.LoggedIn: rooms.logged_in,
    e.LoggedOut: rooms.logged_out,
    e.RoomChanged: rooms.room_changed,
    e.QueueTicked: rooms.queue_ticked,
    e.WentAway: rooms.went_away,
    e.GotBack: rooms.got_back,
    e.SentToRoom: rooms.sent_to_room,
    e.CallingStopped: rooms.calling_stopped,
    e.CallingOpened: rooms.calling_opened,
    e.Called: visits.called,
    e.CalledAgain: visits.called_again,
    e.Started: visits.started,
    e.Finished: visits.finished,
    e.Missed: visits.missed,
    e.CallUndone: visits.call_undone,
    e.MissUndone: visits.miss_undone,
    e.Recalled: visits.recalled,
    e.Held: visits.held,
    e.Resumed: visits.resumed,
    e.WentToExamination: visits.went_to_examination,
    e.ReportArrived: visits.report_arrived,
    e.CameBack: visits.came_back,
    e.AnnouncementExpired: visits.announcement_expired,
    e.Transferred: travels.transferred,
    e.Leaving: travels.leaving,
    e.HasLeft: travels.has_left,
    e.TurnedBack: travels.turned_back,
    e.Arrived: travels.arrived,
    e.ClassSet: desk.class_set,
    e.Moved: desk.moved,
    e.Pinned: desk.pinned,
    e.Triaged: desk.triaged,
    e.VitalsTaken: desk.vitals_taken,
    e.ComplaintNoted: desk.complaint_noted,
    e.ClinicStopped: desk.clinic_stopped,
    e.StopAnswered: desk.stop_answered,
    e.StopAsked: desk.stop_asked,
    e.StopLifted: desk.stop_lifted,
    e.WaitedLong: desk.waited_long,
    e.BroadcastMade: desk.broadcast_made,
    e.BroadcastEnded: desk.broadcast_ended,
    e.AlarmRaised: desk.alarm_raised,
    e.AlarmAnswered: desk.alarm_answered,
    e.HandedOver: desk.handed_over,
}

_MANY = (e.ClinicStopped, e.StopAsked, e.StopLifted, e.HalfEnded)


def evolve(state: ClinicState, event: e.Event) -> None:
    """In place: one owner, and failure throws the state away."""
    _CHANGES[type(event)](state, event)
    key = getattr(event, "ticket", None)
    if key is not None:
        state.history.setdefault(key, []).append(event)
    elif isinstance(event, _MANY):
        many = event.moved if isinstance(event, e.HalfEnded) else event.tickets
        for ticket in many:
            state.history.setdefault(ticket, []).append(event)
