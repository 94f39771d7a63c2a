"""A whole edge on 127.0.0.1 for a test, and a client that hides nothing."""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from realtime.protocol.conversation import Terms
from realtime.protocol.messages import SUBPROTOCOL, Limits
from realtime.sockets.edge import Edge, EdgeSettings
from realtime.sockets.front_door import DoorSettings, FrontDoor
from realtime.sockets.http_stream import HttpStream
from tests.realtime.sockets.house_of_memory import TOKEN, HouseOfMemory

PATIENCE_S = 10.0  # far over anything a test waits for


@dataclass
class Place:
    house: HouseOfMemory
    edge: Edge
    door: FrontDoor
    port: int
    nursery: trio.Nursery
    opened: list[trio.socket.SocketType] = field(default_factory=list)

    async def dial(self, receive_buffer: int | None = None) -> trio.SocketStream:
        """A bare TCP connection, closed with the place."""
        sock = trio.socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.opened.append(sock)
        await sock.connect(("127.0.0.1", self.port))
        return trio.SocketStream(sock)

    async def connect(self, receive_buffer: int | None = None) -> Client:
        return await Client.open(await self.dial(receive_buffer), self.port)

    async def visitor(self, receive_buffer: int | None = None) -> Client:
        """A client that has said hello and been welcomed."""
        client = await self.connect(receive_buffer)
        await client.hello()
        return client

    async def until(self, what: Any) -> None:
        """Wait until `what()` holds; the edge has no event for everything."""
        with trio.fail_after(PATIENCE_S):
            while not what():  # noqa: ASYNC110
                await trio.sleep(0.002)


async def plain_http(stream: HttpStream) -> None:
    """Stands for the HTTP side: answers with what it was asked, once."""
    said = await stream.receive_some()
    line = said.split(b"\r\n", 1)[0]
    await stream.send_all(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
        % (len(line), line)
    )


TERMS = Terms(heartbeat_s=15.0, limits=Limits())
SETTINGS = EdgeSettings(terms=TERMS)


@asynccontextmanager
async def open_place(
    *,
    terms: Terms = TERMS,
    settings: EdgeSettings = SETTINGS,
    door: DoorSettings | None = None,
    serve_http: Any = plain_http,
) -> AsyncIterator[Place]:
    house = HouseOfMemory()
    edge = Edge(house, replace(settings, terms=terms))
    house.edge = edge
    front = FrontDoor(edge, serve_http, door)
    ((_, port),) = await front.listen("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        await nursery.start(edge.run)
        await nursery.start(front.run)
        place = Place(house, edge, front, port, nursery)
        try:
            yield place
        finally:
            nursery.cancel_scope.cancel()
            for sock in place.opened:
                sock.close()
    assert not edge.connections


class ClosedWith(Exception):
    """The server ended the connection; `code` is None without a close frame."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Client:
    """A client by websockets' own Sans-I/O protocol, on a socket tests can abuse."""

    def __init__(self, stream: trio.SocketStream, protocol: ClientProtocol) -> None:
        self.stream = stream
        self.protocol = protocol
        self._messages: list[dict[str, Any]] = []
        self._parts: list[bytes] = []
        self._refs = 0
        self.pongs = 0

    @classmethod
    async def open(cls, stream: trio.SocketStream, port: int) -> Client:
        protocol = ClientProtocol(
            parse_uri(f"ws://127.0.0.1:{port}/live"),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=None,
        )
        client = cls(stream, protocol)
        protocol.send_request(protocol.connect())
        await client.flush()
        with trio.fail_after(PATIENCE_S):
            while protocol.state is State.CONNECTING:
                await client._read()
        assert protocol.state is State.OPEN, protocol.handshake_exc
        assert protocol.subprotocol == SUBPROTOCOL
        return client

    async def flush(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                await self.stream.send_all(data)
            else:
                await self.stream.send_eof()

    async def _read(self) -> None:
        try:
            data = await self.stream.receive_some(65_536)
        except trio.BrokenResourceError:
            raise ClosedWith(None, "reset") from None
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        for event in self.protocol.events_received():
            if isinstance(event, Response):
                continue
            assert isinstance(event, Frame)
            if event.opcode is Opcode.PONG:
                self.pongs += 1
            elif event.opcode in (Opcode.TEXT, Opcode.CONT):
                assert event.fin, "the server does not fragment"
                self._messages.append(msgspec.json.decode(event.data))
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.flush()
        if not data and not self._messages:
            raise self.closed_with()

    def closed_with(self) -> ClosedWith:
        close = self.protocol.close_rcvd
        if close is None:
            return ClosedWith(None, "")
        return ClosedWith(int(close.code), close.reason)

    # What tests say and hear.

    async def send(self, **message: Any) -> None:
        await self.send_text(msgspec.json.encode(message))

    async def send_text(self, text: bytes) -> None:
        self.protocol.send_text(text)
        await self.flush()

    async def send_raw(self, data: bytes) -> None:
        await self.stream.send_all(data)

    async def receive(self, *, pings: bool = False) -> dict[str, Any]:
        """The next message; ClosedWith when there is none to come. Pings come when
        they are due, so only who waits for them is shown them."""
        with trio.fail_after(PATIENCE_S):
            while True:
                while not self._messages:
                    await self._read()
                message = self._messages.pop(0)
                if pings or message["type"] != "ping":
                    return message

    async def receive_type(self, type: str) -> dict[str, Any]:  # noqa: A002
        """The next message of this type; those before it are thrown away."""
        while True:
            message = await self.receive(pings=True)
            if message["type"] == type:
                return message

    async def end(self) -> ClosedWith:
        """Read to the end, and say what it was."""
        try:
            while True:
                await self.receive()
        except ClosedWith as closed:
            return closed

    def ref(self) -> str:
        self._refs += 1
        return f"r{self._refs}"

    async def hello(self, token: str = TOKEN) -> dict[str, Any]:
        ref = self.ref()
        about = {"kind": "screen", "id": "hall-1", "version": "1"}
        await self.send(type="hello", ref=ref, token=token, client=about)
        welcome = await self.receive()
        assert welcome["type"] == "welcome"
        assert welcome["ref"] == ref
        return welcome

    async def join(self, topic: str, **since: Any) -> dict[str, Any]:
        ref = self.ref()
        await self.send(type="join", ref=ref, topic=topic, **since)
        while True:
            message = await self.receive()
            if message.get("ref") == ref:
                return message

    def ask_message(self, name: str, body: Any, topic: str = "t") -> dict[str, Any]:
        return {
            "type": "ask",
            "ref": self.ref(),
            "topic": topic,
            "name": name,
            "key": secrets.token_hex(8),
            "body": body,
            "deadline_ms": 5000,
        }

    async def ask(self, name: str, body: Any, topic: str = "t") -> dict[str, Any]:
        message = self.ask_message(name, body, topic)
        await self.send(**message)
        while True:
            answer = await self.receive()
            if answer.get("ref") == message["ref"]:
                return answer

    async def works(self) -> bool:
        """It is untouched by whatever happened to others."""
        answer = await self.ask("echo", {"still": "here"})
        return bool(answer["ok"]) and answer["body"] == {"still": "here"}
