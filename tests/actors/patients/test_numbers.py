"""Numbers as people read them off a card, and what they tell."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actors.kernel.errors import Refused
from actors.patients.numbers import Kind, check_character, could_be, normal, told_by
from tests.actors.patients.people import citizen

# the worked example of the standard itself
STANDARD = "11010519491231002X"


def test_the_standards_own_example_is_right() -> None:
    assert normal("id_card", STANDARD) == STANDARD
    told = told_by("id_card", STANDARD)
    assert told is not None
    assert (told.birth, told.sex) == ("1949-12-31", "2")


@pytest.mark.parametrize(
    "typed",
    [
        " 110105 19491231 002x ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002X",
    ],
)
def test_however_it_was_typed(typed: str) -> None:
    assert normal("id_card", typed) == STANDARD


def test_a_number_of_fifteen_is_the_same_person() -> None:
    assert normal("id_card", "110105491231002") == STANDARD


@given(place=st.integers(0, 16), digit=st.integers(0, 9), order=st.integers(0, 999))
def test_one_wrong_digit_is_noticed(place: int, digit: int, order: int) -> None:
    right = citizen(order=order)
    assume(right[place] != str(digit))
    wrong = right[:place] + str(digit) + right[place + 1 :]
    with pytest.raises(Refused, match="证件"):
        normal("id_card", wrong)


@given(order=st.integers(0, 999), place=st.integers(0, 15))
def test_two_digits_the_wrong_way_round_are_noticed(order: int, place: int) -> None:
    right = citizen(order=order)
    assume(right[place] != right[place + 1])
    swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    with pytest.raises(Refused):
        normal("id_card", swapped)


@pytest.mark.parametrize("birth", ["19490230", "17991231", "19991301", "00000000"])
def test_a_birth_date_that_never_was_is_noticed(birth: str) -> None:
    with pytest.raises(Refused, match="出生日期"):
        normal("id_card", citizen(birth))


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("id_card", citizen(region="810000")),
        ("id_card", citizen(region="911560")),
        ("hmt_permit", citizen()),
        ("foreign_permit", citizen()),
        ("taiwan_permit", "1234567"),
        ("passport", "E1"),
        ("birth_certificate", "1234567890"),
        ("record_no", ""),
        ("health_code", "  "),
    ],
)
def test_a_number_of_another_kind_is_refused(kind: Kind, number: str) -> None:
    with pytest.raises(Refused) as refused:
        normal(kind, number)
    assert refused.value.code == "bad_number"
    assert refused.value.message.endswith("。")
    assert number.strip() == "" or number not in refused.value.message


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("hmt_permit", citizen(region="810000")),
        ("foreign_permit", citizen(region="911560")),
        ("foreign_permit", "USA110087012345"),
        ("taiwan_permit", "12345678"),
        ("passport", "E12345678"),
        ("birth_certificate", "Q110123456"),
        ("social_card", "A12345678"),
        ("temporary", "W7"),
    ],
)
def test_every_kind_has_its_form(kind: Kind, number: str) -> None:
    assert normal(kind, number) == number


def test_a_health_code_keeps_its_small_letters() -> None:
    assert normal("health_code", " aB3/x= ") == "aB3/x="


def test_an_identity_number_is_nothing_else() -> None:
    assert could_be(STANDARD) == ("id_card",)
    assert could_be(citizen(region="820000")) == ("hmt_permit",)
    assert "id_card" not in could_be("12345678")
    assert {"taiwan_permit", "hospital_card"} <= set(could_be("12345678"))


def test_the_check_of_the_standard() -> None:
    assert check_character(STANDARD[:17]) == "X"
