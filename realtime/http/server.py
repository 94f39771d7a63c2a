"""One HTTP connection at a time, through hypercorn, held to our terms.

hypercorn's `TCPServer` is not a public interface: its version is pinned, and a test
holds what is used of it. Three things are made different here. A peer that takes no
bytes is cut off, although hypercorn shields its sends. The connection stays
HTTP/1.1: there is no h2c, and an upgrade to WebSocket on it gets 426, as live
connections are told apart before they come here. And an error stays in the
connection it happened in.
"""

from __future__ import annotations

import logging
import math
import socket
import struct
from contextlib import suppress
from typing import Any, Protocol

import h11
import msgspec
import trio
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState
from hypercorn.utils import wrap_app
from quart_trio import QuartTrio

from realtime.config import Http
from realtime.http.answers import JSON, error_for
from realtime.protocol.handshake import HEAD_BYTES

_log = logging.getLogger("houzhen.http")
_CHUNK = 65_536


class Peer(Protocol):
    """What the front door hands over: a stream, and the socket below it."""

    @property
    def socket(self) -> trio.socket.SocketType: ...

    async def receive_some(self, max_bytes: int | None = None, /) -> bytes: ...
    async def send_all(self, data: bytes | bytearray | memoryview, /) -> None: ...
    async def send_eof(self) -> None: ...
    async def aclose(self) -> None: ...


class ImpatientStream:
    """A peer's stream that ends a write which makes no progress for `stalled_s`.

    One task of hypercorn's may say goodbye while another still writes an answer: the
    later of them finds the stream closed, and not busy, which hypercorn would raise.
    """

    def __init__(self, stream: Peer, stalled_s: float = math.inf) -> None:
        self._stream = stream
        self._stalled_s = stalled_s
        self._said_goodbye = False
        # hypercorn asks it for both ends' addresses
        self.socket = stream.socket

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return await self._stream.receive_some(max_bytes)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Raises BrokenResourceError when the peer takes nothing; the stream is
        closed by force then, as it holds half an answer. Raises ClosedResourceError
        after `send_eof` has begun."""
        if self._said_goodbye:
            raise trio.ClosedResourceError("this side has said goodbye")
        with memoryview(data) as whole:
            for start in range(0, len(whole), _CHUNK):
                with trio.move_on_after(self._stalled_s) as patience:
                    await self._stream.send_all(whole[start : start + _CHUNK])
                if patience.cancelled_caught:
                    self.abort()
                    raise trio.BrokenResourceError("the peer takes no bytes")

    async def send_eof(self) -> None:
        """No more is sent from now on. Raises BusyResourceError while something is."""
        self._said_goodbye = True
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def abort(self) -> None:
        """Close now. What was not sent is dropped; whoever waits on the stream, even
        shielded, gets ClosedResourceError."""
        with suppress(OSError):
            # a reset instead of a long goodbye to someone who does not listen
            linger = struct.pack("ii", 1, 0)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()


class _Http11(H11Protocol):
    """HTTP/1.1 and nothing that grows out of it."""

    async def _check_protocol(self, event: h11.Request) -> None:
        """No h2c and no HTTP/2 by prior knowledge."""

    async def _create_stream(self, request: h11.Request) -> None:
        if request.http_version not in (b"1.0", b"1.1"):
            await self._answer(505)
        elif not request.target.startswith((b"/", b"http://", b"https://")):
            await self._answer(400)
        elif _wants_websocket(request):
            await self._answer(426, (b"upgrade", b"websocket"))
        else:
            await super()._create_stream(request)

    async def _answer(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        """Say no, without the application, and close."""
        body = msgspec.json.encode(error_for(status))
        length = str(len(body)).encode()
        response = h11.Response(
            status_code=status,
            headers=[
                (b"content-type", JSON.encode()),
                (b"content-length", length),
                (b"connection", b"close"),
                *headers,
                *self.config.response_headers("h11"),
            ],
        )
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            await self._send_h11_event(event)
        await self.send(Closed())


def _wants_websocket(request: h11.Request) -> bool:
    return any(
        name == b"upgrade" and b"websocket" in value.lower()
        for name, value in request.headers
    )


class _Connection(TCPServer):
    over: trio.CancelScope

    async def protocol_send(self, event: Event) -> None:
        """Closing and the idle clock are not for the application to cancel.

        quart-trio cancels a request's tasks when its answer is out, and that is who
        calls this: unshielded, a connection would neither close after its last
        answer nor ever be idle.
        """
        if isinstance(event, RawData):
            await super().protocol_send(event)
        else:
            with trio.CancelScope(shield=True):
                await super().protocol_send(event)

    async def _read_data(self) -> None:
        made = self.protocol
        made.protocol = _Http11(
            made.app,
            made.config,
            made.context,
            made.task_group,
            made.state,
            made.ssl,
            made.client,
            made.server,
            made.send,
        )
        await super()._read_data()
        # nobody is there any more: neither the application nor the idle clock, which
        # would keep the connection for its whole time, has anything to wait for
        self.over.cancel()


class HttpServer:
    """Serves one application to any number of connections.

    ``await server.serve(stream)`` runs one connection to its end.
    """

    def __init__(self, app: QuartTrio, settings: Http) -> None:
        self._settings = settings
        self._app: AppWrapper = wrap_app(app, settings.body_bytes, "asgi")
        self._config = _config(settings)
        self._context = WorkerContext(None)
        self._open: set[ImpatientStream] = set()
        self._all_gone = trio.Event()
        self._stopping = trio.Event()
        self.served = 0

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return len(self._open)

    async def serve(self, stream: Peer) -> None:
        """Run one connection until either side ends it; the stream is closed then.

        Never raises for anything the peer does. Cancelled, it drops the connection
        at once, whatever is being sent.
        """
        peer = ImpatientStream(stream, self._settings.stalled_s)
        if self._stopping.is_set():
            peer.abort()
            return
        self._open.add(peer)
        self.served += 1
        state: Any = {}
        connection = _Connection(
            self._app,
            self._config,
            self._context,
            ConnectionState(state),
            peer,  # type: ignore[arg-type]
        )
        try:
            async with trio.open_nursery() as nursery:
                connection.over = nursery.cancel_scope
                nursery.start_soon(_abort_when_cancelled, peer)
                await connection.run()
                nursery.cancel_scope.cancel()
        except Exception:
            _log.exception("an HTTP connection failed")
        finally:
            peer.abort()
            self._open.discard(peer)
            if self._stopping.is_set() and not self._open:
                self._all_gone.set()

    async def stop(self) -> None:
        """End all connections: idle ones now, the others after their answer, all of
        them after `shutdown_s`. Later ones are closed at once."""
        self._stopping.set()
        await self._context.terminated.set()
        if self._open:
            with trio.move_on_after(self._settings.shutdown_s):
                await self._all_gone.wait()
        for peer in list(self._open):
            peer.abort()


async def _abort_when_cancelled(stream: ImpatientStream) -> None:
    """hypercorn shields its sends from cancelling; a closed socket ends them."""
    try:
        await trio.sleep_forever()
    finally:
        stream.abort()


def _config(settings: Http) -> Config:
    config = Config()
    config.keep_alive_timeout = settings.keep_alive_s
    config.h11_max_incomplete_size = HEAD_BYTES
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = _log
    return config
