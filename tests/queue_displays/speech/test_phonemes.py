"""What the voices are given, and what they make of it: phoneme by phoneme."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest

import pytest

from queue_displays.speech.jyutping import jyutping
from queue_displays.speech.mandarin import LETTERS
from queue_displays.speech.names import MANDARIN
from queue_displays.speech.utterances import VOICES, Voices
from tests.queue_displays.speech.calls import SURNAMES, calls
from tests.queue_displays.speech.phonemes import (
    heard,
    is_cantonese,
    is_mandarin,
    syllables,
)

VOICE = Voices(b"a secret of this test")


def mandarin(words: str, name: str = "") -> str:
    (segment,) = VOICE.utterance(words, name=name).segments
    assert segment.voice == VOICES["zh"]
    return segment.text


def differing(text: str, voice: str, alike: Callable[[str, str], bool]) -> list[str]:
    """What is heard where it should not be, beside the syllable that was meant."""
    wanted, sounds = syllables(text), heard(text, voice)
    pairs = zip_longest(wanted, sounds, fillvalue="")
    wrong = [
        f"{syllable or 'nothing'} sounds as {sound or 'nothing'}"
        for syllable, sound in pairs
        if not alike(sound, syllable)
    ]
    # from the first on that is too many or missing all the others are shifted
    return wrong if len(sounds) == len(wanted) else wrong[:3]


def check(text: str) -> None:
    """Every syllable is heard, as that syllable, and nothing else is."""
    assert differing(text, VOICES["zh"], is_mandarin) == []


def test_five_hundred_calls_are_read_as_they_should_be() -> None:
    wrong = []
    for call in calls():
        read = syllables(mandarin(call.words, call.name))
        if read != call.syllables:
            wrong.append((call.words, call.name, read))
    assert wrong == []
    assert len(calls()) == 500
    assert len({call.name for call in calls()}) >= len(SURNAMES) >= 60


def test_five_hundred_calls_sound_as_they_should() -> None:
    check(" , ".join(mandarin(call.words, call.name) for call in calls()))


def test_every_letter_of_a_number_has_a_chinese_name() -> None:
    check(mandarin("请 " + " ".join(f"{letter}12号" for letter in LETTERS)))
    said = mandarin("请 CT123号 到 B超室")
    assert syllables(said)[1:3] == ["sei1", "ti4"]


def test_every_surname_of_the_lexicon_can_be_heard() -> None:
    assert len(MANDARIN) >= 60
    check(" , ".join(MANDARIN.values()))


@pytest.mark.parametrize(
    "bad", ["qing3 张三", "hao4 A 12", "hello", "san1 hao"], ids=range(4)
)
def test_what_is_no_pinyin_is_found(bad: str) -> None:
    """The check is worth something: what would be read as English fails it."""
    with pytest.raises(AssertionError):
        check(bad)


def test_a_reading_with_another_tone_or_sound_is_found() -> None:
    sounds = heard("shan4 dan1", VOICES["zh"])
    assert is_mandarin(sounds[0], "shan4")
    assert not is_mandarin(sounds[0], "shan1")
    assert not is_mandarin(sounds[1], "shan1")
    assert not is_mandarin(sounds[1], "shan4")


def test_cantonese_calls_sound_as_they_should() -> None:
    texts = []
    for call in calls(100):
        (segment,) = VOICE.utterance(call.words, "yue", name=call.name).segments
        assert segment.voice == VOICES["yue"]
        texts.append(jyutping(segment.text))
    text = " , ".join(texts)
    assert not re.search(r"[^a-z1-6 ,]", text)
    assert differing(text, VOICES["yue"], is_cantonese) == []


def test_figures_and_special_surnames_in_cantonese() -> None:
    def said(words: str, name: str = "") -> list[str]:
        (segment,) = VOICE.utterance(words, "yue", name=name).segments
        return syllables(jyutping(segment.text))

    assert said("请 A0123456789号") == (
        "cing2 ei1 ling4 jat1 ji6 saam1 sei3 ung5 luk6 cat1 baat3 gau2 hou6".split()
    )
    assert said("请 1号 {name}", "单明")[-2:] == ["sin6", "ming4"]
    assert said("请 1号 {name}", "尉迟恭")[-3:] == ["wat1", "ci4", "gung1"]
    assert said("请 1号 {name}", "吴明")[-2] == "ung4"


def test_english_spells_numbers_and_leaves_names_to_a_voice_that_can() -> None:
    said = VOICE.utterance(
        "Number A105, {name}, please go to Room 12.", "en", name="单晓明"
    )
    assert [segment.voice for segment in said.segments] == [
        VOICES["en"],
        VOICES["zh"],
        VOICES["en"],
    ]
    assert said.segments[0].text == "Number eigh one zero five"
    assert said.segments[1].text == "shan4 xiao3 ming2"
    sounds = heard("eigh", VOICES["en"])
    assert sounds == ["'eI"]
