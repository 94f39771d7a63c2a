"""Codes of the second factor: as RFC 6238 has them, good for a moment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.staff.second_factor import (
    STEP_MS,
    address,
    as_text,
    code_at,
    from_text,
    step_of,
)

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_of_the_standard(second: int, code: str) -> None:
    assert code_at(SECRET, second // 30, digits=8) == code


def test_a_telephone_may_be_a_step_off_and_no_more() -> None:
    now = 1795395600000
    middle = now // STEP_MS
    found = {
        early: step_of(SECRET, code_at(SECRET, middle + early), now)
        for early in (-2, -1, 0, 1, 2)
    }
    assert found == {-2: None, -1: middle - 1, 0: middle, 1: middle + 1, 2: None}


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "１２３４５６"])
def test_what_is_no_code(typed: str) -> None:
    assert step_of(SECRET, typed, 1795395600000) is None


def test_it_may_be_read_out_in_two_halves() -> None:
    now = 1795395600000
    code = code_at(SECRET, now // STEP_MS)
    assert step_of(SECRET, f" {code[:3]} {code[3:]} ", now) == now // STEP_MS


@given(st.binary(min_size=1, max_size=40))
def test_a_secret_as_text_is_the_same_secret(secret: bytes) -> None:
    assert from_text(as_text(secret)) == secret


def test_the_address_is_what_apps_read() -> None:
    told = address(SECRET, "root", "云岫")
    assert told.startswith("otpauth://totp/%E4%BA%91%E5%B2%AB:root?secret=GEZDGNBVGY3T")
    assert told.endswith("issuer=%E4%BA%91%E5%B2%AB")
