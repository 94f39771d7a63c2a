"""One connection to the server, as bytes: what was said and heard, hidden by nothing.

websockets' own Sans-I/O client on a trio socket, so that the tests do not judge the
server with the server's own code.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from realtime.protocol.messages import SUBPROTOCOL

PATIENCE_S = 15.0

_PING = b'{"type":"ping"'
_PONG = b'{"type":"pong"}'


class Ended(Exception):
    """The connection is over; ``code`` is None when the server did not say why."""

    def __init__(
        self, code: int | None = None, reason: str = "", about: str = ""
    ) -> None:
        super().__init__(f"{code} {reason} {about}")
        self.code = code
        self.reason = reason


class Link:
    def __init__(self, stream: trio.SocketStream, port: int) -> None:
        self.stream = stream
        self._heard: deque[bytes] = deque()
        self._writing = trio.Lock()
        self._opened_at = self._read_at = trio.current_time()
        self._longest_s = 0.0
        self._protocol = ClientProtocol(
            parse_uri(f"ws://127.0.0.1:{port}/live"),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=None,
        )

    async def shake_hands(self) -> None:
        self._protocol.send_request(self._protocol.connect())
        try:
            await self._flush()
        except trio.BrokenResourceError:  # killed between accept and our request
            raise Ended from None
        while self._protocol.state is State.CONNECTING:
            await self._read()
        if self._protocol.state is not State.OPEN:
            raise Ended

    async def send(self, text: bytes) -> None:
        """Raises Ended."""
        await self.send_frame(Opcode.TEXT, text)

    async def send_frame(
        self, opcode: Opcode, data: bytes, *, fin: bool = True
    ) -> None:
        if self._protocol.state is not State.OPEN:
            raise self._end()
        self._protocol.send_frame(Frame(opcode, data, fin=fin))
        try:
            await self._flush()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise self._end() from None

    async def receive(self) -> bytes:
        """The next message, as its text came. Pings are answered and shown as well.
        Raises Ended."""
        while not self._heard:
            await self._read()
        text = self._heard.popleft()
        if text.startswith(_PING):
            with suppress(Ended):
                await self.send(_PONG)
        return text

    async def end(self) -> Ended:
        """Read to the end, and say what it was."""
        try:
            while True:
                await self.receive()
        except Ended as ended:
            return ended

    async def _read(self) -> None:
        now = trio.current_time()
        self._longest_s = max(self._longest_s, now - self._read_at)
        try:
            data = await self.stream.receive_some(65_536)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise self._end() from None
        self._read_at = trio.current_time()
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                assert event.fin, "the server does not fragment"
                self._heard.append(bytes(event.data))
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._flush()
        if not data and not self._heard:
            raise self._end()

    async def _flush(self) -> None:
        async with self._writing:
            for data in self._protocol.data_to_send():
                if data:
                    await self.stream.send_all(data)
                else:
                    await self.stream.send_eof()

    def _end(self) -> Ended:
        close = self._protocol.close_rcvd
        if close is None:
            return Ended()
        # who was silent too long: the server says we were; did we not read?
        age_s = trio.current_time() - self._opened_at
        about = f"(open for {age_s:.1f} s, not read for {self._longest_s:.1f} s)"
        return Ended(int(close.code), close.reason, about)

    # -- for tests that say one thing at a time ----------------------------------------

    async def say(self, **message: Any) -> None:
        await self.send(msgspec.json.encode(message))

    async def hear(self) -> dict[str, Any]:
        with trio.fail_after(PATIENCE_S):
            heard: dict[str, Any] = msgspec.json.decode(await self.receive())
        return heard

    async def hear_type(self, *types: str) -> dict[str, Any]:
        """The next message of one of these types; those before it are let go."""
        while True:
            message = await self.hear()
            if message["type"] in types:
                return message

    async def answer(self, ref: str) -> dict[str, Any]:
        """What is said to this ref; what comes before is let go."""
        while True:
            message = await self.hear()
            if message.get("ref") == ref:
                return message

    async def join(self, topic: str, ref: str = "j", **more: Any) -> dict[str, Any]:
        await self.say(type="join", ref=ref, topic=topic, **more)
        return await self.answer(ref)

    async def ask(
        self, topic: str, name: str, body: Any, key: str, *, ref: str = "a", **more: Any
    ) -> dict[str, Any]:
        ask = {"type": "ask", "ref": ref, "topic": topic, "name": name, "key": key}
        await self.say(**ask, body=body, **{"deadline_ms": 30_000, **more})
        return await self.answer(ref)


def hello(token: str, kind: str = "test") -> bytes:
    client = {"kind": kind, "id": "", "version": "1"}
    return msgspec.json.encode(
        {"type": "hello", "ref": "hello", "token": token, "client": client}
    )


@asynccontextmanager
async def dialled(port: int, *, receive_buffer: int = 0) -> AsyncIterator[Link]:
    """A connection that has said nothing yet. Raises Ended where nobody listens."""
    sock = trio.socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    with sock:
        try:
            await sock.connect(("127.0.0.1", port))
        except OSError:
            raise Ended from None
        link = Link(trio.SocketStream(sock), port)
        await link.shake_hands()
        yield link


@asynccontextmanager
async def linked(
    port: int, token: str, *, receive_buffer: int = 0
) -> AsyncIterator[Link]:
    """A connection that has been welcomed. Raises Ended."""
    async with dialled(port, receive_buffer=receive_buffer) as link:
        await link.send(hello(token))
        welcome = await link.hear()
        assert welcome["type"] == "welcome", welcome
        yield link
