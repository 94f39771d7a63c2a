"""A sentence in Mandarin: characters become syllables with their tones.

The voice gets nothing but these, so nothing is left for it to guess: given characters
or letters it would read them as English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal, TypeAlias

from pypinyin import Style, lazy_pinyin

from queue_displays.speech.names import HAN, MANDARIN, han_name, surname_of
from queue_displays.speech.numerals import in_text, one_by_one, patients_numbers
from queue_displays.speech.words import Part, Spoken

One: TypeAlias = Literal["yi", "yao"]

PAUSE = ","
ENGLISH = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’\-]*")
SYLLABLE = re.compile(r"(?:[a-zü]{1,6}|ê)[1-5]\Z")

# As Chinese say them, in syllables that Mandarin has.
LETTERS: Mapping[str, str] = {
    name: " ".join(syllables)
    for name, *syllables in (
        entry.split(".")
        for entry in (
            "A.ei1 B.bi4 C.sei1 D.di4 E.yi4 F.ai2.fu5 G.ji4 H.ei1.chi5 I.ai4 J.jie4 "
            "K.kei4 L.ai2.lou5 M.ai2.mu5 N.en1 O.ou1 P.pi4 Q.kiu1 R.a4 S.ai2.si5 "
            "T.ti4 U.you1 V.wei1 W.da2.bu5.liu5 X.ai2.ke5.si5 Y.wai4 Z.zei4"
        ).split()
    )
}

# What the dictionary of phrases reads otherwise than a hospital does.
WORDS: Mapping[str, str] = {
    "大夫": "dai4 fu5",
    "子宫": "zi3 gong1",
    "卒中": "cu4 zhong4",
    "脊柱": "ji3 zhu4",
    "脊椎": "ji3 zhui1",
    "脊髓": "ji3 sui3",
    "号": "hao4",
    "诊": "zhen3",
    "候诊": "hou4 zhen3",
    "取号": "qu3 hao4",
    "称重": "cheng1 zhong4",
    "重新": "chong2 xin1",
    "间": "jian1",
    "嘅": "de5",
    "𠮷": "ji2",
    "〇": "ling2",
}
_LONGEST_WORD = 4

STOPS = re.compile(r"[,，.。!！?？;；:：、\n…]")
_PART_OF_NUMBER = "号楼层月日级科诊室病床度期型中心等第"


class Unreadable(ValueError):
    """A character whose reading nobody knows."""


class Reader:
    """Reads parts; ``own`` are the hospital's readings, and ``one`` how a 1 is said
    in a patient's number."""

    def __init__(self, own: Mapping[str, str] | None = None, one: One = "yi") -> None:
        self._own = dict(own or {})
        self._one = one
        self._names = {**MANDARIN, **self._own}
        self._words = {**WORDS, **self._own}
        self._longest = max(_LONGEST_WORD, *map(len, self._words))

    def read(self, spoken: Spoken) -> Iterator[tuple[bool, str]]:
        """Pieces: whether it is English, and its syllables, pauses or words. A name
        with a character nobody can read is left out: the number calls the patient."""
        for part in spoken:
            match part.kind:
                case "number":
                    yield False, self.number(part.text)
                case "name":
                    yield from self._name(part)
                case "text":
                    yield from self.text(part.text)

    def number(self, text: str) -> str:
        """Sign by sign: letters by their names, figures one by one."""
        said: list[str] = []
        for sign in unicodedata.normalize("NFKC", text).upper():
            if sign in LETTERS:
                said.append(LETTERS[sign])
            elif sign.isdecimal():
                figure = "yao1" if sign == "1" and self._one == "yao" else ""
                said.append(figure or self._characters(one_by_one(sign)))
            elif HAN.match(sign):
                said.append(self._characters(sign))
        return " ".join(said)

    def name(self, name: str) -> str:
        """A Han name. Raises Unreadable."""
        name = han_name(name)
        if not name:
            raise Unreadable
        if name in self._names:
            return self._names[name]
        surname = surname_of(name, self._names)
        read = self._names.get(surname) or self._characters(surname)
        given = self._characters(name[len(surname) :])
        return f"{read} {given}".strip()

    def _name(self, part: Part) -> Iterator[tuple[bool, str]]:
        if not HAN.search(part.text):
            words = " ".join(ENGLISH.findall(part.text))
            if words:
                yield False, PAUSE
                yield True, words
                yield False, PAUSE
            return
        try:
            read = self.name(part.text)
        except Unreadable:
            return
        yield False, f"{PAUSE} {read} {PAUSE}"

    def text(self, text: str) -> Iterator[tuple[bool, str]]:
        """Ordinary words. CT is spelled, WiFi is English; a character nobody can read
        is left out."""
        text = STOPS.sub(PAUSE, in_text(patients_numbers(text)))
        at = 0
        for word in ENGLISH.finditer(text):
            yield from self._run(text[at : word.start()])
            at = word.end()
            if is_spelled(word[0]):
                yield False, self.number(word[0])
            else:
                yield True, word[0]
        yield from self._run(text[at:])

    def _run(self, text: str) -> Iterator[tuple[bool, str]]:
        for place, run in enumerate(text.split(PAUSE)):
            if place:
                yield False, PAUSE
            known = "".join(c for c in run if HAN.match(c) and readable(c, self._own))
            if known:
                yield False, self._characters(known)

    def _characters(self, text: str) -> str:
        """Longest words of our own first, the dictionary's phrases between them."""
        said: list[str] = []
        run = ""
        at = 0
        while at < len(text):
            for length in range(min(self._longest, len(text) - at), 0, -1):
                word = text[at : at + length]
                if word in self._words and (length > 1 or word in _ALWAYS):
                    said += [*_phrases(run), *self._words[word].split()]
                    run = ""
                    at += length
                    break
            else:
                run += text[at]
                at += 1
        said += _phrases(run)
        return " ".join(said)


def is_spelled(word: str) -> bool:
    """CT and PET-CT are said letter by letter; WiFi is a word."""
    return all(len(part) <= 4 and part.isupper() for part in word.split("-")) or (
        len(word) == 1
    )


_ALWAYS = frozenset("号诊嘅𠮷〇间")


def readable(character: str, own: Mapping[str, str]) -> bool:
    if character in own or character in WORDS:
        return True
    return bool(SYLLABLE.match(_dictionary(character)[0]))


@lru_cache(maxsize=8192)
def _dictionary(text: str) -> tuple[str, ...]:
    return tuple(
        lazy_pinyin(
            text,
            style=Style.TONE3,
            v_to_u=False,
            neutral_tone_with_five=True,
            tone_sandhi=False,
        )
    )


def _phrases(text: str) -> list[str]:
    if not text:
        return []
    said = list(_dictionary(text))
    if len(said) != len(text) or not all(map(SYLLABLE.match, said)):
        raise Unreadable
    for at, character in enumerate(text[:-1]):
        after = said[at + 1][-1]
        if character == "不" and after == "4":
            said[at] = "bu2"
        elif character == "一" and said[at] == "yi1" and text[at + 1] not in _COUNTS:
            counted = at > 0 and text[at - 1] in _COUNTS
            if not counted:
                said[at] = {"4": "yi2", "5": "yi2"}.get(after, "yi4")
    return said


# beside these 一 is a figure and keeps its tone
_COUNTS = frozenset("零一二三四五六七八九十百千点第周星期" + _PART_OF_NUMBER)
