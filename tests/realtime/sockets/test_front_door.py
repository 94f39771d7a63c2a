"""One port: who is shown where, and who is shown out."""

from __future__ import annotations

import errno
import resource
import socket
from typing import Any

import pytest
import trio
from websockets.sync.client import connect

from realtime.sockets import front_door
from realtime.sockets.front_door import DoorSettings, connections_allowed
from realtime.sockets.http_stream import HttpStream
from tests.realtime.protocol.test_handshake import HEAD
from tests.realtime.protocol.test_wire import client_frame
from tests.realtime.sockets.place import Place, open_place

QUICK = DoorSettings(head_s=0.5, linger_s=0.3)


async def answer(place: Place, said: bytes) -> bytes:
    """Everything the server says to this before it closes."""
    stream = await place.dial()
    await stream.send_all(said)
    heard = b""
    with trio.fail_after(10):
        while data := await stream.receive_some():
            heard += data
    await stream.aclose()
    return heard


async def test_both_on_one_port() -> None:
    async with open_place() as place:
        client = await place.visitor()
        page = await answer(place, b"GET /hall HTTP/1.1\r\nHost: x\r\n\r\n")
        assert page.startswith(b"HTTP/1.1 200 OK")
        assert page.endswith(b"GET /hall HTTP/1.1")
        assert await client.works()
        await place.until(lambda: place.edge.traffic.http_streams == 0)


async def test_a_stock_client_connects() -> None:
    async with open_place() as place:

        def talk() -> str:
            url = f"ws://127.0.0.1:{place.port}/live"
            with connect(url, subprotocols=["houzhen.v1"]) as client:  # type: ignore[list-item]
                client.send('{"type":"pong"}')
                try:
                    client.recv()
                except Exception as exc:
                    return str(exc)
                return "heard something"

        assert "4502" in await trio.to_thread.run_sync(talk)


async def test_http_gets_every_byte_that_was_read_at_the_door() -> None:
    body = bytes(range(256)) * 200
    got: list[bytes] = []
    sockets: list[Any] = []

    async def serve_http(stream: HttpStream) -> None:
        sockets.append((stream.socket.getpeername(), stream.socket.getsockname()))
        assert await stream.receive_some(3) == b"PUT"
        read = b"PUT"
        while len(read) < 60 or not read.endswith(body[-256:]) or len(read) < len(body):
            read += await stream.receive_some()
        got.append(read)
        await stream.wait_send_all_might_not_block()
        await stream.send_all(b"done")
        await stream.send_eof()
        assert await stream.receive_some() == b""
        await stream.aclose()

    async with open_place(serve_http=serve_http) as place:
        stream = await place.dial()
        head = b"PUT /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
        await stream.send_all(head + body)
        assert await stream.receive_some() == b"done"
        await stream.aclose()
        await place.until(lambda: place.edge.traffic.http_streams == 0)
        assert got == [head + body]
        assert sockets[0][1] == ("127.0.0.1", place.port)


async def test_a_head_may_come_byte_by_byte_and_frames_right_behind_it() -> None:
    async with open_place() as place:
        stream = await place.dial()
        for byte in HEAD[:-1]:
            await stream.send_all(bytes([byte]))
        await stream.send_all(HEAD[-1:] + client_frame(0x9, b"early"))
        heard = b""
        while b"early" not in heard:
            heard += await stream.receive_some()
        head, _, frames = heard.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert frames == b"\x8a\x05early"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (HEAD.replace(b"/live", b"/elsewhere"), b"404"),
        (HEAD.replace(b"Version: 13", b"Version: 7"), b"426"),
        (HEAD.replace(b"houzhen.v1", b"houzhen.v0"), b"400"),
        (HEAD.replace(b"Sec-WebSocket-Key", b"X"), b"400"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000, b"431"),
    ],
)
async def test_refusals_are_read_to_the_end(said: bytes, status: bytes) -> None:
    async with open_place() as place:
        # More is said after the refusal is certain: it must not be lost to a reset.
        heard = await answer(place, said + b"more")
        assert heard.startswith(b"HTTP/1.1 " + status)
        assert b"text/plain" in heard
        assert place.edge.traffic.handshakes_refused == 1
        await place.until(lambda: place.edge.traffic.at_the_door == 0)


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS hello
        b"\x00" * 100,
        b"get / http/1.1\r\n\r\n",
        b"\xff\xfe\xfd",
    ],
)
async def test_noise_is_shown_out_at_once(noise: bytes) -> None:
    async with open_place() as place:
        other = await place.visitor()
        assert await answer(place, noise) == b""
        assert place.edge.traffic.at_the_door == 0
        assert await other.works()


async def test_half_a_head_and_nothing_at_all() -> None:
    async with open_place(door=QUICK) as place:
        other = await place.visitor()
        silent = await place.dial()
        assert (await answer(place, HEAD[:-2])).startswith(b"HTTP/1.1 408 ")
        assert await silent.receive_some() == b""
        await place.until(lambda: place.edge.traffic.at_the_door == 0)
        assert await other.works()


@pytest.mark.alone
async def test_slow_loris_has_no_more_time_than_others() -> None:
    async with open_place(door=QUICK) as place:
        stream = await place.dial()
        began = trio.current_time()
        heard = b""
        with trio.fail_after(5):
            for byte in HEAD * 10:
                with trio.move_on_after(0.02):
                    heard += await stream.receive_some()
                if heard:
                    break
                await stream.send_all(bytes([byte]))
        assert heard.startswith(b"HTTP/1.1 408 ")
        assert trio.current_time() - began < 3


async def test_a_peer_that_leaves_at_the_door() -> None:
    async with open_place() as place:
        stream = await place.dial()
        await stream.send_all(b"GET ")
        await place.until(lambda: place.edge.traffic.at_the_door == 1)
        await stream.aclose()
        await place.until(lambda: place.edge.traffic.at_the_door == 0)


async def test_over_the_limit_is_503_and_room_is_found_again() -> None:
    async with open_place(door=DoorSettings(connections=3)) as place:
        clients = [await place.visitor() for _ in range(3)]
        heard = await answer(place, HEAD)
        assert heard.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After:" in heard
        assert (await answer(place, b"GET / HTTP/1.1\r\n\r\n")).startswith(
            b"HTTP/1.1 503 "
        )
        assert place.edge.traffic.turned_away == 2
        assert await clients[0].works()
        await clients[0].stream.aclose()
        await place.until(lambda: place.edge.traffic.connections == 2)
        await place.until(lambda: place.edge.traffic.at_the_door == 0)
        assert await (await place.visitor()).works()


async def test_a_crowd_over_the_limit_is_not_even_greeted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(front_door, "TURNED_AWAY_POLITELY", 1)
    async with open_place(door=DoorSettings(connections=1)) as place:
        await place.visitor()
        lingering = await place.dial()
        await place.until(lambda: place.edge.traffic.at_the_door == 1)

        async def knock() -> None:
            stream = await place.dial()
            await stream.receive_some()

        with pytest.raises((ConnectionResetError, trio.BrokenResourceError)):
            await knock()
        await lingering.aclose()


async def test_out_of_descriptors_waits_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = 0
    accept = socket.socket.accept

    def scarce(self: socket.socket) -> Any:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return accept(self)

    settings = DoorSettings(out_of_descriptors_s=0.05)
    async with open_place(door=settings) as place:
        other = await place.visitor()
        tries = 0
        monkeypatch.setattr(socket.socket, "accept", scarce)
        began = trio.current_time()
        client = await place.visitor()
        assert trio.current_time() - began >= 0.15  # it did not spin
        assert await client.works()
        assert await other.works()


async def test_a_failing_http_side_ends_that_connection_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def serve_http(stream: HttpStream) -> None:
        raise RuntimeError("a fault of the HTTP side, put there by a test")

    async with open_place(serve_http=serve_http) as place:
        other = await place.visitor()
        assert await answer(place, b"GET / HTTP/1.1\r\n\r\n") == b""
        assert await other.works()
        assert "the HTTP side failed" in caplog.text


async def test_an_occupied_port_is_an_os_error() -> None:
    async with open_place() as place:
        with pytest.raises(OSError) as caught:
            await place.door.listen("127.0.0.1", place.port)
        assert caught.value.errno == errno.EADDRINUSE


def test_the_limit_is_what_the_process_may_open() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert connections_allowed(10) == 10
    if soft != resource.RLIM_INFINITY:
        assert connections_allowed(10**9) == max(1, soft - 200)
