"""What has happened in a clinic's day.

Events rest in the journal for years: fields are only added, with defaults, and never
renamed; a changed meaning is a new event. A field at its default is not written.
Each says who (``by``), when (``at``), where and why.
"""

from __future__ import annotations

from typing import TypeAlias

from actors.clinic.events.day import (
    AnnouncementExpired,
    Arrived,
    CarriedOver,
    DayClosed,
    HalfEnded,
    HasLeft,
    Leaving,
    Opened,
    RolledOver,
    RulesChanged,
    Settled,
    TurnedBack,
)
from actors.clinic.events.doctor import (
    Called,
    CalledAgain,
    CallUndone,
    CameBack,
    Finished,
    GotBack,
    Held,
    LoggedIn,
    LoggedOut,
    Missed,
    QueueTicked,
    ReportArrived,
    Resumed,
    RoomChanged,
    Started,
    Transferred,
    WentAway,
    WentToExamination,
)
from actors.clinic.events.nurse import (
    AlarmAnswered,
    AlarmRaised,
    BroadcastEnded,
    BroadcastMade,
    CallingOpened,
    CallingStopped,
    ClassSet,
    ClinicStopped,
    ComplaintNoted,
    HandedOver,
    MissUndone,
    Moved,
    Pinned,
    Recalled,
    Revived,
    SentToRoom,
    StopAnswered,
    StopAsked,
    StopLifted,
    Triaged,
    VitalsTaken,
    WaitedLong,
)
from actors.clinic.events.registration import (
    CheckedIn,
    CheckInUndone,
    Exchanged,
    GaveUp,
    Merged,
    Postponed,
    Refunded,
    RefundNoted,
    RefundPassedOn,
    Registered,
    Renamed,
)

__all__ = [
    "AlarmAnswered",
    "AlarmRaised",
    "AnnouncementExpired",
    "Arrived",
    "BroadcastEnded",
    "BroadcastMade",
    "CallUndone",
    "Called",
    "CalledAgain",
    "CallingOpened",
    "CallingStopped",
    "CameBack",
    "CarriedOver",
    "CheckInUndone",
    "CheckedIn",
    "ClassSet",
    "ClinicStopped",
    "ComplaintNoted",
    "DayClosed",
    "Event",
    "Exchanged",
    "Finished",
    "GaveUp",
    "GotBack",
    "HalfEnded",
    "HandedOver",
    "HasLeft",
    "Held",
    "Leaving",
    "LoggedIn",
    "LoggedOut",
    "Merged",
    "MissUndone",
    "Missed",
    "Moved",
    "Opened",
    "Pinned",
    "Postponed",
    "QueueTicked",
    "Recalled",
    "RefundNoted",
    "RefundPassedOn",
    "Refunded",
    "Registered",
    "Renamed",
    "ReportArrived",
    "Resumed",
    "Revived",
    "RolledOver",
    "RoomChanged",
    "RulesChanged",
    "SentToRoom",
    "Settled",
    "Started",
    "StopAnswered",
    "StopAsked",
    "StopLifted",
    "Transferred",
    "Triaged",
    "TurnedBack",
    "VitalsTaken",
    "WaitedLong",
    "WentAway",
    "WentToExamination",
]

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
    | StopAsked
    | StopLifted
    | WaitedLong
    | BroadcastMade
    | BroadcastEnded
    | Triaged
    | VitalsTaken
    | ComplaintNoted
    | AlarmRaised
    | AlarmAnswered
    | HandedOver
    | AnnouncementExpired
)
