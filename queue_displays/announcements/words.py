"""The words of an announcement: templates, filled. Pure.

The place of a name stays ``{name}``: it is filled in views, as far as it may be shown.
The short form ends with the room, or is the same without the name.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

NAME = "{name}"
EXPERT = "专"


class Said(msgspec.Struct, frozen=True):
    """What the words speak of; empty: not known, or of no matter."""

    number: str = ""
    room: str = ""
    seat: str = ""
    doctor: str = ""
    queue: str = ""
    clinic: str = ""
    text: str = ""


class Templates(msgspec.Struct, frozen=True):
    """By language, occasion and kind of queue; an empty kind is for all."""

    by: Mapping[tuple[str, str, str], str] = {}

    def of(self, language: str, occasion: str, kind: str) -> str:
        for found in (self.by, _USUAL):
            for wanted in dict.fromkeys((kind, "")):
                if text := found.get((language, occasion, wanted)):
                    return text
        return ""


_EXAMINED = ("检", "检查", "医技")
_PHARMACY = ("药", "药房", "取药")
_DRAWN = ("采血", "抽血")


def _usual() -> dict[tuple[str, str, str], str]:
    calls = {
        "": ("就诊", "就診"),
        **dict.fromkeys(_EXAMINED, ("检查", "檢查")),
        **dict.fromkeys(_PHARMACY, ("取药", "取藥")),
        **dict.fromkeys(_DRAWN, ("采血", "採血")),
    }
    found: dict[tuple[str, str, str], str] = {}
    for kind, (zh, yue) in calls.items():
        for occasion in ("called", "called_again"):
            found["zh", occasion, kind] = f"请 {{number}}号 {NAME} 到 {{room}} {zh}"
            found["yue", occasion, kind] = f"請 {{number}}號 {NAME} 到 {{room}} {yue}"
            found["en", occasion, kind] = "Number {number}, please go to {room}"
    found |= {
        ("zh", "called", EXPERT): f"请 {{number}}号 {NAME} 到 {{room}} 专家门诊 就诊",
        ("zh", "prepare", ""): f"请 {{number}}号 {NAME} 到 {{room}} 门口准备",
        ("yue", "prepare", ""): f"請 {{number}}號 {NAME} 到 {{room}} 門口準備",
        ("en", "prepare", ""): "Number {number}, please get ready at {room}",
        ("zh", "moved", ""): "{doctor}医生 换到 {room}，请候诊的患者到 {room}",
        ("yue", "moved", ""): "{doctor}醫生 轉到 {room}，請候診嘅病人到 {room}",
        ("en", "moved", ""): "Dr {doctor} now sees patients in {room}",
        ("zh", "stopped", ""): "{doctor} 今天停诊，请到分诊台办理改约或退号",
        ("yue", "stopped", ""): "{doctor} 今日停診，請到分診台辦理改約或退號",
        ("en", "stopped", ""): "{doctor}: no consultation. Please ask at the desk",
        ("zh", "broadcast", ""): "{text}",
        ("yue", "broadcast", ""): "{text}",
    }
    return found


_USUAL = _usual()


def words_of(
    templates: Templates,
    languages: tuple[str, ...],
    occasion: str,
    kind: str,
    said: Said,
) -> tuple[dict[str, str], dict[str, str]]:
    """The words in each language that has some, and the short form where a name can
    be left out."""
    words: dict[str, str] = {}
    short: dict[str, str] = {}
    named = False
    for language in languages:
        template = templates.of(language, occasion, kind)
        if not template:
            continue
        named = named or NAME in template
        words[language] = _filled(template, language, said)
        short[language] = _filled(_shortened(template), language, said)
    return words, short if named else {}


def _shortened(template: str) -> str:
    """Without the name; and where the room ends it but for one word, without that:
    who is sent to a room knows what for."""
    words = template.replace(NAME, "").split()
    if len(words) > 2 and words[-2] == "{room}":
        del words[-1]
    return " ".join(words)


def _filled(template: str, language: str, said: Said) -> str:
    """What somebody typed is filled in last: it is no template."""
    filled = template
    for field in ("number", "seat", "doctor", "queue", "clinic"):
        filled = filled.replace(f"{{{field}}}", getattr(said, field).replace("{", ""))
    filled = filled.replace("{room}", room_label(said.room, said.seat, language))
    filled = filled.replace("{text}", said.text.replace("{", "（").replace("}", "）"))
    return " ".join(filled.split())


_ROOMS = {"zh": "{}号诊室", "yue": "{}號診室", "en": "Room {}"}


def room_label(room: str, seat: str = "", language: str = "zh") -> str:
    """``3`` is 3号诊室; what has a name already keeps it. A seat follows."""
    label = room
    if room.isascii() and room[:1].isalnum() and len(room) <= 4:
        label = _ROOMS.get(language, _ROOMS["zh"]).format(room)
    return f"{label} {seat}".strip()
