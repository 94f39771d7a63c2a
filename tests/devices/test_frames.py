"""The SDT protocol's bytes: as documented, torn anywhere, after any noise."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from devices.id_reader import answers
from devices.id_reader.frames import PREAMBLE, Damaged, Replies, Reply, reply
from devices.trouble import DeviceTrouble

CARD = reply(0x90, bytes(range(256)) * 5)


def test_the_requests_are_the_documented_bytes() -> None:
    for request, body in (
        (answers.FIND, "0003200122"),
        (answers.SELECT, "0003200221"),
        (answers.READ, "0003300132"),
        (answers.READ_WITH_FINGERPRINT, "0003301023"),
        (answers.READ_MORE, "0003300330"),
        (answers.STATUS, "000311FFED"),
        (answers.SAM, "000312FFEE"),
    ):
        assert request.hex().upper() == "AAAAAA9669" + body


def test_the_documented_answers() -> None:
    (found,) = Replies().feed(bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97"))
    assert isinstance(found, Reply)
    assert answers.found(found)
    (selected,) = Replies().feed(
        bytes.fromhex("AAAAAA9669 000C 000090") + bytes(8) + b"\x9c"
    )
    assert isinstance(selected, Reply)
    answers.selected(selected)
    assert len(reply(0x90, bytes(4 + 256 + 1024))) == 1295
    for fingers, length in ((0, 1297), (512, 1809), (1024, 2321)):
        assert len(reply(0x90, bytes(6 + 256 + 1024 + fingers))) == length


@given(st.lists(st.integers(1, 60), min_size=1), st.binary(max_size=40))
def test_torn_anywhere_it_is_one_frame(pieces: list[int], noise: bytes) -> None:
    replies, heard = Replies(), list[Reply | Damaged]()
    data = noise + CARD + reply(0x80)
    at = 0
    while at < len(data):
        for size in pieces:
            heard += replies.feed(data[at : at + size])
            at += size
    heard += replies.give_up()
    whole = [one for one in heard if isinstance(one, Reply)]
    assert [one.sw3 for one in whole][-2:] == [0x90, 0x80]


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from([PREAMBLE, PREAMBLE[:3], PREAMBLE + b"\x00", CARD[:300]]),
            st.just(PREAMBLE + b"\x09\x00"),
        ),
        max_size=8,
    )
)
def test_after_any_noise_the_next_frame_is_found(noise: list[bytes]) -> None:
    replies = Replies()
    for part in noise:
        replies.feed(part)
    replies.give_up()
    (heard,) = replies.feed(reply(0x9F, bytes(4)))
    assert isinstance(heard, Reply)
    assert answers.found(heard)


def test_a_frame_that_a_false_beginning_swallowed_comes_out_when_it_gives_up() -> None:
    replies = Replies()
    assert replies.feed(PREAMBLE + b"\x05\x00" + reply(0x80)) == []
    heard = replies.give_up()
    assert [type(one) for one in heard] == [Damaged, Reply]


@given(st.binary(max_size=3000))
def test_what_is_kept_is_bounded(data: bytes) -> None:
    replies = Replies()
    for _ in range(4):
        replies.feed(data)
    assert len(replies._frames._bytes) <= 2400 + 7


def test_a_wrong_check_is_said() -> None:
    data = bytearray(reply(0x90))
    data[-1] ^= 1
    assert Replies().feed(bytes(data)) == [Damaged()]


def test_a_reply_shows_no_content() -> None:
    assert "测试" not in repr(Reply((0, 0, 0x90), "测试一".encode()))


@given(st.integers(0, 255), st.binary(max_size=2400))
def test_any_reply_is_understood_or_refused(sw3: int, data: bytes) -> None:
    heard = Reply((0, 0, sw3), data)
    for understand in (
        answers.found,
        answers.selected,
        answers.card,
        answers.more_addresses,
        answers.ready,
        answers.sam,
    ):
        # what it raises is a trouble, and every trouble has its words
        with suppress(DeviceTrouble):
            understand(heard)


def test_every_refusal_has_words() -> None:
    for sw3 in range(256):
        trouble = answers.refusal(sw3).trouble
        assert trouble.zh.endswith("。")
        assert trouble.en.endswith(".")
