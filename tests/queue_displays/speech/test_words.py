"""Announcements in words: what is shown, what is spoken, and how it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from queue_displays.speech.names import BadLexicon, Lexicon, read_lexicon
from queue_displays.speech.numerals import in_text
from queue_displays.speech.sentences import BadTemplate, Call, Kind, Style, sentence
from queue_displays.speech.utterances import VOICES, Voices
from queue_displays.speech.words import Part, parts_of

VOICE = Voices(b"a secret of this test")
CALL = Call(number="A012", name="欧阳晓明", room="3号诊室")


def read(words: str, name: str = "", voice: Voices = VOICE) -> str:
    """All that the voices are given, one after the other."""
    return " | ".join(s.text for s in voice.utterance(words, name=name).segments)


# -- sentences --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "style", "shown"),
    [
        ("call", "ordinary", "请 A012号 欧阳*明 到 3号诊室 就诊"),
        ("call", "expert", "请 专家号 A012号 欧阳*明 到 3号诊室 就诊"),
        ("call", "examination", "请 A012号 欧阳*明 到 3号诊室 检查"),
        ("call", "pharmacy", "请 A012号 欧阳*明 到 3号诊室 取药"),
        ("prepare", "ordinary", "请 A012号 欧阳*明 准备"),
        ("missed", "ordinary", "A012号 欧阳*明 已过号，请到分诊台"),
        ("stopped", "ordinary", "3号诊室 停诊，请候诊的患者到分诊台"),
    ],
)
def test_what_is_shown_is_masked(kind: Kind, style: Style, shown: str) -> None:
    call = Call(kind=kind, style=style, number="A012", name="欧阳晓明", room="3号诊室")
    assert sentence(call).shown == shown


def test_names_are_spoken_as_the_policy_says() -> None:
    full, masked, number = (
        sentence(CALL, names=policy) for policy in ("full", "masked", "number")
    )
    assert full.name == "欧阳晓明"
    assert full.words == "请 A012号 {name} 到 3号诊室 就诊"
    assert "ou1 yang2 xiao3 ming2" in read(full.words, full.name)
    assert "ou1 yang2 mou3 ming2" in read(masked.words, masked.name)
    assert number.shown == number.words == "请 A012号 到 3号诊室 就诊"
    assert full.shown == masked.shown


def test_the_number_that_is_heard_is_the_number_that_is_seen() -> None:
    for language, said in (("zh", "ei1 ling2 yi1 er4"), ("en", "eigh zero one two")):
        found = sentence(CALL, language)  # type: ignore[arg-type]
        assert "A012" in found.shown
        segments = VOICE.utterance(found.words, language).segments  # type: ignore[arg-type]
        assert said in " ".join(segment.text for segment in segments)


def test_english_has_rooms_of_its_own_and_no_gaps() -> None:
    assert sentence(CALL, "en", names="number").shown == (
        "Number A012, please go to Room 3."
    )
    assert sentence(
        Call(number="7", room="12号窗口", style="pharmacy"), "en"
    ).shown == ("Number 7, please collect your medicine at Window 12.")


def test_a_hospitals_own_template_goes_first() -> None:
    own = {"zh": {"call": "{number}号，{clinic}{room}请进"}}
    call = Call(number="A012", room="3号诊室", clinic="内科")
    assert sentence(call, templates=own).shown == "A012号，内科3号诊室请进"
    assert sentence(Call(kind="prepare", number="A1"), templates=own).shown == (
        "请 A1号 准备"
    )
    with pytest.raises(BadTemplate, match="card"):
        sentence(call, templates={"zh": {"call": "{card}"}})


# -- what is what -------------------------------------------------------------------


def test_a_typed_sentence_is_taken_apart() -> None:
    assert parts_of("请 A012号 张三 到 3号诊室 就诊") == (
        Part("text", "请 "),
        Part("number", "A012"),
        Part("text", "号 "),
        Part("name", "张三"),
        Part("text", " 到 3号诊室 就诊"),
    )
    assert [p.kind for p in parts_of("请 012号 准备")] == ["text", "number", "text"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("请 A012号 张*三 准备", "zhang1 mou3 san1"),
        ("请到12号诊室", "qing3 dao4 shi2 er4 hao4 zhen3 shi4"),
        ("请 12号 准备", "yi1 er4 hao4"),
        ("请到301室", "san1 ling2 yi1 shi4"),
        ("请到B103室", "bi4 yi1 ling2 san1 shi4"),
        ("10:05开始", "shi2 dian3 ling2 wu3 fen1"),
        ("2:00", "liang3 dian3 zheng3"),
        ("9月30日", "jiu3 yue4 san1 shi2 ri4"),
        ("2026年", "er4 ling2 er4 liu4 nian2"),
        ("1-3号窗口", "yi1 dao4 san1 hao4"),
        ("电话0571-8888", "ling2 wu3 qi1 yi1, ba1 ba1 ba1 ba1"),
        ("37.5度", "san1 shi2 qi1 dian3 wu3 du4"),
        ("50%", "bai3 fen1 zhi1 wu3 shi2"),
        ("共105人", "gong4 yi1 bai3 ling2 wu3 ren2"),
        ("２号楼", "er4 hao4 lou2"),
        ("不要空腹，一起等一下", "bu2 yao4 kong1 fu4, yi4 qi3 deng3 yi2 xia4"),
        ("重症脑卒中，李大夫", "zhong4 zheng4 nao3 cu4 zhong4, li3 dai4 fu5"),
    ],
)
def test_words_are_read_as_people_say_them(words: str, said: str) -> None:
    assert said in read(words)


def test_a_one_is_yao_where_that_is_usual() -> None:
    voice = Voices(b"", one="yao")
    assert "yao1 yao1 er4" in read("请 112号 到 1号诊室", voice=voice)
    assert "yi1 hao4 zhen3 shi4" in read("请 112号 到 1号诊室", voice=voice)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("买买提·艾力", "mai3 mai3 ti2 ai4 li4"),
        ("𠮷喆", "ji2 zhe2"),
        ("单", "shan4"),
        ("区·单", "ou1 dan1"),
    ],
)
def test_names_are_read(name: str, said: str) -> None:
    assert f", {said}, " in read("请 1号 {name} 准备", name)


def test_a_name_nobody_can_read_is_left_to_the_number() -> None:
    """Half a name calls somebody else."""
    for unread in ("张\ue123", "张\U0003fffd", "张Q三"):
        assert read("请 1号 {name} 准备", unread) == read("请 1号 {name} 准备")
    (segment,) = VOICE.utterance("{name} 准备", "yue", name="张\ue123").segments
    assert segment.text == "准备"


def test_a_latin_name_is_said_by_a_voice_that_can() -> None:
    found = VOICE.utterance("请 1号 {name} 准备", name="John Smith").segments
    assert [s.voice for s in found] == [VOICES["zh"], VOICES["en"], VOICES["zh"]]
    assert found[1].text == "John Smith"


def test_nothing_but_syllables_reaches_a_chinese_voice() -> None:
    odd = "请<b>1号</b> [[x]] $(rm) & é ☺ \u202e \0 张三\n\t。。。"
    for segment in VOICE.utterance(odd).segments:
        if segment.voice == VOICES["zh"]:
            assert all(
                word.rstrip(",")[-1] in "12345" and word[0].isalpha()
                for word in segment.text.split()
            )


def test_figures_become_characters() -> None:
    assert in_text("20个10分19人110层") == "二十个十分十九人壹百壹十层".replace(
        "九", "九"
    )


# -- keys ---------------------------------------------------------------------------


def test_a_key_is_of_what_is_heard() -> None:
    one = VOICE.utterance("请 A012号 准备")
    assert VOICE.utterance("请  A012号  准备").key == one.key
    others = [
        VOICE.utterance("请 A013号 准备"),
        VOICE.utterance("请 A012号 准备", "yue"),
        VOICE.utterance("请 A012号 准备", gain=0.5),
        VOICE.utterance("请 A012号 准备", pace=120),
        VOICE.utterance("请 A012号 准备", variant="f3"),
        Voices(b"another").utterance("请 A012号 准备"),
        Voices(b"a secret of this test", one="yao").utterance("请 A012号 准备"),
    ]
    assert len({one.key, *(other.key for other in others)}) == len(others) + 1
    assert len(one.key) == 32


# -- a hospital's own readings --------------------------------------------------------


def test_a_lexicon_goes_before_everything(tmp_path: Path) -> None:
    file = tmp_path / "lexicon.txt"
    file.write_text(
        "# ours\n覃 = tan2\n单小单 = dan1 xiao3 dan1\nyue 覃 = taam4\n吕 = lv3\n"
    )
    lexicon = read_lexicon(file)
    voice = Voices(b"", lexicon=lexicon)
    assert "tan2 ming2" in read("请 1号 {name}", "覃明", voice)
    assert "dan1 xiao3 dan1" in read("请 1号 {name}", "单小单", voice)
    assert "shan4 ming2" in read("请 1号 {name}", "单明", voice)
    (segment,) = voice.utterance("请 1号 {name}", "yue", name="覃明").segments
    assert "taam4 明" in segment.text
    assert lexicon == Lexicon(
        {"覃": "tan2", "单小单": "dan1 xiao3 dan1", "吕": "lv3"}, {"覃": "taam4"}
    )


@pytest.mark.parametrize(
    "line", ["覃 qin2", "覃 = qin", "覃明 = qin2", "fr 覃 = qin2", "= qin2", "覃 ="]
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "lexicon.txt"
    file.write_text(f"# ours\n{line}\n")
    with pytest.raises(BadLexicon, match=r"lexicon\.txt, line 2"):
        read_lexicon(file)
