"""Our frames and our reader, held equal to those of websockets."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.exceptions import PayloadTooBig
from websockets.frames import Close, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri
from websockets.utils import apply_mask

from realtime.protocol.codes import ClosingCode
from realtime.protocol.errors import BadFrame, ProtocolError, TooBig
from realtime.protocol.wire import (
    CLOSE,
    PART,
    PING,
    PONG,
    TEXT,
    FrameReader,
    close_echo,
    close_frame,
    pong_frame,
    text_frame,
)

LIMIT = 300
Seen = list[tuple[int, bytes]]


def client_frame(
    opcode: int,
    payload: bytes = b"",
    *,
    final: bool = True,
    reserved: int = 0,
    mask: bytes | None = b"\x12\x34\x56\x78",
) -> bytes:
    head = bytes([(0x80 if final else 0) | reserved | opcode])
    masked = 0 if mask is None else 0x80
    size = len(payload)
    if size < 126:
        head += bytes([masked | size])
    elif size < 65_536:
        head += bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([masked | 127]) + size.to_bytes(8, "big")
    return head + (payload if mask is None else mask + apply_mask(payload, mask))


def ours(pieces: list[bytes]) -> tuple[Seen, ClosingCode | None]:
    """What our reader makes of it, and why it stopped, if it did."""
    reader = FrameReader(LIMIT)
    seen: Seen = []
    for piece in pieces:
        reader.feed(piece)
        try:
            while (frame := reader.next()) is not None:
                seen.append(frame)
        except ProtocolError as exc:
            assert reader.next() is None
            reader.feed(b"\x81\x80\0\0\0\0")
            assert reader.next() is None
            return seen, exc.code
    return seen, None


def theirs(data: bytes) -> tuple[Seen, ClosingCode | None, ServerProtocol]:
    """What websockets makes of it, told in our terms."""
    protocol = ServerProtocol(state=State.OPEN, max_size=LIMIT)
    protocol.receive_data(data)
    seen: Seen = []
    parts: list[bytes] = []
    for frame in protocol.events_received():
        assert isinstance(frame, Frame)
        if frame.opcode is Opcode.BINARY:
            return seen, ClosingCode.BAD_FRAME, protocol
        if frame.opcode in (Opcode.TEXT, Opcode.CONT):
            parts.append(bytes(frame.data))
            if not frame.fin:
                seen.append((PART, b""))
                continue
            message, parts = b"".join(parts), []
            try:
                message.decode()
            except UnicodeDecodeError:
                return seen, ClosingCode.BAD_FRAME, protocol
            seen.append((TEXT, message))
        else:
            seen.append((int(frame.opcode), bytes(frame.data)))
    if protocol.parser_exc is None:
        return seen, None, protocol
    if isinstance(protocol.parser_exc, PayloadTooBig):
        return seen, ClosingCode.TOO_BIG, protocol
    return seen, ClosingCode.BAD_FRAME, protocol


opcodes = st.one_of(st.sampled_from([0x0, 0x1, 0x1, 0x8, 0x9, 0xA]), st.integers(0, 15))
payloads = st.one_of(
    st.binary(max_size=20),
    st.text(max_size=20).map(str.encode),
    st.sampled_from([b"", b"x" * 125, b"x" * 126, b"x" * 200, b"x" * LIMIT]),
    st.sampled_from([b"x" * (LIMIT + 1), "诊".encode()[:2], "候诊".encode()]),
    st.sampled_from(
        [b"\x03\xe8", b"\x03\xe8bye", b"\x03\xed", b"\x0f\xa0\xff", b"\x03"]
    ),
)
masks = st.one_of(st.binary(min_size=4, max_size=4), st.just(b"\0\0\0\0"))
mostly = st.sampled_from([True, True, True, False])
frames = st.builds(
    lambda opcode, payload, final, reserved, mask: client_frame(
        opcode, payload, final=final, reserved=reserved, mask=mask
    ),
    opcodes,
    payloads,
    mostly,
    st.sampled_from([0, 0, 0, 0, 0, 0x10, 0x40]),
    st.one_of(masks, masks, masks, masks, st.none()),
)
# Messages in fragments with control frames in between, as a good client may send them.
fragmented = st.builds(
    lambda parts, ping: b"".join(
        client_frame(0x0 if i else 0x1, part, final=i == len(parts) - 1)
        + (client_frame(0x9, b"?") if ping and i < len(parts) - 1 else b"")
        for i, part in enumerate(parts)
    ),
    st.lists(st.text(max_size=4).map(str.encode), min_size=1, max_size=6),
    st.booleans(),
)
streams = st.lists(st.one_of(frames, fragmented), max_size=8).map(b"".join)


def cut(data: bytes, seed: int) -> list[bytes]:
    rng = random.Random(seed)
    pieces = []
    while data:
        size = rng.choice([1, 2, 3, 7, 50, 500])
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def hold_equal(data: bytes, seed: int) -> None:
    seen, refused = ours(cut(data, seed))
    assert (seen, refused) == ours([data])  # how it is cut changes nothing
    expected, code, protocol = theirs(data)
    if refused is not None and code is None:
        # We refuse by the head of a frame; websockets by the whole of it. Give it the
        # rest, whatever that is, and it must come to the same end.
        protocol.receive_data(bytes(LIMIT + 200))
        more = protocol.events_received()
        binary = any(isinstance(f, Frame) and f.opcode is Opcode.BINARY for f in more)
        too_big = isinstance(protocol.parser_exc, PayloadTooBig)
        assert binary or protocol.parser_exc is not None
        code = ClosingCode.TOO_BIG if too_big and not binary else ClosingCode.BAD_FRAME
    assert seen == expected
    assert refused == code


@settings(max_examples=500)
@given(streams, st.integers())
@example(client_frame(0x1, b"a", final=False) + client_frame(0x8), 1)
@example(client_frame(0x8) + client_frame(0x1, b"after the close"), 1)
@example(client_frame(0x1, b"a", final=False) + client_frame(0x0, b"b" * LIMIT), 1)
def test_it_reads_what_websockets_reads(data: bytes, seed: int) -> None:
    hold_equal(data, seed)


@settings(max_examples=300)
@given(streams, st.data())
def test_also_where_bytes_are_wrong(data: bytes, draw: st.DataObject) -> None:
    mutated = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        if mutated:
            at = draw.draw(st.integers(0, len(mutated) - 1))
            mutated[at] = draw.draw(st.integers(0, 255))
    hold_equal(bytes(mutated), draw.draw(st.integers()))


@given(st.binary(max_size=400), st.integers())
def test_noise_ends_in_a_typed_error_or_waits(data: bytes, seed: int) -> None:
    hold_equal(data, seed)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_a_text_frame_is_read_by_websockets(size: int) -> None:
    client = ClientProtocol(parse_uri("ws://x/"), state=State.OPEN, max_size=None)
    client.receive_data(text_frame(b"x" * size))
    (frame,) = client.events_received()
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, frame.data) == (Opcode.TEXT, True, b"x" * size)


def test_control_frames_are_read_by_websockets() -> None:
    client = ClientProtocol(parse_uri("ws://x/"), state=State.OPEN)
    client.receive_data(pong_frame(b"abc") + close_frame(4001, "slow"))
    pong, close = client.events_received()
    assert isinstance(pong, Frame)
    assert isinstance(close, Frame)
    assert (pong.opcode, pong.data) == (Opcode.PONG, b"abc")
    assert client.close_rcvd == Close(4001, "slow")
    assert close_echo(b"\x03\xe8") == b"\x88\x02\x03\xe8"


def test_a_long_message_byte_by_byte() -> None:
    reader = FrameReader(70_000)
    message = b"x" * 66_000
    for byte in client_frame(0x1, message):
        assert reader.next() is None
        reader.feed(bytes([byte]))
    assert reader.next() == (TEXT, message)
    assert reader.buffered == 0


def test_what_is_not_asked_for_stays() -> None:
    reader = FrameReader(LIMIT)
    reader.feed(b"".join(client_frame(0x1, b"%d" % n) for n in range(3)))
    assert reader.next() == (TEXT, b"0")
    reader.feed(client_frame(PING, b"!")[:3])
    assert reader.next() == (TEXT, b"1")
    assert reader.next() == (TEXT, b"2")
    assert reader.next() is None
    reader.feed(client_frame(PING, b"!")[3:] + client_frame(PONG))
    assert [reader.next(), reader.next()] == [(PING, b"!"), (PONG, b"")]
    reader.feed(client_frame(CLOSE) + client_frame(TEXT, b"late"))
    assert [reader.next(), reader.next()] == [(CLOSE, b""), None]


def test_size_counts_all_fragments() -> None:
    reader = FrameReader(10)
    reader.feed(client_frame(0x1, b"123456", final=False))
    reader.feed(client_frame(0x0, b"789ab", final=True)[:2])  # the head is enough
    assert reader.next() == (PART, b"")
    with pytest.raises(TooBig) as caught:
        reader.next()
    assert (caught.value.size, caught.value.limit) == (11, 10)


def test_utf8_may_be_cut_by_fragments_but_not_be_wrong() -> None:
    word = "候诊".encode()
    reader = FrameReader(10)
    reader.feed(client_frame(0x1, word[:2], final=False) + client_frame(0x0, word[2:]))
    assert [reader.next(), reader.next()] == [(PART, b""), (TEXT, word)]
    reader.feed(client_frame(0x1, word[:2]))
    with pytest.raises(BadFrame, match="UTF-8"):
        reader.next()
