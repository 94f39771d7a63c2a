"""What a clinic's day says to each command: the events, or why not. Pure.

One module for each who acts; here only who is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actors.clinic import commands as c
from actors.clinic.decide import (
    aside,
    check_in,
    clock,
    day,
    nurse,
    registration,
    seats,
    stopping,
    travel,
    visit,
)
from actors.clinic.decide.asking import with_everybody_asked
from actors.clinic.decide.stages import with_doors_filled
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Wake

_ASKED: dict[type, Callable[[ClinicState, Any, Millis], Decision]] = {
    c.Open: day.open_day,
    c.ChangeRules: day.change_rules,
    c.PreviewRules: day.preview_rules,
    c.PreviewHalf: day.preview_half,
    c.EndHalf: day.end_half,
    c.CloseDay: day.close_day,
    c.Settle: day.settle,
    c.CarryOver: day.carry_over,
    c.Register: registration.register,
    c.Refund: registration.refund,
    c.Exchange: registration.exchange,
    c.Rename: registration.rename,
    c.Merge: registration.merge,
    c.CheckIn: check_in.check_in,
    c.UndoCheckIn: check_in.undo_check_in,
    c.Postpone: check_in.postpone,
    c.Leave: aside.give_up,
    c.LogIn: seats.log_in,
    c.LogOut: seats.log_out,
    c.ChangeRoom: seats.change_room,
    c.Serve: seats.serve,
    c.GoAway: seats.go_away,
    c.GetBack: seats.get_back,
    c.CallNext: visit.call_next,
    c.CallOne: visit.call_one,
    c.CallAgain: visit.call_again,
    c.Start: visit.start,
    c.Finish: visit.finish,
    c.Miss: visit.miss,
    c.UndoCall: visit.undo_call,
    c.UndoMissed: visit.undo_missed,
    c.OpenedElsewhere: visit.opened_elsewhere,
    c.Hold: aside.hold,
    c.Resume: aside.resume,
    c.ToExamination: aside.to_examination,
    c.ReportReady: aside.report_ready,
    c.ComeBack: aside.come_back,
    c.Recall: aside.recall,
    c.Revive: aside.revive,
    c.GiveUp: aside.give_up,
    c.Transfer: travel.transfer,
    c.Arrive: travel.arrive,
    c.Left: travel.left,
    c.NotTaken: travel.not_taken,
    c.SetClass: nurse.set_class,
    c.Move: nurse.move,
    c.Pin: nurse.pin,
    c.SendToRoom: nurse.send,
    c.Triage: nurse.triage,
    c.TakeVitals: nurse.take_vitals,
    c.NoteComplaint: nurse.note_complaint,
    c.Broadcast: nurse.broadcast,
    c.CallHelp: nurse.call_help,
    c.AnswerHelp: nurse.answer_help,
    c.HandOver: nurse.hand_over,
    c.SeeHistory: nurse.see_history,
    c.StopCalling: stopping.stop_calling,
    c.OpenCalling: stopping.open_calling,
    c.StopClinic: stopping.stop_clinic,
    c.AnswerStop: stopping.answer_stop,
    c.LiftStop: stopping.lift_stop,
    Wake: clock.wake,
}

_BEFORE_OPENING = (c.Open, c.CarryOver, Wake)
_AFTER_CLOSING = (
    c.CloseDay,
    c.Refund,
    c.Rename,
    c.Merge,
    c.Left,
    c.NotTaken,
    c.Arrive,
    c.PreviewRules,
    c.PreviewHalf,
    c.HandOver,
    c.SeeHistory,
    c.AnswerHelp,
    c.CallHelp,
    c.CarryOver,
    Wake,
)


def decide(state: ClinicState, command: c.Command, now: Millis) -> Decision:
    """Nothing of ``state`` changes here; the answer depends on nothing else."""
    if state.plan is None and not isinstance(command, _BEFORE_OPENING):
        return Refused("not_open", "这个诊区今天还没有开，请到分诊台。")
    if state.closed and not isinstance(command, _AFTER_CLOSING):
        return Refused("day_closed", "这个诊区今天已经结束，请明天再来。")
    try:
        decided = _ASKED[type(command)](state, command, now)
    except Refusal as refusal:
        return refusal.with_traceback(None)
    if isinstance(decided, Accepted) and decided.events:
        if state.stops:
            decided = with_everybody_asked(state, decided, now)
        if state.settings.second_stage.mode == "auto":
            decided = with_doors_filled(state, decided, now)
    return decided
