"""How each event changes an area's day, in place."""

from __future__ import annotations

from typing import assert_never

from actors.kernel.times import Millis
from queue_displays.announcements.events import (
    Announced,
    Event,
    Expired,
    Forgotten,
    LaidOut,
    Settled,
    SpeakerCame,
    SpeakerLost,
    TextsSet,
    TurnEnded,
    TurnTaken,
    Withdrawn,
)
from queue_displays.announcements.layout import MAIN_ZONE
from queue_displays.announcements.lines import next_of, refresh_offers, turn_open
from queue_displays.announcements.state import (
    Announcement,
    AreaState,
    Heard,
    Lane,
    Outcome,
    Speaker,
    Turn,
)

NO_ANSWER = "no_answer"
EXPIRED = "expired"
NO_AUDIO = "no_audio"
"""The house cannot render it: no other speaker could either."""


def evolve(state: AreaState, event: Event) -> None:
    match event:
        case LaidOut():
            _laid_out(state, event)
        case Announced():
            _announced(state, event)
        case Withdrawn():
            for n in event.announcements:
                _leave_lanes(state, n)
                _forget(state, n)
        case SpeakerCame():
            state.speakers[event.device] = Speaker(ready=True, since=event.at)
        case SpeakerLost():
            _lost(state, event)
        case TurnTaken():
            _taken(state, event)
        case TurnEnded():
            _ended(state, event)
        case Expired():
            for n in event.announcements:
                _expired(state, n)
        case Settled():
            state.open.pop(event.announcement, None)
            if announcement := state.announcements.get(event.announcement):
                announcement.outcome = Outcome(
                    event.at, event.shown, event.not_shown, event.unheard
                )
        case Forgotten():
            for n in event.announcements:
                _forget(state, n)
        case TextsSet():
            state.opening = state.opening if event.opening is None else event.opening
            state.closing = state.closing if event.closing is None else event.closing
            state.slides = state.slides if event.slides is None else event.slides
        case _:
            assert_never(event)
    refresh_offers(state, event.at)
    for n in _touched(state, event):
        state.moments.put(n, next_of(state, n))


def _touched(state: AreaState, event: Event) -> tuple[int, ...]:
    """Whose next moment may be another now."""
    match event:
        case Announced():
            return (event.n,)
        case Withdrawn() | Expired() | Forgotten():
            return event.announcements
        case TurnTaken() | Settled():
            return (event.announcement,)
        case TurnEnded():
            return (state.last_ended,)
        case _:
            return ()


def _laid_out(state: AreaState, event: LaidOut) -> None:
    """What is under way in a zone that is no more is left as it is: it is said by
    whoever speaks there, or expires."""
    state.layout = event.layout
    state.laid_out = True
    state.opening = state.opening or event.layout.opening
    for zone in event.layout.zones or (MAIN_ZONE,):
        _lane(state, zone)


def _lane(state: AreaState, zone: str) -> Lane:
    lane = state.lanes.get(zone)
    if lane is None:
        lane = state.lanes[zone] = Lane()
    return lane


def _announced(state: AreaState, event: Announced) -> None:
    state.made = event.n
    if event.source:
        state.sources.add(event.source)
    state.announcements[event.n] = Announcement(
        n=event.n,
        at=event.at,
        expires=event.expires,
        kind=event.kind,
        words=event.words,
        short=event.short,
        zones=event.zones,
        rooms=event.rooms,
        repeat=event.repeat,
        number=event.number,
        name=event.name,
        names=event.names,
        ticket=event.ticket,
        call=event.call,
        gain=event.gain,
        position=event.position,
        waiting=set(event.zones),
        spoken={},
        unspoken={},
    )
    state.open[event.n] = None
    for zone in event.zones:
        lane = _lane(state, zone)
        lane.firsts.append(event.n)
        lane.used = True


def _lost(state: AreaState, event: SpeakerLost) -> None:
    if event.why == "left":
        state.speakers.pop(event.device, None)
    else:
        state.speakers[event.device] = Speaker(
            ready=False, since=event.at, why=event.why
        )


def _taken(state: AreaState, event: TurnTaken) -> None:
    state.turns_made = event.turn
    lane = _lane(state, event.zone)
    lane.turns += 1
    lane.speaking = Turn(
        event.turn,
        event.announcement,
        event.nth,
        event.zone,
        event.device,
        event.until,
        event.short,
    )
    if event.nth > 1:
        lane.repeats.remove((event.announcement, event.nth))
        return
    lane.firsts.remove(event.announcement)
    announcement = state.announcements.get(event.announcement)
    if announcement is not None:
        announcement.waiting.discard(event.zone)


def _ended(state: AreaState, event: TurnEnded) -> None:
    turn = turn_open(state, event.turn) or state.lapsed.pop(event.turn)
    lane = state.lanes[turn.zone]
    state.last_ended = turn.announcement
    if lane.speaking is turn:
        lane.speaking = None
        lane.ended_at = event.at
    announcement = state.announcements.get(turn.announcement)
    match event.how:
        case "spoken":
            if announcement is not None:
                _spoken(lane, announcement, turn, event.at)
        case "failed":
            if announcement is None:
                return
            if event.why == NO_AUDIO:
                if turn.nth == 1:
                    announcement.unspoken[turn.zone] = NO_AUDIO
            elif turn.nth > 1:
                lane.repeats.insert(0, (turn.announcement, turn.nth))
            else:
                lane.firsts.insert(0, turn.announcement)
                announcement.waiting.add(turn.zone)
        case _:
            state.lapsed[turn.number] = turn
            if announcement is not None and turn.nth == 1:
                announcement.unspoken[turn.zone] = NO_ANSWER


def _spoken(lane: Lane, announcement: Announcement, turn: Turn, at: Millis) -> None:
    announcement.unspoken.pop(turn.zone, None)
    heard = announcement.spoken.get(turn.zone)
    if heard is None:
        announcement.spoken[turn.zone] = Heard(turn.device, at)
    else:
        heard.times += 1
    if turn.nth < announcement.repeat and at < announcement.expires:
        lane.repeats.append((turn.announcement, turn.nth + 1))


def _expired(state: AreaState, n: int) -> None:
    _leave_lanes(state, n)
    announcement = state.announcements[n]
    for zone in announcement.zones:
        if zone in announcement.waiting:
            announcement.unspoken[zone] = EXPIRED
    announcement.waiting.clear()


def _leave_lanes(state: AreaState, n: int) -> None:
    """Nothing more of it is said; a turn that was taken ends as it ends."""
    for lane in state.lanes.values():
        if n in lane.firsts:
            lane.firsts.remove(n)
        lane.repeats = [item for item in lane.repeats if item[0] != n]


def _forget(state: AreaState, n: int) -> None:
    state.announcements.pop(n, None)
    state.open.pop(n, None)
