"""What a wall shows of a name, by the kinds of names that come to a hospital."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.masking import COMPOUND_SURNAMES, mask_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张友三", "张*三"),
        ("欧阳娜", "欧阳*"),
        ("欧阳娜娜", "欧阳*娜"),
        ("歐陽娜娜", "歐陽*娜"),
        ("欧阳", "欧*"),  # two characters are a surname and a given name
        ("阿依古丽", "阿**丽"),
        ("张", "张*"),
    ],
)
def test_a_han_name_keeps_surname_and_last_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("买买提·艾力", "买*·艾*"),
        ("买买提•艾力", "买*·艾*"),
        ("古丽娜尔．热合曼", "古*·热*"),
        ("古丽 · 热合曼", "古*·热*"),
        ("买·艾", "买*·*"),
        ("扎西·", "扎*"),
    ],
)
def test_a_dotted_name_keeps_the_first_character_of_its_parts(
    name: str, shown: str
) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("John Smith", "John S*"),
        ("José García Márquez", "José G* M*"),
        ("Madonna", "M*"),
        ("Smith·John", "S*"),
        ("J.R.R. Tolkien", "J.R.R. T*"),
        ("Bo X", "Bo *"),  # the initial would be the whole of it
        ("J", "J*"),
        ("김철수", "김*"),
        ("محمد علي", "محمد ع*"),
        ("Иван Петров", "Иван П*"),
    ],
)
def test_another_script_keeps_its_first_word_and_initials(
    name: str, shown: str
) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\u3000", "\u200b", "\u202e"])
def test_no_name_is_a_star(name: str) -> None:
    assert mask_name(name) == "*"


@pytest.mark.parametrize("padded", ["张 三", "张\u3000三", " 张三 ", "张\u200b三"])
def test_padding_does_not_uncover_a_two_character_name(padded: str) -> None:
    assert mask_name(padded) == "张*"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王𠮷田", "王*田"),
        ("𠮷三", "𠮷*"),
        ("李𫍯", "李*"),
        ("王\ue123明", "王*明"),  # a private character of an old system
        ("陈\U000323b0明", "陈*明"),  # newer than this Python's tables
        ("葛\U000e0100城\U000e0101亮", "葛\U000e0100*亮"),
        ("葛城亮\U000e0101", "葛*亮\U000e0101"),
    ],
)
def test_a_rare_character_is_one_character(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_a_combining_mark_stays_on_its_letter() -> None:
    assert mask_name("e\u0301va") == "e\u0301*"
    assert mask_name("Bo e\u0301va") == "Bo e\u0301*"
    assert mask_name("Bo e\u0301") == "Bo *"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三 John", "张* J*"),
        ("张三2", "张*"),
        ("张?三", "张*"),  # what other systems make of a rare character
        ("张三（婴儿）", "张*"),
        ("张 J 三", "张* * *"),
    ],
)
def test_a_mixed_name_shows_first_characters_only(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_marks_that_turn_the_text_around_do_not_reach_the_wall() -> None:
    assert mask_name("\u202e张友三") == "张*三"


def test_every_compound_surname_has_two_characters() -> None:
    assert {len(surname) for surname in COMPOUND_SURNAMES} == {2}


HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@given(st.text(HAN, min_size=3, max_size=8))
def test_a_han_name_keeps_its_length_and_hides_something(name: str) -> None:
    shown = mask_name(name)
    surname = 2 if name[:2] in COMPOUND_SURNAMES else 1
    assert shown.startswith(name[:surname] + "*")
    assert len(shown) == len(name)


@given(st.text(st.characters(exclude_characters="*"), max_size=12))
def test_no_name_of_three_characters_is_shown_whole(name: str) -> None:
    shown = mask_name(name)
    assert "*" in shown
    if len(name.strip()) >= 3:
        assert name not in shown


@given(st.text(max_size=20))
def test_masking_never_fails_and_is_one_line(name: str) -> None:
    shown = mask_name(name)
    assert shown
    assert shown.split("\n") == [shown]
