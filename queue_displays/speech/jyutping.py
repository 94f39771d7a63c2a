"""Characters become Cantonese syllables. For the worker only: the dictionary takes
seconds to load and 70 MB to hold."""

from __future__ import annotations

import importlib
import re
from functools import cache
from typing import Any

from queue_displays.speech.names import HAN

_RUN = re.compile(f"(?:{HAN.pattern})+")
# espeak-ng 1.51 gives the syllabic nasals no sound at all, so "five" would be missing
_NASALS = re.compile(r"\b(ng|m)([1-6])\b")
_SOUNDED = {"ng": "ung", "m": "um"}


def jyutping(text: str) -> str:
    """Only syllables, figures and pauses are left. A character that the dictionary
    has not is left out."""

    def read(run: re.Match[str]) -> str:
        listed = _dictionary().get_jyutping_list(run[0])
        found = (syllable for _, syllable in listed if syllable)
        return f" {' '.join(found)} "

    return audible(" ".join(_RUN.sub(read, text).split()))


@cache
def _dictionary() -> Any:
    return importlib.import_module("ToJyutping")


def audible(text: str) -> str:
    return _NASALS.sub(lambda found: _SOUNDED[found[1]] + found[2], text)
