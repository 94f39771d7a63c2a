"""Who speaks what next in a zone, and in how few words. Pure.

A zone's speakers take turns; who cannot speak is passed over, and when none of them
can, the fallback zone's speak here too. First words go in the order of the calls, and
repeats only when no first words wait. A device has one mouth.
"""

from __future__ import annotations

from collections.abc import Iterator

from actors.kernel.times import Millis
from queue_displays.announcements.layout import Zone
from queue_displays.announcements.state import (
    Announcement,
    AreaState,
    Lane,
    Offer,
    Turn,
)

OFFER_MS: Millis = 2_000
"""An offer that is not taken so long is somebody else's."""
SETTLE_MS: Millis = 15_000
"""So long after its expiry an announcement is settled, whatever was not heard."""
KEEP_MS: Millis = 600_000
"""So long what nobody heard is kept in sight."""
BUSY = 8
"""With so many announcements in the last minute, a zone repeats nothing: a repeat that
has begun is in the way of the next first words."""
LATE_MS: Millis = 4_000
"""When first words come so late, or others wait for theirs, names are left out."""

SILENCE_MS: Millis = 1_500
_MINUTE: Millis = 60_000

_CHIME_MS = 2_500
_A_CHARACTER_MS = {"zh": 420, "yue": 420, "en": 130}
_MARGIN_MS = 2_000


def zone_plan(state: AreaState, zone: str) -> Zone:
    return state.layout.zones.get(zone) or Zone()


def speakers_of(state: AreaState, zone: str) -> tuple[str, ...]:
    """Those the plan names; or else everybody who is named nowhere."""
    named = zone_plan(state, zone).speakers
    if named:
        return named
    elsewhere = {s for plan in state.layout.zones.values() for s in plan.speakers}
    return tuple(s for s in state.speakers if s not in elsewhere)


def zones_of(state: AreaState, device: str) -> tuple[str, ...]:
    """Where this device is a speaker."""
    zones = state.layout.zones
    named = tuple(key for key, plan in zones.items() if device in plan.speakers)
    return named or tuple(
        key for key in state.lanes if not zone_plan(state, key).speakers
    )


def can_speak(state: AreaState, zone: str) -> tuple[str, ...]:
    """Who can be heard in this zone now, busy or not: its own, or the fallback's."""
    plan = zone_plan(state, zone)
    ready = tuple(s for s in speakers_of(state, zone) if _is_ready(state, s))
    if ready or not plan.fallback:
        return ready
    return tuple(s for s in speakers_of(state, plan.fallback) if _is_ready(state, s))


def _is_ready(state: AreaState, device: str) -> bool:
    speaker = state.speakers.get(device)
    return speaker is not None and speaker.ready


def refresh_offers(state: AreaState, now: Millis) -> None:
    """Make every zone's offer what it should be; one that stays keeps its time."""
    busy = {lane.speaking.device for lane in state.lanes.values() if lane.speaking}
    for zone, lane in state.lanes.items():
        found = _offer(state, zone, lane, busy, now)
        if found is None:
            lane.offer = None
        elif lane.offer is None or found != (
            lane.offer.announcement,
            lane.offer.nth,
            lane.offer.device,
        ):
            lane.offer = Offer(*found, now)


def _offer(
    state: AreaState, zone: str, lane: Lane, busy: set[str], now: Millis
) -> tuple[int, int, str] | None:
    if lane.speaking is not None:
        return None
    if lane.firsts:
        head = (lane.firsts[0], 1)
    elif lane.repeats and not _is_busy(state, zone, now):
        head = lane.repeats[0]
    else:
        return None
    free = [device for device in can_speak(state, zone) if device not in busy]
    if not free:
        return None
    return (*head, free[lane.turns % len(free)])


def _is_busy(state: AreaState, zone: str, now: Millis) -> bool:
    recent = 0
    for announcement in reversed(state.announcements.values()):
        if announcement.at <= now - _MINUTE:
            return False
        recent += zone in announcement.zones
        if recent >= BUSY:
            return True
    return False


def is_short(lane: Lane, announcement: Announcement, now: Millis) -> bool:
    """Whether the name is left out: others wait, or it comes late already."""
    if not announcement.short:
        return False
    others_wait = any(n != announcement.n for n in lane.firsts)
    return others_wait or now - announcement.at > LATE_MS


def chimes(lane: Lane, now: Millis) -> bool:
    """After a silence. Where one announcement follows the other everybody listens,
    and the chime would only keep the next one waiting."""
    return now - lane.ended_at > SILENCE_MS


def lease_ms(announcement: Announcement, languages: tuple[str, ...]) -> Millis:
    """Longer than anybody needs to say it, chime and all."""
    spoken = sum(
        len(announcement.words.get(language, "")) * _A_CHARACTER_MS.get(language, 420)
        for language in languages
    )
    return _CHIME_MS + spoken + _MARGIN_MS


def turn_open(state: AreaState, number: int) -> Turn | None:
    for lane in state.lanes.values():
        if lane.speaking is not None and lane.speaking.number == number:
            return lane.speaking
    return None


def over_at(announcement: Announcement) -> Millis:
    """When it goes out of sight by itself."""
    if announcement.unspoken:
        return announcement.expires + KEEP_MS
    return announcement.expires


def under_way(state: AreaState, n: int) -> bool:
    """Somebody has the turn to say it."""
    return any(
        lane.speaking is not None and lane.speaking.announcement == n
        for lane in state.lanes.values()
    )


def repeats_wait(state: AreaState, n: int) -> bool:
    return any(n == item for lane in state.lanes.values() for item, _ in lane.repeats)


def next_of(state: AreaState, n: int) -> Millis | None:
    """The next moment at which something follows for this announcement by itself."""
    announcement = state.announcements.get(n)
    if announcement is None:
        return None
    if announcement.waiting or repeats_wait(state, n):
        return announcement.expires
    if announcement.outcome is None:
        return announcement.expires + SETTLE_MS
    return None if under_way(state, n) else over_at(announcement)


def next_time(state: AreaState) -> Millis | None:
    """The next at which something follows by itself in the whole area."""
    moments = [at for lane in state.lanes.values() for at in _next_in(lane)]
    if (earliest := state.moments.earliest) is not None:
        moments.append(earliest)
    return min(moments, default=None)


def _next_in(lane: Lane) -> Iterator[Millis]:
    if lane.speaking is not None:
        yield lane.speaking.until
    if lane.offer is not None:
        yield lane.offer.since + OFFER_MS
