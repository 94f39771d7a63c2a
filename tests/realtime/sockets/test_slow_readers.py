"""Who reads slowly gets less; who does not read is let go; the others never notice."""

from __future__ import annotations

import time

import msgspec
import pytest
import trio

from realtime.protocol.codes import ClosingCode
from realtime.protocol.conversation import Terms
from realtime.sockets.edge import EdgeSettings
from tests.realtime.sockets.place import Place, open_place

SMALL = 4096  # a receive buffer that is soon full
NOTE = b"x" * 4000


async def fill(place: Place, topic: str, until_dropped: int = 1) -> None:
    """Publish until patches of somebody have been let go."""
    with trio.fail_after(10):
        while place.edge.traffic.patches_dropped < until_dropped:
            place.house.publish(topic, NOTE)
            await trio.lowlevel.checkpoint()


async def test_a_slow_reader_gets_a_chain_then_one_fresh_view_then_a_chain() -> None:
    async with open_place() as place:
        slow, good = await place.visitor(SMALL), await place.visitor()
        await slow.join("hall")
        await good.join("hall")
        seen: list[int] = []

        async def read_along() -> None:
            while True:
                seen.append((await good.receive_type("patch"))["seq"])

        place.nursery.start_soon(read_along)
        await fill(place, "hall")
        for _ in range(5):
            place.house.publish("hall")
        seq = 0
        message = await slow.receive()
        while message["type"] == "patch":
            assert message["prev"] == seq
            seq = message["seq"]
            message = await slow.receive()
        assert (message["type"], message["reason"]) == ("view", "slow")
        assert message["seq"] > seq + 1
        assert place.house.were_behind == ["hall"]
        place.house.publish("hall")
        patch = await slow.receive()
        assert patch["prev"] == message["seq"]
        assert await slow.works()
        last = place.house.room("hall").seq
        await place.until(lambda: len(seen) == last)
        assert seen == list(range(1, last + 1))
        assert place.edge.traffic.fresh_views == 1
        assert place.edge.traffic.backlogged == 0


async def test_a_write_that_stalls_ends_the_connection_by_force() -> None:
    async with open_place(settings=EdgeSettings(stall_s=0.3)) as place:
        stuck, good = await place.visitor(SMALL), await place.visitor()
        await stuck.join("hall")
        await fill(place, "hall")
        await place.until(lambda: len(place.house.left) == 1)
        assert place.edge.traffic.forced_closes == 1
        assert place.edge.traffic.closed[ClosingCode.SLOW] == 1
        assert place.edge.traffic.backlogged == 0
        assert await good.works()
        closed = await stuck.end()
        assert closed.code is None  # a reset: half a frame may have been on its way


@pytest.mark.alone
async def test_a_slow_reader_that_goes_on_reading_is_not_cut_off() -> None:
    async with open_place(settings=EdgeSettings(stall_s=0.8)) as place:
        slow = await place.visitor(SMALL)
        await slow.join("hall")
        await fill(place, "hall")
        ends = trio.current_time() + 2.0
        while trio.current_time() < ends:
            await slow.stream.receive_some(20_000)
            with trio.move_on_after(0.02):
                await trio.sleep_forever()
            place.house.publish("hall", NOTE)
            assert place.house.left == []


async def test_replies_are_never_let_go_and_who_does_not_listen_is_not_read() -> None:
    async with open_place() as place:
        deaf = await place.visitor(SMALL)
        bodies = [f"{n}" * 4000 for n in range(300)]
        sent = 0

        async def talk() -> None:
            nonlocal sent
            for body in bodies:
                await deaf.send(**deaf.ask_message("echo", body))
                sent += 1

        place.nursery.start_soon(talk)
        (connection,) = place.edge.connections
        await place.until(lambda: connection._asked_for == 4)  # writable, not readable
        assert connection.outbox is not None
        assert connection.outbox.reply_bytes < 2 * 256 * 1024
        for body in bodies:
            assert (await deaf.receive())["body"] == body
        await place.until(lambda: connection.outbox is None)
        assert await deaf.works()


async def test_beyond_sixty_four_open_asks_nothing_is_read() -> None:
    async with open_place() as place:
        keen, other = await place.visitor(), await place.visitor()
        for _ in range(200):
            await keen.send(**keen.ask_message("hold", {}))
        await place.until(lambda: len(place.house.held) == 64)
        await keen.send(type="join", ref="j", topic="hall")
        for _ in range(10):
            assert await other.works()
        assert len(place.house.held) == 64
        assert "hall" not in place.house.rooms

        most = 0

        async def answer_when_all_are_waiting() -> None:
            nonlocal most
            for left in (200, 136, 72, 8):
                await place.until(lambda: len(place.house.held) == min(left, 64))  # noqa: B023
                most = max(most, len(place.house.held))
                place.house.release()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer_when_all_are_waiting)
            for _ in range(200):
                await keen.receive_type("reply")
        assert most == 64
        assert await keen.works()
        assert "hall" in place.house.rooms
        assert place.edge.traffic.closed[ClosingCode.FLOOD] == 0


async def test_who_waits_for_replies_is_not_silent() -> None:
    async with open_place(terms=Terms(heartbeat_s=0.25)) as place:
        keen = await place.visitor()
        (connection,) = place.edge.connections
        for _ in range(64):
            await keen.send(**keen.ask_message("hold", {}))
        pings = 0
        while pings < 6:  # two unanswered are the end of others
            await keen.receive_type("ping")
            pings += 1
        assert connection.is_open
        place.house.release()
        assert (await keen.end()).code == 4000


@pytest.mark.alone
async def test_twenty_never_readers_change_nothing_for_the_others() -> None:
    rounds = 150

    async def run(place: Place, never: int) -> float:
        """The time it takes five readers to have every patch."""
        readers = [await place.visitor() for _ in range(5)]
        for reader in readers:
            await reader.join("hall")
        for _ in range(never):
            stuck = await place.visitor(SMALL)
            await stuck.join("hall")
        began = time.perf_counter()
        for _ in range(rounds):
            place.house.publish("hall", NOTE)
            for reader in readers:
                await reader.receive()
        return time.perf_counter() - began

    async with open_place() as place:
        without = await run(place, 0)
    async with open_place() as place:
        with_them = await run(place, 20)
        assert place.edge.traffic.backlogged == 20
        assert place.edge.traffic.connections == 25
        assert len(place.house.room("hall").audience) < 25
        # All of the same process: 20 more sends a round, until they are behind.
        assert with_them < 10 * without + 1.0


async def test_a_huge_view_goes_out_in_pieces_and_whole() -> None:
    async with open_place() as place:
        client = await place.visitor(SMALL)
        room = place.house.room("hall")
        room.view = msgspec.json.encode({"big": "候诊" * 300_000})
        joined = await client.join("hall")
        assert joined["view"] == {"big": "候诊" * 300_000}
        assert place.edge.traffic.short_sends == 1
        assert await client.works()
