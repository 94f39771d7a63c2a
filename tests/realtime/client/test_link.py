"""One connection of the client: a peer that takes nothing, a frame cut in half."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from websockets.uri import parse_uri

from realtime.client.link import STALLED_S, Link, Lost
from tests.realtime.client.scripted_server import URL, Visit

CLOCK_JUMPS = True


async def opened(nursery: trio.Nursery) -> tuple[Link, Visit, trio.CancelScope]:
    """Both ends of a stream on which a write waits until it is read."""
    ours, theirs = trio.testing.lockstep_stream_pair()
    link, visit = Link(ours, parse_uri(URL)), Visit(theirs)
    writing = trio.CancelScope()

    async def write() -> None:
        with writing:
            await link.write()

    nursery.start_soon(write)
    async with trio.open_nursery() as both:
        both.start_soon(visit.shake_hands)
        await link.shake_hands()
    return link, visit, writing


async def test_a_peer_that_takes_nothing_is_a_lost_connection() -> None:
    async with trio.open_nursery() as nursery:
        link, _, _ = await opened(nursery)
        start = trio.current_time()
        link.post(b'"hello"')
        with pytest.raises(Lost):
            await link.receive()
        assert trio.current_time() - start == pytest.approx(STALLED_S)


async def test_half_a_frame_is_followed_by_nothing() -> None:
    async with trio.open_nursery() as nursery:
        link, visit, writing = await opened(nursery)
        link.post(b'"' + b"x" * 1000 + b'"')
        assert len(await visit.stream.receive_some(10)) == 10
        writing.cancel()
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(link.close, 1000, "")
        rest = b""
        while more := await visit.stream.receive_some():
            rest += more
        # 8 bytes of head and mask, 1002 of text; the stream had taken the frame whole
        assert len(rest) == 8 + 1002 - 10


async def test_a_whole_frame_is_followed_by_a_goodbye() -> None:
    async with trio.open_nursery() as nursery:
        link, visit, writing = await opened(nursery)
        link.post(b'{"type":"pong"}')
        await visit.hear("pong")
        await trio.testing.wait_all_tasks_blocked()
        writing.cancel()
        nursery.start_soon(link.close, 1000, "")
        assert await visit.ended() == 1000
