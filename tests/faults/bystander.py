"""Somebody whom none of it concerns: a screen and a reception that must go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from realtime.house import House
from realtime.protocol.messages import Joined, Patch, decode_server, encode
from realtime.protocol.replica import Replica
from tests.faults.link import Link, linked
from tests.faults.screens import Watched
from tests.realtime.house import clinic, token


def port_of(house: House) -> int:
    return int(house.address.rpartition(":")[2])


class Bystander:
    """Watches the hall and the desk of im2, and works at its reception."""

    def __init__(self, house: House, screen: Link, reception: Link) -> None:
        self._house = house
        self._screen = screen
        self._reception = reception
        self._cards = count(5001)
        self.watched = {
            topic: Watched(topic)
            for topic in (clinic(house, "hall"), clinic(house, "desk"))
        }

    async def join(self) -> None:
        for topic, watched in self.watched.items():
            replica: Replica = watched.replica
            await self._screen.send(encode(replica.joining("b")))
            while not watched.replica.live:
                await self._hear()
            assert watched.replica.topic == topic

    async def works(self) -> None:
        """A patient comes, and the wall shows it: everything from frame to disk to
        patch is as it was."""
        card = f"{next(self._cards)}"
        body = {"queue": "A", "name": "李秀芳", "card": card}
        setup, kiosk = clinic(self._house, "setup"), clinic(self._house, "kiosk")
        given = await self._reception.ask(setup, "register", body, f"register-{card}")
        assert given["ok"], given
        key = f"check-in-{card}"
        place = await self._reception.ask(kiosk, "check_in", {"card": card}, key)
        assert place["ok"], place
        await self.sees(place["seq"])

    async def sees(self, seq: int) -> None:
        """Returns when hall and desk have come to ``seq``, without a gap."""
        while any(w.replica.seq < seq for w in self.watched.values()):
            await self._hear()

    async def _hear(self) -> None:
        message = decode_server(await self._screen.receive())
        if isinstance(message, Joined):
            self.watched[message.topic].joined(message)
        elif isinstance(message, Patch):
            self.watched[message.topic].patch(message)


@asynccontextmanager
async def bystander(house: House) -> AsyncIterator[Bystander]:
    """Their clinic, im2, is open."""
    port = port_of(house)
    async with (
        linked(port, token(house, "wall", "nurse")) as screen,
        linked(port, token(house, "desk-1", "his", "kiosk")) as reception,
    ):
        one = Bystander(house, screen, reception)
        await one.join()
        await one.works()
        yield one
        await one.works()
