"""A page in a browser, as far as the door sees one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.typing import Origin
from websockets.uri import parse_uri

ORIGIN = "http://127.0.0.1:9"


class SentAway(Exception):
    """The door did not let it in; the HTTP status or the closing code."""


class Tab:
    def __init__(self, stream: trio.abc.Stream, protocol: ClientProtocol) -> None:
        self._stream = stream
        self._protocol = protocol
        self.heard: list[dict[str, Any]] = []
        self.devices: dict[str, Any] = {}
        self._at = 0

    async def flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                await self._stream.send_all(data)

    async def say(self, kind: str, **fields: Any) -> None:
        self._protocol.send_text(json.dumps({"type": kind, **fields}).encode())
        await self.flush()

    async def say_raw(self, text: bytes) -> None:
        self._protocol.send_text(text)
        await self.flush()

    async def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The next message of a kind in which these fields stand."""
        with trio.fail_after(20):
            while True:
                while self._at < len(self.heard):
                    message = self.heard[self._at]
                    self._at += 1
                    if message["type"] == kind and fields.items() <= message.items():
                        return message
                await self._receive()

    async def up(self, *devices: str) -> None:
        """Wait until these are fine, whether that was said before or is now."""
        with trio.fail_after(20):
            while not all(self.devices.get(one, {}).get("ok") for one in devices):
                await self._receive()

    def _take(self, message: dict[str, Any]) -> None:
        self.heard.append(message)
        if message["type"] == "welcome":
            self.devices = message["devices"]
        elif message["type"] == "device":
            self.devices[message["device"]] = message

    async def _receive(self) -> None:
        try:
            data = await self._stream.receive_some()
        except trio.BrokenResourceError:
            # it had gone before it read all that was sent to it
            data = b""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._take(json.loads(bytes(event.data)))
        await self.flush()
        if not data or (self._protocol.close_rcvd and not self.heard[self._at :]):
            closed = self._protocol.close_rcvd
            raise SentAway(closed.code if closed else None)


@asynccontextmanager
async def open_tab(
    port: int,
    secret: str,
    *,
    origin: str | None = ORIGIN,
    host: str = "127.0.0.1",
    path: str = "/",
) -> AsyncIterator[Tab]:
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    try:
        uri = parse_uri(f"ws://{host}:{port}{path}")
        protocol = ClientProtocol(uri, origin=Origin(origin) if origin else None)
        protocol.send_request(protocol.connect())
        tab = Tab(stream, protocol)
        await tab.flush()
        with trio.fail_after(20):
            while protocol.state is not OPEN:
                data = await stream.receive_some()
                if data:
                    protocol.receive_data(data)
                else:
                    protocol.receive_eof()
                if protocol.handshake_exc is not None or not data:
                    raise SentAway(str(protocol.handshake_exc))
        await tab.say("hello", secret=secret)
        yield tab
    finally:
        await trio.aclose_forcefully(stream)
