"""What is new in what HIS says, and what cannot be true of it. Pure."""

from __future__ import annotations

from actors.his.messages import (
    BaseSaid,
    Command,
    Delivered,
    Doubted,
    Event,
    FeedRead,
    HearBase,
    Heard,
    HearRegistrations,
    HearSessions,
    HearStops,
    NotDelivered,
    NoteDelivered,
    NoteDoubt,
    NoteTold,
    NoteTrouble,
    NotSaidAnyMore,
    NotTold,
    RegistrationSaid,
    SessionSaid,
    StopSaid,
    Told,
)
from actors.his.state import HisState
from actors.kernel.errors import BadRequest
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing

_DOUBT_AGAIN_MS = 60_000
OLDER = "an older version than it said before"
TWO_FACES = "two different rows of one version"


def decide(state: HisState, command: Command, now: Millis) -> Decision:
    match command:
        case HearRegistrations():
            return _registrations(state, command, now)
        case HearSessions():
            return _sessions(state, command, now)
        case HearStops():
            return _stops(state, command, now)
        case HearBase():
            return _base(state, command, now)
        case NoteDoubt():
            doubted = _doubts(state, command.feed, command.why, "", now)
            return Accepted(tuple(doubted), Heard(0, 1))
        case NoteDelivered():
            return _note_delivered(state, command, now)
        case NoteTrouble():
            return _note_trouble(state, command, now)
        case NoteTold():
            return _note_told(state, command, now)
        case _:
            raise BadRequest


def _registrations(
    state: HisState, command: HearRegistrations, now: Millis
) -> Decision:
    events: list[Event] = []
    new = doubted = 0
    for said in command.said:
        kept = state.registrations.get(said.register_no)
        if kept is None or said.version > kept.said.version:
            events.append(RegistrationSaid(at=now, said=said))
            new += 1
        elif said.digest != kept.said.digest:
            why = OLDER if said.version < kept.said.version else TWO_FACES
            events += _doubts(state, "registrations", why, said.register_no, now)
            doubted += 1
    after = max(command.after, state.after.get("registrations", 0))
    if after != state.after.get("registrations", 0):
        events.append(FeedRead(at=now, feed="registrations", after=after))
    return Accepted(tuple(events), Heard(new, doubted, after))


def _sessions(state: HisState, command: HearSessions, now: Millis) -> Decision:
    events: list[Event] = []
    new = doubted = 0
    for said in command.said:
        kept = state.sessions.get(said.schedule_no)
        if kept is None or said.version > kept.said.version:
            events.append(SessionSaid(at=now, said=said))
            new += 1
        elif said.digest != kept.said.digest:
            why = OLDER if said.version < kept.said.version else TWO_FACES
            events += _doubts(state, "sessions", why, said.schedule_no, now)
            doubted += 1
    here = {said.schedule_no for said in command.said}
    events += _absent(state, "session", sorted(state.sessions.keys() - here), now)
    return Accepted(tuple(events), Heard(new, doubted))


def _stops(state: HisState, command: HearStops, now: Millis) -> Decision:
    events: list[Event] = [
        StopSaid(at=now, said=said)
        for said in command.said
        if said.event_no not in state.stops
    ]
    new = len(events)
    after = max(command.after, state.after.get("stops", 0))
    if after != state.after.get("stops", 0):
        events.append(FeedRead(at=now, feed="stops", after=after))
    return Accepted(tuple(events), Heard(new, 0, after))


def _base(state: HisState, command: HearBase, now: Millis) -> Decision:
    known = state.base.get(command.kind, {})
    events: list[Event] = [
        BaseSaid(at=now, said=said)
        for said in command.said
        if known.get(said.id) != said
    ]
    new = len(events)
    here = {said.id for said in command.said}
    events += _absent(state, command.kind, sorted(known.keys() - here), now)
    return Accepted(tuple(events), Heard(new))


def _absent(state: HisState, what: str, ids: list[str], now: Millis) -> list[Event]:
    if state.absent.get(what, ()) == tuple(ids):
        return []
    return [NotSaidAnyMore(at=now, what=what, ids=tuple(ids))]


def _doubts(state: HisState, feed: str, why: str, key: str, now: Millis) -> list[Event]:
    """A HIS that lies all day does not fill the journal: one of a kind a minute."""
    last = state.doubts.get((feed, why))
    if last is not None and now - last.at < _DOUBT_AGAIN_MS:
        return []
    times = 1 if last is None else last.times + 1
    return [Doubted(at=now, feed=feed, why=why, times=times, id=key)]


def _note_delivered(state: HisState, command: NoteDelivered, now: Millis) -> Decision:
    if not _is_known(state, command.what, command.id):
        raise BadRequest(field="id")
    return Accepted(
        (
            Delivered(
                at=now,
                what=command.what,
                id=command.id,
                version=command.version,
                did=command.did,
                placing=command.placing,
                booking=command.booking,
            ),
        ),
        Nothing(),
    )


def _note_trouble(state: HisState, command: NoteTrouble, now: Millis) -> Decision:
    """The same trouble again is nothing new."""
    if not _is_known(state, command.what, command.id):
        raise BadRequest(field="id")
    if command.what == "registration":
        kept = state.registrations[command.id]
        before = (kept.trouble, kept.placing, kept.booking)
        if before == (command.code, command.placing, command.booking):
            return Accepted((), Nothing())
    elif state.sessions[command.id].trouble == command.code:
        return Accepted((), Nothing())
    return Accepted(
        (
            NotDelivered(
                at=now,
                what=command.what,
                id=command.id,
                version=command.version,
                code=command.code,
                placing=command.placing,
                booking=command.booking,
            ),
        ),
        Nothing(),
    )


def _is_known(state: HisState, what: str, key: str) -> bool:
    if what == "registration":
        return key in state.registrations
    return what == "session" and key in state.sessions


def _note_told(state: HisState, command: NoteTold, now: Millis) -> Decision:
    if command.code:
        return Accepted(
            (
                NotTold(
                    at=now,
                    register_no=command.register_no,
                    what=command.what,
                    trade_no=command.trade_no,
                    code=command.code,
                    words=command.words,
                ),
            ),
            Nothing(),
        )
    return Accepted(
        (
            Told(
                at=now,
                register_no=command.register_no,
                what=command.what,
                trade_no=command.trade_no,
            ),
        ),
        Nothing(),
    )
