"""Scanner, social card, strip: their bytes, and their drivers on both kinds of line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from devices.events import Down, Up
from devices.framing import Unframed, framed
from devices.led_strip import LedStrip, Shows, StripSettings
from devices.line import LineSettings
from devices.scanner import (
    Codes,
    ScanFailed,
    Scanned,
    Scanner,
    ScannerSettings,
    kinds_of,
)
from devices.simulators.cards import invented_number
from devices.simulators.small import (
    SimulatedLedStrip,
    SimulatedScanner,
    SimulatedSocialCardReader,
    social_card,
)
from devices.social_card import (
    BadSocialCard,
    SocialCardIn,
    SocialCardOut,
    SocialCardReader,
    SocialCardUnread,
    SocialReaderSettings,
    read_social_card,
)
from tests.devices.conftest import Heard

LineTo = Callable[[Path], LineSettings]
ANY = ScannerSettings(LineSettings("none"))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("HZ:A012", ("slip",)),
        ("104567890123456789", ("wechat",)),
        ("280123456789012345", ("alipay",)),
        ("6212345678901234567", ("unionpay",)),
        ("0123456789ABCDEFGHIJKLMNOPQR", ("insurance",)),
        ("AB" * 32 + ":1:extra", ("health",)),
        (invented_number("990101", "19500102"), ("id_number",)),
        ("11010519491231003X", ("other",)),
        ("hello", ("other",)),
    ],
)
def test_kinds_of_code(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(text, ANY) == kinds


def test_a_code_that_may_be_two_things_is_both() -> None:
    both = invented_number("110101", "19500102", "003")
    assert both.isdigit(), "the example must be all digits"
    assert kinds_of(both, ANY) == ("wechat", "id_number")


@given(st.lists(st.integers(1, 9), min_size=1))
def test_codes_torn_anywhere(pieces: list[int]) -> None:
    data, codes, heard = "HZ:1\r\n测试\r\r\nHZ:2\n".encode(), Codes(), []
    at = 0
    while at < len(data):
        for size in pieces:
            heard += codes.feed(data[at : at + size])
            at += size
    assert heard == ["HZ:1", "测试", "HZ:2"]


@given(st.binary(max_size=3000))
def test_any_bytes_are_codes_or_none(data: bytes) -> None:
    codes = Codes()
    codes.feed(data)
    codes.idle()
    assert not codes.begun
    assert codes.feed(b"HZ:1\r") == ["HZ:1"]


def test_what_is_endless_is_no_code() -> None:
    codes = Codes()
    assert codes.feed(b"x" * 5000) == []
    assert codes.feed(b"\n") == [None]


def test_a_code_shows_itself_nowhere() -> None:
    assert "104567" not in repr(Scanned("s", "104567890123456789", ("wechat",)))


@pytest.mark.parametrize("ending", [b"\r\n", b"\r", b""])
async def test_a_scanner(
    tmp_path: Path, line_to: LineTo, heard: Heard, ending: bytes
) -> None:
    simulated = SimulatedScanner(tmp_path / "scanner")
    simulated.ending = ending
    settings = ScannerSettings(line_to(simulated.port.path), idle_s=0.03)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.run)
        nursery.start_soon(Scanner(settings, heard).run)
        await heard.next(Up)
        simulated.scan("HZ:A012")
        assert (await heard.next(Scanned)).text == "HZ:A012"
        simulated.port.unplug()
        await heard.next(Down)
        simulated.port.plug()
        await heard.next(Up)
        simulated.scan("HZ:A013")
        assert (await heard.next(Scanned)).text == "HZ:A013"
        simulated.scan("\x01\x04")
        await heard.next(ScanFailed)
        nursery.cancel_scope.cancel()
    simulated.port.unplug()


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_frames_after_any_noise(noise: list[bytes]) -> None:
    frames = Unframed()
    for part in noise:
        frames.feed(part)
    # a false beginning may take the first one with it, never the second
    heard = frames.feed(framed(b"one") + framed(b"two"))
    assert heard[-1] == b"two"


@given(
    st.binary(max_size=50).filter(lambda body: not set(body) & {2, 3}),
    st.integers(1, 7),
)
def test_a_frame_torn_anywhere(body: bytes, size: int) -> None:
    frames, data, heard = Unframed(), framed(body), []
    for at in range(0, len(data), size):
        heard += frames.feed(data[at : at + size])
    assert heard == [body]


def test_the_fields_of_a_social_card() -> None:
    card = read_social_card(social_card())
    assert (card.region, card.name, card.card_number) == (
        "990100",
        "测试一",
        "T00000001",
    )
    assert card.number.startswith("99010119500102")
    assert card.expires is not None
    assert card.expires.year == 2030
    assert repr(card) == "<SocialCard>"


@given(st.one_of(st.text(max_size=120), st.lists(st.text(), min_size=11, max_size=11)))
def test_any_line_is_a_card_or_refused(line: str | list[str]) -> None:
    with suppress(BadSocialCard):
        read_social_card(line if isinstance(line, str) else "|".join(line))


@pytest.mark.parametrize("field", [0, 1, 2, 4, 7])
def test_a_field_that_cannot_be(field: int) -> None:
    fields = social_card().split("|")
    fields[field] = "" if field in (0, 2, 4) else "99999999"
    with pytest.raises(BadSocialCard):
        read_social_card("|".join(fields))


async def test_a_social_card_reader(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    simulated = SimulatedSocialCardReader(tmp_path / "social")
    settings = SocialReaderSettings(line_to(simulated.port.path))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.run)
        nursery.start_soon(SocialCardReader(settings, heard).run)
        await heard.next(Up)
        simulated.insert()
        assert (await heard.next(SocialCardIn)).card.name == "测试一"
        simulated.pull()
        await heard.next(SocialCardOut)
        simulated.misread()
        await heard.next(SocialCardUnread)
        simulated.port.faults.lie = 1
        simulated.insert()
        await heard.next(SocialCardUnread)
        simulated.insert()
        await heard.next(SocialCardIn)
        simulated.port.unplug()
        await heard.next(SocialCardOut)  # nobody knows whether it is there still
        nursery.cancel_scope.cancel()


async def test_a_strip_shows_what_it_should_whatever_happens(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    simulated = SimulatedLedStrip(tmp_path / "strip")
    line = line_to(simulated.port.path)
    strip = LedStrip(StripSettings(line, answer_s=0.1, poll_s=0.05), heard)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.run)
        nursery.start_soon(strip.run)
        with trio.fail_after(20):
            strip.show("请 A012 进 3 诊室", "running")
            await simulated.shows("请 A012 进 3 诊室")
            assert simulated.mode == "1"
            assert (await heard.next(Shows, lambda e: e.text)).text.startswith("请")
            simulated.refuse = 1
            simulated.port.faults.swallow = 1
            strip.show("请 A013\x1b 进 \U00020000")
            await simulated.shows("请 A013 进 □")
            simulated.lose_power()
            await heard.next(Down)
            await simulated.shows("请 A013 进 □")
            strip.show("")
            await simulated.shows("")
        nursery.cancel_scope.cancel()
    simulated.port.unplug()


async def test_a_strip_that_is_silent_is_down(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    simulated = SimulatedLedStrip(tmp_path / "strip")
    settings = StripSettings(line_to(simulated.port.path), answer_s=0.02)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(LedStrip(settings, heard).run)
        assert (await heard.next(Down)).trouble.code == "silent"
        nursery.cancel_scope.cancel()
    simulated.port.unplug()
