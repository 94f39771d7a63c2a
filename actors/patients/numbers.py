"""Numbers by which a person is known: how each kind is written, and what it tells.

An identity number is checked before anything is done with it: a digit mistyped at the
desk must not make a second person. GB 11643: seventeen digits and a check character,
with the birth date and, by the last digit before the check, the sex.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal, TypeAlias, get_args

import msgspec

from actors.kernel.errors import Refused

Kind: TypeAlias = Literal[
    "id_card",
    "hmt_permit",
    "foreign_permit",
    "taiwan_permit",
    "passport",
    "birth_certificate",
    "social_card",
    "health_code",
    "hospital_card",
    "record_no",
    "day_card",
    "temporary",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

NAMES: dict[Kind, str] = {
    "id_card": "居民身份证",
    "hmt_permit": "港澳台居民居住证",
    "foreign_permit": "外国人永久居留身份证",
    "taiwan_permit": "台胞证",
    "passport": "护照",
    "birth_certificate": "出生医学证明",
    "social_card": "社会保障卡",
    "health_code": "电子健康码",
    "hospital_card": "就诊卡",
    "record_no": "病历号",
    "day_card": "当日卡",
    "temporary": "临时号",
}

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_CITIZEN = re.compile(r"[1-9]\d{16}[\dX]\Z")
_OLD_CITIZEN = re.compile(r"[1-9]\d{14}\Z")
_HMT = ("810000", "820000", "830000")
_PAD = re.compile(r"[\s\-]+")

_FORMS: dict[Kind, re.Pattern[str]] = {
    "taiwan_permit": re.compile(r"\d{8}\Z"),
    "passport": re.compile(r"[0-9A-Z]{5,17}\Z"),
    "birth_certificate": re.compile(r"[A-Z]\d{9}\Z"),
    "social_card": re.compile(r"[0-9A-Z]{6,32}\Z"),
    "health_code": re.compile(r"\S{1,128}\Z"),
    "hospital_card": re.compile(r"[0-9A-Z]{4,32}\Z"),
    "record_no": re.compile(r"[0-9A-Z._]{1,32}\Z"),
    "day_card": re.compile(r"[0-9A-Z]{1,32}\Z"),
    "temporary": re.compile(r"[0-9A-Z]{1,32}\Z"),
}
_OLD_FOREIGN = re.compile(r"[A-Z]{3}\d{12}\Z")


class Told(msgspec.Struct, frozen=True):
    """What a number tells of its holder. ``sex`` by GB/T 2261: 1 male, 2 female."""

    birth: str
    sex: str


def normal(kind: Kind, text: str) -> str:
    """The number as it is kept. Raises Refused(``bad_number``), saying what to do."""
    number = unicodedata.normalize("NFKC", text).strip()
    if kind == "health_code":
        # opaque: whoever made the code may mean its small letters
        return _as_formed(kind, number)
    number = _PAD.sub("", number).upper()
    if kind == "id_card":
        if _OLD_CITIZEN.match(number):
            number = _eighteen(number)
        _check_citizen(kind, number)
        if number.startswith(_HMT):
            raise _bad(kind, "这是港澳台居民居住证的号码，证件种类请选“港澳台居住证”。")
        if number.startswith("9"):
            raise _bad(kind, "这是外国人永久居留证的号码，证件种类请改过来再试。")
    elif kind == "hmt_permit":
        _check_citizen(kind, number)
        if not number.startswith(_HMT):
            raise _bad(kind, "港澳台居住证的号码以 81、82 或 83 开头，请核对证件。")
    elif kind == "foreign_permit":
        if not _OLD_FOREIGN.match(number):
            _check_citizen(kind, number)
            if not number.startswith("9"):
                raise _bad(kind, "永久居留证的号码以 9 或三个字母开头，请核对证件。")
    else:
        return _as_formed(kind, number)
    return number


def told_by(kind: Kind, number: str) -> Told | None:
    """Of a number in its normal form; None when this kind tells nothing."""
    if kind not in ("id_card", "hmt_permit", "foreign_permit") or len(number) != 18:
        return None
    birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    return Told(birth, "1" if int(number[16]) % 2 else "2")


def could_be(text: str) -> tuple[Kind, ...]:
    """The kinds that a typed or scanned text may be, when nobody says which. What can
    be an identity number with its check is nothing else."""
    found: list[Kind] = []
    for kind in KINDS:
        try:
            normal(kind, text)
        except Refused:
            continue
        found.append(kind)
    citizen = [k for k in found if k in ("id_card", "hmt_permit", "foreign_permit")]
    return tuple(citizen or found)


def check_character(seventeen: str) -> str:
    """GB 11643: what the eighteenth must be."""
    total = sum(
        int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True)
    )
    return _CHECK[total % 11]


def _check_citizen(kind: Kind, number: str) -> None:
    if not _CITIZEN.match(number):
        raise _bad(kind, "号码应是 18 位数字（末位可以是 X），请核对证件再输一遍。")
    if check_character(number[:17]) != number[17]:
        raise _bad(kind, "号码有一位不对（校验不符），请对着证件再输一遍。")
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = date.min
    if birth.year < 1850:
        raise _bad(kind, "号码里的出生日期不存在，请对着证件再输一遍。")


def _eighteen(old: str) -> str:
    """A number of the first generation: born in 19.., and without a check."""
    seventeen = f"{old[:6]}19{old[6:]}"
    return seventeen + check_character(seventeen)


def _as_formed(kind: Kind, number: str) -> str:
    if not _FORMS[kind].match(number):
        raise _bad(kind, f"这不像{NAMES[kind]}的号码，请核对后再输一遍。")
    return number


def _bad(kind: Kind, message: str) -> Refused:
    return Refused("bad_number", message, kind=kind)
