"""How names are read: surnames that have a reading of their own, and whatever a
hospital adds.

As a surname 单 is Shàn and 仇 is Qiú; a machine that reads a waiting room as ordinary
text calls somebody who does not exist. The given name is read as ordinary text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.masking import COMPOUND_SURNAMES

HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_SYLLABLES = re.compile(r"[a-zü]{1,7}[1-6]( [a-zü]{1,7}[1-6])*\Z")


def _table(text: str) -> dict[str, str]:
    return {
        name: reading.replace("'", " ")
        for name, _, reading in (entry.partition(":") for entry in text.split())
    }


MANDARIN: Mapping[str, str] = _table(
    "单:shan4 單:shan4 解:xie4 仇:qiu2 区:ou1 區:ou1 朴:piao2 查:zha1 曾:zeng1 任:ren2 "
    "盖:ge3 蓋:ge3 缪:miao4 繆:miao4 翟:zhai2 种:chong2 召:shao4 冼:xian3 洗:xian3 "
    "员:yun4 員:yun4 黑:he4 秘:bi4 折:she2 繁:po2 逄:pang2 能:nai4 佴:nai4 都:du1 "
    "祭:zhai4 乜:nie4 幺:yao1 缑:gou1 緱:gou1 句:gou1 勾:gou1 车:che1 車:che1 藏:zang1 "
    "适:kuo4 仉:zhang3 亓:qi2 厍:she4 厙:she4 贲:ben1 賁:ben1 牟:mou2 沈:shen3 宓:mi4 "
    "石:shi2 贾:jia3 賈:jia3 柏:bai3 重:chong2 长:chang2 長:chang2 覃:qin2 乐:yue4 "
    "樂:yue4 盛:sheng4 隗:wei3 郇:xun2 谌:chen2 諶:chen2 莘:shen1 郗:xi1 那:na1 "
    "燕:yan1 华:hua4 華:hua4 过:guo1 過:guo1 相:xiang4 哈:ha3 强:qiang2 宁:ning4 "
    "甯:ning4 寧:ning2 褚:chu3 纪:ji3 紀:ji3 应:ying1 應:ying1 曲:qu1 葛:ge3 角:jue2 "
    "炔:gui4 阚:kan4 闞:kan4 眭:sui1 钭:tou3 禚:zhuo2 訾:zi1 尹:yin3 卜:bu3 薄:bo2 "
    "候:hou4 间:jian1 降:jiang4 令:ling2 卡:ka3 弥:mi2 粘:nian2 逯:lu4 麦:mai4 万:wan4 "
    "於:yu1 余:yu2 佘:she2 晁:chao2 芮:rui4 郏:jia2 郄:qie4 郤:xi4 郜:gao4 靳:jin4 "
    "邸:di3 邰:tai2 笪:da2 妫:gui1 嬴:ying2 璩:qu2 濮:pu2 瞿:qu2 鞠:ju1 麴:qu1 "
    "厉:li4 俱:ju1 观:guan4 观音:guan1'yin1 还:huan2 大:da4 尾:wei3 区伯:ou1'bo2 "
    "么:yao1 谭:tan2 干:gan1 殷:yin1 占:zhan1 笮:ze2 行:xing2 阿:a1 好:hao3 钻:zuan1 "
    "调:diao4 贾:jia3 冯:feng2 馮:feng2 臧:zang1 撒:sa3 尉:wei4 "
    "尉迟:yu4'chi2 尉遲:yu4'chi2 万俟:mo4'qi2 萬俟:mo4'qi2 令狐:ling2'hu2 "
    "澹台:tan2'tai2 澹臺:tan2'tai2 长孙:zhang3'sun1 長孫:zhang3'sun1 单于:chan2'yu2 "
    "單于:chan2'yu2 夹谷:jia2'gu3 亓官:qi2'guan1 鲜于:xian1'yu2 鮮于:xian1'yu2 "
    "乐正:yue4'zheng4 樂正:yue4'zheng4 子车:zi3'ju1 子車:zi3'ju1 颛孙:zhuan1'sun1 "
    "顓孫:zhuan1'sun1 宰父:zai3'fu3 濮阳:pu2'yang2 濮陽:pu2'yang2 仲长:zhong4'chang2 "
    "拓跋:tuo4'ba2 呼延:hu1'yan2 闾丘:lv2'qiu1 閭丘:lv2'qiu1 谷梁:gu3'liang2 "
    "穀梁:gu3'liang2 公冶:gong1'ye3 宗政:zong1'zheng4 褚师:chu3'shi1 羊舌:yang2'she2 "
    "即墨:ji2'mo4 南宫:nan2'gong1 漆雕:qi1'diao1 东方:dong1'fang1 第五:di4'wu3 "
    "诸葛:zhu1'ge3 諸葛:zhu1'ge3 钟离:zhong1'li2 鍾離:zhong1'li2 皇甫:huang2'fu3 "
    "欧阳:ou1'yang2 歐陽:ou1'yang2 上官:shang4'guan1 司马:si1'ma3 司馬:si1'ma3 "
    "慕容:mu4'rong2 宇文:yu3'wen2 轩辕:xuan1'yuan2 軒轅:xuan1'yuan2 司徒:si1'tu2 "
    "夏侯:xia4'hou2 淳于:chun2'yu2 申屠:shen1'tu2 太史:tai4'shi3 公孙:gong1'sun1 "
    "公孫:gong1'sun1 赫连:he4'lian2 赫連:he4'lian2 独孤:du2'gu1 獨孤:du2'gu1 "
    "段干:duan4'gan1 闻人:wen2'ren2 聞人:wen2'ren2 纳兰:na4'lan2 納蘭:na4'lan2 "
    "耶律:ye1'lv4 完颜:wan2'yan2 完顏:wan2'yan2 达奚:da2'xi1 百里:bai3'li3"
)

CANTONESE: Mapping[str, str] = _table(
    "单:sin6 單:sin6 解:haai6 仇:kau4 区:au1 區:au1 朴:piu4 查:zaa1 曾:zang1 任:jam4 "
    "盖:gap3 蓋:gap3 缪:miu6 繆:miu6 翟:zaak6 种:cung4 召:siu6 冼:sin2 洗:sin2 "
    "员:wan6 員:wan6 繁:po4 逄:pong4 车:ce1 車:ce1 石:sek6 贾:gaa2 賈:gaa2 柏:paak3 "
    "覃:cam4 乐:ngok6 樂:ngok6 盛:sing6 隗:ngai5 谌:sam4 諶:sam4 那:naa1 燕:jin1 "
    "华:waa6 華:waa6 宁:ning4 寧:ning4 褚:cyu5 纪:gei2 紀:gei2 应:jing1 應:jing1 "
    "曲:kuk1 葛:got3 阚:ham3 闞:ham3 卜:buk1 薄:bok6 余:jyu4 佘:se4 邝:kwong3 "
    "鄺:kwong3 冯:fung4 馮:fung4 邓:dang6 鄧:dang6 瞿:keoi4 费:bei3 沈:sam2 "
    "尉迟:wat1'ci4 尉遲:wat1'ci4 万俟:mak6'kei4 萬俟:mak6'kei4 令狐:ling4'wu4 "
    "澹台:taam4'toi4 澹臺:taam4'toi4 长孙:zoeng2'syun1 長孫:zoeng2'syun1 "
    "单于:sin4'jyu4 單于:sin4'jyu4 欧阳:au1'joeng4 歐陽:au1'joeng4 司徒:si1'tou4 "
    "诸葛:zyu1'got3 諸葛:zyu1'got3 上官:soeng6'gun1 皇甫:wong4'fu2 夏侯:haa6'hau4 "
    "司马:si1'maa5 司馬:si1'maa5"
)


class BadLexicon(ValueError):
    """A hospital's own lexicon cannot be used; the message says where and why."""


class Lexicon(msgspec.Struct, frozen=True):
    """A hospital's own readings, by whole names, surnames or words: these go before
    everything built in."""

    zh: Mapping[str, str] = {}
    yue: Mapping[str, str] = {}


def read_lexicon(file: Path) -> Lexicon:
    """Lines of ``覃小明 = qin2 xiao3 ming2``; ``yue 覃 = cam4`` for Cantonese; what
    follows # is a remark. Raises BadLexicon, and OSError for a file that is not
    there."""
    found: dict[str, dict[str, str]] = {"zh": {}, "yue": {}}
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        entry = line.partition("#")[0].strip()
        if not entry:
            continue
        words, equals, reading = (part.strip() for part in entry.partition("="))
        language, _, word = words.rpartition(" ")
        syllables = " ".join(reading.lower().replace("v", "ü").split())
        if language not in ("", "zh", "yue") or not equals:
            raise BadLexicon(f"{file.name}, line {number}: write 覃 = qin2")
        if not _SYLLABLES.match(syllables):
            raise BadLexicon(f"{file.name}, line {number}: each syllable has a tone")
        if not word or len(HAN.findall(word)) != len(syllables.split()):
            raise BadLexicon(f"{file.name}, line {number}: a syllable a character")
        found[language or "zh"][word] = syllables.replace("ü", "v")
    return Lexicon(found["zh"], found["yue"])


_BESIDE = re.compile("[\\s*＊某·•‧∙⋅・･．.'’\\-\ufe00-\ufe0f\U000e0100-\U000e01ef]+")


def han_name(name: str) -> str:
    """Its characters, a masked one as 某. Empty when it is in another script, or has a
    sign that nobody can read: half a name calls somebody else."""
    name = name.replace("*", "某").replace("＊", "某")
    characters = "".join(HAN.findall(name))
    rest = _BESIDE.sub("", HAN.sub("", name))
    return "" if rest else characters


def surname_of(name: str, readings: Mapping[str, str]) -> str:
    """The characters of a name that are read as a surname; none for a name in another
    script."""
    pair = name[:2]
    if len(name) > 2 and (pair in readings or pair in COMPOUND_SURNAMES):
        return pair
    return name[:1] if HAN.match(name) else ""
