"""Names as they are looked for at a desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.patients.spelling import (
    fits_letters,
    fits_name,
    is_name,
    letter_terms,
    letters_of,
    name_terms,
    phone_terms,
    surname_length,
    typed_letters,
    typed_name,
)


def found_by_letters(typed: str, name: str) -> bool:
    looked_under = set(typed_letters(typed)) & letter_terms(name)
    return bool(looked_under) and fits_letters(typed, name)


def found_by_characters(typed: str, name: str) -> bool:
    return bool(set(typed_name(typed)) & name_terms(name)) and fits_name(typed, name)


@pytest.mark.parametrize(
    "typed",
    ["zys", "zy", "zhangyou", "zhangyousan", "zhangys", "ZHANGYOUS", "zhang yousan"],
)
def test_a_name_is_found_by_its_letters(typed: str) -> None:
    assert found_by_letters(typed, "张友三")


@pytest.mark.parametrize("typed", ["zhang", "z", "zyx", "yousan", "zhangyousanx"])
def test_and_not_by_others(typed: str) -> None:
    assert not found_by_letters(typed, "张友三")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("单雄信", "shanxiongxin"),
        ("解珍", "xiezhen"),
        ("区寄", "ouji"),
        ("查良镛", "zhaly"),
        ("尉迟恭", "yuchigong"),
        ("万俟卨", "moqix"),
        ("澹台灭明", "tantaimm"),
        ("欧阳娜娜", "ouyangnn"),
        ("欧阳娜娜", "oynn"),
        ("覃天", "qintian"),
        ("覃天", "tantian"),
        ("张乐", "zhangle"),
        ("张乐", "zhangyue"),
        ("吕布", "lvbu"),
        ("吕布", "lübu"),
        ("吕布", "lyubu"),
        ("John Smith", "smith"),
        ("John Smith", "johns"),
        ("John Smith", "js"),
        ("买买提·艾力", "mmtal"),
    ],
)
def test_as_people_read_it(name: str, typed: str) -> None:
    assert found_by_letters(typed, name)


def test_a_surname_is_read_as_a_surname() -> None:
    assert not found_by_letters("danxiongxin", "单雄信")
    assert letters_of("单雄信")[0].spelled == "shanxiongxin"


@pytest.mark.parametrize("typed", ["张友", "张友三", " 张友三 "])
def test_a_name_is_found_by_its_characters(typed: str) -> None:
    assert found_by_characters(typed, "张友三")


@pytest.mark.parametrize("typed", ["张", "友三", "张友山", "张友三丰"])
def test_and_not_by_other_characters(typed: str) -> None:
    assert not found_by_characters(typed, "张友三")


def test_dots_and_width_make_no_difference() -> None:
    assert found_by_characters("买买提艾力", "买买提·艾力")
    assert found_by_characters("买买提・艾力", "买买提·艾力")
    assert found_by_letters("ｊｏｈｎｓ", "John Smith")


def test_a_long_name_is_found_when_it_is_typed_whole() -> None:
    long = "阿卜杜热合曼·吐尔逊江"
    assert found_by_characters(long, long)
    assert found_by_characters("阿卜杜热合曼吐", long)


def test_no_term_is_a_surname() -> None:
    for name in ("张友三", "欧阳娜娜", "单雄信"):
        alone = {"张", "zhang", "单", "shan", "z", "欧阳", "ouyang", "oy"}
        assert not alone & (name_terms(name) | letter_terms(name))
    assert typed_name("欧阳") == ()


def test_few_terms_each() -> None:
    """Each is a row, a million times over."""
    for name in ("张友三", "欧阳娜娜", "王乐"):
        assert len(name_terms(name) | letter_terms(name)) <= 20


def test_phones() -> None:
    assert phone_terms("138 0000-1234") == {"13800001234", "1234"}
    assert phone_terms("+86 13800001234") == {"13800001234", "1234"}
    assert phone_terms("110") == set()


@given(name=st.text(max_size=30))
def test_whatever_somebody_is_called(name: str) -> None:
    letter_terms(name)
    name_terms(name)
    fits_letters(name, name)
    assert is_name("张")
    assert not is_name("zhang")


@given(name=st.text("张王李赵欧阳乐单吕一二", min_size=2, max_size=6))
def test_every_way_to_spell_it_finds_it(name: str) -> None:
    for way in letters_of(name):
        assert found_by_letters(way.spelled, name)
        if len(way.syllables) > way.surname:
            assert found_by_letters(way.initials, name)
            assert found_by_letters(way.short, name)
    if len(name) > surname_length(name):
        assert found_by_characters(name, name)
