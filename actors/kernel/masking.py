"""Names as a wall may show them: masked here, on the server, before they leave it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 "
    "皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 "
    "子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 "
    "段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 "
    "左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 "
    "褚师 淳于 叔孙 纳兰 完颜 耶律 贺兰 "
    "歐陽 東方 獨孤 萬俟 聞人 諸葛 尉遲 澹臺 濮陽 公孫 仲孫 鍾離 長孫 鮮于 閭丘 子車 "
    "亓官 司馬 巫馬 公西 顓孫 樂正 軒轅 東郭 南門 叔孫 納蘭 完顏 賀蘭".split()
)

_DOTS = re.compile("[·•‧∙⋅・･．.]")

# one Han character with its variation selector; hospitals' older systems keep rare
# ones in the private use areas
_HAN = re.compile(
    "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff"
    "\U00020000-\U0003fffd\U000f0000-\U0010fffd]"
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef]?"
)

# 王静之女, 王静之二子: a newborn is known by the mother's name
_NEWBORN = re.compile(r"(?P<mother>\S.+?)(?P<child>之[大二三四五]?[子女])\Z", re.DOTALL)

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


@lru_cache(maxsize=20_000)
def mask_name(name: str) -> str:
    """What a wall shows of a name.

    张三 → 张*, 张友三 → 张*三, 欧阳娜 → 欧阳*, 欧阳娜娜 → 欧阳*娜; spaces in a Han name
    are padding and go. A name joined by dots keeps the first character of its parts:
    买买提·艾力 → 买*·艾* (its last character would tell more than a Han name's does).
    A name in another script keeps its first word: ``John Smith`` → ``John S*``, and a
    single word its first letter. A mixed one keeps the first character of each word.
    A newborn's keeps what tells one twin from the other: 王静之二女 → 王*之二女.
    An empty name is ``*``.
    """
    newborn = _NEWBORN.match(_visible(name).strip())
    if newborn is not None and _is_whole(newborn["mother"]):
        return mask_name(newborn["mother"]) + newborn["child"]
    words = _visible(name).split()
    if not words:
        return "*"
    joined = "".join(words)
    han = _HAN.findall(joined)
    if "".join(han) == joined:
        return _han(han)
    if not han and len(words) > 1:
        return " ".join([words[0], *map(_later_initial, words[1:])])
    join = " "
    if han and _DOTS.search(joined):
        words, join = [part for part in _DOTS.split(joined) if part], "·"
    return join.join([_initial(words[0]), *map(_later_initial, words[1:])])


def _is_whole(name: str) -> bool:
    """More than a surname: 欧阳之女 is somebody's own name."""
    return len(name) > (2 if name[:2] in COMPOUND_SURNAMES else 1)


def _han(characters: list[str]) -> str:
    compound = "".join(characters[:2]) in COMPOUND_SURNAMES and len(characters) > 2
    surname = characters[: 2 if compound else 1]
    given = characters[len(surname) :]
    if len(given) < 2:
        return "".join(surname) + "*"
    return "".join(surname) + "*" * (len(given) - 1) + given[-1]


def _initial(word: str) -> str:
    """The first character, with the marks that sit on it, and a star."""
    end = 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[:end] + "*"


def _later_initial(word: str) -> str:
    """The initial of a further word, unless it is the whole word: ``Bo X``."""
    initial = _initial(word)
    return "*" if initial == word + "*" else initial


def _visible(name: str) -> str:
    """Without controls and format marks, which could turn what stands beside them.
    Private and unassigned code points stay: they are somebody's rare character."""
    return "".join(
        c for c in name if c.isspace() or unicodedata.category(c) not in _UNSEEN
    )
