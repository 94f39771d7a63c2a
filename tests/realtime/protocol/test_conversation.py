"""What is due, what is too much, and whether the client still listens."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.protocol.codes import ClosingCode
from realtime.protocol.conversation import Conversation, Phase, Terms
from realtime.protocol.errors import (
    BadFrame,
    BadProtocol,
    Flood,
    ProtocolError,
    TooBig,
    TooManyAsks,
)
from realtime.protocol.messages import Ask, Hello, Join, Leave, Limits, Pong
from realtime.protocol.wire import FrameReader
from tests.realtime.protocol.test_messages import GOOD, said
from tests.realtime.protocol.test_wire import client_frame, cut

HELLO, JOIN, LEAVE, PONG = said(GOOD[0]), said(GOOD[1]), said(GOOD[4]), said(GOOD[6])


def ask(ref: str) -> bytes:
    return said(GOOD[5] | {"ref": ref})


@pytest.fixture
def welcomed() -> Conversation:
    conversation = Conversation(Terms(), 0.0)
    assert isinstance(conversation.receive(HELLO, 0.0), Hello)
    return conversation


def test_hello_comes_first() -> None:
    conversation = Conversation(Terms(), 0.0)
    for early in (JOIN, LEAVE, PONG, ask("1")):
        with pytest.raises(BadProtocol):
            conversation.receive(early, 0.0)
    conversation.receive(HELLO, 0.0)
    assert conversation.phase is Phase.WELCOMED


def test_then_everything_but_a_second_hello(welcomed: Conversation) -> None:
    assert isinstance(welcomed.receive(JOIN, 1.0), Join)
    assert isinstance(welcomed.receive(LEAVE, 1.0), Leave)
    assert isinstance(welcomed.receive(ask("1"), 1.0), Ask)
    assert isinstance(welcomed.receive(PONG, 1.0), Pong)
    with pytest.raises(BadProtocol) as caught:
        welcomed.receive(HELLO, 1.0)
    assert caught.value.type == "hello"


def test_after_the_end_nothing(welcomed: Conversation) -> None:
    welcomed.receive(ask("1"), 0.0)
    welcomed.end()
    with pytest.raises(BadProtocol):
        welcomed.receive(JOIN, 1.0)
    assert not welcomed.answered("1")


def test_hello_has_ten_seconds() -> None:
    conversation = Conversation(Terms(), 100.0)
    assert not conversation.hello_overdue(109.9)
    assert conversation.hello_overdue(110.0)
    conversation.receive(HELLO, 109.9)
    assert not conversation.hello_overdue(200.0)


def test_a_message_may_not_be_too_big(welcomed: Conversation) -> None:
    limit = Limits().message_bytes
    padded = said({"type": "pong", "pad": ""})
    fits = padded[:-2] + b"x" * (limit - len(padded)) + padded[-2:]
    assert len(fits) == limit
    assert isinstance(welcomed.receive(fits, 1.0), Pong)
    with pytest.raises(TooBig) as caught:
        welcomed.receive(fits + b" ", 1.0)
    assert caught.value.size == limit + 1


def test_sixty_four_asks_may_be_open(welcomed: Conversation) -> None:
    for n in range(64):
        assert welcomed.may_ask
        welcomed.receive(ask(str(n)), 0.0)
    assert welcomed.asks_open == 64
    assert not welcomed.may_ask  # and the socket is not to be read
    with pytest.raises(TooManyAsks) as caught:
        welcomed.receive(ask("64"), 0.0)
    assert caught.value.ref == "64"
    assert [welcomed.answered("7"), welcomed.answered("7")] == [True, False]
    assert welcomed.asks_open == 63
    welcomed.receive(ask("64"), 0.0)


def test_an_open_ref_is_not_used_twice(welcomed: Conversation) -> None:
    welcomed.receive(ask("1"), 0.0)
    with pytest.raises(BadProtocol):
        welcomed.receive(ask("1"), 0.0)
    welcomed.answered("1")
    welcomed.receive(ask("1"), 0.0)


def test_a_flood_ends_it_and_a_burst_does_not(welcomed: Conversation) -> None:
    for _ in range(399):  # the hello was the first
        welcomed.receive(PONG, 0.0)
    with pytest.raises(Flood):
        welcomed.receive(PONG, 0.0)


@given(st.lists(st.floats(0, 3), max_size=200))
def test_a_flood_is_what_exceeds_rate_and_burst(pauses: list[float]) -> None:
    terms = Terms(limits=Limits(frames_per_s=2.0, frames_at_once=5))
    conversation = Conversation(terms, 0.0)
    times = [0.0]
    for pause in pauses:
        times.append(times[-1] + pause)
    heard: list[float] = []
    for now in times:
        heard.append(now)
        # over any window that ends now: no more than the burst and what the rate gives
        over = any(
            len(heard) - i > 5 + (now - since) * 2.0 + 1e-6
            for i, since in enumerate(heard)
        )
        under = all(
            len(heard) - i < 5 + (now - since) * 2.0 - 1e-6
            for i, since in enumerate(heard)
        )
        try:
            conversation.heard(now)
        except Flood:
            assert not under
            return
        assert not over


def test_silence_for_two_heartbeats_is_idle(welcomed: Conversation) -> None:
    assert welcomed.heartbeat() is None
    assert welcomed.heartbeat() is None
    assert welcomed.heartbeat() is ClosingCode.IDLE
    welcomed.receive(PONG, 30.0)
    assert welcomed.heartbeat() is None


def test_any_word_is_a_sign_of_life(welcomed: Conversation) -> None:
    for beat in range(10):
        assert welcomed.heartbeat() is None
        welcomed.receive(JOIN, float(beat))


def test_who_is_not_read_is_not_silent(welcomed: Conversation) -> None:
    for _ in range(10):
        assert welcomed.heartbeat(listening=False) is None
    assert welcomed.heartbeat() is None
    assert welcomed.heartbeat() is ClosingCode.IDLE


# Fuzz: bytes off a socket end in messages or in a typed error, never in another one.

texts: st.SearchStrategy[bytes] = st.one_of(
    st.sampled_from([*map(said, GOOD), HELLO, PONG, PONG]),
    st.binary(max_size=40),
    st.from_regex(rb'\{"type":"(ask|join|hello)","ref":.{0,20}\}', fullmatch=True),
    st.sampled_from([b"[" * 5000, b'{"type":"pong","a":' + b'{"a":' * 3000]),
)


@given(st.lists(texts, max_size=12), st.integers(), st.booleans())
def test_nothing_but_typed_errors(parts: list[bytes], seed: int, noise: bool) -> None:
    wire = b"".join(client_frame(0x1, text) for text in parts)
    if noise and wire:
        at = seed % len(wire)
        wire = wire[:at] + bytes([seed % 256]) + wire[at + 1 :]
    reader = FrameReader(65_536)
    conversation = Conversation(Terms(limits=Limits(frames_at_once=10)), 0.0)
    said_so_far: list[Any] = []
    refused: ProtocolError | None = None
    try:
        for piece in cut(wire, seed):
            reader.feed(piece)
            while (frame := reader.next()) is not None:
                kind, payload = frame
                if kind == 1:
                    try:
                        said_so_far.append(conversation.receive(payload, 0.0))
                    except TooManyAsks:
                        continue
                else:
                    conversation.heard(0.0)
    except ProtocolError as exc:
        refused = exc
    if refused is not None:
        assert not refused.code.comes_back
        assert isinstance(refused, BadFrame | BadProtocol | TooBig | Flood)
    assert len(said_so_far) <= 10
    if said_so_far:
        assert isinstance(said_so_far[0], Hello)
        assert msgspec.json.encode(said_so_far)
