"""One port for pages and for WebSockets: look at the request head, then show the way.

Whoever stands at the door has ten seconds and 16 KB to say what it wants, and costs no
task while it does. `Upgrade: websocket` goes to the edge; all else goes to the HTTP
side, which gets a stream that begins with the bytes read here.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import resource
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import trio

from realtime.protocol.handshake import (
    HEAD_BYTES,
    HEAD_END,
    Answer,
    may_be_http,
    open_websocket,
    refuse,
    wants_websocket,
)
from realtime.sockets.edge import Edge
from realtime.sockets.http_stream import HttpStream
from realtime.sockets.line import RESET
from realtime.sockets.poller import READABLE

ACCEPTS_AT_ONCE = 64
SWEEP_S = 0.25
TURNED_AWAY_POLITELY = 256
DESCRIPTORS_KEPT_FREE = 200  # for the journal, its readers, logs, the HTTP side
OUT_OF_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}

ServeHttp = Callable[[HttpStream], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DoorSettings:
    head_s: float = 10.0
    linger_s: float = 2.0  # for a refusal to be read before the socket is closed
    connections: int = 20_000
    backlog: int = 4096
    peer_silent_s: float = 20.0  # TCP_USER_TIMEOUT: no stalled peer holds HTTP for ever
    out_of_descriptors_s: float = 0.25


def connections_allowed(wanted: int) -> int:
    """What was asked for, or what the process may open, whichever is less."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    return max(1, min(wanted, soft - DESCRIPTORS_KEPT_FREE))


class _Visitor:
    """Somebody at the door: a socket, and what it has said so far."""

    __slots__ = ("_door", "_refused", "_said", "peer", "sock", "turned_away")

    def __init__(
        self, door: FrontDoor, sock: socket.socket, peer: str, *, turned_away: bool
    ) -> None:
        self._door = door
        self._said = bytearray()
        self._refused = False
        self.sock = sock
        self.peer = peer
        self.turned_away = turned_away

    def ready(self, events: int) -> None:
        try:
            data = self.sock.recv(HEAD_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._door.let_go(self)
            return
        if not data:
            self._door.let_go(self)
        elif not self._refused:
            self._listen(data)

    def crashed(self) -> None:
        self._door.let_go(self)

    def _listen(self, data: bytes) -> None:
        said = self._said
        seen = max(0, len(said) - len(HEAD_END) + 1)
        said += data
        if not may_be_http(bytes(said[:32])):
            self._door.let_go(self)  # not our language: TLS, or noise
            return
        end = said.find(HEAD_END, seen)
        head_bytes = end + len(HEAD_END) if end >= 0 else len(said)
        if head_bytes > HEAD_BYTES:
            self.refuse(
                refuse(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    f"A request head may have {HEAD_BYTES} bytes.",
                )
            )
        elif end >= 0:
            self._door.show_in(self, bytes(said[:head_bytes]), bytes(said[head_bytes:]))

    def overdue(self) -> None:
        if self._refused or not self._said:
            self._door.let_go(self)
        else:
            self.refuse(
                refuse(
                    HTTPStatus.REQUEST_TIMEOUT, "The request did not come to an end."
                )
            )

    def refuse(self, answer: Answer) -> None:
        """Answer, and close when it has been read: closing now, with bytes of the
        peer unread, would reset the connection and take the answer away."""
        self._refused = True
        self._said = bytearray()
        try:
            self.sock.send(answer.response)
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._door.let_go(self)
        else:
            self._door.lingers(self)


class FrontDoor:
    """Listens, and shows everybody to the side they came for.

    `serve_http` is called in a task of its own per connection and is given a stream;
    when it returns or raises, that stream is closed.
    """

    def __init__(
        self, edge: Edge, serve_http: ServeHttp, settings: DoorSettings | None = None
    ) -> None:
        self._edge = edge
        self._serve_http = serve_http
        self._settings = settings if settings is not None else DoorSettings()
        self._limit = connections_allowed(self._settings.connections)
        self._listeners: list[socket.socket] = []
        self._visitors: set[_Visitor] = set()
        self._due: deque[tuple[float, _Visitor]] = deque()
        self._lingering: deque[tuple[float, _Visitor]] = deque()
        self._http: set[HttpStream] = set()
        self._nursery: trio.Nursery | None = None
        self._http_emptied = trio.Event()

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where it listens; with port 0, what port it got."""
        names = [one.getsockname() for one in self._listeners]
        return [(str(name[0]), int(name[1])) for name in names]

    @property
    def connections(self) -> int:
        edge = self._edge.traffic.connections
        return edge + len(self._visitors) + len(self._http)

    async def listen(self, host: str | None, port: int) -> Sequence[tuple[str, int]]:
        """Bind; an OSError says what is in the way. `run` then serves."""
        for listener in await trio.open_tcp_listeners(
            port, host=host, backlog=self._settings.backlog
        ):
            raw = socket.socket(fileno=listener.socket.detach())
            raw.setblocking(False)
            raw.setsockopt(
                socket.IPPROTO_TCP,
                socket.TCP_USER_TIMEOUT,
                int(self._settings.peer_silent_s * 1000),
            )
            self._listeners.append(raw)
        return self.addresses

    async def run(
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until `shutdown` is done or this is cancelled; either way nothing
        stays open, and no peer can hold it up."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self._sweep)
                nursery.start_soon(self._cut_off_when_cancelled)
                for listener in self._listeners:
                    nursery.start_soon(self._accept, listener)
                task_status.started()
        finally:
            self._nursery = None
            self._close_the_door()

    async def shutdown(self, grace_s: float = 2.0) -> None:
        """Accept nobody more, let HTTP finish for at most `grace_s`, end `run`."""
        self._close_the_door()
        with trio.move_on_after(grace_s):
            while self._http:
                self._http_emptied = trio.Event()
                await self._http_emptied.wait()
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()

    def _close_the_door(self) -> None:
        for listener in self._listeners:
            trio.lowlevel.notify_closing(listener)
            listener.close()
        self._listeners.clear()
        for visitor in list(self._visitors):
            self.let_go(visitor)

    async def _cut_off_when_cancelled(self) -> None:
        # An HTTP server may shield its last write to a peer that takes nothing.
        try:
            await trio.sleep_forever()
        finally:
            for stream in self._http:
                stream.cut_off()

    async def _accept(self, listener: socket.socket) -> None:
        while listener.fileno() >= 0:
            try:
                await trio.lowlevel.wait_readable(listener)
                for _ in range(ACCEPTS_AT_ONCE):
                    sock, address = listener.accept()
                    self._greet(sock, f"{address[0]}:{address[1]}")
            except (BlockingIOError, InterruptedError):
                pass
            except trio.ClosedResourceError:
                return
            except OSError as exc:
                if exc.errno in OUT_OF_DESCRIPTORS:
                    # Those who wait stay in the kernel's queue; asking again at once
                    # would only spin.
                    logger.warning("cannot accept: %s", exc)
                    await trio.sleep(self._settings.out_of_descriptors_s)
                else:
                    logger.info("a visitor left before being greeted: %s", exc)

    def _greet(self, sock: socket.socket, peer: str) -> None:
        traffic = self._edge.traffic
        room = self._limit - self.connections
        if room <= 0:
            traffic.turned_away += 1
        if room <= -TURNED_AWAY_POLITELY:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            sock.close()
            return
        traffic.accepted += 1
        visitor = _Visitor(self, sock, peer, turned_away=room <= 0)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._edge.poller.watch(sock, visitor, READABLE)
        except OSError as exc:
            logger.warning("cannot take a visitor in: %s", exc)
            sock.close()
            return
        self._visitors.add(visitor)
        traffic.at_the_door = len(self._visitors)
        self._due.append((trio.current_time() + self._settings.head_s, visitor))

    async def _sweep(self) -> None:
        while True:
            await trio.sleep(SWEEP_S)
            now = trio.current_time()
            while self._due and self._due[0][0] <= now:
                _, visitor = self._due.popleft()
                if visitor in self._visitors:
                    visitor.overdue()
            while self._lingering and self._lingering[0][0] <= now:
                _, visitor = self._lingering.popleft()
                self.let_go(visitor)

    # What visitors ask for.

    def let_go(self, visitor: _Visitor) -> None:
        if visitor in self._visitors:
            self._forget(visitor)
            self._edge.poller.forget(visitor.sock)
            visitor.sock.close()

    def lingers(self, visitor: _Visitor) -> None:
        self._edge.traffic.handshakes_refused += 1
        due = trio.current_time() + self._settings.linger_s
        self._lingering.append((due, visitor))

    def show_in(self, visitor: _Visitor, head: bytes, rest: bytes) -> None:
        if visitor.turned_away:
            visitor.refuse(
                refuse(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "Too many are connected; come back in a moment.",
                    "Retry-After: 5\r\n",
                )
            )
        elif wants_websocket(head):
            self._show_to_edge(visitor, head, rest)
        else:
            self._show_to_http(visitor, head + rest)

    def _show_to_edge(self, visitor: _Visitor, head: bytes, rest: bytes) -> None:
        answer = open_websocket(head)
        if not answer.accepted:
            visitor.refuse(answer)
            return
        try:
            whole = visitor.sock.send(answer.response) == len(answer.response)
        except OSError:
            whole = False
        if not whole:
            self.let_go(visitor)
            return
        self._forget(visitor)
        self._edge.adopt(visitor.sock, visitor.peer, rest)

    def _show_to_http(self, visitor: _Visitor, said: bytes) -> None:
        if self._nursery is None:
            self.let_go(visitor)
            return
        self._forget(visitor)
        self._edge.poller.forget(visitor.sock)
        try:
            stream = HttpStream(
                trio.SocketStream(trio.socket.from_stdlib_socket(visitor.sock)), said
            )
        except OSError:  # gone in this very moment
            visitor.sock.close()
            return
        self._http.add(stream)
        self._edge.traffic.http_streams = len(self._http)
        self._nursery.start_soon(self._serve, stream)

    def _forget(self, visitor: _Visitor) -> None:
        self._visitors.discard(visitor)
        self._edge.traffic.at_the_door = len(self._visitors)

    async def _serve(self, stream: HttpStream) -> None:
        try:
            await self._serve_http(stream)
        except Exception:
            logger.exception("the HTTP side failed on one connection")
        finally:
            self._http.discard(stream)
            self._edge.traffic.http_streams = len(self._http)
            if not self._http:
                self._http_emptied.set()
            stream.close_now()
