"""What an area's announcer says to each command. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from actors.kernel.errors import Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing, Wake
from queue_displays.announcements.commands import (
    Announce,
    Attend,
    Command,
    LayOut,
    SetTexts,
    Settle,
    Speak,
    ThisAnnouncement,
    Told,
    Withdraw,
    YourTurn,
    YourZones,
)
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
from queue_displays.announcements.evolve import NO_AUDIO
from queue_displays.announcements.layout import MAIN_ZONE
from queue_displays.announcements.lines import (
    OFFER_MS,
    SETTLE_MS,
    chimes,
    is_short,
    lease_ms,
    over_at,
    repeats_wait,
    turn_open,
    under_way,
    zones_of,
)
from queue_displays.announcements.state import Announcement, AreaState, Lane

_NOT_ITS_FAULT = (NO_AUDIO, "late", "withdrawn")
"""No other speaker could have done better: it stays one."""
GONE = "gone"
LEFT = "left"
_DONE = Nothing()


def decide(state: AreaState, command: Command, now: Millis) -> Decision:
    match command:
        case LayOut():
            if state.laid_out and state.layout == command.layout:
                return Accepted((), _DONE)
            return Accepted((LaidOut(at=now, layout=command.layout),), _DONE)
        case Announce():
            return _announce(state, command, now)
        case Withdraw():
            return _withdraw(state, command, now)
        case Attend():
            return _attend(state, command, now)
        case Speak():
            return _speak(state, command, now)
        case Told():
            return Accepted(tuple(_told(state, command, now)), _DONE)
        case Settle():
            return _settle(state, command, now)
        case SetTexts():
            return Accepted(
                (
                    TextsSet(
                        at=now,
                        opening=command.opening,
                        closing=command.closing,
                        slides=command.slides,
                        by=command.by,
                    ),
                ),
                _DONE,
            )
        case Wake():
            return Accepted(tuple(_due(state, now)), _DONE)
        case _:
            assert_never(command)


# -- what is announced -------------------------------------------------------------


def _announce(state: AreaState, command: Announce, now: Millis) -> Decision:
    """What is over already is not said any more, and reported like everything that
    nobody heard."""
    if command.source and command.source in state.sources:
        return Accepted((), _DONE)
    zones = _zones_for(state, command) if command.spoken else ()
    n = state.made + 1
    announced = Announced(
        at=now,
        n=n,
        kind=command.kind,
        words=command.words,
        expires=command.expires,
        source=command.source,
        short=command.short,
        zones=zones,
        rooms=command.rooms,
        repeat=command.repeat,
        number=command.number,
        name=command.name,
        names=command.names,
        ticket=command.ticket,
        call=command.call,
        gain=command.gain,
        by=command.by,
        position=command.position,
    )
    events: list[Event] = [announced]
    if command.expires <= now and zones:
        events.append(Expired(at=now, announcements=(n,)))
    return Accepted(tuple(events), ThisAnnouncement(f"a{n}"))


def _zones_for(state: AreaState, command: Announce) -> tuple[str, ...]:
    all_zones = tuple(state.layout.zones or state.lanes) or (MAIN_ZONE,)
    wanted = tuple(dict.fromkeys(z for z in command.zones if z in all_zones))
    return wanted or all_zones


def _withdraw(state: AreaState, command: Withdraw, now: Millis) -> Decision:
    if command.announcement is not None:
        if command.announcement not in state.announcements:
            return Refused("unknown_announcement", "这条播报已经结束了。")
        gone: tuple[int, ...] = (command.announcement,)
    else:
        gone = tuple(
            n
            for n, announcement in state.announcements.items()
            if announcement.ticket == command.ticket
            and not 0 < command.before < announcement.position
        )
    if not gone:
        return Accepted((), _DONE)
    withdrawn = Withdrawn(at=now, announcements=gone, why=command.why, by=command.by)
    return Accepted((withdrawn,), _DONE)


def _settle(state: AreaState, command: Settle, now: Millis) -> Decision:
    announcement = state.announcements.get(command.announcement)
    if announcement is None or announcement.outcome is not None:
        return Accepted((), _DONE)
    events: list[Event] = []
    if announcement.waiting and announcement.expires <= now:
        events.append(Expired(at=now, announcements=(announcement.n,)))
    events.append(
        Settled(
            at=now,
            announcement=announcement.n,
            shown=command.shown,
            not_shown=command.not_shown,
        )
    )
    return Accepted(tuple(events), _DONE)


# -- who speaks --------------------------------------------------------------------


def _attend(state: AreaState, command: Attend, now: Millis) -> Decision:
    reply = YourZones(command.device, zones_of(state, command.device))
    speaker = state.speakers.get(command.device)
    if command.ready:
        if speaker is not None and speaker.ready:
            return Accepted((), reply)
        came = SpeakerCame(at=now, device=command.device)
        return Accepted((came,), reply)
    why = command.why or GONE
    if speaker is None and why in (LEFT, GONE):
        return Accepted((), reply)
    # that it is gone tells less than what it said itself
    if speaker is not None and not speaker.ready and why in (speaker.why, GONE):
        return Accepted((), reply)
    lost = SpeakerLost(at=now, device=command.device, why=why)
    return Accepted((lost,), reply)


def _speak(state: AreaState, command: Speak, now: Millis) -> Decision:
    """Given only to whom it is offered, while nobody else speaks there."""
    lane = state.lanes.get(command.zone)
    if lane is None:
        return Refused("unknown_zone", "没有这个播报区，请检查设置。")
    announcement = state.announcements.get(command.announcement)
    if announcement is None or announcement.expires <= now:
        return Refused("over", "这条播报已经结束，不用再播。")
    if lane.speaking is not None:
        if lane.speaking.announcement == command.announcement:
            return Refused("taken", "这条正在播。")
        wait = max(0, lane.speaking.until - now)
        return Refused("zone_busy", "前一条还没播完。", wait_ms=wait)
    offer = lane.offer
    wanted = (command.announcement, command.nth, command.device)
    if offer is None or (offer.announcement, offer.nth, offer.device) != wanted:
        if not _still_due(lane, command):
            return Refused("taken", "这条已经播过了。")
        return Refused("not_yours", "这条由别的设备播。")
    lease = lease_ms(announcement, state.layout.languages)
    turn = state.turns_made + 1
    short = is_short(lane, announcement, now)
    taken = TurnTaken(
        at=now,
        turn=turn,
        announcement=command.announcement,
        zone=command.zone,
        device=command.device,
        until=now + lease,
        nth=command.nth,
        short=short,
    )
    reply = YourTurn(
        f"u{turn}", short, chimes(lane, now), state.layout.languages, lease
    )
    return Accepted((taken,), reply)


def _still_due(lane: Lane, command: Speak) -> bool:
    if command.nth > 1:
        return (command.announcement, command.nth) in lane.repeats
    return command.announcement in lane.firsts


def _told(state: AreaState, command: Told, now: Millis) -> Iterator[Event]:
    """What is known already, or is not this device's to tell, changes nothing."""
    for number in dict.fromkeys(command.spoken):
        turn = turn_open(state, number) or state.lapsed.get(number)
        if turn is not None and turn.device == command.device:
            yield TurnEnded(at=now, turn=number, how="spoken")
    told, lost = set(command.spoken), False
    for number, why in command.failed:
        turn = turn_open(state, number)
        if turn is None or turn.device != command.device or number in told:
            continue
        told.add(number)
        yield TurnEnded(at=now, turn=number, how="failed", why=why)
        if turn.announcement not in state.announcements or why in _NOT_ITS_FAULT:
            continue
        if not lost and _is_ready(state, command.device):
            lost = True
            yield SpeakerLost(at=now, device=command.device, why=why or "error")


def _is_ready(state: AreaState, device: str) -> bool:
    speaker = state.speakers.get(device)
    return speaker is not None and speaker.ready


# -- what time brings --------------------------------------------------------------


def _due(state: AreaState, now: Millis) -> Iterator[Event]:
    lost: set[str] = set()
    for lane in state.lanes.values():
        turn, offer = lane.speaking, lane.offer
        if turn is not None and turn.until <= now:
            yield TurnEnded(at=now, turn=turn.number, how="silent")
            lost.add(turn.device)
        elif offer is not None and offer.since + OFFER_MS <= now:
            lost.add(offer.device)
    for device in lost:
        if _is_ready(state, device):
            yield SpeakerLost(at=now, device=device, why=GONE)
    late = tuple(
        n
        for n, announcement in state.announcements.items()
        if announcement.expires <= now
        and (announcement.waiting or repeats_wait(state, n))
    )
    if late:
        yield Expired(at=now, announcements=late)
    yield from _over(state, now)


def _over(state: AreaState, now: Millis) -> Iterator[Event]:
    gone: list[int] = []
    for n, announcement in state.announcements.items():
        if announcement.outcome is None:
            if announcement.expires + SETTLE_MS <= now:
                yield Settled(at=now, announcement=n, unheard=True)
        elif not under_way(state, n) and _out_of_sight(announcement, now):
            gone.append(n)
    if gone:
        yield Forgotten(at=now, announcements=tuple(gone))


def _out_of_sight(announcement: Announcement, now: Millis) -> bool:
    """What has expired only now stays in sight: its zones are unspoken from now on."""
    return not announcement.waiting and over_at(announcement) <= now
