"""What is written on an identity card: 256 bytes of text, in four layouts.

UTF-16, little-endian, fields at fixed places filled up with blanks. The character at
byte 248 says which layout it is. Everything here is personal: no card shows itself in
a log or a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from devices.identity import birth_in, is_number
from devices.trouble import DeviceTrouble, Trouble

TEXT_BYTES = 256
KIND_AT = 248
Sex = Literal["0", "1", "2", "9"]

UNREADABLE = Trouble(
    "unreadable_card",
    "卡里的信息读不全，请换一种方式，或到人工窗口。",
    "The card cannot be read whole: try another way, or ask at the desk.",
)
UNKNOWN_KIND = Trouble(
    "unknown_card",
    "这种证件读不了，请换一种证件，或到人工窗口。",
    "This kind of card is not known here: try another, or ask at the desk.",
)


class BadCard(DeviceTrouble):
    """The card's text cannot be true. `detail` names the field, never its content."""


@dataclass(frozen=True)
class Term:
    """From when until when a card is valid; without an end it is 长期."""

    starts: date | None
    ends: date | None

    def holds_on(self, day: date) -> bool:
        after = self.starts is None or self.starts <= day
        return after and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, repr=False)
class Card:
    """What all four have. `number` is the one it is looked up by, `name` the one to
    show; `photo` is WLT data as the reader gave it."""

    kind: Literal["resident", "hmt_permit", "foreign_2017", "foreign_2023"]
    name: str
    sex: Sex
    birth: date
    number: str
    term: Term
    photo: bytes
    fingerprint: bytes

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@dataclass(frozen=True, repr=False)
class ResidentCard(Card):
    nation: str
    address: str
    issuer: str

    @property
    def nation_name(self) -> str:
        """民族 in words; empty for a code that is none."""
        return NATIONS.get(self.nation, "")


@dataclass(frozen=True, repr=False)
class HmtPermit(Card):
    """港澳台居民居住证."""

    address: str
    issuer: str
    pass_number: str
    issue_count: int | None


@dataclass(frozen=True, repr=False)
class ForeignPermit(Card):
    """外国人永久居留身份证, of 2017 (I) or 2023 (Y). `name` is the Chinese one where
    there is one, else the English."""

    english_name: str
    chinese_name: str
    country: str
    authority: str = ""
    version: str = ""
    renewals: int | None = None
    old_number: str = ""


def read_card(text: bytes, photo: bytes = b"", fingerprint: bytes = b"") -> Card:
    """The card that says this. Raises BadCard."""
    if len(text) != TEXT_BYTES:
        raise BadCard(UNREADABLE, "length")
    page = _Page(text)
    match page.word(KIND_AT, 2, "kind"):
        case "":
            return _resident(page, photo, fingerprint)
        case "J":
            return _hmt(page, photo, fingerprint)
        case "I":
            return _foreign_2017(page, photo, fingerprint)
        case "Y":
            return _foreign_2023(page, photo, fingerprint)
    raise BadCard(UNKNOWN_KIND, "kind")


class _Page:
    def __init__(self, text: bytes) -> None:
        self._text = text

    def word(self, at: int, length: int, field: str, *, needed: bool = False) -> str:
        word = self.raw(at, length, field).strip(" \u3000")
        if needed and not word:
            raise BadCard(UNREADABLE, field)
        return word

    def raw(self, at: int, length: int, field: str) -> str:
        """With the blanks that fill it up."""
        try:
            word = self._text[at : at + length].decode("utf-16-le").replace("\0", " ")
        except UnicodeDecodeError:
            # not from it: it carries the text
            raise BadCard(UNREADABLE, field) from None
        if not word.isprintable() and any(ord(letter) < 32 for letter in word):
            raise BadCard(UNREADABLE, field)
        return word

    def day(self, at: int, field: str) -> date:
        if (day := _day(self.word(at, 16, field))) is None:
            raise BadCard(UNREADABLE, field)
        return day

    def term(self) -> Term:
        starts = self.day(188, "valid_from")
        until = self.word(204, 16, "valid_to")
        ends = _day(until)
        if ends is None and until != "长期":
            raise BadCard(UNREADABLE, "valid_to")
        return Term(starts, ends)

    def sex(self, at: int) -> Sex:
        match self.word(at, 2, "sex"):
            case "0" | "1" | "2" | "9" as sex:
                return sex
        raise BadCard(UNREADABLE, "sex")

    def count(self, at: int, length: int, field: str) -> int | None:
        word = self.word(at, length, field)
        if not word:
            return None
        if not (word.isascii() and word.isdigit()):
            raise BadCard(UNREADABLE, field)
        return int(word)

    def identity(self, birth: date, begins: str = "") -> str:
        """The number, which must check and agree with the birth date."""
        number = self.word(122, 36, "number", needed=True).upper()
        if not is_number(number) or not re.match(begins, number):
            raise BadCard(UNREADABLE, "number")
        if birth_in(number) != birth:
            raise BadCard(UNREADABLE, "birth")
        return number


def _resident(page: _Page, photo: bytes, fingerprint: bytes) -> ResidentCard:
    birth = page.day(36, "birth")
    return ResidentCard(
        kind="resident",
        name=page.word(0, 30, "name", needed=True),
        sex=page.sex(30),
        birth=birth,
        number=page.identity(birth),
        term=page.term(),
        photo=photo,
        fingerprint=fingerprint,
        nation=page.word(32, 4, "nation"),
        address=page.word(52, 70, "address"),
        issuer=page.word(158, 30, "issuer"),
    )


def _hmt(page: _Page, photo: bytes, fingerprint: bytes) -> HmtPermit:
    birth = page.day(36, "birth")
    return HmtPermit(
        kind="hmt_permit",
        name=page.word(0, 30, "name", needed=True),
        sex=page.sex(30),
        birth=birth,
        number=page.identity(birth, "8[123]0000"),
        term=page.term(),
        photo=photo,
        fingerprint=fingerprint,
        address=page.word(52, 70, "address"),
        issuer=page.word(158, 30, "issuer"),
        pass_number=page.word(220, 18, "pass_number"),
        issue_count=page.count(238, 4, "issue_count"),
    )


def _foreign_2017(page: _Page, photo: bytes, fingerprint: bytes) -> ForeignPermit:
    english = page.word(0, 120, "english_name", needed=True)
    chinese = page.word(158, 30, "chinese_name")
    number = page.word(122, 30, "number", needed=True).upper()
    if not re.fullmatch(r"[A-Z]{3}[0-9A-Z]{9,12}", number):
        raise BadCard(UNREADABLE, "number")
    return ForeignPermit(
        kind="foreign_2017",
        name=chinese or english,
        sex=page.sex(120),
        birth=page.day(220, "birth"),
        number=number,
        term=page.term(),
        photo=photo,
        fingerprint=fingerprint,
        english_name=english,
        chinese_name=chinese,
        country=page.word(152, 6, "country"),
        version=page.word(236, 4, "version"),
        authority=page.word(240, 8, "authority"),
    )


def _foreign_2023(page: _Page, photo: bytes, fingerprint: bytes) -> ForeignPermit:
    chinese = page.word(0, 30, "chinese_name")
    # a long name goes on elsewhere, if need be in the middle of a word
    parts = (page.raw(at, n, "english_name") for at, n in ((52, 70), (220, 22)))
    english = " ".join("".join(parts).split())
    if not english and not chinese:
        raise BadCard(UNREADABLE, "name")
    birth = page.day(36, "birth")
    return ForeignPermit(
        kind="foreign_2023",
        name=chinese or english,
        sex=page.sex(30),
        birth=birth,
        number=page.identity(birth, "9"),
        term=page.term(),
        photo=photo,
        fingerprint=fingerprint,
        english_name=english,
        chinese_name=chinese,
        country=page.word(242, 6, "country"),
        renewals=page.count(32, 4, "renewals"),
        old_number=page.word(250, 6, "old_number"),
    )


def _day(word: str) -> date | None:
    if len(word) != 8 or not (word.isascii() and word.isdigit()):
        return None
    try:
        return date(int(word[:4]), int(word[4:6]), int(word[6:]))
    except ValueError:
        return None


# GB/T 3304
_NATIONS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 "
    "瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 "
    "水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 "
    "仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 "
    "京 塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
)
NATIONS: Mapping[str, str] = {
    f"{code:02}": name for code, name in enumerate(_NATIONS.split(), 1)
}
