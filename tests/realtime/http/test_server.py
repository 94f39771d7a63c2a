"""One connection: its reuse, its end, and that no peer can hold it."""

import inspect
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

import hypercorn
import pytest
import trio
from hypercorn.protocol import ProtocolWrapper
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypothesis import given, settings
from hypothesis import strategies as st
from quart import Response

from realtime.config import Http
from realtime.http import app as http_app
from realtime.http.server import HttpServer, ImpatientStream
from tests.realtime.http.visitor import Door, opened, site
from tests.realtime.sockets.place import open_place

BIG = 40_000_000


@pytest.fixture
def slow_routes(
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, trio.Event]:
    """`/big` sends more than any buffer holds; `/wait` answers when told."""
    events = {"asked": trio.Event(), "go": trio.Event()}
    create = http_app.create_app

    def with_more(site: http_app.Site) -> object:
        app = create(site)

        async def big() -> Response:
            return Response(b"x" * BIG)

        async def wait() -> Response:
            events["asked"].set()
            await events["go"].wait()
            return Response(b"done")

        app.add_url_rule("/big", "big", big)
        app.add_url_rule("/wait", "wait", wait)
        return app

    monkeypatch.setattr("tests.realtime.http.visitor.create_app", with_more)
    return events


def test_hypercorns_inside_is_as_we_use_it() -> None:
    """What server.py takes from hypercorn, which does not promise it."""
    assert hypercorn.__package__ == "hypercorn"
    from importlib.metadata import version

    assert version("hypercorn") == "0.18.0"

    def names(thing: object) -> list[str]:
        return list(inspect.signature(thing).parameters)  # type: ignore[arg-type]

    assert names(TCPServer) == ["app", "config", "context", "state", "stream"]
    assert names(TCPServer.run) == ["self"]
    assert names(TCPServer._read_data) == ["self"]
    made = "app config context task_group {} ssl client server send".split()
    by_wrapper = [name.format("state") for name in made] + ["alpn_protocol"]
    assert names(ProtocolWrapper) == by_wrapper
    assert names(H11Protocol) == [name.format("connection_state") for name in made]
    for name in ("_check_protocol", "_create_stream", "_send_h11_event"):
        assert inspect.iscoroutinefunction(getattr(H11Protocol, name))
    assert names(WorkerContext) == ["max_requests"]
    assert not WorkerContext(None).terminated.is_set()


async def test_one_connection_serves_many_requests() -> None:
    async with opened(site()) as door, door.visitor() as visitor:
        for _ in range(5):
            assert (await visitor.get("/health/live")).status == 200
        assert door.server.open == 1
        assert door.server.served == 1


async def test_behind_the_front_door_the_first_bytes_are_not_lost() -> None:
    server = HttpServer(http_app.create_app(site()), Http())
    async with open_place(serve_http=server.serve) as place:
        door = Door(server, place.port)
        async with door.visitor() as visitor:
            assert (await visitor.get("/health/live")).json == {"live": True}
            assert (await visitor.get("/health/live")).json == {"live": True}
            assert (await visitor.get("/live", Upgrade="websocket")).status == 426


@pytest.mark.parametrize("upgrade", ["websocket", "WebSocket", "h2c, websocket"])
async def test_an_upgrade_on_a_used_connection_gets_426_and_the_end(
    upgrade: str,
) -> None:
    async with opened(site()) as door, door.visitor() as visitor:
        assert (await visitor.get("/health/live")).status == 200
        answer = await visitor.get(
            "/live",
            Connection="Upgrade",
            Upgrade=upgrade,
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
        )
        assert answer.status == 426
        assert answer.json["code"] == "upgrade_required"
        assert answer.json["retry"] is True
        assert answer.headers["connection"] == "close"
        assert answer.headers["upgrade"] == "websocket"
        with trio.fail_after(5):
            assert await visitor.is_closed()


async def test_http2_is_not_spoken() -> None:
    async with opened(site()) as door, door.visitor() as visitor:
        answer = await visitor.get(
            "/health/live",
            Connection="Upgrade, HTTP2-Settings",
            Upgrade="h2c",
            HTTP2_Settings="AAMAAABkAAQAoAAAAAIAAAAA",
        )
        assert answer.status == 200
        assert answer.json == {"live": True}


async def test_an_idle_connection_is_closed() -> None:
    async with opened(site(), Http(keep_alive_s=0.05)) as door:
        async with door.visitor() as visitor:
            assert (await visitor.get("/health/live")).status == 200
            with trio.fail_after(5):
                assert await visitor.is_closed()
        async with door.visitor() as silent:
            with trio.fail_after(5):
                assert await silent.is_closed()


async def until(condition: Callable[[], object]) -> None:
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110  what we wait for has no event
            await trio.sleep(0.005)


@pytest.mark.usefixtures("slow_routes")
async def test_a_peer_that_takes_no_bytes_is_cut_off() -> None:
    async with (
        opened(site(), Http(stalled_s=0.2)) as door,
        door.visitor() as stalled,
        door.visitor() as neighbour,
    ):
        await stalled.stream.send_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        await until(lambda: door.server.open == 2)
        assert (await neighbour.get("/health/live")).status == 200
        await until(lambda: door.server.open == 1)
        assert (await neighbour.get("/health/live")).status == 200


@pytest.mark.usefixtures("slow_routes")
async def test_a_slow_peer_that_does_take_bytes_is_not_cut_off() -> None:
    async with opened(site(), Http(stalled_s=0.3)) as door, door.visitor() as slow:
        start = trio.current_time()
        await slow.stream.send_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        received = 0
        with trio.fail_after(30):
            while received < BIG:
                received += len(await slow.stream.receive_some(400_000))
                await trio.sleep(0.002)
        assert trio.current_time() - start > 0.3


@pytest.mark.usefixtures("slow_routes")
async def test_a_stalled_peer_does_not_hold_a_cancelled_server() -> None:
    with trio.fail_after(5):
        async with opened(site(), Http(stalled_s=600)) as door:
            stalled = await trio.open_tcp_stream("127.0.0.1", door.port)
            await stalled.send_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
            await stalled.receive_some(1)
    await stalled.aclose()


@pytest.mark.usefixtures("slow_routes")
async def test_a_stalled_peer_does_not_hold_a_server_that_stops() -> None:
    async with (
        opened(site(), Http(stalled_s=600, shutdown_s=0.1)) as door,
        door.visitor() as stalled,
    ):
        await stalled.stream.send_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        await stalled.stream.receive_some(1)
        with trio.fail_after(5):
            await door.server.stop()
        await until(lambda: door.server.open == 0)


async def test_stopping_lets_an_answer_finish_and_ends_idle_ones(
    slow_routes: dict[str, trio.Event],
) -> None:
    async with (
        opened(site(), Http(keep_alive_s=600, shutdown_s=30)) as door,
        door.visitor() as idle,
        door.visitor() as busy,
        trio.open_nursery() as nursery,
    ):
        await idle.get("/health/live")
        answers = []

        async def ask() -> None:
            answers.append(await busy.get("/wait"))

        nursery.start_soon(ask)
        await slow_routes["asked"].wait()
        nursery.start_soon(door.server.stop)
        with trio.fail_after(10):
            assert await idle.is_closed()
            assert not answers
            slow_routes["go"].set()
            await until(lambda: answers)
            assert await busy.is_closed()
        assert answers[0].body == b"done"
        await until(lambda: door.server.open == 0)
        with pytest.raises((ConnectionError, trio.BrokenResourceError)):
            await door.get("/health/live")


async def test_a_peer_that_has_gone_already_is_no_error() -> None:
    server = HttpServer(http_app.create_app(site()), Http())
    ours, theirs = map(trio.socket.from_stdlib_socket, socket.socketpair())
    theirs.close()
    with trio.fail_after(5):
        await server.serve(trio.SocketStream(ours))
    assert server.open == 0


async def test_an_answer_that_comes_as_the_connection_says_goodbye_is_dropped() -> None:
    """Its stream is closed to it, not busy: hypercorn forgives the one, and raises the
    other, as it did at a request with rubbish behind it."""
    ours, theirs = map(trio.socket.from_stdlib_socket, socket.socketpair())
    stream, peer = ImpatientStream(trio.SocketStream(ours)), trio.SocketStream(theirs)
    try:
        goodbye = stream.send_eof()
        # as far as its first pause, where another task's turn comes
        goodbye.send(None)
        with pytest.raises(trio.ClosedResourceError):
            await stream.send_all(b"HTTP/1.1 200 \r\n\r\n")
        goodbye.close()
    finally:
        await stream.aclose()
        await peer.aclose()


async def test_an_error_stays_in_its_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(self: object, event: object) -> None:
        raise RuntimeError("in the dark")

    async with opened(site()) as door, door.visitor() as neighbour:
        assert (await neighbour.get("/health/live")).status == 200
        with monkeypatch.context() as during:
            during.setattr("realtime.http.server._Http11._create_stream", fails)
            async with door.visitor() as visitor:
                await visitor.stream.send_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                assert await visitor.is_closed()
        assert (await neighbour.get("/health/live")).status == 200
    assert "in the dark" in caplog.text
    assert [one.levelno for one in caplog.records] == [logging.ERROR]


GOOD = b"POST /api/v1/server?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
SPICE = [
    b"\r\n",
    b"\0",
    b"\xff",
    b": ",
    b" ",
    b"HTTP/2.0",
    b"Transfer-Encoding: chunked",
]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A request with pieces cut out, doubled, and others put in."""
    text = GOOD * draw(st.integers(1, 3))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        to = draw(st.integers(at, min(len(text), at + 20)))
        put = draw(st.sampled_from([*SPICE, text[at:to], b""]) | st.binary(max_size=9))
        text = text[:at] + put + text[to:]
    return text


class _Errors(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(f"{record.getMessage()} {record.exc_info}")


@settings(max_examples=150)
@given(st.lists(mangled() | st.binary(max_size=80), min_size=1, max_size=4))
async def test_whatever_comes_the_connection_ends_and_nothing_is_raised(
    pieces: list[bytes],
) -> None:
    server = HttpServer(http_app.create_app(site()), Http(keep_alive_s=5))
    ours, theirs = map(trio.socket.from_stdlib_socket, socket.socketpair())
    peer = trio.SocketStream(theirs)

    async def read() -> None:
        with suppress(trio.BrokenResourceError):
            while await peer.receive_some():
                pass

    log = logging.getLogger("houzhen.http")
    log.addHandler(errors := _Errors(logging.ERROR))
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve, trio.SocketStream(ours))
            nursery.start_soon(read)
            with suppress(trio.BrokenResourceError):
                for piece in pieces:
                    await peer.send_all(piece)
                await peer.send_eof()
    await peer.aclose()
    log.removeHandler(errors)
    assert server.open == 0
    assert errors.seen == []
