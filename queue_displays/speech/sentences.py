"""What is announced, in words: one sentence as a wall shows it and as it is spoken.

Both come from one template and one call, so the number that is heard is the number
that is seen. They differ in the name alone: the wall shows it masked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from actors.kernel.masking import mask_name
from queue_displays.speech.english import english_room
from queue_displays.speech.port import Language
from queue_displays.speech.words import NAME

Kind: TypeAlias = Literal["call", "prepare", "missed", "stopped", "away", "broadcast"]
Style: TypeAlias = Literal["ordinary", "expert", "examination", "pharmacy"]
NamesPolicy: TypeAlias = Literal["full", "masked", "number"]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say. ``name`` is in full: what of it is shown and spoken is for
    the policy. ``text`` is a broadcast's, or the reason of a stop."""

    kind: Kind = "call"
    style: Style = "ordinary"
    number: str = ""
    name: str = ""
    room: str = ""
    seat: str = ""
    queue: str = ""
    clinic: str = ""
    doctor: str = ""
    text: str = ""


class Sentence(msgspec.Struct, frozen=True):
    """``shown`` may stand on any wall. ``words`` have ``{name}`` for the name, and
    are said with ``name``: that one is for `Voices.utterance` only."""

    shown: str
    words: str
    name: str = ""


Templates: TypeAlias = Mapping[str, Mapping[str, str]]
"""By language, then by kind, or by ``kind.style`` where a style has its own."""

_HAN = {
    "call": "请 {number}号 {name} 到 {room} 就诊",
    "call.expert": "请 专家号 {number}号 {name} 到 {room} 就诊",
    "call.examination": "请 {number}号 {name} 到 {room} 检查",
    "call.pharmacy": "请 {number}号 {name} 到 {room} 取药",
    "prepare": "请 {number}号 {name} 准备",
    "missed": "{number}号 {name} 已过号，请到分诊台",
    "broadcast": "{text}",
}
TEMPLATES: Templates = {
    "zh": {
        **_HAN,
        "stopped": "{room} {doctor} 停诊，请候诊的患者到分诊台 {text}",
        "away": "{room} {doctor} 暂时离开，请稍候 {text}",
    },
    "yue": {
        **_HAN,
        "stopped": "{room} {doctor} 停诊，请候诊嘅患者到分诊台 {text}",
        "away": "{room} {doctor} 暂时离开，请稍候 {text}",
    },
    "en": {
        "call": "Number {number}, {name}, please go to {room}.",
        "call.expert": "Expert number {number}, {name}, please go to {room}.",
        "call.examination": (
            "Number {number}, {name}, please go to {room} for your examination."
        ),
        "call.pharmacy": (
            "Number {number}, {name}, please collect your medicine at {room}."
        ),
        "prepare": "Number {number}, {name}, please get ready.",
        "missed": "Number {number}, {name}, you were called. Please see the nurse.",
        "stopped": "{room} {doctor} is closed today. Please see the nurse. {text}",
        "away": "{room} {doctor} will be back soon. Please wait. {text}",
        "broadcast": "{text}",
    },
}

SLOTS = frozenset(Call.__struct_fields__) - {"kind", "style"}
_SLOT = re.compile(r"\{(\w+)\}")


class BadTemplate(ValueError):
    """A template asks for what no call has."""


def sentence(
    call: Call,
    language: Language = "zh",
    *,
    names: NamesPolicy = "full",
    templates: Templates | None = None,
) -> Sentence:
    """``templates`` are the hospital's own; what they lack is as everywhere. Raises
    BadTemplate for one with a slot that no call has."""
    template = _template(call, language, templates or {})

    def said(slot: re.Match[str]) -> str:
        if slot[1] not in SLOTS:
            raise BadTemplate(f"{slot[0]} in {template!r}")
        if slot[1] == "name":
            return NAME if call.name and names != "number" else ""
        value: str = getattr(call, slot[1])
        return english_room(value) if language == "en" and slot[1] == "room" else value

    words = _tidy(_SLOT.sub(said, template))
    if NAME not in words:
        return Sentence(words, words)
    masked = mask_name(call.name)
    spoken = call.name if names == "full" else masked
    return Sentence(words.replace(NAME, masked), words, spoken)


def _template(call: Call, language: Language, own: Templates) -> str:
    styled = f"{call.kind}.{call.style}"
    for source in (own.get(language, {}), TEMPLATES[language]):
        for key in (styled, call.kind):
            if key in source:
                return source[key]
    raise BadTemplate(styled)


def _tidy(text: str) -> str:
    """Without the gaps and commas that an empty slot leaves."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:\s*,)+(?=\s*[,.])", "", text)
    return re.sub(r"^[\s,]+|\s+(?=[,.])", "", text).strip()
