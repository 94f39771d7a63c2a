"""What may be asked of a clinic, through which view, and by whom.

Most asks are a command as it stands, without its ``by``. What has personal fields is
sealed by the counter (clinic_counter.py) and is not in this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from actors.clinic import commands as c
from actors.kernel.errors import Forbidden
from realtime.tokens import Principal

May = Callable[[Principal, str, Any], None]
"""(who, clinic, body): returns when they may; raises Forbidden."""


def at_the_room(who: Principal, clinic: str, body: Any) -> None:
    """The doctor of this room, or the clinic's nurse."""
    _at(who, clinic, body.room)
    to = getattr(body, "to", None)
    if isinstance(to, str):
        _at(who, clinic, to)


def _at(who: Principal, clinic: str, room: str) -> None:
    if not (who.may("doctor", f"{clinic}/{room}") or who.may("nurse", clinic)):
        raise Forbidden


def in_the_clinic(who: Principal, clinic: str, body: Any) -> None:
    """A doctor of any of its rooms, or its nurse; when a room is named, of that."""
    room = getattr(body, "room", None)
    if room is not None:
        _at(who, clinic, room)
        return
    doctor = "doctor" in who.roles and who.has_room_in(clinic)
    if not doctor and not who.may("nurse", clinic):
        raise Forbidden


def nurse(who: Principal, clinic: str, body: Any) -> None:
    if not who.may("nurse", clinic):
        raise Forbidden


def sets_up(who: Principal, clinic: str, body: Any) -> None:
    if not (who.may("admin", clinic) or who.may("his", clinic)):
        raise Forbidden


def head_nurse(who: Principal, clinic: str, body: Any) -> None:
    """Rules are the nurse manager's, who is an admin of the clinic."""
    if not who.may("admin", clinic):
        raise Forbidden


def patient(who: Principal, clinic: str, body: Any) -> None:
    """At a kiosk, or at the desk where the nurse does it for them."""
    if not (who.may("kiosk", clinic) or who.may("nurse", clinic)):
        raise Forbidden


class Ask(NamedTuple):
    command: Any
    body: Any
    may: May


_AT_THE_ROOM = {
    "call_next": c.CallNext,
    "call_one": c.CallOne,
    "call_again": c.CallAgain,
    "start": c.Start,
    "finish": c.Finish,
    "missed": c.Miss,
    "undo_call": c.UndoCall,
    "hold": c.Hold,
    "resume": c.Resume,
    "to_examination": c.ToExamination,
    "log_in": c.LogIn,
    "log_out": c.LogOut,
    "change_room": c.ChangeRoom,
    "serve": c.Serve,
    "away": c.GoAway,
    "back": c.GetBack,
}
_IN_THE_CLINIC = {
    "recall": c.Recall,
    "undo_missed": c.UndoMissed,
    "come_back": c.ComeBack,
    "report_ready": c.ReportReady,
    "transfer": c.Transfer,
    "end_half": c.EndHalf,
    "preview_half": c.PreviewHalf,
    "call_help": c.CallHelp,
    "answer_help": c.AnswerHelp,
    "history": c.SeeHistory,
}
_NURSE = {
    "undo_check_in": c.UndoCheckIn,
    "postpone": c.Postpone,
    "leave": c.Leave,
    "set_class": c.SetClass,
    "move": c.Move,
    "pin": c.Pin,
    "give_up": c.GiveUp,
    "revive": c.Revive,
    "send": c.SendToRoom,
    "stop_calling": c.StopCalling,
    "open_calling": c.OpenCalling,
    "stop_clinic": c.StopClinic,
    "answer_stop": c.AnswerStop,
    "lift_stop": c.LiftStop,
    "broadcast": c.Broadcast,
    "triage": c.Triage,
    "vitals": c.TakeVitals,
    "close_day": c.CloseDay,
    "settle": c.Settle,
    "hand_over": c.HandOver,
    "preview_rules": c.PreviewRules,
}
LOOKS = frozenset({"history", "preview_rules", "preview_half"})
"""They change nothing, and leave nothing in the journal."""
_PATIENT = {"postpone": c.Postpone, "leave": c.Leave, "call_help": c.CallHelp}
_SETS_UP = {
    "open": c.Open,
    "refund": c.Refund,
    "exchange": c.Exchange,
    "opened_elsewhere": c.OpenedElsewhere,
    "report_ready": c.ReportReady,
}
_RULES = {"change_rules": c.ChangeRules, "preview_rules": c.PreviewRules}


def _body_of(command: Any) -> Any:
    """The command without whose it is: fields we do not know are a later client's."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(command):
        if field.name == "by":
            continue
        if field.required:
            fields.append((field.name, field.type))
        elif field.default is not msgspec.NODEFAULT:
            fields.append((field.name, field.type, field.default))
        else:
            factory = msgspec.field(default_factory=field.default_factory)
            fields.append((field.name, field.type, factory))
    return msgspec.defstruct(
        f"{command.__name__}Body", fields, frozen=True, kw_only=True
    )


def _rows(
    view: str, may: May, commands: dict[str, Any]
) -> Iterable[tuple[tuple[str, str], Ask]]:
    for name, command in commands.items():
        yield (view, name), Ask(command, _body_of(command), may)


ASKS: dict[tuple[str, str], Ask] = dict(
    [
        *_rows("desk", at_the_room, _AT_THE_ROOM),
        *_rows("desk", in_the_clinic, _IN_THE_CLINIC),
        *_rows("desk", nurse, _NURSE),
        *_rows("kiosk", patient, _PATIENT),
        *_rows("setup", sets_up, _SETS_UP),
        *_rows("setup", head_nurse, _RULES),
    ]
)
