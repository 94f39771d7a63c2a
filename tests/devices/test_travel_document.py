"""Machine-readable zones: the standard's own specimens, and everything else."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.line import LineSettings
from devices.scanner import ScannerSettings, ZoneLines, kinds_of
from devices.travel_document import (
    BadDocument,
    check_digit,
    read_zone,
    taiwan_permit,
)

TODAY = date(2026, 11, 23)
USUAL = ScannerSettings(LineSettings("none"))
# ICAO 9303, parts 4 and 5: the specimens of Utopia
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
)
TD1 = (
    "I<UTOD231458907<<<<<<<<<<<<<<<\n"
    "7408122F1204159UTO<<<<<<<<<<<6\n"
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
)


def test_a_passport() -> None:
    read = read_zone(TD3, TODAY)
    assert (read.kind, read.number, read.nationality) == (
        "passport",
        "L898902C3",
        "UTO",
    )
    assert (read.surname, read.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (read.birth, read.sex) == (date(1974, 8, 12), "2")
    assert read.expires == date(2012, 4, 15)
    assert "ERIKSSON" not in repr(read)


def test_a_card() -> None:
    read = read_zone(TD1.lower().replace("\n", " \r\n"), TODAY)
    assert (read.kind, read.number) == ("other", "D23145890")
    assert read.surname == "ERIKSSON"


def _zone(first: str, second: str, third: str) -> str:
    """A TD1 with its check digits put in where `?` stands."""
    number = first[5:14]
    first = first[:14] + str(check_digit(number)) + first[15:]
    birth, expires = second[:6], second[8:14]
    second = (
        birth
        + str(check_digit(birth))
        + second[7]
        + expires
        + str(check_digit(expires))
    ) + second[15:29]
    total = first[5:30] + second[:7] + second[8:15] + second[18:29]
    return first + second + str(check_digit(total)) + third


def test_the_card_of_a_taiwan_resident() -> None:
    zone = _zone(
        "CTCHN01234567<?<<<<<<<<<<<<<<<",
        "880808?M300101?TWN<<<<<<<<<<<?",
        "CESHI<<ER<<<<<<<<<<<<<<<<<<<<<",
    )
    read = read_zone(zone, TODAY)
    assert (read.kind, read.number) == ("taiwan_permit", "01234567")
    assert read.birth == date(1988, 8, 8)


def test_a_number_too_long_for_its_field() -> None:
    number = "D23145890734"
    first = "I<UTO" + number[:9] + "<" + number[9:] + str(check_digit(number))
    first = first.ljust(30, "<")
    second = "7408122F1204159UTO<<<<<<<<<<<"
    total = first[5:30] + second[:7] + second[8:15] + second[18:29]
    zone = first + second + str(check_digit(total)) + "ERIKSSON<<ANNA".ljust(30, "<")
    assert read_zone(zone, TODAY).number == number


@pytest.mark.parametrize(
    ("at", "field"), [(45, "number"), (45 + 13, "birth"), (45 + 21, "expires")]
)
def test_one_wrong_character_is_found(at: int, field: str) -> None:
    zone = list(TD3)
    zone[at] = "9" if zone[at] != "9" else "8"
    with pytest.raises(BadDocument, match=field):
        read_zone("".join(zone), TODAY)


def test_the_century_of_a_birth() -> None:
    assert read_zone(TD3, date(2080, 1, 1)).birth.year == 2074


@pytest.mark.parametrize("typed", ["12345678", " 1234 5678", "1234-5678"])
def test_a_taiwan_permit_as_typed(typed: str) -> None:
    assert taiwan_permit(typed) == "12345678"


@pytest.mark.parametrize(
    "typed", ["", "1234567", "123456789", "A2345678", "１２３４５６７８"]
)
def test_what_is_no_taiwan_permit(typed: str) -> None:
    with pytest.raises(BadDocument):
        taiwan_permit(typed)


@given(
    st.one_of(
        st.text(max_size=100),
        st.text("0123456789<PCTRMFX", min_size=88, max_size=90),
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadDocument):
        read_zone(text, TODAY)


@given(st.integers(0, 89), st.sampled_from("0123456789ABC<X"))
def test_a_damaged_zone_is_read_or_refused(at: int, character: str) -> None:
    for zone in (TD3.replace("\n", ""), TD1.replace("\n", "")):
        damaged = zone[:at] + character + zone[at + 1 :]
        with suppress(BadDocument):
            read_zone(damaged, TODAY)


# The lines as a reader gives them, one by one


def lines_in(*texts: str) -> list[str | None]:
    zone = ZoneLines()
    found = [whole for text in texts for whole in zone.add(text)]
    return [*found, *zone.idle()]


def test_the_lines_of_a_document_come_out_as_one() -> None:
    for zone in (TD3, TD1):
        assert lines_in(*zone.split("\n")) == [zone.replace("\n", "")]
        assert lines_in(zone.replace("\n", "")) == [zone.replace("\n", "")]
    assert kinds_of(TD3.replace("\n", ""), USUAL) == ("travel_document",)


def test_half_a_document_holds_nothing_up() -> None:
    first = TD3.split("\n")[0]
    assert lines_in(first, "HZ:im2") == [first, "HZ:im2"]
    assert lines_in(first, *TD3.split("\n")) == [first + first, TD3.split("\n")[1]]


@given(st.lists(st.one_of(st.text(max_size=50), st.sampled_from(TD3.split("\n")))))
def test_nothing_is_lost_or_made_up(texts: list[str]) -> None:
    assert "".join(filter(None, lines_in(*texts))) == "".join(texts)


# four of them fill the field
LATIN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8)


@given(
    st.lists(LATIN, min_size=1, max_size=2),
    st.lists(LATIN, max_size=2),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6, max_size=9),
    st.dates(date(1930, 1, 1), date(2026, 1, 1)),
    st.sampled_from("MF<"),
)
def test_whatever_a_passport_says_is_read_from_its_lines(
    surname: list[str], given: list[str], number: str, birth: date, sex: str
) -> None:
    name = "<".join(surname) + "<<" + "<".join(given)
    first = f"P<UTO{name}"[:44].ljust(44, "<")
    numbered = number.ljust(9, "<")
    born, ends, none = f"{birth:%y%m%d}", "300101", "<" * 14
    second = (
        f"{numbered}{check_digit(numbered)}UTO{born}{check_digit(born)}{sex}"
        f"{ends}{check_digit(ends)}{none}{check_digit(none)}"
    )
    checked = second[:10] + second[13:20] + second[21:43]
    read = read_zone(first + second + str(check_digit(checked)), TODAY)
    assert (read.number, read.birth.strftime("%y%m%d")) == (number, born)
    assert read.surname == " ".join(surname)
    assert read.given_names == " ".join(given)
    assert read.sex == {"M": "1", "F": "2", "<": "0"}[sex]
