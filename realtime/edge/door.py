"""The door for the browser on this computer: a WebSocket on 127.0.0.1.

Any page in any browser tab here, and any program, can knock at a local port. So: the
Host must be this machine's own name (else a foreign page got here by rebinding its own
name), the Origin one of ours, and the first word the pairing secret, which stands in a
file that only this account reads. One page at a time: a newer one takes the place of
the one before, which may be a reload's dead half.
"""

from __future__ import annotations

import hmac
import logging
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
import trio
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.typing import Origin

from realtime.edge.words import FromPage, Hello, encoded, from_page

log = logging.getLogger("houzhen.edge")
_QUIET = logging.getLogger("houzhen.edge.frames")
HELLO_S = 5.0
LARGEST = 65_536
KEPT = 256
WRONG_SECRET_S = 0.5
STALLED_S = 5.0


class Page:
    """A page that has shown its secret. `say` never waits: a page that takes nothing
    is cut off."""

    def __init__(self) -> None:
        self._send, self.outbox = trio.open_memory_channel[bytes](KEPT)
        self.scope = trio.CancelScope()

    def say(self, message: dict[str, Any]) -> None:
        try:
            self._send.send_nowait(encoded(message))
        except trio.WouldBlock:
            self.scope.cancel()


class Door:
    """`come(page)` is called when a page is in, `take(page, message)` for each of its
    messages; what they do must be quick, and not wait."""

    def __init__(
        self,
        *,
        port: int,
        origins: tuple[str, ...],
        secret: str,
        come: Callable[[Page], None],
        take: Callable[[Page, FromPage], None],
        health: Callable[[], dict[str, Any]],
    ) -> None:
        self._port = port
        self._origins = [Origin(origin) for origin in origins]
        self._secret = secret
        self._come = come
        self._take = take
        self._health = health
        self.page: Page | None = None
        self.port = port

    async def run(
        self, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Until cancelled; the status is the port. Raises OSError when it is taken."""
        listeners = await trio.open_tcp_listeners(self._port, host="127.0.0.1")
        self.port = listeners[0].socket.getsockname()[1]
        task_status.started(self.port)
        await trio.serve_listeners(self._meet, listeners)

    def tell(self, message: dict[str, Any]) -> None:
        if self.page is not None:
            self.page.say(message)

    async def _meet(self, stream: trio.SocketStream) -> None:
        try:
            await _Visit(self, stream).run()
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            pass  # it is gone
        except Exception:
            # one visitor's trouble is nobody else's
            log.exception("a page's connection ended by our mistake")

    def knows(self, host: str | None) -> bool:
        return host in (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def opens(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode(), self._secret.encode())

    def protocol(self) -> ServerProtocol:
        return ServerProtocol(origins=self._origins, max_size=LARGEST, logger=_QUIET)

    def health(self) -> bytes:
        return encoded(self._health())

    def enter(self, page: Page) -> None:
        if self.page is not None:
            self.page.scope.cancel()
        self.page = page
        self._come(page)

    def leave(self, page: Page) -> None:
        if self.page is page:
            self.page = None

    def take(self, page: Page, message: FromPage) -> None:
        if self.page is page:
            self._take(page, message)


class _Visit:
    def __init__(self, door: Door, stream: trio.SocketStream) -> None:
        self._door = door
        self._stream = stream
        self._protocol = door.protocol()
        self._parts: list[bytes] = []
        self._texts: deque[bytes] = deque()
        self._writing = trio.Lock()

    async def run(self) -> None:
        page: Page | None = None
        try:
            with trio.fail_after(HELLO_S):
                if not await self._shake_hands() or not await self._hello():
                    return
            page = Page()
            with page.scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, page)
                    self._door.enter(page)
                    while (text := await self._next()) is not None:
                        self._door.take(page, from_page.decode(text))
                    nursery.cancel_scope.cancel()
        except* msgspec.DecodeError:
            log.warning("the page said something that is no message")
            await self._close(1007)
        except* (trio.BrokenResourceError, trio.TooSlowError):
            pass
        finally:
            if page is not None:
                self._door.leave(page)
            with trio.CancelScope(shield=True):
                await self._close(4000)
                await trio.aclose_forcefully(self._stream)

    async def _shake_hands(self) -> bool:
        """Whether a WebSocket is open, and with a page that may come here."""
        while True:
            data = await self._stream.receive_some()
            self._protocol.receive_data(data) if data else self._protocol.receive_eof()
            requests = [
                event
                for event in self._protocol.events_received()
                if isinstance(event, Request)
            ]
            if requests:
                break
            if not data or self._protocol.handshake_exc is not None:
                await self._flush()
                return False
        request = requests[0]
        if not self._door.knows(request.headers.get("Host")):
            answer = self._protocol.reject(HTTPStatus.FORBIDDEN, "not here\n")
        elif request.path == "/health":
            body = self._door.health().decode()
            answer = self._protocol.reject(HTTPStatus.OK, body)
        elif request.headers.get("Origin") is None:
            answer = self._protocol.reject(HTTPStatus.FORBIDDEN, "a page only\n")
        else:
            answer = self._protocol.accept(request)
        self._protocol.send_response(answer)
        await self._flush()
        return self._protocol.state is OPEN

    async def _hello(self) -> bool:
        if (text := await self._next()) is None:
            return False
        message = from_page.decode(text)
        if isinstance(message, Hello) and self._door.opens(message.secret):
            return True
        log.warning("a page without the pairing secret was sent away")
        await trio.sleep(WRONG_SECRET_S)
        await self._close(4501)
        return False

    async def _next(self) -> bytes | None:
        """The next text; None when the connection has ended."""
        while not self._texts and self._protocol.state is OPEN:
            data = await self._stream.receive_some()
            self._protocol.receive_data(data) if data else self._protocol.receive_eof()
            for event in self._protocol.events_received():
                if isinstance(event, Frame):
                    self._frame(event)
            await self._flush()
        return self._texts.popleft() if self._texts else None

    def _frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._texts.append(b"".join(self._parts))
                self._parts = []

    async def _write(self, page: Page) -> None:
        async for text in page.outbox:
            self._protocol.send_text(text)
            await self._flush()

    async def _flush(self) -> None:
        async with self._writing:
            for data in self._protocol.data_to_send():
                if data:
                    with trio.fail_after(STALLED_S):
                        await self._stream.send_all(data)

    async def _close(self, code: int) -> None:
        with trio.move_on_after(0.5):
            try:
                if self._protocol.state is OPEN:
                    self._protocol.send_close(code)
                await self._flush()
            except (
                trio.BrokenResourceError,
                trio.ClosedResourceError,
                trio.TooSlowError,
            ):
                return
