"""One WebSocket connection of a client, over any trio stream.

Framing is `websockets`' own, without its network layers. Messages are posted, never
awaited: one task writes, so nobody's cancelling can leave half a frame behind.
"""

from __future__ import annotations

import logging
import ssl
from collections import deque

import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import CONNECTING, OPEN
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from realtime.protocol.messages import SUBPROTOCOL

LARGEST_MESSAGE = 64 * 1024 * 1024
STALLED_S = 10.0
GOODBYE_S = 0.5
_QUIET = logging.getLogger("houzhen.client.frames")


class Lost(Exception):
    """The connection is over; `code` is None without a close frame."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


async def dial(
    uri: WebSocketURI, context: ssl.SSLContext | None = None
) -> trio.abc.Stream:
    """A stream to the server; OSError when there is none to be had."""
    stream: trio.abc.Stream = await trio.open_tcp_stream(uri.host, uri.port)
    if uri.secure:
        context = context or ssl.create_default_context()
        stream = trio.SSLStream(
            stream, context, server_hostname=uri.host, https_compatible=True
        )
    return stream


class Link:
    """A WebSocket on `stream`. `write` must be running for anything to be sent."""

    def __init__(self, stream: trio.abc.Stream, uri: WebSocketURI) -> None:
        self._stream = stream
        self._protocol = ClientProtocol(
            uri,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=LARGEST_MESSAGE,
            logger=_QUIET,
        )
        self._posted = trio.Event()
        self._messages: deque[bytes] = deque()
        self._parts: list[bytes] = []
        self._over: Lost | None = None
        self._sending = False

    async def shake_hands(self) -> None:
        """Open the WebSocket. Raises Lost when the server will not."""
        self._protocol.send_request(self._protocol.connect())
        self._posted.set()
        while self._protocol.state is CONNECTING:
            await self._read()
            if (refused := self._protocol.handshake_exc) is not None:
                raise Lost(None, f"no WebSocket here: {refused}")
        if self._protocol.subprotocol != SUBPROTOCOL:
            raise Lost(None, f"the server does not speak {SUBPROTOCOL}")

    def post(self, text: bytes) -> None:
        """Send a message, soon. On a connection that is ending it is dropped."""
        if self._protocol.state is OPEN:
            self._protocol.send_text(text)
            self._posted.set()

    async def receive(self) -> bytes:
        """The next message. Raises Lost when there is none to come; cancelled, it has
        taken nothing."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while not self._messages:
            if self._over is not None:
                raise self._over
            await self._read()
        return self._messages.popleft()

    async def write(self) -> None:
        """Send what is posted until cancelled. A peer that takes nothing, or is gone,
        shows itself to `receive`."""
        try:
            while True:
                await self._flush()
                await self._posted.wait()
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            await trio.aclose_forcefully(self._stream)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye if that can be done quickly, and close. Not to be cancelled.

        `write` has ended before. If that was in the middle of a frame, another frame
        after its half would be noise: there is no goodbye then.
        """
        with trio.CancelScope(shield=True):
            with trio.move_on_after(GOODBYE_S):
                try:
                    if self._protocol.state is OPEN:
                        self._protocol.send_close(code, reason)
                    if not self._sending:
                        await self._flush()
                except (
                    trio.BrokenResourceError,
                    trio.ClosedResourceError,
                    trio.BusyResourceError,
                    trio.TooSlowError,
                ):
                    pass
            await trio.aclose_forcefully(self._stream)

    async def _flush(self) -> None:
        self._posted = trio.Event()
        for data in self._protocol.data_to_send():
            if data:
                self._sending = True
                with trio.fail_after(STALLED_S):
                    await self._stream.send_all(data)
                self._sending = False

    async def _read(self) -> None:
        """Take in what has come; at the end, `_over` says how it ended."""
        try:
            data = await self._stream.receive_some()
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            self._over = Lost(None, str(error) or "the connection broke")
            raise self._over from error
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
            self._over = Lost(None, "the server hung up")
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
        self._posted.set()
        if (close := self._protocol.close_rcvd) is not None:
            self._over = Lost(int(close.code), close.reason)
        elif self._over is None and (broken := self._protocol.parser_exc):
            self._over = Lost(None, f"this is no WebSocket any more: {broken}")

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                self._messages.append(b"".join(self._parts))
                self._parts = []
        elif frame.opcode is Opcode.BINARY:
            raise Lost(None, "the server sent a binary message")
