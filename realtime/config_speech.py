"""The settings of the voice. What is said, and how loud when, stands in the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


def _text(meaning: str, expected: str, pattern: str) -> Meta:
    return Meta(description=meaning, pattern=pattern, extra={"expected": expected})


def _number(meaning: str, least: float, most: float) -> Meta:
    return Meta(description=meaning, ge=least, le=most)


class Speech(msgspec.Struct, frozen=True):
    engine: Annotated[
        Literal["auto", "program", "none"],
        Meta(
            description="What speaks: pyttsx3 and the espeak-ng program, only the "
            "program, or nothing"
        ),
    ] = "auto"
    languages: Annotated[
        str,
        _text(
            "Which are ready from the start; zh, yue, en",
            "zh, yue and en, with commas between",
            r"^(zh|yue|en)(,(zh|yue|en))*\Z",
        ),
    ] = "zh,en"
    rate: Annotated[
        int, _number("Pace of Mandarin; 220 is 4.5 syllables a second", 80, 450)
    ] = 220
    variant: Annotated[
        str,
        _text(
            "A variant of the voice, as espeak-ng names it (f3); empty: its own",
            "up to 20 letters and figures, or nothing",
            r"^[A-Za-z0-9]{0,20}\Z",
        ),
    ] = ""
    one: Annotated[
        Literal["yi", "yao"], Meta(description="How a 1 in a patient's number is said")
    ] = "yi"
    lexicon: Annotated[
        Path, Meta(description="Readings of your own (speech.md), if it is there")
    ] = Path("{data_dir}/lexicon.txt")
    cache_mb: Annotated[
        int, _number("Recordings are kept, megabytes at most", 1, 100_000)
    ] = 64
    keep_hours: Annotated[
        float, _number("A recording nobody asked for goes after, hours", 1, 8760)
    ] = 48.0
