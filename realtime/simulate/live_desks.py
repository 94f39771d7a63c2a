"""The connections that a clinic's simulated staff and machines hold."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from realtime.client import Client, Topic, open_client

TokenFor = Callable[[str, str], str]
"""The token for a role at a place: (``doctor``, ``im2/3``)."""


class Desks:
    """The connections of one clinic's simulated staff; made by `open_desks`."""

    def __init__(self, stream: str, clients: Mapping[str, Client]) -> None:
        self.stream = stream
        self._clients = clients

    def client(self, who: str) -> Client:
        """Of the ``nurse``, the ``kiosk``, the ``his``, or ``doctor/3``."""
        return self._clients[who]

    async def watched(self) -> Topic:
        """The desk, as the nurse sees it."""
        return await self.client("nurse").join(f"{self.stream}:desk")


@asynccontextmanager
async def open_desks(
    url: str, stream: str, clinic: str, rooms: Iterable[str], token_for: TokenFor
) -> AsyncIterator[Desks]:
    """Connections for a clinic's staff and machines, for as long as the block."""
    who = {role: (role, clinic) for role in ("nurse", "kiosk", "his")}
    who |= {f"doctor/{room}": ("doctor", f"{clinic}/{room}") for room in rooms}
    async with AsyncExitStack() as stack:
        clients: dict[str, Client] = {}
        for name, (role, place) in who.items():
            client = open_client(
                url, token_for(role, place), kind="simulation", id=f"{role}-{place}"
            )
            clients[name] = await stack.enter_async_context(client)
        yield Desks(stream, clients)
