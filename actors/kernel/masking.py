"""Names as a wall may show them: masked here, on the server, before they leave it."""

from __future__ import annotations

COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 "
    "皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 "
    "子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 "
    "段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 "
    "左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 "
    "褚师".split()
)

_DOTS = "·•‧・."


def mask_name(name: str) -> str:
    """What a wall shows of a name.

    张三 → 张*, 张友三 → 张*三, 欧阳娜 → 欧阳*, 欧阳娜娜 → 欧阳*娜. A name joined by
    dots (买买提·艾力) keeps the first part's first character: 买**·*力 would tell
    more than a Han name does, so it is 买*·艾*. A Latin name keeps the initials'
    word: ``John Smith`` → ``John S*``. An empty name is ``*``.
    """
    name = " ".join(name.split())
    if not name:
        return "*"
    for dot in _DOTS:
        if dot in name and not name.isascii():
            parts = [part.strip() for part in name.split(dot) if part.strip()]
            return "·".join(part[0] + "*" for part in parts) or "*"
    if name.isascii():
        first, *rest = name.split(" ")
        if not rest:
            return first[0] + "*"
        return " ".join([first, *(word[0] + "*" for word in rest)])
    surname = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    given = name[surname:]
    if not given:
        return name[0] + "*"
    if len(given) == 1:
        return name[:surname] + "*"
    return name[:surname] + "*" * (len(given) - 1) + given[-1]
