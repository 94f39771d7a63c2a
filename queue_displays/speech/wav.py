"""Sound as it lies on the disk and goes to a device: 16 bits, one channel.

A file ends with a chunk that players pass over: a digest of what is before it. A file
that was cut or damaged is known by it, and rendered again.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from math import cos, exp, pi, sin

from queue_displays.speech.port import CHIME, CHIME_AGAIN, Wav

RATE = 22_050
"""Samples a second: what the voices give."""
_DIGEST = 16
_HEAD = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SEAL = struct.Struct("<4sI")

E5, C5 = 659.26, 523.25
_NOTE_S = 0.3
_PAUSE_S = 0.3
_ATTACK_S = 0.008
_FADE = 7.0
_LEVEL = 0.5


def sealed(samples: bytes) -> bytes:
    """A WAV file of these samples."""
    length = len(samples)
    total = _HEAD.size - 8 + length + _SEAL.size + _DIGEST
    head = _HEAD.pack(
        *(b"RIFF", total, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16),
        *(b"data", length),
    )
    return head + samples + _SEAL.pack(b"hzdg", _DIGEST) + _digest(head, samples)


def opened(data: bytes) -> Wav | None:
    """None for what is not a whole file of ours."""
    if len(data) < _HEAD.size + _SEAL.size + _DIGEST:
        return None
    head, body = data[: _HEAD.size], data[_HEAD.size : -_SEAL.size - _DIGEST]
    if data[-_DIGEST:] != _digest(head, body):
        return None
    return Wav(data, len(body) / 2 / RATE)


def samples_of(wav: Wav) -> bytes:
    return wav.data[_HEAD.size : -_SEAL.size - _DIGEST]


def _digest(head: bytes, body: bytes) -> bytes:
    digest = hashlib.blake2b(head, digest_size=_DIGEST)
    digest.update(body)
    return digest.digest()


def chime_key(*, again: bool = False, gain: float = 1.0) -> str:
    """The chime that is as loud as an utterance of this gain."""
    key = CHIME_AGAIN if again else CHIME
    percent = round(min(max(gain, 0.0), 1.0) * 20) * 5
    return key if percent == 100 else f"{key}-{percent}"


def chimes() -> dict[str, tuple[tuple[float, ...], float]]:
    """Every chime there is: key → its notes and gain."""
    return {
        chime_key(again=again, gain=step / 20): (
            (E5,) if again else (E5, C5),
            step / 20,
        )
        for again in (False, True)
        for step in range(21)
    }


def chime(notes: tuple[float, ...], gain: float) -> Wav:
    """Struck notes one after the other, and a pause before the words begin."""
    samples = array("h")
    for note in notes:
        samples.extend(_struck(note, gain))
    samples.extend([0] * int(_PAUSE_S * RATE))
    wav = opened(sealed(samples.tobytes()))
    assert wav is not None
    return wav


def _struck(note: float, gain: float) -> list[int]:
    """Soft at the start and at the end: a step would click."""
    count = int(_NOTE_S * RATE)
    turn = 2 * pi * note / RATE
    loud = 32_767 * _LEVEL * gain
    fade = int(_ATTACK_S * RATE)
    found = []
    for at in range(count):
        level = loud * exp(-_FADE * at / count / 2)
        if at < fade:
            level *= (1 - cos(pi * at / fade)) / 2
        elif at > count - 4 * fade:
            level *= (1 - cos(pi * (count - at) / (4 * fade))) / 2
        wave = 0.85 * sin(turn * at) + 0.15 * sin(2 * turn * at)
        found.append(int(level * wave))
    return found
