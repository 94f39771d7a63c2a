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
    Arrived,
    BroadcastEnded,
    BroadcastMade,
    Called,
    CalledAgain,
    CheckedIn,
    ClinicStopped,
    Event,
    Finished,
    GotBack,
    HandedOver,
    Merged,
    Missed,
    MissUndone,
    Opened,
    Recalled,
    Registered,
    Renamed,
    RolledOver,
    RulesChanged,
    SentToRoom,
    Started,
    StopAnswered,
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
        case Started() | VitalsTaken():
            return (("tickets", event.ticket),)
        case Registered():
            if state.settings.sign_in:
                return (("tickets", event.ticket),)
            return _in_line(state, event.ticket)
        case Finished():
            return (("tickets", event.ticket), ("rooms", event.room))
        case Missed() | MissUndone():
            return (*_in_line(state, event.ticket), *_rooms(state))
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


def _broadly(state: ClinicState, event: Event) -> Iterator[Path]:
    mine = getattr(event, "ticket", None)
    tickets: list[str] = [] if mine is None else [mine]
    match event:
        case ClinicStopped() | WaitedLong():
            tickets += event.tickets
        case RolledOver():
            tickets += [guest.ticket for guest in event.tickets]
        case _:
            pass
    for room in state.rooms.values():
        tickets += (*room.door, *room.held)
    for ticket in dict.fromkeys(tickets):
        yield "tickets", ticket
        yield "missed", ticket
        for other in state.tickets[ticket].overtook:
            yield "tickets", other
    if mine is None or not isinstance(event, Arrived):
        for key in state.tickets if _gives_back(event) else ():
            yield "tickets", key
    for key in state.queues:
        yield "orders", key
        yield "queues", key
    for key in state.doctors:
        yield "doctors", key
    for key in state.stops:
        yield "stops", key
    yield "clinic", "closed"
    yield from _rooms(state)
    yield from _alarms(state)
    if isinstance(event, StopAnswered):
        yield "stops", event.stop


def _gives_back(event: Event) -> bool:
    """Does it move tickets that it does not name? Then all are looked at."""
    return getattr(event, "room", None) is not None or not hasattr(event, "ticket")


def _rooms(state: ClinicState) -> Iterator[Path]:
    for key in state.rooms:
        yield "rooms", key


def _alarms(state: ClinicState) -> Iterator[Path]:
    """Those that are over too."""
    for number in range(1, state.alarms_raised + 1):
        yield "alarms", f"al{number}"
