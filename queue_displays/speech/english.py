"""A sentence in English, and what a Chinese hospital's rooms are called in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from queue_displays.speech.names import HAN
from queue_displays.speech.words import Spoken

FIGURES = "zero one two three four five six seven eight nine".split()
# A by itself would be the article
LETTERS: Mapping[str, str] = {
    **{letter: letter for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ"},
    "A": "eigh",
}

_ROOMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?P<n>[A-Z]{{0,2}}\d{{1,4}})号?{chinese}\Z"), f"{english} \\g<n>")
    for chinese, english in (
        ("(?:诊室|诊间|门诊)", "Room"),
        ("(?:检查室|诊察室)", "Examination room"),
        ("(?:室|房间|房)", "Room"),
        ("(?:窗口|取药窗口|发药窗口)", "Window"),
        ("(?:诊台|分诊台|护士站)", "Desk"),
        ("(?:采血窗口|采血台)", "Blood draw desk"),
        ("(?:牙椅|椅位|椅)", "Chair"),
    )
)
_HAN_RUN = re.compile(f"(?:{HAN.pattern}|[·•])+")


def english_room(room: str) -> str:
    """``3号诊室`` is Room 3; one that is not known stays as the wall has it."""
    for pattern, english in _ROOMS:
        if pattern.match(room):
            return pattern.sub(english, room)
    return room


def read_english(spoken: Spoken) -> Iterator[tuple[bool, str]]:
    """Pieces: whether it is English, and its words. What is not English is Chinese,
    for the voice that can say it."""
    for part in spoken:
        if part.kind == "number":
            yield True, spelled(part.text) + ","
            continue
        at = 0
        for run in _HAN_RUN.finditer(part.text):
            if words := _plain(part.text[at : run.start()]):
                yield True, words
            yield False, run[0]
            at = run.end()
        if words := _plain(part.text[at:]):
            yield True, words


def spelled(number: str) -> str:
    """Sign by sign."""
    said = []
    for sign in number.upper():
        if sign in LETTERS:
            said.append(LETTERS[sign])
        elif sign.isdecimal():
            said.append(FIGURES[int(sign)])
    return " ".join(said)


def _plain(text: str) -> str:
    """What the voice can be given: words, figures and stops; a room of three figures
    figure by figure. No marks that it would take for orders."""
    text = re.sub(r"[^\w\s.,;:!?'’%+\-/]", " ", text.replace("*", ""))
    text = re.sub(
        r"\b[A-Z]{1,3}\d{1,5}\b|\b\d{3,}\b", lambda found: spelled(found[0]), text
    )
    return text.strip() if re.search(r"\w", text) else ""
