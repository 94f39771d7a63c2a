"""The opening: accepted, or refused in words an HTTP client can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from realtime.protocol.handshake import may_be_http, open_websocket, wants_websocket

HEAD = (
    b"GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: houzhen.v1\r\n\r\n"
)


def test_a_real_client_is_accepted_without_extensions() -> None:
    client = ClientProtocol(
        parse_uri("ws://127.0.0.1/live?x=1"),
        subprotocols=[Subprotocol("other"), Subprotocol("houzhen.v1")],
    )
    request = client.connect()
    request.headers["Sec-WebSocket-Extensions"] = "permessage-deflate"
    client.send_request(request)
    head = b"".join(client.data_to_send())
    assert wants_websocket(head)
    answer = open_websocket(head)
    assert (answer.accepted, answer.status) == (True, 101)
    client.receive_data(answer.response)
    assert client.state is State.OPEN
    assert client.subprotocol == "houzhen.v1"
    assert client.extensions == []


@pytest.mark.parametrize(
    ("old", "new", "status", "words"),
    [
        (b"/live", b"/liv", 404, b"WebSockets are at /live."),
        (b"/live", b"/live/", 404, b"/live"),
        (b"Version: 13", b"Version: 8", 426, b"Sec-WebSocket-Version: 13\r\n"),
        (b"Sec-WebSocket-Version: 13\r\n", b"", 426, b"version 13"),
        (b"houzhen.v1", b"houzhen.v2", 400, b"houzhen.v1"),
        (b"Sec-WebSocket-Protocol: houzhen.v1\r\n", b"", 400, b"subprotocol"),
        (b"Connection: Upgrade\r\n", b"", 426, b"Connection"),
        (b"Upgrade: websocket", b"Upgrade: websocket, h2c", 426, b"Upgrade"),
        (b"dGhl", b"", 400, b"Sec-WebSocket-Key"),
        (b"GET", b"POST", 405, b"Allow: GET"),
        (b"HTTP/1.1", b"HTTP/1.0", 505, b"HTTP/1.0"),
        (b"HTTP/1.1", b"HTTP/9", 400, b"not an HTTP/1.1 request"),
        (b"Host: x", b"Content-Length: 5", 400, b"not an HTTP/1.1 request"),
        (b"Host: x", b"\xff\xfe", 400, b"not an HTTP/1.1 request"),
        (b"Host: x", b"Sec-WebSocket-Version: 13", 426, b"version 13"),
    ],
)
def test_refusals(old: bytes, new: bytes, status: int, words: bytes) -> None:
    answer = open_websocket(HEAD.replace(old, new))
    assert (answer.accepted, answer.status) == (False, status)
    head, _, body = answer.response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in head
    assert b"text/plain" in head
    assert b"Content-Length: %d" % len(body) in head
    assert words in answer.response


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (HEAD, True),
        (HEAD.replace(b"Upgrade: websocket", b"uPGRADE:\tWebSocket"), True),
        (HEAD.replace(b"Upgrade: websocket", b"Upgrade: h2c"), False),
        (b"GET /upgrade: websocket HTTP/1.1\r\nHost: x\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nX-Upgrade: websocket\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False),
    ],
)
def test_who_wants_a_websocket(head: bytes, wanted: bool) -> None:
    assert wants_websocket(head) is wanted


def test_what_cannot_be_http() -> None:
    assert may_be_http(b"")
    assert may_be_http(b"G")
    assert may_be_http(b"OPTIONS * HTTP/1.1\r\n")
    assert not may_be_http(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")  # a TLS hello
    assert not may_be_http(b"\x00")
    assert not may_be_http(b"\r\n")


@given(st.binary(max_size=200))
def test_any_head_has_an_answer(noise: bytes) -> None:
    for head in (noise, HEAD[:40] + noise + b"\r\n\r\n", noise + HEAD):
        answer = open_websocket(head + b"\r\n\r\n")
        assert answer.response.startswith(b"HTTP/1.1 %d " % answer.status)


@given(st.data())
def test_a_mutated_head_has_an_answer(data: st.DataObject) -> None:
    head = bytearray(HEAD)
    for _ in range(data.draw(st.integers(1, 4))):
        head[data.draw(st.integers(0, len(HEAD) - 5))] = data.draw(st.integers(0, 255))
    answer = open_websocket(bytes(head))
    assert answer.response.startswith(b"HTTP/1.1 %d " % answer.status)
    assert answer.accepted is (answer.status == 101)
