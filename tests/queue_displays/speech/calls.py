"""Five hundred calls, and how each must be read: said here a second time, by rules of
this file's own."""

from __future__ import annotations

from typing import NamedTuple

from queue_displays.announcements.words import Said, Templates, words_of

FIGURES = dict(
    zip(
        "0123456789",
        "ling2 yi1 er4 san1 si4 wu3 liu4 qi1 ba1 jiu3".split(),
        strict=True,
    )
)
LETTERS = {
    "A": "ei1", "B": "bi4", "C": "sei1", "D": "di4", "E": "yi4", "K": "kei4",
    "P": "pi4", "T": "ti4", "Z": "zei4", "": "",
}  # fmt: skip

SURNAMES = {
    name: reading.replace("'", " ")
    for name, reading in (
        entry.split(":")
        for entry in (
            "单:shan4 仇:qiu2 解:xie4 区:ou1 查:zha1 曾:zeng1 朴:piao2 乐:yue4 "
            "任:ren2 盖:ge3 缪:miao4 翟:zhai2 种:chong2 召:shao4 冼:xian3 员:yun4 "
            "黑:he4 折:she2 繁:po2 逄:pang2 能:nai4 佴:nai4 祭:zhai4 乜:nie4 "
            "缑:gou1 车:che1 仉:zhang3 亓:qi2 厍:she4 贲:ben1 牟:mou2 沈:shen3 "
            "宓:mi4 石:shi2 贾:jia3 柏:bai3 覃:qin2 盛:sheng4 隗:wei3 郇:xun2 "
            "谌:chen2 莘:shen1 郗:xi1 燕:yan1 华:hua4 哈:ha3 宁:ning4 褚:chu3 "
            "纪:ji3 应:ying1 葛:ge3 炔:gui4 阚:kan4 眭:sui1 钭:tou3 禚:zhuo2 "
            "訾:zi1 卜:bu3 晁:chao2 佘:she2 郄:qie4 郜:gao4 尉迟:yu4'chi2 "
            "万俟:mo4'qi2 澹台:tan2'tai2 令狐:ling2'hu2 长孙:zhang3'sun1 "
            "单于:chan2'yu2 鲜于:xian1'yu2 乐正:yue4'zheng4 颛孙:zhuan1'sun1 "
            "欧阳:ou1'yang2 诸葛:zhu1'ge3 皇甫:huang2'fu3 司马:si1'ma3 "
            "上官:shang4'guan1 张:zhang1 王:wang2 李:li3 赵:zhao4 刘:liu2 "
            "陈:chen2 杨:yang2 黄:huang2 周:zhou1 吴:wu2 徐:xu2 孙:sun1 马:ma3 "
            "朱:zhu1 胡:hu2 郭:guo1 何:he2 林:lin2"
        ).split()
    )
}
GIVEN = {
    "晓明": "xiao3 ming2",
    "建国": "jian4 guo2",
    "雨": "yu3",
    "秀兰": "xiu4 lan2",
    "志强": "zhi4 qiang2",
    "芳": "fang1",
    "玉珍": "yu4 zhen1",
    "长乐": "chang2 le4",
    "行重": "xing2 zhong4",
    "中华": "zhong1 hua2",
}
ROOMS = {
    # a room's own name stays; a bare sign is a consulting room
    "3诊室": "san1 zhen3 shi4",
    "12": "shi2 er4 hao4 zhen3 shi4",
    "301": "san1 ling2 yi1 hao4 zhen3 shi4",
    "CT室": "sei1 ti4 shi4",
    "B超室": "bi4 chao1 shi4",
    "CT1": "sei1 ti4 yi1 hao4 zhen3 shi4",
    "A3": "ei1 san1 hao4 zhen3 shi4",
    "PET-CT室": "pi4 yi4 ti4 sei1 ti4 shi4",
    "DR室": "di4 a4 shi4",
    "X光室": "ai2 ke5 si5 guang1 shi4",
    "MRI室": "ai2 mu5 a4 ai4 shi4",
    "心电图室": "xin1 dian4 tu2 shi4",
    "核磁共振室": "he2 ci2 gong4 zhen4 shi4",
    "2楼B超3室": "er4 lou2 bi4 chao1 san1 shi4",
    "西药房2号窗口": "xi1 yao4 fang2 er4 hao4 chuang1 kou3",
    "5号椅位": "wu3 hao4 yi3 wei4",
    "行政楼101室": "xing2 zheng4 lou2 yi1 ling2 yi1 shi4",
    "调解室": "tiao2 jie3 shi4",
}
KINDS = {"": "jiu4 zhen3", "检": "jian3 cha2", "药": "qu3 yao4"}
TENS = ["", "shi2", *(f"{FIGURES[str(n)]} shi2" for n in range(2, 10))]


class Announced(NamedTuple):
    words: str
    name: str
    syllables: list[str]


def room_number(number: int) -> str:
    """As people say it: twelve is a number, 301 are three figures."""
    if number >= 100:
        return " ".join(FIGURES[figure] for figure in str(number))
    tens, ones = divmod(number, 10)
    return " ".join(filter(None, (TENS[tens], FIGURES[str(ones)] if ones else "")))


def calls(count: int = 500) -> list[Announced]:
    """Every surname, every letter, every kind of room and rooms from 1 to 329, numbers
    all over; in the words that the announcer makes of them."""
    surnames, given, rooms = list(SURNAMES), list(GIVEN), list(ROOMS)
    letters, kinds = list(LETTERS), list(KINDS)
    found = []
    for n in range(count):
        letter = letters[n % len(letters)]
        digits = f"{(n * 37 + 11) % 1000:03}"
        surname, name = surnames[n % len(surnames)], given[n % len(given)]
        place = n % 99 + 1 if n % 3 else 300 + n % 30
        room = rooms[n // 2 % len(rooms)] if n % 2 else str(place)
        read = ROOMS.get(room) or f"{room_number(place)} hao4 zhen3 shi4"
        kind = kinds[n % len(kinds)]
        said = [
            *("qing3", LETTERS[letter], *(FIGURES[figure] for figure in digits)),
            *("hao4", SURNAMES[surname], GIVEN[name], "dao4", read, KINDS[kind]),
        ]
        words, _ = words_of(
            Templates(), ("zh",), "called", kind, Said(f"{letter}{digits}", room)
        )
        found.append(Announced(words["zh"], surname + name, " ".join(said).split()))
    return found
