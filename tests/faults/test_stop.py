"""SIGTERM under load: everybody is told to come back, nothing acknowledged is lost,
and nobody who stalls can hold the process up."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trio

from tests.faults.link import linked
from tests.faults.load import topic_of, under_load
from tests.faults.morning import ANNOUNCEMENTS_MS, PATIENCE_S, SETTINGS, Morning
from tests.faults.server import Server, installation

ENDS_WITHIN_S = 5.0
RESTART = 1012
STALLED = 8


@asynccontextmanager
async def stalled_peers(server: Server) -> AsyncIterator[None]:
    """Screens that join everything and read nothing, pages that never finish asking,
    and one that never takes its answer."""
    views = [topic_of(clinic, "desk") for clinic in ANNOUNCEMENTS_MS]
    token = server.token("nurse", "*", name="stalled")
    async with AsyncExitStack() as stack:
        for _ in range(STALLED):
            link = await stack.enter_async_context(
                linked(server.port, token, receive_buffer=2048)
            )
            for number in range(8):  # a view each time: more than the kernel holds
                for view in views:
                    await link.say(type="join", ref=f"s{number}", topic=view)
        for said in (b"GET /health/live HT", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50):
            stream = await trio.open_tcp_stream("127.0.0.1", server.port)
            await stack.enter_async_context(stream)
            await stream.send_all(said)
        with trio.fail_after(PATIENCE_S):
            while await behind(server) < STALLED:  # noqa: ASYNC110
                await trio.sleep(0.02)
        yield


async def behind(server: Server) -> int:
    """How many readers the server itself says are behind."""
    asked = (b"GET /metrics HTTP/1.1", b"Host: localhost", b"Connection: close")
    said = b""
    async with await trio.open_tcp_stream("127.0.0.1", server.port) as stream:
        await stream.send_all(b"\r\n".join((*asked, b"", b"")))
        async for data in stream:
            said += data
    found = re.search(rb"^houzhen_backlogged ([0-9.]+)", said, re.MULTILINE)
    assert found, said
    return int(float(found[1]))


@pytest.mark.alone
async def test_stopping_under_load(tmp_path: Path) -> None:
    async with installation(tmp_path, **SETTINGS) as server:
        day = Morning(server, seed=random.randrange(10**9))
        async with (
            trio.open_nursery() as nursery,
            under_load(server, day.clinics) as rest,
        ):
            for screen in day.screens:
                nursery.start_soon(screen.run, server.port)
            await server.start()
            with trio.fail_after(PATIENCE_S):
                await day.ledger.grown_by(150)
                for screen in day.screens:
                    await screen.live()
            async with stalled_peers(server):
                with trio.fail_after(PATIENCE_S):
                    await day.ledger.grown_by(50)
                everybody = day.everybody
                before = [len(one.ends) for one in everybody]
                began = trio.current_time()
                server.tell_to_stop()
                code = await server.ended()
                took_s = trio.current_time() - began
            print(f"ended with {code} after {took_s:.2f} s")
            assert code == 0, server.said
            assert took_s <= ENDS_WITHIN_S
            for one, ends in zip(everybody, before, strict=True):
                assert one.ends[ends] == RESTART, f"{one.name}: {one.ends[ends:][:3]}"
            await server.start()
            with trio.fail_after(PATIENCE_S):
                for screen in day.screens:
                    await screen.live()
                await rest()
                await day.look_at_the_end()
            nursery.cancel_scope.cancel()
        day.tell()
        assert "Traceback" not in server.said


async def test_stopping_at_once_and_twice(tmp_path: Path) -> None:
    """As soon as it is open, and again and again until it is gone."""
    async with installation(tmp_path) as server, trio.open_nursery() as nursery:
        await server.start()

        async def again() -> None:
            while True:
                server.tell_to_stop()
                await trio.sleep(0.001)

        nursery.start_soon(again)
        assert await server.ended() == 0
        nursery.cancel_scope.cancel()
        assert server.said == ""
