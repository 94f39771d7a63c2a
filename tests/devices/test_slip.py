"""Slips as bytes, and what a printer answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.printer import Feed, Qr, Rule, State, Text, encode
from devices.printer.slip import wrap
from devices.printer.status import (
    FORGET,
    Answers,
    Cuts,
    Done,
    Forgotten,
    Status,
    ask_done,
    is_status,
    state,
)


def test_chinese_is_switched_on_before_the_first_character() -> None:
    data = encode([Text("候诊")]).data
    assert data.index(b"\x1c&") < data.index("候诊".encode("gbk"))
    assert data.endswith(b"\x1dVB\x00")


def test_a_qr_code_in_the_documented_bytes() -> None:
    data = encode([Qr("HZ:A012", size=6)]).data
    assert bytes.fromhex("1D286B0400 3141 3200") in data
    assert bytes.fromhex("1D286B0300 3143 06") in data
    assert bytes.fromhex("1D286B0A00 3150 30") + b"HZ:A012" in data
    assert bytes.fromhex("1D286B0300 3151 30") in data


def test_what_gbk_has_not_is_a_box_and_counted() -> None:
    coded = encode([Text("\U00020000测")])
    assert coded.missing == 1
    assert "□测".encode("gbk") in coded.data


@given(st.text(max_size=60))
def test_a_text_is_never_a_command(text: str) -> None:
    empty, data = encode([Text("")]).data, encode([Text(text)]).data
    for byte in b"\x00\x10\x1b\x1c\x1d":
        assert data.count(byte) == empty.count(byte)


@given(st.text(max_size=80), st.integers(2, 48))
def test_no_line_is_wider_than_the_paper(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join(lines) == text
    for line in lines:
        assert len(line.encode("gbk", "replace")) <= 2 * columns


@pytest.mark.parametrize("part", [Qr(""), Qr("x" * 2000), Feed(0), Text("x", size=9)])
def test_what_no_printer_prints_is_refused(part: object) -> None:
    with pytest.raises(ValueError):
        encode([part])  # type: ignore[list-item]


def test_a_rule_is_as_wide_as_the_paper() -> None:
    assert b"-" * 48 in encode([Rule()], columns=48).data


def test_status_bits() -> None:
    assert state(0x12, 0x12, 0x12, 0x12) == State()
    out = state(0x1A, 0x32, 0x12, 0x7E)
    assert out.paper_out
    assert out.trouble is not None
    assert out.trouble.code == "paper_out"
    low = state(0x12, 0x12, 0x12, 0x1E)
    assert low.trouble is None
    assert low.warning is not None
    assert state(0x1A, 0x16, 0x12, 0x12).cover_open
    assert state(0x1A, 0x52, 0x1A, 0x12).cutter


@given(st.lists(st.integers(1, 6), min_size=1))
def test_answers_torn_anywhere(pieces: list[int]) -> None:
    data = b"\x12\x37\x22\x30\x30\x34\x32\x00\x1a\x5f1262\x00\x37\x25\x00\x72"
    answers, heard, at = Answers(), [], 0
    while at < len(data):
        for size in pieces:
            heard += answers.feed(data[at : at + size])
            at += size
    assert heard == [
        Status(0x12),
        Done(42),
        Status(0x1A),
        Cuts(1262),
        Forgotten(),
        Status(0x72),
    ]


def test_the_digits_of_a_torn_answer_are_no_status() -> None:
    assert Answers().feed(b"\x5f262\x37\x22\x30\x30\x34\x32\x00") == [Done(42)]


@given(st.binary(max_size=60))
def test_after_any_noise_an_answer_is_heard(noise: bytes) -> None:
    answers = Answers()
    answers.feed(noise)
    heard = answers.feed(b"\xff\x37\x22\x30\x30\x34\x32\x00\x12")
    assert heard[-2:] == [Done(42), Status(0x12)]
    assert len(answers._bytes) < 20


def test_no_request_holds_what_a_status_looks_like_by_chance() -> None:
    assert ask_done(12_345)[-4:] == b"2345"
    assert FORGET.hex() == "10140801031401060208"
    assert not is_status(0x37)
    assert not is_status(0x5F)
