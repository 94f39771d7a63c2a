"""The chimes, measured: what notes, how long, how loud."""

from __future__ import annotations

import io
import wave

import numpy as np
import pytest

from queue_displays.speech.port import CHIME, CHIME_AGAIN
from queue_displays.speech.wav import (
    C5,
    E5,
    RATE,
    chime,
    chime_key,
    chimes,
    opened,
    samples_of,
    sealed,
)


def sound(key: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.frombuffer(samples_of(chime(*chimes()[key])), np.int16)


def pitch(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    """The strongest frequency."""
    windowed = samples * np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(windowed, n=16 * len(samples)))
    return float(np.argmax(spectrum) * RATE / (16 * len(samples)))


def part(
    samples: np.ndarray[tuple[int], np.dtype[np.int16]], start: float, end: float
) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return samples[int(start * RATE) : int(end * RATE)]


def test_two_falling_notes_and_a_pause() -> None:
    samples = sound(CHIME)
    assert len(samples) / RATE == pytest.approx(0.9, abs=0.001)
    assert pitch(part(samples, 0, 0.3)) == pytest.approx(E5, rel=0.005)
    assert pitch(part(samples, 0.3, 0.6)) == pytest.approx(C5, rel=0.005)
    assert not part(samples, 0.6, 0.9).any()


def test_one_note_before_a_repeat() -> None:
    samples = sound(CHIME_AGAIN)
    assert len(samples) / RATE == pytest.approx(0.6, abs=0.001)
    assert pitch(part(samples, 0, 0.3)) == pytest.approx(E5, rel=0.005)
    assert not part(samples, 0.3, 0.6).any()


def test_it_is_heard_and_neither_clicks_nor_is_cut_off() -> None:
    samples = sound(CHIME).astype(np.int32)
    assert 0.3 < np.max(np.abs(samples)) / 32767 < 0.6
    # at the beginning, between the notes and at the end the step is a small one
    for at in (0, int(0.3 * RATE), int(0.6 * RATE)):
        around = samples[max(0, at - 20) : at + 20]
        assert np.max(np.abs(np.diff(around))) < 1500


@pytest.mark.parametrize("gain", [0.0, 0.4, 1.0])
def test_a_chime_is_as_loud_as_what_follows(gain: float) -> None:
    loud = np.max(np.abs(sound(CHIME).astype(np.int32)))
    key = chime_key(gain=gain)
    assert np.max(np.abs(sound(key).astype(np.int32))) == pytest.approx(
        loud * gain, abs=1
    )


def test_every_gain_has_its_chimes() -> None:
    for percent in range(0, 101, 5):
        for again in (False, True):
            assert chime_key(again=again, gain=percent / 100) in chimes()
    assert chime_key(gain=7) == CHIME
    assert chime_key(again=True, gain=0.42) == f"{CHIME_AGAIN}-40"


def test_others_can_play_it() -> None:
    with wave.open(io.BytesIO(sealed(b"\1\0" * 100)), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        assert file.getframerate() == RATE
        assert file.readframes(1000) == b"\1\0" * 100


def test_a_wav_of_somebody_else_is_not_ours() -> None:
    other = io.BytesIO()
    with wave.open(other, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\1\0" * 100)
    assert opened(other.getvalue()) is None
