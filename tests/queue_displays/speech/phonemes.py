"""What espeak-ng must say for a syllable, written down from phonology and not taken
from the code under test: initials, finals, tones."""

from __future__ import annotations

import re
import subprocess

from tests.machine import missing

_INITIALS = {
    **{"zh": "ts.", "ch": "ts.h", "sh": "s."},
    **dict(zip("bpmfdtnl", "p ph m f t th n l".split(), strict=True)),
    **dict(zip("gkhjqx", "k kh X tS; tS;h S;".split(), strict=True)),
    **dict(zip("rzcs", "z. ts tsh s".split(), strict=True)),
}
_FINALS = {
    final: set(sounds.split("/"))
    for final, sounds in (
        entry.split(":")
        for entry in (
            "a:a o:o e:o-/@ ai:ai ei:ei ao:au ou:ou an:an en:@n ang:aN eng:@N ong:ong "
            "er:@r i:i ia:ia ie:iE iao:iau iu:iou ian:iEn in:in iang:iaN ing:iN "
            "iong:yuN/yN/uN io:io u:u ua:ua uo:uo uai:uai ui:uei uan:uan "
            "un:u@n/uo-n uang:uaN ueng:u@N v:y ve:yE van:y&n vn:y@n/yin"
        ).split()
    )
}
_ZERO = {
    **{"yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian"},
    **{"yin": "in", "yang": "iang", "ying": "ing", "yong": "iong", "yo": "io"},
    **{"yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "wu": "u", "wa": "ua"},
    **{"wo": "uo", "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un"},
    **{"wang": "uang", "weng": "ueng"},
}
_TONES = {
    "1": {"55"},
    "2": {"35"},
    # at the end, before another tone, and before another third
    "3": {"214", "21", "35"},
    "4": {"51"},
    "5": {"11", "22", "33", "44"},
}
_TONED = re.compile(r"([a-z]+)([1-5])\Z")


def heard(text: str, voice: str) -> list[str]:
    """The syllables the voice says, as espeak-ng writes them."""
    command = ["espeak-ng", "-v", voice, "-x", "-q", "--stdin"]
    try:
        found = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        missing("espeak-ng", "install espeak-ng")
    return [one.strip() for one in found.stdout.split("_|") if one.strip()]


def is_mandarin(sound: str, syllable: str) -> bool:
    """Whether that is how this syllable sounds."""
    match = _TONED.match(syllable)
    if match is None:
        return False
    letters, tone = match[1], match[2]
    initial, finals = _split(letters)
    tones = "".join(re.findall(r"\d", sound))
    plain = re.sub(r"[\d']", "", sound).replace("A", "a")
    return (
        tones in _TONES[tone]
        and plain.startswith(initial)
        and _folded(plain.removeprefix(initial)) in finals
    )


def _split(letters: str) -> tuple[str, set[str]]:
    if letters in _ZERO:
        return "", _FINALS[_ZERO[letters]]
    for length in (2, 1):
        initial = letters[:length]
        if initial in _INITIALS:
            final = letters[length:]
            if final == "i" and initial in ("zh", "ch", "sh", "r"):
                return _INITIALS[initial], {"i."}
            if final == "i" and initial in ("z", "c", "s"):
                return _INITIALS[initial], {"i["}
            if initial in "jqx":
                final = re.sub("^u", "v", final)
            return _INITIALS[initial], _FINALS.get(final, set())
    return "", _FINALS.get(letters, set())


def _folded(final: str) -> str:
    """Glides and vowels are one."""
    final = final.removeprefix(";").replace("w", "u").replace("j", "i")
    return re.sub(r"^(i|u)\1", r"\1", final)


def is_cantonese(sound: str, syllable: str) -> bool:
    """The voice writes jyutping nearly as it is."""
    tones = "".join(re.findall(r"\d", sound))
    letters = re.sub(r"[\d']", "", sound).replace("N", "ng")
    return f"{letters}{tones}" == syllable


def syllables(text: str) -> list[str]:
    return text.replace(",", " ").split()
