"""A site on a free port and a plain visitor, for the tests beside this file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h11
import msgspec
import trio

from realtime.config import Hospital, Http
from realtime.http.app import Site, create_app
from realtime.http.metrics import Metrics
from realtime.http.server import HttpServer

NOW = 1_795_404_120_123  # 2026-11-23 11:22:00.123 in Shanghai


class StillClock:
    def now(self) -> int:
        return NOW


def site(pages: Path = Path("/nowhere"), **changes: Any) -> Site:
    usual = Site(
        hospital=Hospital(),
        version="1.2.3",
        clock=StillClock(),
        pages=pages,
        metrics=Metrics(),
        checks={},
    )
    return msgspec.structs.replace(usual, **changes)


class Answer:
    def __init__(self, response: h11.Response, body: bytes) -> None:
        self.status = response.status_code
        self.headers = {
            name.decode(): value.decode() for name, value in response.headers
        }
        self.body = body

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json; charset=utf-8"
        return msgspec.json.decode(self.body)


class Visitor:
    """One connection, used for one request after another."""

    def __init__(self, stream: trio.SocketStream, host: str) -> None:
        self.stream = stream
        self._host = host
        self._http = h11.Connection(h11.CLIENT)

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {"Host": self._host} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        request = h11.Request(method=method, target=path, headers=list(named.items()))
        await self._send(request, h11.EndOfMessage())
        return await self.answer()

    async def _send(self, *events: h11.Event) -> None:
        for event in events:
            if data := self._http.send(event):
                await self.stream.send_all(data)

    async def answer(self) -> Answer:
        response: h11.Response | None = None
        body = b""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self.stream.receive_some())
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                assert response is not None
                answer = Answer(response, body)
                if self._http.our_state is h11.DONE is self._http.their_state:
                    self._http.start_next_cycle()
                return answer
            else:
                raise ConnectionError("the server closed before it answered")

    async def is_closed(self) -> bool:
        """Read to the end; the server must close."""
        try:
            while await self.stream.receive_some():
                pass
        except trio.BrokenResourceError:
            pass
        return True


class Door:
    """The site, open on a port of its own."""

    def __init__(self, server: HttpServer, port: int) -> None:
        self.server = server
        self.port = port

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator[Visitor]:
        stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        async with stream:
            yield Visitor(stream, f"127.0.0.1:{self.port}")

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        async with self.visitor() as visitor:
            return await visitor.get(path, method, **headers)


@asynccontextmanager
async def opened(site: Site, settings: Http | None = None) -> AsyncIterator[Door]:
    """Serve a site until the block ends; then everything is cancelled."""
    server = HttpServer(create_app(site), settings or Http())
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]

    async def serve(stream: trio.SocketStream) -> None:
        await server.serve(stream)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, serve, listeners)
        yield Door(server, port)
        nursery.cancel_scope.cancel()
