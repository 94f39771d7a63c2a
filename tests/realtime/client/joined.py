"""A client that follows a scripted server, and what runs beside the test."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from realtime.client import (
    Client,
    Topic,
)
from tests.realtime.client.scripted_server import (
    TOPIC,
    Server,
    Visit,
)


class Later:
    """The outcome of something that runs beside the test."""

    def __init__(self, nursery: trio.Nursery, do: Callable[[], Awaitable[Any]]) -> None:
        self._do = do
        self._done = trio.Event()
        self._value: Any = None
        self._error: Exception | None = None
        nursery.start_soon(self._run)

    async def _run(self) -> None:
        try:
            self._value = await self._do()
        except Exception as error:
            self._error = error
        self._done.set()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    async def get(self) -> Any:
        with trio.fail_after(120):
            await self._done.wait()
        if self._error is not None:
            raise self._error
        return self._value


async def joined_client(
    client: Client, server: Server, nursery: trio.Nursery
) -> tuple[Visit, Topic]:
    """A client that follows the hall, at seq 1 with one ticket."""
    joining = Later(nursery, lambda: client.join(TOPIC))
    visit = await server.greeted()
    await visit.joined({"tickets": {"t1": {"state": "waiting"}}})
    topic = await joining.get()
    assert isinstance(topic, Topic)
    return visit, topic
