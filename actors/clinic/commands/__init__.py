"""What a clinic's day is asked. Limits stand here, never on events.

Whoever asks is ``by``; ``where`` is the desk or device it was done at, ``reason`` why.
A retry carries the key of its first try, so pressing twice is asking once.
"""

from __future__ import annotations

from typing import TypeAlias

from actors.clinic.commands.day import (
    Arrive,
    CarryOver,
    ChangeRules,
    CloseDay,
    EndHalf,
    Left,
    NotTaken,
    Open,
    PreviewHalf,
    PreviewRules,
    Settle,
)
from actors.clinic.commands.doctor import (
    CallAgain,
    CallNext,
    CallOne,
    ChangeRoom,
    ComeBack,
    Finish,
    GetBack,
    GoAway,
    Hold,
    LogIn,
    LogOut,
    Miss,
    ReportReady,
    Resume,
    Serve,
    Start,
    ToExamination,
    Transfer,
    UndoCall,
)
from actors.clinic.commands.nurse import (
    AnswerHelp,
    AnswerStop,
    Broadcast,
    CallHelp,
    GiveUp,
    HandOver,
    LiftStop,
    Move,
    NoteComplaint,
    OpenCalling,
    Pin,
    Recall,
    Revive,
    SeeHistory,
    SendToRoom,
    SetClass,
    StopCalling,
    StopClinic,
    TakeVitals,
    Triage,
    UndoMissed,
)
from actors.clinic.commands.registration import (
    CheckIn,
    Exchange,
    Leave,
    Merge,
    OpenedElsewhere,
    Postpone,
    Refund,
    Register,
    Rename,
    UndoCheckIn,
)
from actors.runtime.shape import Wake

__all__ = [
    "AnswerHelp",
    "AnswerStop",
    "Arrive",
    "Broadcast",
    "CallAgain",
    "CallHelp",
    "CallNext",
    "CallOne",
    "CarryOver",
    "ChangeRoom",
    "ChangeRules",
    "CheckIn",
    "CloseDay",
    "ComeBack",
    "Command",
    "EndHalf",
    "Exchange",
    "Finish",
    "GetBack",
    "GiveUp",
    "GoAway",
    "HandOver",
    "Hold",
    "Leave",
    "Left",
    "LiftStop",
    "LogIn",
    "LogOut",
    "Merge",
    "Miss",
    "Move",
    "NotTaken",
    "NoteComplaint",
    "Open",
    "OpenCalling",
    "OpenedElsewhere",
    "Pin",
    "Postpone",
    "PreviewHalf",
    "PreviewRules",
    "Recall",
    "Refund",
    "Register",
    "Rename",
    "ReportReady",
    "Resume",
    "Revive",
    "SeeHistory",
    "SendToRoom",
    "Serve",
    "SetClass",
    "Settle",
    "Start",
    "StopCalling",
    "StopClinic",
    "TakeVitals",
    "ToExamination",
    "Transfer",
    "Triage",
    "UndoCall",
    "UndoCheckIn",
    "UndoMissed",
]

Command: TypeAlias = (
    Open
    | ChangeRules
    | PreviewHalf
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
    | LiftStop
    | Broadcast
    | Triage
    | TakeVitals
    | NoteComplaint
    | CallHelp
    | AnswerHelp
    | SeeHistory
    | HandOver
    | Wake
)
