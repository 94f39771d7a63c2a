"""What in a sentence is a patient's number, what a name, and what ordinary words.

The words come from an announcement, with ``{name}`` where the name goes: the name is
handed in beside them, so nobody has to guess it. Typed by hand, the name stands in
the words, after the number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, TypeAlias

import msgspec

PartKind: TypeAlias = Literal["text", "number", "name"]
NAME = "{name}"


class Part(msgspec.Struct, frozen=True):
    """Words of one kind: each is read by a rule of its own."""

    kind: PartKind
    text: str


Spoken: TypeAlias = tuple[Part, ...]

# A number before 号 that is no room's, no window's and no day's; or one that begins
# with the letters of a queue.
_NUMBER = re.compile(
    r"""
    (?<![A-Za-z0-9月第:.\-])
    (?: [A-Za-z]{1,3}-?\d{1,5} (?= 号(?!诊|窗|楼|室|房|机|床) )
      | \d{3,5} (?= 号(?!诊|窗|楼|室|房|机|床) )
      | \d{1,2} (?= 号(?=\s|$|[,，、。;；!！]) )
      | (?<=[Nn]umber\ ) [A-Za-z]{0,3}-?\d{1,5} (?!\d)
      | [A-Z]{1,3}-?\d{2,5} (?![A-Za-z0-9号]|室|楼|房|层|区) )
    """,
    re.VERBOSE,
)
_NAME = re.compile(
    r"号\s+(?P<name>[\u3400-\u9fff\ue000-\uf8ff\U00020000-\U0003fffd*＊·•・]{2,20})"
    r"(?=\s|$|[,，。])"
)
_COMMON = frozenset(
    "请到 就诊 准备 检查 取药 候诊 过号 已过号 停诊 复诊 缴费 报到 患者".split()
)


def parts_of(words: str, name: str = "") -> Spoken:
    """``name`` is said where ``{name}`` stands; without one nothing is. Where no
    ``{name}`` stands, what follows a number by itself is taken for a name."""
    words = unicodedata.normalize("NFKC", words)
    found: list[Part] = []
    if NAME not in words:
        before = 0
        for match in _NAME.finditer(words):
            if match["name"] in _COMMON:
                continue
            found += _numbers(words[before : match.start("name")])
            found.append(Part("name", match["name"]))
            before = match.end()
        found += _numbers(words[before:])
        return tuple(found)
    for place, text in enumerate(words.split(NAME)):
        if place and name:
            found.append(Part("name", name))
        found += _numbers(text)
    return tuple(found)


def _numbers(text: str) -> Iterator[Part]:
    at = 0
    for match in _NUMBER.finditer(text):
        if text[at : match.start()].strip():
            yield Part("text", text[at : match.start()])
        yield Part("number", match[0])
        at = match.end()
    if text[at:].strip():
        yield Part("text", text[at:])
