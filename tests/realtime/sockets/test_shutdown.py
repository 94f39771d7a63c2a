"""The end of the server: polite, short, and nobody can hold it up."""

from __future__ import annotations

from contextlib import suppress

import pytest
import trio

from realtime.sockets.front_door import DoorSettings
from realtime.sockets.http_stream import HttpStream
from tests.realtime.sockets.place import Client, open_place
from tests.realtime.sockets.test_slow_readers import NOTE, SMALL, fill


@pytest.mark.alone
async def test_stalled_peers_do_not_hold_it_up() -> None:
    async with open_place() as place:
        good = await place.visitor()
        for _ in range(3):
            stalled = await place.visitor(SMALL)
            await stalled.join("hall")
        await fill(place, "hall")
        silent = await place.visitor()  # takes the news and does not close
        began = trio.current_time()
        codes: list[int | None] = []

        async def read_to_the_end(client: Client) -> None:
            codes.append((await client.end()).code)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read_to_the_end, good)
            nursery.start_soon(place.edge.shutdown, 0.5)
        assert codes == [1012]
        assert trio.current_time() - began < 3
        assert not place.edge.connections
        assert place.edge.traffic.forced_closes >= 3
        assert len(place.house.left) == 5
        assert (await silent.end()).code == 1012


async def test_replies_that_wait_go_out_before() -> None:
    async with open_place() as place:
        slow = await place.visitor(SMALL)
        body = NOTE.decode() * 10
        for _ in range(8):
            await slow.send(**slow.ask_message("echo", body))
        (connection,) = place.edge.connections
        await place.until(lambda: connection.outbox is not None)
        await place.until(lambda: connection._conversation.asks_open == 0)
        place.nursery.start_soon(place.edge.shutdown, 5)
        for _ in range(8):
            assert (await slow.receive())["body"] == body
        assert (await slow.end()).code == 1012


async def test_nobody_new_is_let_in() -> None:
    async with open_place() as place:
        waiting = await place.dial()
        await waiting.send_all(b"GET /")
        await place.until(lambda: place.edge.traffic.at_the_door == 1)
        await place.door.shutdown()
        with suppress(trio.BrokenResourceError):
            assert await waiting.receive_some() == b""
        await place.edge.shutdown()
        assert place.door.addresses == []


async def test_http_may_finish_and_is_cut_off_after_its_grace() -> None:
    held = trio.Event()
    outcomes: list[str] = []

    async def serve_http(stream: HttpStream) -> None:
        path = (await stream.receive_some()).split()[1]
        if path == b"/finish":
            await held.wait()
            await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            outcomes.append("finished")
            return
        # As hypercorn does: a write that no cancellation reaches.
        try:
            with trio.CancelScope(shield=True):
                await stream.send_all(b"x" * 50_000_000)
        except trio.BrokenResourceError:
            outcomes.append("cut off")

    async with open_place(serve_http=serve_http, door=DoorSettings()) as place:
        finishing, stuck = await place.dial(), await place.dial(SMALL)
        await finishing.send_all(b"GET /finish HTTP/1.1\r\n\r\n")
        await stuck.send_all(b"GET /stuck HTTP/1.1\r\n\r\n")
        await place.until(lambda: place.edge.traffic.http_streams == 2)
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(place.door.shutdown, 0.5)
            held.set()
        assert (await finishing.receive_some()).endswith(b"ok")
        await place.until(lambda: place.edge.traffic.http_streams == 0)
        assert outcomes == ["finished", "cut off"]
        assert trio.current_time() - began < 3
