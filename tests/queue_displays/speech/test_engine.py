"""The voices of this machine, measured; and engines that pretend to have spoken."""

from __future__ import annotations

import importlib
from array import array

import numpy as np
import pytest

from queue_displays.speech.engine import (
    NoVoice,
    Program,
    Pyttsx3,
    Renderer,
    engines,
)
from queue_displays.speech.frames import Say
from queue_displays.speech.jyutping import jyutping
from queue_displays.speech.listening import (
    BadSound,
    checked,
    expected_s,
    level,
    loudness,
    syllables_of,
)
from queue_displays.speech.port import Language, Segment
from queue_displays.speech.utterances import VOICES, Voices
from queue_displays.speech.wav import RATE
from queue_displays.speech.worker import answer
from tests.machine import missing
from tests.queue_displays.speech.calls import calls

VOICE = Voices(b"a secret of this test")
LANGUAGES: tuple[Language, ...] = ("zh", "yue")
TEXT = "qing3 ei1 ling2 yi1 er4 hao4"


@pytest.fixture(scope="module")
def real() -> Renderer:
    try:
        found = engines("auto")
    except NoVoice:
        missing("espeak-ng", "install espeak-ng")
    if len(found) < 2:
        missing("espeak-ng with its library", "install espeak-ng")
    return Renderer(found)


@pytest.fixture(scope="module")
def program() -> Program:
    try:
        return Program()
    except NoVoice:
        missing("espeak-ng", "install espeak-ng")


def test_rendered_calls_are_whole_and_loud_enough(real: Renderer) -> None:
    """Duration follows the syllables, and every voice has the same level."""
    paces = []
    for call in calls(500)[::29]:
        (segment,) = VOICE.utterance(call.words, name=call.name).segments
        sound, engine = real.render(segment, plain=False)
        assert engine == "pyttsx3"
        assert real.faults == []
        paces.append(len(sound) / RATE / len(call.syllables))
        assert 0.09 < level(sound) <= 0.121
        assert np.max(np.abs(sound.astype(np.int32))) <= 0.95 * 32767 + 1
        # a call is over in less than five seconds, so that twelve fit into a minute
        assert len(sound) / RATE < 5.0
    assert 0.18 < min(paces) <= max(paces) < 0.27


@pytest.mark.parametrize("language", ["zh", "yue", "en"])
def test_each_figure_is_heard(real: Renderer, language: str) -> None:
    """Every figure by itself has its time and its sound: five in Cantonese has none
    in this voice unless it is written otherwise."""
    for figure in "0123456789":
        words = f"Number {figure}" if language == "en" else f"{figure}号"
        said = VOICE.utterance(words, language)  # type: ignore[arg-type]
        (segment,) = said.segments
        text = segment.text.removeprefix("Number ").removesuffix("号")
        text = text.removesuffix("hao4").strip()
        alone = Segment(segment.voice, text, segment.rate)
        sound, _ = real.render(alone, plain=False)
        heard = np.count_nonzero(loudness(sound) > 0.02) / 100
        assert heard > 0.1, (figure, text)


def test_a_voice_and_a_rate_hold_from_the_first_word_on(real: Renderer) -> None:
    """The library keeps what it had, unless it is told and watched."""
    slow, fast = (Segment(VOICES["zh"], TEXT, rate) for rate in (120, 240))
    seconds = [
        len(real.render(segment, plain=False)[0]) / RATE
        for segment in (slow, fast, slow, Segment(VOICES["en"], "hello", 150), fast)
    ]
    assert real.faults == []
    assert seconds[0] == pytest.approx(seconds[2], rel=0.02)
    assert seconds[1] == pytest.approx(seconds[4], rel=0.02)
    assert seconds[0] > 1.6 * seconds[1]


def test_the_library_and_the_program_say_the_same(program: Program) -> None:
    for rate in (150, 200):
        library = Pyttsx3().render(VOICES["zh"], TEXT, rate)
        beside = program.render(VOICES["zh"], TEXT, rate)
        # the library leaves another pause at the end, by what it said before
        assert len(library) == pytest.approx(len(beside), rel=0.03)


def test_several_voices_are_one_sound(real: Renderer) -> None:
    said = VOICE.utterance(
        "Number A105, {name}, please go to Room 12.", "en", name="单晓明"
    )
    whole = answer(real, Say(1, said.segments, 1.0))
    assert whole.fault == ""
    parts = sum(len(real.render(segment, plain=False)[0]) for segment in said.segments)
    assert len(whole.samples) / 2 == pytest.approx(parts + 2 * 0.12 * RATE, rel=0.01)


@pytest.mark.parametrize("gain", [0.25, 1.0])
def test_gain_is_how_loud_it_is(real: Renderer, gain: float) -> None:
    said = VOICE.utterance("请 A012号 准备", gain=gain)
    whole = answer(real, Say(1, said.segments, said.gain))
    sound = np.frombuffer(whole.samples, np.int16)
    assert np.max(np.abs(sound.astype(np.int32))) <= gain * 0.95 * 32767 + 1
    assert loudness(sound).max() > gain * 0.1


@pytest.mark.parametrize("voice", ["no/such-voice", "gmw/xx"])
def test_an_unknown_voice_is_no_other_voice(voice: str) -> None:
    try:
        library = Pyttsx3()
    except NoVoice:
        missing("espeak-ng with its library", "install espeak-ng")
    with pytest.raises(BadSound, match=r"spoke as|ValueError"):
        library.render(voice, TEXT, 200)


# -- engines that pretend ---------------------------------------------------------


class Pretending:
    """Gives what it is told to, in turn."""

    def __init__(self, name: str, *sounds: bytes | Exception) -> None:
        self.name = name
        self.sounds = list(sounds)
        self.asked = 0

    def render(self, voice: str, text: str, rate: int) -> bytes:
        self.asked += 1
        sound = self.sounds.pop(0)
        if isinstance(sound, Exception):
            raise sound
        return sound


def tone(seconds: float, loud: int = 8000) -> bytes:
    return array("h", [loud, -loud] * int(seconds * RATE / 2)).tobytes()


GOOD = tone(1.3)
SEGMENT = Segment(VOICES["zh"], TEXT, 200)


def test_the_first_is_tried_twice_then_the_other() -> None:
    first = Pretending("one", BadSound("wrote no file"), tone(0.1))
    other = Pretending("two", GOOD)
    renderer = Renderer([first, other])
    _, engine = renderer.render(SEGMENT, plain=False)
    assert (engine, first.asked, other.asked) == ("two", 2, 1)
    assert len(renderer.faults) == 2


def test_after_hanging_the_first_is_left_alone() -> None:
    first, other = Pretending("one", GOOD), Pretending("two", GOOD)
    _, engine = Renderer([first, other]).render(SEGMENT, plain=True)
    assert (engine, first.asked) == ("two", 0)


def test_when_nothing_can_say_it_that_is_told_without_its_words() -> None:
    bad = [BadSound("wrote no file")] * 2
    renderer = Renderer([Pretending("one", *bad), Pretending("two", OSError("full"))])
    said = answer(renderer, Say(7, (SEGMENT,), 1.0))
    assert (said.ref, said.samples, said.fault) == (7, b"", "two: full")
    assert not any("ling2" in fault for fault in said.tries)
    assert len(said.tries) == 3


def test_nothing_to_say_is_no_silence() -> None:
    assert answer(Renderer([Pretending("one")]), Say(1, (), 1.0)).fault


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "silent"),
        (tone(1.3, 0), "silent"),
        (tone(1.3, 60), "silent|hardly"),
        (tone(1.3, 200), "hardly heard"),
        (tone(0.4), "cut short"),
        (tone(9.0), "too long"),
        (tone(0.05) + bytes(2 * RATE) + tone(0.05), "mostly silent"),
        (tone(1.3, 32767), "full scale"),
    ],
    ids=["nothing", "zeros", "noise", "faint", "half", "endless", "gaps", "clipped"],
)
def test_what_is_no_speech_is_refused(raw: bytes, why: str) -> None:
    with pytest.raises(BadSound, match=why):
        checked(raw, TEXT, 200)


def test_silence_around_it_goes_and_the_level_is_set() -> None:
    sound = checked(bytes(RATE) + tone(1.3, 2000) + bytes(RATE), TEXT, 200)
    assert len(sound) / RATE == pytest.approx(1.36, abs=0.03)
    assert level(sound) == pytest.approx(0.12, rel=0.01)


def test_more_syllables_take_longer() -> None:
    assert syllables_of(TEXT) == (6, 0)
    assert syllables_of("hello, room 12") == (0, 5)
    short, long = expected_s(TEXT, 200), expected_s(f"{TEXT} {TEXT}", 200)
    assert long[0] == pytest.approx(2 * short[0])
    assert expected_s(TEXT, 100)[0] == pytest.approx(2 * short[0])


def test_a_machine_without_a_voice_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_module(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", no_module)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoVoice, match="apt install espeak-ng"):
        engines("auto")


def test_only_syllables_are_left_of_cantonese() -> None:
    assert jyutping("请 ei1 号, 吴明") == "cing2 ei1 hou6 , ung4 ming4"


@pytest.mark.soak
def test_all_five_hundred_calls_are_rendered_without_a_fault(real: Renderer) -> None:
    for call in calls():
        for language in LANGUAGES:
            said = VOICE.utterance(call.words, language, name=call.name)
            heard = answer(real, Say(1, said.segments, 1.0))
            assert (heard.fault, heard.tries) == ("", ())
