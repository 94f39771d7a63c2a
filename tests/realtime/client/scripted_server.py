"""A server that does what a test tells it, at the end of a memory stream.

Nothing here has a timer or a socket, so a test's clock may jump.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import trio
import trio.testing
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from realtime.client import Client, open_client
from realtime.protocol.messages import SUBPROTOCOL

URL = "ws://houzhen.example:8000/live"
TOPIC = "yunxiu/clinic/im2/2026-11-23:hall"
EPOCH = "e1"


def in_jumping_time(main: Any, **how: Any) -> Any:
    """Run something whose clock jumps over every wait."""
    how["clock"] = trio.testing.MockClock(autojump_threshold=0)
    return trio.run(main, **how)


class StillClock:
    """Wall time that goes with the test's own."""

    def now(self) -> int:
        return int(trio.current_time() * 1000)


class Gone(Exception):
    """The client has closed the connection, with this code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(str(code))
        self.code = code


class Visit:
    """One connection of the client, as the server sees it."""

    def __init__(self, stream: trio.abc.HalfCloseableStream) -> None:
        self.stream = stream
        self.protocol = ServerProtocol(subprotocols=[Subprotocol(SUBPROTOCOL)])
        self.path = ""
        self._heard: list[dict[str, Any]] = []

    async def shake_hands(self) -> None:
        while self.protocol.state is State.CONNECTING:
            await self._read()

    async def greet(self, **changes: Any) -> dict[str, Any]:
        """Handshake, hello, welcome; gives the hello."""
        await self.shake_hands()
        hello = await self.hear("hello")
        limits = {"message_bytes": 65536, "asks_open": 64, "topics": 64}
        welcome: dict[str, Any] = {
            "type": "welcome",
            "ref": hello["ref"],
            "conn_id": "c1",
            "server_time": "2026-11-23T09:42:00.123+08:00",
            "heartbeat_s": 15,
            "limits": limits,
        }
        await self.say(welcome | changes)
        return hello

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message, which must be of this type."""
        message = await self.hear_any()
        assert message["type"] == kind, message
        return message

    async def hear_any(self) -> dict[str, Any]:
        while not self._heard:
            await self._read()
        return self._heard.pop(0)

    async def joined(
        self, view: dict[str, Any] | None = None, seq: int = 1, **more: Any
    ) -> dict[str, Any]:
        """Answer the next join; gives the join."""
        join = await self.hear("join")
        answer: dict[str, Any] = {
            "type": "joined",
            "ref": join["ref"],
            "topic": join["topic"],
            "epoch": EPOCH,
            "seq": seq,
            "recovered": view is None,
        }
        if view is not None:
            answer["view"] = view
        await self.say(answer | more)
        return join

    async def patch(self, prev: int, seq: int, **patch: Any) -> None:
        await self.say(
            {
                "type": "patch",
                "topic": TOPIC,
                "epoch": EPOCH,
                "prev": prev,
                "seq": seq,
                "at": 0,
                "patch": patch,
            }
        )

    async def ping(self, **tops: int) -> None:
        named = {TOPIC: tops["hall"]} if tops else {}
        await self.say({"type": "ping", "server_time": "x", "tops": named})

    async def say(self, message: dict[str, Any]) -> None:
        await self.say_text(msgspec.json.encode(message))

    async def say_text(self, text: bytes) -> None:
        self.protocol.send_text(text)
        await self.flush()

    async def close(self, code: int, reason: str = "") -> None:
        self.protocol.send_close(code, reason)
        await self.flush()

    async def drop(self) -> None:
        """Hang up without a word."""
        await self.stream.aclose()

    async def flush(self) -> None:
        with suppress(trio.BrokenResourceError):
            for data in self.protocol.data_to_send():
                if data:
                    await self.stream.send_all(data)

    async def ended(self) -> int | None:
        """Read until the client has gone; the code it said goodbye with."""
        try:
            while True:
                await self._read()
        except Gone as gone:
            return gone.code

    async def _read(self) -> None:
        try:
            data = await self.stream.receive_some()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        if not data:
            close = self.protocol.close_rcvd
            raise Gone(int(close.code) if close else None)
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Request):
                self.path = event.path
                self.protocol.send_response(self.protocol.accept(event))
            elif isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._heard.append(msgspec.json.decode(event.data))
        await self.flush()


class Server:
    """Where the client dials. `down` makes it unreachable."""

    def __init__(self) -> None:
        self._send, self._receive = trio.open_memory_channel[Visit](100)
        self.down = False
        self.dialled: list[float] = []

    async def dial(self) -> trio.abc.Stream:
        self.dialled.append(trio.current_time())
        await trio.lowlevel.checkpoint()
        if self.down:
            raise ConnectionRefusedError("nobody there")
        ours, theirs = trio.testing.memory_stream_pair()
        self._send.send_nowait(Visit(ours))
        return theirs

    async def visit(self) -> Visit:
        """The next connection, before anything was said on it."""
        return await self._receive.receive()

    async def greeted(self, **changes: Any) -> Visit:
        visit = await self.visit()
        await visit.greet(**changes)
        return visit


@asynccontextmanager
async def scripted(chance: float = 0.0) -> AsyncIterator[tuple[Client, Server]]:
    """A client and its server. `chance` 0 makes every pause its shortest."""
    server = Server()
    async with open_client(
        URL,
        "a good token",
        kind="screen",
        id="wall-3",
        dial_by=server.dial,
        chance=lambda: chance,
        clock=StillClock(),
    ) as client:
        yield client, server
