"""A sentence in Cantonese.

Numbers and surnames are syllables already; the other characters stay what they are,
for the dictionary that reads them is large and slow to load: only the worker has it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from queue_displays.speech.mandarin import ENGLISH, PAUSE, STOPS, is_spelled
from queue_displays.speech.names import CANTONESE, HAN, han_name, surname_of
from queue_displays.speech.numerals import in_text, patients_numbers
from queue_displays.speech.words import Part, Spoken

FIGURES = "ling4 jat1 ji6 saam1 sei3 ng5 luk6 cat1 baat3 gau2".split()
LETTERS: Mapping[str, str] = {
    name: " ".join(syllables)
    for name, *syllables in (
        entry.split(".")
        for entry in (
            "A.ei1 B.bi1 C.si1 D.di1 E.ji1 F.e1.fu4 G.zi1 H.ik1.cyu4 I.aai1 J.zei1 "
            "K.kei1 L.e1.lou4 M.em1 N.en1 O.ou1 P.pi1 Q.kiu1 R.aa1.lou4 S.e1.si4 "
            "T.ti1 U.ju1 V.wi1 W.dap1.bi1.ju4 X.ik1.si4 Y.waai1 Z.ji6.set1"
        ).split()
    )
}


class CantoneseReader:
    """Reads parts; ``own`` are the hospital's readings."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self._own = dict(own or {})
        self._names = {**CANTONESE, **self._own}

    def read(self, spoken: Spoken) -> Iterator[tuple[bool, str]]:
        """Pieces: whether it is English, and its syllables, characters, or words."""
        for part in spoken:
            match part.kind:
                case "number":
                    yield False, number(part.text)
                case "name":
                    yield from self._name(part)
                case "text":
                    yield from self._text(part.text)

    def _name(self, part: Part) -> Iterator[tuple[bool, str]]:
        name = han_name(part.text)
        if not name:
            if HAN.search(part.text):
                return
            words = " ".join(ENGLISH.findall(part.text))
            if words:
                yield from ((False, PAUSE), (True, words), (False, PAUSE))
            return
        if name in self._own:
            yield False, f"{PAUSE} {self._own[name]} {PAUSE}"
            return
        surname = surname_of(name, self._names)
        read = self._names.get(surname, surname)
        yield False, f"{PAUSE} {read} {name[len(surname) :]} {PAUSE}"

    def _text(self, text: str) -> Iterator[tuple[bool, str]]:
        text = STOPS.sub(PAUSE, in_text(patients_numbers(text)))
        at = 0
        for word in ENGLISH.finditer(text):
            yield False, self._worded(text[at : word.start()])
            at = word.end()
            spelled = is_spelled(word[0])
            yield (False, number(word[0])) if spelled else (True, word[0])
        yield False, self._worded(text[at:])

    def _worded(self, text: str) -> str:
        text = "".join(c for c in text if c in (PAUSE, " ") or HAN.match(c))
        for word, read in self._own.items():
            if len(word) > 1:
                text = text.replace(word, f" {read} ")
        return text


def number(text: str) -> str:
    """Sign by sign."""
    said: list[str] = []
    for sign in unicodedata.normalize("NFKC", text).upper():
        if sign in LETTERS:
            said.append(LETTERS[sign])
        elif sign.isdecimal():
            said.append(FIGURES[int(sign)])
        elif HAN.match(sign):
            said.append(sign)
    return " ".join(said)
