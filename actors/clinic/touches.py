"""Which rows an event may have changed.

What happens all day long names its rows one by one. What is rare names more than it
must: the runtime compares, and sends only what is different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.clinic.events import (
    AlarmAnswered,
    AlarmRaised,
    AnnouncementExpired,
    BroadcastEnded,
    BroadcastMade,
    Called,
    CalledAgain,
    CheckedIn,
    ClinicStopped,
    ComplaintNoted,
    Event,
    Finished,
    GotBack,
    HandedOver,
    LoggedOut,
    Merged,
    Missed,
    Opened,
    Recalled,
    Registered,
    Renamed,
    RolledOver,
    RoomChanged,
    RulesChanged,
    SentToRoom,
    Started,
    StopAsked,
    StopLifted,
    VitalsTaken,
    WaitedLong,
    WentAway,
)
from actors.clinic.state import ClinicState
from actors.runtime.shape import Path


def touched(state: ClinicState, event: Event) -> Iterable[Path] | None:
    """After it has evolved. None: perhaps every row there is."""
    match event:
        case CheckedIn() | Recalled():
            return _in_line(state, event.ticket)
        case Called():
            return _called(state, event)
        case CalledAgain():
            return (("tickets", event.ticket), ("calls", event.call))
        case Started() | VitalsTaken() | ComplaintNoted():
            return (("tickets", event.ticket),)
        case Registered():
            if state.settings.sign_in:
                return (("tickets", event.ticket),)
            return _in_line(state, event.ticket)
        case Finished():
            return (("tickets", event.ticket), ("rooms", event.room))
        case Missed():
            return _missed(state, event)
        case SentToRoom():
            return (
                ("tickets", event.ticket),
                ("orders", state.tickets[event.ticket].queue),
                *_rooms(state),
            )
        case AnnouncementExpired():
            return [("calls", call) for call in event.calls]
        case WentAway() | GotBack():
            return (("rooms", event.room),)
        case BroadcastMade():
            return (("notices", event.broadcast),)
        case BroadcastEnded():
            return [("notices", key) for key in event.broadcasts]
        case AlarmRaised() | AlarmAnswered():
            return (*_alarms(state), *_rooms(state))
        case HandedOver():
            return (("clinic", "handed_over"),)
        case Opened() | RulesChanged() | Renamed() | Merged():
            return None
        case _:
            return _broadly(state, event)


def _in_line(state: ClinicState, ticket: str) -> tuple[Path, ...]:
    queue = state.tickets[ticket].queue
    return (
        ("tickets", ticket),
        ("orders", queue),
        ("queues", queue),
        ("missed", ticket),
    )


def _called(state: ClinicState, event: Called) -> Iterator[Path]:
    ticket = state.tickets[event.ticket]
    yield from _in_line(state, event.ticket)
    yield "calls", event.call
    for other in ticket.overtook:
        yield "tickets", other
    if ticket.stood is not None and ticket.stood.state == "waiting":
        yield "rooms", event.room
    else:
        yield from _rooms(state)
    if state.alarms_raised:
        yield from _alarms(state)


def _missed(state: ClinicState, event: Missed) -> Iterator[Path]:
    yield from _in_line(state, event.ticket)
    yield "rooms", event.room
    for other in state.tickets[event.ticket].gave_back:
        yield "tickets", other


def _broadly(state: ClinicState, event: Event) -> Iterator[Path]:
    tickets: list[str] = []
    mine = getattr(event, "ticket", None)
    if mine is not None:
        tickets.append(mine)
    match event:
        case ClinicStopped() | StopAsked() | StopLifted() | WaitedLong():
            tickets += event.tickets
        case RolledOver():
            tickets += [guest.ticket for guest in event.tickets]
        case LoggedOut():
            tickets += _everybody_in_line(state)
        case RoomChanged():
            tickets += (*state.rooms[event.to].door, *state.rooms[event.to].held)
        case _:
            pass
    if mine is not None:
        tickets += state.tickets[mine].gave_back
    for ticket in dict.fromkeys(tickets):
        yield "tickets", ticket
        yield "missed", ticket
    for key in state.queues:
        yield "orders", key
        yield "queues", key
    for key in state.doctors:
        yield "doctors", key
    for number in range(1, state.stops_made + 1):
        yield "stops", f"s{number}"
    yield "clinic", "closed"
    yield from _rooms(state)
    yield from _alarms(state)


def _everybody_in_line(state: ClinicState) -> Iterator[str]:
    for queue in state.queues.values():
        yield from queue.waiting


def _rooms(state: ClinicState) -> Iterator[Path]:
    for key in state.rooms:
        yield "rooms", key


def _alarms(state: ClinicState) -> Iterator[Path]:
    """Those that are over too."""
    for number in range(1, state.alarms_raised + 1):
        yield "alarms", f"al{number}"
