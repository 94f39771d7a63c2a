"""How figures are said in Chinese: one by one, as a number, as a time.

A patient's number is said digit by digit, as it stands on the wall; the number of a
room as people say it: 3号诊室 is 三号, 12号 is 十二号, 301室 is 三零一.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

# 壹 is read as a figure wherever it stands, while 一 changes with what follows
DIGITS = "零壹二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_LONGEST_WHOLE = 4
_OF_PATIENTS = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{1,2})(\d{2,5})(?!\d)")

_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = ()


def one_by_one(figures: str) -> str:
    return "".join(DIGITS[int(figure)] for figure in figures)


def whole(figures: str) -> str:
    """A number below ten thousand as it is said; others digit by digit."""
    if len(figures) > _LONGEST_WHOLE or (len(figures) > 1 and figures[0] == "0"):
        return one_by_one(figures)
    value = int(figures)
    if value < 10:
        return DIGITS[value]
    said = ""
    gap = False
    text = str(value)
    for place, figure in enumerate(text):
        unit = _UNITS[len(text) - 1 - place]
        if figure == "0":
            gap = True
            continue
        if gap:
            said += DIGITS[0]
            gap = False
        said += DIGITS[int(figure)] + unit
    return said.removeprefix(DIGITS[1]) if 10 <= value < 20 else said


def patients_numbers(text: str) -> str:
    """Numbers of patients in running text, digit by digit as everywhere."""
    return _OF_PATIENTS.sub(
        lambda found: found[1].upper() + one_by_one(found[2]),
        unicodedata.normalize("NFKC", text),
    )


def in_text(text: str) -> str:
    """Every figure of a sentence in characters."""
    text = unicodedata.normalize("NFKC", text)
    for pattern, said in _PATTERNS:
        text = pattern.sub(said, text)
    return text


def _time(found: re.Match[str]) -> str:
    hour, minute = found[1], found[2]
    said = ("两" if int(hour) == 2 else whole(hour.lstrip("0") or "0")) + "点"
    if minute == "00":
        return said + "整"
    return said + ("零" if minute[0] == "0" else "") + whole(minute.lstrip("0")) + "分"


def _year(found: re.Match[str]) -> str:
    return one_by_one(found[1]) + "年"


def _share(found: re.Match[str]) -> str:
    return "百分之" + _decimal(found[1])


def _decimal(figures: str) -> str:
    before, dot, after = figures.partition(".")
    return whole(before) + ("点" + one_by_one(after) if dot else "")


def _span(found: re.Match[str]) -> str:
    return f"{whole(found[1])}到{whole(found[2])}"


def _telephone(found: re.Match[str]) -> str:
    return "，".join(one_by_one(part) for part in found[0].split("-"))


_PATTERNS = (
    (re.compile(r"(?<!\d)([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)"), _time),
    (re.compile(r"(?<!\d)(\d{4})年"), _year),
    (re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)%"), _share),
    (re.compile(r"(?<![\d.])(\d+\.\d+)(?![\d.])"), lambda m: _decimal(m[1])),
    (re.compile(r"(?<![\d\-])(\d{1,3})[-–—~～](\d{1,3})(?![\d\-])"), _span),
    # a telephone number
    (re.compile(r"\d{2,}(?:-\d{2,})+|\d{5,}"), _telephone),
    # 号 of a month, floors, rooms, counts
    (re.compile(r"\d{3,4}(?=[号室房床诊])"), lambda m: one_by_one(m[0])),
    (re.compile(r"(?<!\d)2(?=[个位名人天次种项份瓶盒支])"), lambda _: "两"),
    (re.compile(r"\d+"), lambda m: whole(m[0])),
)
