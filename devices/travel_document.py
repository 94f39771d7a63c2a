"""Passports and travel permits as typed or read by machine: ICAO 9303, forms TD3, TD1.

Pure. Both forms carry check digits, and a line that does not check is refused with the
name of the field. 台湾居民来往大陆通行证 (台胞证): eight digits, without any check of
their own; as a card it is a TD1 that begins with CT.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from devices.trouble import DeviceTrouble, Trouble

_WEIGHTS = (7, 3, 1)
MISTYPED = Trouble(
    "document_mistyped",
    "证件号码不对，请核对后再输一次。",
    "The document's number is not right: compare it and type it again.",
)
Sex = Literal["1", "2", "0"]


class BadDocument(DeviceTrouble):
    """`detail` names the field that does not check, never what stands in it."""


@dataclass(frozen=True, repr=False)
class TravelDocument:
    kind: Literal["passport", "taiwan_permit", "hk_macao_permit", "other"]
    number: str
    issuer: str
    nationality: str
    surname: str
    given_names: str
    birth: date
    sex: Sex
    expires: date

    def __repr__(self) -> str:
        return f"<TravelDocument {self.kind}>"


def check_digit(field: str) -> int:
    """ICAO 9303, 4.9. ValueError for what no machine-readable zone holds."""
    total = 0
    for place, character in enumerate(field):
        if character == "<":
            value = 0
        elif character.isascii() and character.isdigit():
            value = int(character)
        elif "A" <= character <= "Z":
            value = ord(character) - 55
        else:
            raise ValueError("letters, digits and <")
        total += value * _WEIGHTS[place % 3]
    return total % 10


def read_zone(text: str, today: date) -> TravelDocument:
    """From two lines of 44 or three of 30, with or without blanks and line ends.

    `today` tells which century a birth was in. Raises BadDocument.
    """
    zone = re.sub(r"\s+", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z<]+", zone):
        raise BadDocument(MISTYPED, "characters")
    if len(zone) == 88:
        return _td3(zone, today)
    if len(zone) == 90:
        return _td1(zone, today)
    raise BadDocument(MISTYPED, "length")


def taiwan_permit(typed: str) -> str:
    """The number of a 台胞证 as typed: eight digits, perhaps with what stands beside
    them on the card. Raises BadDocument."""
    digits = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(r"[0-9]{8}", digits, re.ASCII):
        raise BadDocument(MISTYPED, "number")
    return digits


def _td3(zone: str, today: date) -> TravelDocument:
    first, second = zone[:44], zone[44:]
    _checks(second[:9], second[9], "number")
    _checks(second[13:19], second[19], "birth")
    _checks(second[21:27], second[27], "expires")
    # the optional field may have no digit where it is empty
    if second[42] != "<" or second[28:42].strip("<"):
        _checks(second[28:42], second[42], "optional")
    _checks(second[:10] + second[13:20] + second[21:43], second[43], "all")
    return _document(
        first[:2],
        first[2:5],
        first[5:],
        number=second[:9],
        nationality=second[10:13],
        birth=second[13:19],
        sex=second[20],
        expires=second[21:27],
        today=today,
    )


def _td1(zone: str, today: date) -> TravelDocument:
    first, second, third = zone[:30], zone[30:60], zone[60:]
    number, check = first[5:14], first[14]
    if check == "<" and (long := first[15:].rstrip("<")):
        # a number of more than nine characters goes on in the optional field
        number, check = number + long[:-1], long[-1]
    _checks(number, check, "number")
    _checks(second[:6], second[6], "birth")
    _checks(second[8:14], second[14], "expires")
    composite = first[5:30] + second[:7] + second[8:15] + second[18:29]
    _checks(composite, second[29], "all")
    return _document(
        first[:2],
        first[2:5],
        third,
        number=number,
        nationality=second[15:18],
        birth=second[:6],
        sex=second[7],
        expires=second[8:14],
        today=today,
    )


def _checks(field: str, digit: str, name: str) -> None:
    if digit == "<" or not digit.isdigit() or check_digit(field) != int(digit):
        raise BadDocument(MISTYPED, name)


def _document(
    code: str,
    issuer: str,
    names: str,
    *,
    number: str,
    nationality: str,
    birth: str,
    sex: str,
    expires: str,
    today: date,
) -> TravelDocument:
    number = number.rstrip("<")
    surname, _, given = names.rstrip("<").partition("<<")
    kind: Literal["passport", "taiwan_permit", "hk_macao_permit", "other"] = "other"
    if code.startswith("P"):
        kind = "passport"
    elif code == "CT":
        kind, number = "taiwan_permit", taiwan_permit(number)
    elif code in ("CR", "CS"):
        kind = "hk_macao_permit"
    if not number or not surname:
        raise BadDocument(MISTYPED, "number" if surname else "name")
    sexes: dict[str, Sex] = {"M": "1", "F": "2", "<": "0", "X": "0"}
    if sex not in sexes:
        raise BadDocument(MISTYPED, "sex")
    born = _day(birth, "birth", today.year)
    if born > today:
        born = _day(birth, "birth", today.year, century=-100)
    return TravelDocument(
        kind=kind,
        number=number,
        issuer=issuer.rstrip("<"),
        nationality=nationality.rstrip("<"),
        surname=surname.replace("<", " ").strip(),
        given_names=" ".join(given.replace("<", " ").split()),
        birth=born,
        sex=sexes[sex],
        expires=_day(expires, "expires", today.year),
    )


def _day(text: str, field: str, year: int, *, century: int = 0) -> date:
    try:
        full = year - year % 100 + int(text[:2]) + century
        return date(full, int(text[2:4]), int(text[4:6]))
    except ValueError:
        raise BadDocument(MISTYPED, field) from None
