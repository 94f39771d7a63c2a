"""A sentence becomes an utterance: for each voice what it can say, and a key.

The key is made from all that is heard, with a secret: whoever has it, or reads the
name of a file, learns nothing about whom was called; and a reading that is corrected
gives another key, so nothing wrong stays in the cache.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator

import msgspec

from queue_displays.speech.cantonese import CantoneseReader
from queue_displays.speech.english import read_english
from queue_displays.speech.mandarin import PAUSE, One, Reader
from queue_displays.speech.names import Lexicon
from queue_displays.speech.port import Language, Segment, Utterance
from queue_displays.speech.words import parts_of

VOICES: dict[Language, str] = {
    "zh": "sit/cmn-latn-pinyin",
    "yue": "sit/yue-latn-jyutping",
    "en": "gmw/en",
}
"""Each by its file: by another name the library keeps the voice it had, silently."""

# beside Mandarin at 220, which is four and a half syllables a second
_PACE: dict[Language, float] = {"zh": 1.0, "yue": 0.87, "en": 0.72}

_SOUND = 1
"""Changed whenever the same segments would sound otherwise."""


class Voices:
    """Makes utterances. ``rate`` is that of the Mandarin voice, in what it calls words
    a minute, and the others follow it; ``variant`` one of espeak-ng's, such as f3;
    ``one`` is how a 1 in a patient's number is said."""

    def __init__(
        self,
        secret: bytes,
        *,
        rate: int = 220,
        variant: str = "",
        lexicon: Lexicon | None = None,
        one: One = "yi",
    ) -> None:
        lexicon = lexicon or Lexicon()
        self._secret = secret
        self._rate = rate
        self._variant = variant
        self._mandarin = Reader(lexicon.zh, one)
        self._cantonese = CantoneseReader(lexicon.yue)

    def utterance(
        self,
        words: str,
        language: Language = "zh",
        *,
        name: str = "",
        gain: float = 1.0,
        pace: int = 100,
        variant: str = "",
    ) -> Utterance:
        """``words`` as they are announced, with ``{name}`` where ``name`` is said: in
        full, masked (each star is 某) or not at all. ``gain`` from 0 to 1 goes in
        steps of 0.05, so that a day has few; ``pace`` is in per cent. Pure."""
        pieces = self._pieces(words, language, name)
        rate = self._rate * min(max(pace, 50), 200) / 100
        segments = tuple(_segments(pieces, variant or self._variant, rate))
        gain = round(min(max(gain, 0.0), 1.0) * 20) / 20
        heard = msgspec.json.encode([_SOUND, language, segments, gain])
        key = hmac.new(self._secret, heard, hashlib.sha256).hexdigest()[:32]
        return Utterance(key, language, segments, gain)

    def _pieces(
        self, words: str, language: Language, name: str
    ) -> Iterator[tuple[Language, str]]:
        spoken = parts_of(words, name)
        if language == "zh":
            for english, text in self._mandarin.read(spoken):
                yield ("en" if english else "zh"), text
        elif language == "yue":
            for english, text in self._cantonese.read(spoken):
                yield ("en" if english else "yue"), text
        else:
            for english, text in read_english(spoken):
                if english:
                    yield "en", text
                    continue
                for foreign, read in self._mandarin.read(parts_of("{name}", text)):
                    yield ("en" if foreign else "zh"), read


def _segments(
    pieces: Iterable[tuple[Language, str]], variant: str, rate: float
) -> Iterator[Segment]:
    """Neighbours in one language are one segment."""
    suffix = f"+{variant}" if variant else ""
    found: list[tuple[Language, list[str]]] = []
    for language, text in pieces:
        if not text.strip():
            continue
        if text.strip() == PAUSE and (not found or found[-1][0] != language):
            # between two voices there is a pause anyway
            continue
        if found and found[-1][0] == language:
            found[-1][1].append(text)
        else:
            found.append((language, [text]))
    for language, texts in found:
        if text := _tidy(" ".join(texts)):
            pace = round(rate * _PACE[language])
            yield Segment(VOICES[language] + suffix, text, pace)


def _tidy(text: str) -> str:
    """One pause for several, and none at the ends."""
    words = [word.strip() for word in text.replace(PAUSE, f" {PAUSE} ").split()]
    kept: list[str] = []
    for word in words:
        if word != PAUSE:
            kept.append(word)
        elif kept and not kept[-1].endswith(PAUSE):
            kept[-1] += PAUSE
    return " ".join(kept).rstrip(PAUSE)
