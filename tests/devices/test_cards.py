"""The four layouts, read from bytes that the layouts' own writer made."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.id_reader import (
    BadCard,
    ForeignPermit,
    HmtPermit,
    ResidentCard,
    Term,
    read_card,
)
from devices.identity import check_character, is_number
from devices.simulators import cards


def test_a_resident_card() -> None:
    paper = cards.resident()
    card = read_card(paper.text, paper.photo)
    assert isinstance(card, ResidentCard)
    assert (card.name, card.sex, card.nation_name) == ("测试一", "2", "汉")
    assert card.birth == date(1950, 1, 2)
    assert card.number[:14] == "99010119500102"
    assert card.address == "云岫市测试区不存在路1号"
    assert card.issuer == "云岫市公安局测试分局"
    assert card.term == Term(date(2020, 1, 1), None)  # 长期
    assert card.term.holds_on(date(2090, 1, 1))
    assert not card.term.holds_on(date(2019, 12, 31))
    assert card.photo == cards.PHOTO


def test_the_resident_cards_bytes_stand_where_they_are_documented() -> None:
    text = cards.resident().text
    assert len(text) == 256
    assert text[0:6].decode("utf-16-le") == "测试一"
    assert text[36:52].decode("utf-16-le") == "19500102"
    assert text[122:158].decode("utf-16-le").startswith("990101195001020")
    assert text[204:208].decode("utf-16-le") == "长期"


def test_a_permit_of_hong_kong_macao_and_taiwan() -> None:
    paper = cards.hmt_permit()
    card = read_card(paper.text)
    assert isinstance(card, HmtPermit)
    assert card.number.startswith("830000")
    assert (card.pass_number, card.issue_count) == ("T00000001", 1)
    assert card.term.ends == date(2027, 2, 2)


def test_a_permit_from_elsewhere_than_those_three_is_not_believed() -> None:
    with pytest.raises(BadCard, match="number"):
        read_card(cards.hmt_permit(region="110000").text)


def test_a_foreigners_permit_of_2017() -> None:
    card = read_card(cards.foreign_2017().text)
    assert isinstance(card, ForeignPermit)
    assert card.name == "测试三"
    assert card.english_name.startswith("TESTPERSON, THE THIRD")
    assert len(card.english_name) == 58
    assert (card.country, card.authority, card.version) == ("UTO", "9900", "01")
    assert card.birth == date(1990, 1, 1)
    assert (
        read_card(cards.foreign_2017("ONLYLATIN", chinese="").text).name == "ONLYLATIN"
    )


@pytest.mark.parametrize(
    "name",
    [
        "SHORT NAME",
        "TESTPERSON FOURTH OF A NAME THAT GOES ON",
        # the break falls in a word, before a blank, after one
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHI JKL",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH IJKL",
    ],
)
def test_a_foreigners_permit_of_2023_with_a_name_of_any_length(name: str) -> None:
    card = read_card(cards.foreign_2023(name).text)
    assert isinstance(card, ForeignPermit)
    assert card.english_name == name
    assert card.number.startswith("9")
    assert (card.renewals, card.old_number, card.country) == (2, "1", "UTO")


def test_a_number_that_does_not_check_or_contradicts_is_not_believed() -> None:
    with pytest.raises(BadCard, match="number"):
        read_card(cards.resident(number="990101195001020011").text)
    other = cards.invented_number("990101", "19500103")
    with pytest.raises(BadCard, match="birth"):
        read_card(cards.resident(number=other).text)


def test_a_kind_nobody_knows() -> None:
    text = bytearray(cards.resident().text)
    text[248] = ord("Q")
    with pytest.raises(BadCard) as refused:
        read_card(bytes(text))
    assert refused.value.code == "unknown_card"


def test_nothing_of_a_card_shows_itself() -> None:
    card = read_card(cards.resident().text)
    assert repr(card) == "<ResidentCard>"
    with pytest.raises(BadCard) as refused:
        read_card(cards.resident().torn(40).text)
    assert "测试一" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_check_of_gb_11643() -> None:
    # the standard's own example
    assert check_character("11010519491231002") == "X"
    assert is_number("11010519491231002X")
    assert not is_number("110105194912310021")
    assert not is_number("11010519491331002X")


LAYOUTS = [
    cards.resident(),
    cards.hmt_permit(),
    cards.foreign_2017(),
    cards.foreign_2023(),
]


@given(st.sampled_from(LAYOUTS), st.data())
def test_a_damaged_text_is_read_or_refused(
    paper: cards.PaperCard, data: st.DataObject
) -> None:
    text = bytearray(paper.text)
    for _ in range(data.draw(st.integers(1, 6))):
        text[data.draw(st.integers(0, 255))] = data.draw(st.integers(0, 255))
    with suppress(BadCard):
        read_card(bytes(text))


@given(st.binary(max_size=300))
def test_any_text_is_read_or_refused(text: bytes) -> None:
    with suppress(BadCard):
        read_card(text)
