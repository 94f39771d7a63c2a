"""What a voice gave is measured before anybody hears it. For the worker only.

A library that speaks may write nothing, half a sentence, silence or noise, and call
it done. Here it must last as long as its words do, be heard in most of that time,
and not be cut off at full scale.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np

from queue_displays.speech.wav import RATE

Samples: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int16]]"

_FULL = 32_767
_FRAME = RATE // 100
_HEARD = 0.004
"""Of full scale: quieter frames are pauses."""
_LEVEL = 0.12
"""Every voice is brought to this level, where it speaks."""
_PEAK = 0.95
_EDGE_S = 0.03
_QUIETEST = 0.01
_CLIPPED = 0.001
_USUAL_RATE = 175
# seconds at the usual rate of a Chinese syllable, where voices need 0.20 to 0.32, and
# of one in English, where it needs 0.13 to 0.24
_SHORTEST_S, _LONGEST_S = (0.14, 0.07), (0.42, 0.35)
_LONGER_S = 0.6

_TONED = re.compile(r"[a-zü]+[1-6]")
_FIGURES = re.compile(r"\d")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)


class BadSound(ValueError):
    """What the voice gave cannot be used; the message says why, without words."""


def syllables_of(text: str) -> tuple[int, int]:
    """About how many: with a tone, and of English."""
    toned = len(_TONED.findall(text))
    rest = _TONED.sub(" ", text)
    english = len(_FIGURES.findall(rest)) + len(_VOWELS.findall(rest))
    return toned, english if toned or english else 1


def expected_s(text: str, rate: int) -> tuple[float, float]:
    """Between what seconds the voices say this."""
    pace = _USUAL_RATE / rate
    syllables = syllables_of(text)
    shortest, longest = (
        sum(count * each for count, each in zip(syllables, limits, strict=True))
        for limits in (_SHORTEST_S, _LONGEST_S)
    )
    return shortest * pace, longest * pace + _LONGER_S


def checked(raw: bytes, text: str, rate: int) -> Samples:
    """The samples without the silence around them, at the level all voices have.
    Raises BadSound."""
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], np.int16)
    loud = loudness(samples)
    heard = np.flatnonzero(loud > _HEARD)
    if not len(heard):
        raise BadSound("silent")
    edge = int(_EDGE_S * RATE)
    start = max(0, int(heard[0]) * _FRAME - edge)
    end = min(len(samples), (int(heard[-1]) + 1) * _FRAME + edge)
    samples = samples[start:end]
    shortest, longest = expected_s(text, rate)
    seconds = len(samples) / RATE
    if seconds < shortest:
        raise BadSound(f"{seconds:.2f} s, {shortest:.2f} s are the least: cut short")
    if seconds > longest:
        raise BadSound(f"{seconds:.2f} s, {longest:.2f} s are the most: too long")
    if len(heard) * _FRAME / RATE < shortest / 2:
        raise BadSound("mostly silent")
    clipped = np.count_nonzero(np.abs(samples.astype(np.int32)) >= _FULL)
    if clipped > len(samples) * _CLIPPED:
        raise BadSound("cut off at full scale")
    return _levelled(samples)


def loudness(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of each hundredth of a second, of full scale."""
    whole = len(samples) // _FRAME * _FRAME
    frames = samples[:whole].astype(np.float64).reshape(-1, _FRAME) / _FULL
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = np.sqrt(
        np.mean(frames**2, axis=1)
    )
    return found


def level(samples: Samples) -> float:
    """How loud it is where it speaks."""
    loud = loudness(samples)
    heard = loud[loud > _HEARD]
    return float(np.sqrt(np.mean(heard**2))) if len(heard) else 0.0


def _levelled(samples: Samples) -> Samples:
    now = level(samples)
    if now < _QUIETEST:
        raise BadSound("hardly heard")
    peak = float(np.max(np.abs(samples.astype(np.float64)))) / _FULL
    factor = min(_LEVEL / now, _PEAK / peak)
    return scaled(samples, factor)


def scaled(samples: Samples, factor: float) -> Samples:
    return np.round(samples * factor).clip(-_FULL, _FULL).astype(np.int16)


def joined(parts: list[Samples], gain: float) -> bytes:
    """One after the other with a breath between, as loud as asked for."""
    breath = np.zeros(int(_BREATH_S * RATE), np.int16)
    whole: list[Samples] = []
    for part in parts:
        whole += [part, breath]
    return scaled(np.concatenate(whole[:-1]), gain).tobytes()


_BREATH_S = 0.12
