"""Who and what a story is about: short names, and what each of them means.

A word means one thing in a whole file, so that a step needs no grammar: "转 甲 到 B"
names a patient and a queue because 甲 is a patient and B a queue.
"""

from __future__ import annotations

from collections.abc import Iterable

from realtime.scenario.story import KINDS, Kind, Noun
from realtime.scenario.words import FILLERS, NOBODY, meant

_ROOM_ENDINGS = ("号诊室", "诊室", "号窗口", "窗口", "号房", "室")


class Ambiguous(Exception):
    """The word already means something else; the message says what."""


class Unknown(Exception):
    """Nobody and nothing is called so; the message says what may be meant."""


class Names:
    """The words of one file."""

    def __init__(self) -> None:
        self._nouns: dict[str, Noun] = {}

    def add(self, kind: Kind, key: str, *more: str) -> None:
        """``key`` and ``more`` mean this. Raises Ambiguous."""
        noun = Noun(kind, key)
        words = [key, *(word for word in more if word)]
        if kind == "room":
            words += [key + ending for ending in _ROOM_ENDINGS]
        for word in words:
            other = self._nouns.setdefault(word, noun)
            if other != noun:
                raise Ambiguous(
                    f"「{word}」已经是{KINDS[other.kind]}的名字，不能再当"
                    f"{KINDS[kind]}的名字，请换一个。"
                )

    def knows(self, word: str) -> bool:
        return word in self._nouns

    def find(self, word: str, *kinds: Kind) -> str:
        """The key of what is meant. Raises Unknown."""
        noun = self._nouns.get(word)
        if noun is not None and (not kinds or noun.kind in kinds):
            return noun.key
        raise Unknown(self.not_found(word, kinds))

    def noun(self, word: str) -> Noun:
        """Raises Unknown."""
        noun = self._nouns.get(word)
        if noun is None:
            raise Unknown(self.not_found(word, ()))
        return noun

    def not_found(self, word: str, kinds: Iterable[Kind]) -> str:
        wanted = tuple(kinds) or tuple(KINDS)
        what = "或".join(KINDS[kind] for kind in wanted)
        known = [
            word
            for word, noun in self._nouns.items()
            if noun.kind in wanted and not word.endswith(_ROOM_ENDINGS)
        ]
        return f"没有叫「{word}」的{what}{meant(word, known)}"

    def all(self, kind: Kind) -> list[str]:
        """The keys of this kind, in the order in which they were named."""
        found = (noun.key for noun in self._nouns.values() if noun.kind == kind)
        return list(dict.fromkeys(found))

    def sort(self, words: Iterable[str]) -> dict[Kind, list[str]]:
        """The nouns among the words, by kind. Raises Unknown."""
        found: dict[Kind, list[str]] = {kind: [] for kind in KINDS}
        for word in words:
            if word in FILLERS and word not in self._nouns:
                continue
            noun = self.noun(word)
            found[noun.kind].append(noun.key)
        return found

    def people(self, words: Iterable[str]) -> tuple[str, ...]:
        """Patients; nobody is "". Raises Unknown."""
        return tuple(
            "" if word in NOBODY else self.find(word, "patient") for word in words
        )
