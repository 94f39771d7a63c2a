"""What may be seen of an area: docs/protocol.md, "The area"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Vault
from actors.runtime.shape import Path
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
from queue_displays.announcements.layout import Tone
from queue_displays.announcements.lines import can_speak, speakers_of, zone_plan
from queue_displays.announcements.state import Announcement, AreaState

Sound = Callable[[str, str, str, Tone], str | None]
"""The key of words with a name in their ``{name}``, in a language, said so; None where
nothing can say them. Asked for it, the house begins to render it."""

NAME = "{name}"
AREA_FIELDS = ("name", "day", "clinics", "languages")
TEXTS = ("opening", "closing")


def worded(words: dict[str, str], name: str) -> dict[str, str]:
    """Words as they are shown and said. Without a name its place closes up."""
    return {
        language: " ".join(text.replace(NAME, name).split())
        for language, text in words.items()
    }


def shown_name(announcement: Announcement, vault: Vault) -> str:
    """As far as the policy of its clinic shows it; empty where that is the number
    alone, or it cannot be opened."""
    if announcement.name is None or announcement.names == "number":
        return ""
    try:
        name = vault.open(announcement.name)
    except CannotOpen:
        return ""
    return name if announcement.names == "full" else mask_name(name)


class AnnouncementsView:
    """For screens, speakers and desks alike: names are as far masked as a wall's."""

    name = "announcements"
    version = 1

    def __init__(self, vault: Vault, sound: Sound | None = None) -> None:
        self._vault = vault
        self._sound = sound

    def paths(self, state: AreaState) -> Iterable[Path]:
        for field in AREA_FIELDS:
            yield "area", field
        for text in TEXTS:
            yield "texts", text
        for number in range(1, len(state.slides) + 1):
            yield "slides", f"s{number}"
        for n in state.announcements:
            yield from _rows_of(n)
        yield from _zones(state)

    def touches(self, state: AreaState, event: Event) -> Iterable[Path]:
        match event:
            case LaidOut():
                yield from self.paths(state)
            case Announced():
                yield from _rows_of(event.n)
                for zone in event.zones:
                    yield "alarms", f"silent.{zone}"
            case Withdrawn() | Expired() | Forgotten():
                for n in event.announcements:
                    yield from _rows_of(n)
            case TurnTaken() | Settled():
                yield from _rows_of(event.announcement)
            case TurnEnded():
                yield from _rows_of(state.last_ended)
            case SpeakerCame() | SpeakerLost():
                yield "alarms", f"speaker.{event.device}"
                for zone in state.lanes:
                    yield "alarms", f"silent.{zone}"
            case TextsSet():
                for text in TEXTS:
                    yield "texts", text
                # as many as there may have been
                for number in range(1, 21):
                    yield "slides", f"s{number}"
        # whoever comes to a turn may be another in every zone: a device has one mouth
        for zone in state.lanes:
            yield "zones", zone

    def row(self, state: AreaState, section: str, key: str) -> Any:
        match section:
            case "area":
                return _area(state, key)
            case "announcements":
                found = state.announcements.get(int(key[1:]))
                return None if found is None else self._announcement(found, state)
            case "zones":
                return _zone(state, key)
            case "alarms":
                return self._alarm(state, key)
            case "texts":
                return getattr(state, key) or None
            case "slides":
                return _slide(state, int(key[1:]))
            case _:
                return None

    def _announcement(
        self, announcement: Announcement, state: AreaState
    ) -> dict[str, Any]:
        layout = state.layout
        tone = Tone(announcement.gain, layout.pace, layout.voice)
        name = shown_name(announcement, self._vault)
        row: dict[str, Any] = {
            "n": announcement.n,
            "kind": announcement.kind,
            "words": worded(announcement.words, name),
            "target": {"zones": list(announcement.zones)},
            "repeat": announcement.repeat,
            "at": announcement.at,
            "expires": announcement.expires,
        }
        if announcement.rooms:
            row["target"]["rooms"] = list(announcement.rooms)
            row["room"] = announcement.rooms[0]
        for field in ("number", "ticket", "call"):
            if value := getattr(announcement, field):
                row[field] = value
        if name:
            row["name"] = name
        if announcement.gain != 1.0:
            row["gain"] = announcement.gain
        if audio := self._audio(announcement.words, name, tone):
            row["audio"] = audio
        if announcement.short and name:
            row["short"] = worded(announcement.short, "")
            if audio := self._audio(announcement.short, "", tone):
                row["audio_short"] = audio
        if announcement.spoken:
            row["spoken"] = {
                zone: {"device": heard.device, "at": heard.at, "times": heard.times}
                for zone, heard in announcement.spoken.items()
            }
        if outcome := _outcome(announcement):
            row["outcome"] = outcome
        return row

    def _audio(self, words: dict[str, str], name: str, tone: Tone) -> dict[str, str]:
        if self._sound is None:
            return {}
        found = {
            language: self._sound(text, name, language, tone)
            for language, text in words.items()
        }
        return {language: key for language, key in found.items() if key is not None}

    def _alarm(self, state: AreaState, key: str) -> dict[str, Any] | None:
        kind, _, of = key.partition(".")
        match kind:
            case "speaker":
                return _speaker_alarm(state, of)
            case "silent":
                return _zone_alarm(state, of)
            case "unspoken":
                return _unspoken_alarm(state, int(of[1:]))
            case _:
                return _unshown_alarm(state, int(of[1:]))


def _rows_of(n: int) -> Iterable[Path]:
    yield "announcements", f"a{n}"
    yield "alarms", f"unspoken.a{n}"
    yield "alarms", f"unshown.a{n}"


def _zones(state: AreaState) -> Iterable[Path]:
    for zone in state.lanes:
        yield "zones", zone
        yield "alarms", f"silent.{zone}"
    for device in state.speakers:
        yield "alarms", f"speaker.{device}"


def _area(state: AreaState, field: str) -> Any:
    match field:
        case "day":
            return state.day
        case "name":
            return state.layout.name or None
        case "clinics":
            return list(state.layout.clinics) or None
        case _:
            return list(state.layout.languages)


def _outcome(announcement: Announcement) -> dict[str, Any] | None:
    """What nobody heard is told at once, the rest when everybody has answered."""
    row: dict[str, Any] = {}
    if announcement.unspoken:
        row["unspoken"] = dict(announcement.unspoken)
    if (outcome := announcement.outcome) is not None:
        row["at"] = outcome.at
        if outcome.unheard:
            row["unheard"] = True
        else:
            row["shown"] = outcome.shown
        if outcome.not_shown:
            row["not_shown"] = list(outcome.not_shown)
    return row or None


def _zone(state: AreaState, zone: str) -> dict[str, Any] | None:
    lane = state.lanes.get(zone)
    if lane is None:
        return None
    speakers: dict[str, Any] = {}
    for device in speakers_of(state, zone):
        speaker = state.speakers.get(device)
        if speaker is None:
            speakers[device] = {"ready": False, "why": "absent"}
        elif speaker.ready:
            speakers[device] = {"ready": True, "since": speaker.since}
        else:
            speakers[device] = {
                "ready": False,
                "why": speaker.why,
                "since": speaker.since,
            }
    row: dict[str, Any] = {
        "name": zone_plan(state, zone).name,
        "line": [f"a{n}" for n in lane.firsts],
        "speakers": speakers,
    }
    if lane.offer is not None:
        row["next"] = {
            "announcement": f"a{lane.offer.announcement}",
            "nth": lane.offer.nth,
            "device": lane.offer.device,
        }
    if (turn := lane.speaking) is not None:
        row["speaking"] = {
            "turn": f"u{turn.number}",
            "announcement": f"a{turn.announcement}",
            "nth": turn.nth,
            "device": turn.device,
            "until": turn.until,
        }
    return row


def _speaker_alarm(state: AreaState, device: str) -> dict[str, Any] | None:
    speaker = state.speakers.get(device)
    if speaker is None or speaker.ready:
        return None
    return {
        "kind": "speaker_silent",
        "device": device,
        "why": speaker.why,
        "at": speaker.since,
    }


def _zone_alarm(state: AreaState, zone: str) -> dict[str, Any] | None:
    """Nobody can be heard where something was to be said today."""
    lane = state.lanes.get(zone)
    if lane is None or not lane.used or can_speak(state, zone):
        return None
    return {"kind": "zone_silent", "zone": zone}


def _unspoken_alarm(state: AreaState, n: int) -> dict[str, Any] | None:
    announcement = state.announcements.get(n)
    if announcement is None or not announcement.unspoken:
        return None
    row: dict[str, Any] = {
        "kind": "not_spoken",
        "announcement": f"a{n}",
        "zones": dict(announcement.unspoken),
        "at": announcement.at,
    }
    if announcement.number:
        row["number"] = announcement.number
    return row


def _unshown_alarm(state: AreaState, n: int) -> dict[str, Any] | None:
    announcement = state.announcements.get(n)
    if announcement is None or announcement.outcome is None:
        return None
    if not announcement.outcome.not_shown:
        return None
    return {
        "kind": "not_shown",
        "announcement": f"a{n}",
        "devices": list(announcement.outcome.not_shown),
        "at": announcement.at,
    }


def _slide(state: AreaState, number: int) -> dict[str, Any] | None:
    if number > len(state.slides):
        return None
    slide = state.slides[number - 1]
    row: dict[str, Any] = {"title": slide.title, "seconds": slide.seconds}
    for field in ("text", "image"):
        if value := getattr(slide, field):
            row[field] = value
    return row
