"""How a name is searched: by its characters, and by the letters of its pinyin.

Pure: a name gives the terms under which it is found, and a text typed at the desk the
terms to look under. Between the two stand blind marks (see book.py), so a term is a
whole text, never a part: what may be typed in part has a term of its own.

A surname alone is no term. Its mark would show, to whoever has the rows and no key,
how many patients share it, and with the census beside it, which surname it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

from pypinyin import Style, pinyin

from actors.kernel.masking import COMPOUND_SURNAMES

SHORTEST = 2
"""Characters of a name, or letters: less would name half the index."""

_LONGEST = 5
_READINGS = 8
_APART = re.compile("[·•‧∙⋅・･．.\\s'’\\-]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")

Syllables = tuple[str, ...]

# As a surname these are read in a way of their own; several, the most usual first.
_SURNAMES: dict[str, tuple[Syllables, ...]] = {
    name: tuple(tuple(reading.split("'")) for reading in readings.split(","))
    for name, _, readings in (
        entry.partition(":")
        for entry in (
            "单:shan 單:shan 解:xie 仇:qiu 区:ou 區:ou 朴:piao 查:zha 曾:zeng 任:ren "
            "盖:ge 缪:miao 翟:zhai 种:chong 召:shao 冼:xian 洗:xian,xi 员:yun 黑:he "
            "秘:bi 折:she,zhe 繁:po 逄:pang 能:nai 佴:nai 都:du 祭:zhai 乜:nie 幺:yao "
            "缑:gou 句:gou 车:che 車:che 藏:zang 适:kuo 仉:zhang 亓:qi 厍:she 贲:ben "
            "牟:mu,mou 沈:shen 宓:mi,fu 石:shi 贾:jia 柏:bai 重:chong 长:chang,zhang "
            "覃:qin,tan 乐:yue,le 樂:yue,le 盛:sheng,cheng 隗:wei,kui 郇:xun,huan "
            "谌:chen,shen 莘:shen,xin 郗:xi,chi 那:na,nuo 燕:yan 华:hua 过:guo "
            "相:xiang 哈:ha 撒:sa 强:qiang 宁:ning 褚:chu 纪:ji 应:ying 曲:qu 葛:ge "
            "角:jue 炔:gui 尉:wei 阚:kan 眭:sui 钭:tou 禚:zhuo 訾:zi 尹:yin 卜:bu "
            "尉迟:yu'chi 尉遲:yu'chi 万俟:mo'qi 萬俟:mo'qi 令狐:ling'hu 澹台:tan'tai "
            "澹臺:tan'tai 长孙:zhang'sun 長孫:zhang'sun 单于:chan'yu 夹谷:jia'gu "
            "亓官:qi'guan 鲜于:xian'yu 乐正:yue'zheng 樂正:yue'zheng 子车:zi'ju,zi'che "
            "颛孙:zhuan'sun 宰父:zai'fu 濮阳:pu'yang 仲长:zhong'chang 拓跋:tuo'ba"
        ).split()
    )
}


def plain(name: str) -> str:
    """As it is compared: full width, case, dots and spaces make no difference."""
    return _APART.sub("", unicodedata.normalize("NFKC", name)).casefold()


def is_name(text: str) -> bool:
    """Whether it is searched by characters; else by letters, or it is a number."""
    return bool(_HAN.search(text))


class Way(NamedTuple):
    """One way to read a name; ``surname`` is how many of its syllables are that."""

    syllables: Syllables
    surname: int

    @property
    def spelled(self) -> str:
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        return "".join(syllable[0] for syllable in self.syllables)

    @property
    def short(self) -> str:
        """As most people type it: the surname in full, then initials."""
        head = "".join(self.syllables[: self.surname])
        return head + self.initials[self.surname :]


@lru_cache(maxsize=4096)
def letters_of(name: str) -> tuple[Way, ...]:
    """The ways to read a name, syllable by syllable; a word in Latin letters counts
    as one. At most eight: a given name's rare readings go first."""
    name = unicodedata.normalize("NFKC", name).strip().casefold()
    length = surname_length(name)
    parts: list[list[Syllables]] = []
    if length:
        surname = name[:length]
        known = _SURNAMES.get(surname)
        parts.append(list(known) if known else _each(surname))
    for word in _APART.split(name[length:]):
        parts.extend(_word(word))
    ways = (
        tuple(syllable for part in way for syllable in part)
        for way in islice(product(*parts), _READINGS)
    )
    return tuple(Way(way, length or 1) for way in dict.fromkeys(ways) if way)


def surname_length(name: str) -> int:
    """Characters; 0 when the name does not begin with a Han surname."""
    if name[:2] in COMPOUND_SURNAMES or name[:2] in _SURNAMES:
        return 2
    return 1 if _HAN.match(name) else 0


def _each(text: str) -> list[Syllables]:
    """A compound surname without a reading of its own: its usual one."""
    return [tuple(found[0] for found in pinyin(text, style=Style.NORMAL))]


def _word(word: str) -> list[list[Syllables]]:
    found: list[list[Syllables]] = []
    latin = ""
    for character in word:
        if not _HAN.match(character):
            latin += character
            continue
        if latin:
            found.append([(latin,)])
            latin = ""
        # ü is v, as on a keyboard
        readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        found.append([(reading,) for reading in readings])
    if latin:
        found.append([(latin,)])
    return found


def name_terms(name: str) -> set[str]:
    """A name by its characters: its beginnings, and the whole."""
    text = plain(name)
    shortest = max(SHORTEST, surname_length(text) + 1)
    beginnings = {text[:end] for end in range(shortest, min(len(text), _LONGEST) + 1)}
    return beginnings | ({text} if text else set())


def letter_terms(name: str) -> set[str]:
    """A name by its letters, for 张友三: zy zys zhangyou zhangyousan zhangy zhangys."""
    terms: set[str] = set()
    for way in letters_of(name):
        syllables, surname = way
        if len(syllables) <= surname:
            terms.add(way.spelled)
            continue
        for end in range(surname + 1, len(syllables) + 1):
            terms.add("".join(syllables[:end]))
            terms.add(way.initials[:end])
            terms.add("".join(syllables[:surname]) + way.initials[surname:end])
        if not is_name(name):
            terms.update(word for word in syllables if len(word) > 2)
    return {term for term in terms if len(term) >= SHORTEST}


def phone_terms(phone: str) -> set[str]:
    """A telephone number whole, and by its last four digits."""
    digits = digits_of(phone)
    return {digits, digits[-4:]} if len(digits) > 4 else set()


def digits_of(text: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[-11:] if len(digits) in (13, 15) and "86" in digits[:4] else digits


def typed_name(text: str) -> tuple[str, ...]:
    """Where to look for what was typed in characters; () when it is too short."""
    text = plain(text)
    if len(text) < SHORTEST or len(text) <= surname_length(text):
        return ()
    return (text[:_LONGEST],)


def typed_letters(text: str) -> tuple[str, ...]:
    """Where to look for letters: they may end inside a syllable, so every beginning
    of them is looked under, and what is found is compared with all of them."""
    return tuple(
        dict.fromkeys(
            typed[:end]
            for typed in _keyboards(text)
            for end in range(len(typed), SHORTEST - 1, -1)
        )
    )


def fits_name(typed: str, name: str) -> bool:
    return plain(name).startswith(plain(typed))


def fits_letters(typed: str, name: str) -> bool:
    """Whether a name may be meant: by syllables, by initials, by its surname and
    initials, or by one of its words."""
    meant = _keyboards(typed)
    for way in letters_of(name):
        spelled = [way.spelled, way.initials, way.short]
        if not is_name(name):
            spelled.extend(way.syllables)
        if any(one.startswith(typed) for one in spelled for typed in meant):
            return True
    return False


def _keyboards(text: str) -> tuple[str, ...]:
    """What the letters may stand for: ü is v on a keyboard and yu in a passport."""
    text = plain(text).replace("ü", "v")
    text = "".join(c for c in unicodedata.normalize("NFD", text) if c.isascii())
    passport = text.replace("lyu", "lv").replace("nyu", "nv")
    return (text,) if passport == text else (text, passport)
