"""Signs of life, both ways."""

from __future__ import annotations

from itertools import pairwise

import pytest
import trio

from realtime.protocol.conversation import Terms
from realtime.sockets.poller import WRITABLE
from tests.realtime.sockets.place import ClosedWith, open_place
from tests.realtime.sockets.test_audience import PLENTY, PaperEdge, heard

QUICK = Terms(heartbeat_s=0.25)


async def test_pings_carry_the_tops_of_what_is_joined() -> None:
    async with open_place(terms=QUICK) as place:
        client = await place.visitor()
        await client.join("hall")
        await client.join("desk")
        place.house.publish("hall")
        await client.receive_type("patch")
        ping = await client.receive_type("ping")
        assert ping["tops"] == {"hall": 1, "desk": 0}
        assert "T" in ping["server_time"]
        assert ping["server_time"][-6] in "+-"


async def test_who_answers_stays_and_who_is_silent_goes() -> None:
    async with open_place(terms=QUICK) as place:
        silent, good = await place.visitor(), await place.visitor()

        async def answer() -> None:
            while True:
                await good.receive_type("ping")
                await good.send(type="pong")

        place.nursery.start_soon(answer)
        for _ in range(2):
            await silent.receive_type("ping")
        with pytest.raises(ClosedWith) as caught:
            await silent.receive_type("ping")
        assert (caught.value.code, caught.value.reason) == (4000, "idle")
        assert len(place.house.here) == 1


async def test_a_stranger_is_not_pinged() -> None:
    async with open_place(terms=Terms(heartbeat_s=0.25, hello_s=1.0)) as place:
        stranger = await place.connect()
        with pytest.raises(ClosedWith) as caught:
            await stranger.receive()
        assert caught.value.code == 4002


async def test_who_is_still_reading_a_backlog_is_not_silent() -> None:
    """The ping it would answer lies behind what it has not read yet."""
    paper = PaperEdge()
    connection, sock = paper.connect()
    paper.join(connection, "hall")
    sock.room = 3
    paper.house.publish("hall")
    paper.deliver("hall")
    for _ in range(10):
        connection.heartbeat()
        sock.room = 1
        connection.ready(WRITABLE)
        assert connection.is_open
    sock.room = PLENTY
    paper.settle()
    assert any(message["type"] == "ping" for message in heard(sock))
    for _ in range(2):
        assert connection.is_open
        connection.heartbeat()
    assert not connection.is_open


async def test_heartbeats_are_spread_over_the_interval(
    autojump_clock: trio.testing.MockClock,
) -> None:
    paper = PaperEdge()
    edge = paper.edge
    people = [paper.connect() for _ in range(600)]
    pinged: list[int] = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(edge._go_round)
        for _ in range(60):
            await trio.sleep(0.25)
            pinged.append(sum(bool(sock.taken) for _, sock in people))
        nursery.cancel_scope.cancel()
    steps = [after - before for before, after in pairwise(pinged)]
    assert max(steps) <= 20  # 600 over 60 places is 10
    assert pinged[-1] >= 590
    assert all(len(heard(sock)) <= 1 for _, sock in people)
