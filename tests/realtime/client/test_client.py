"""The client against a server that does what the test says; the clock jumps."""

from __future__ import annotations

from itertools import pairwise

import pytest
import trio

from realtime.client import (
    Ended,
    open_client,
)
from tests.realtime.client.joined import Later, joined_client
from tests.realtime.client.scripted_server import (
    EPOCH,
    TOPIC,
    URL,
    Server,
    StillClock,
    scripted,
)

CLOCK_JUMPS = True


# -- coming in ----------------------------------------------------------------------
async def test_it_says_who_it_is_and_the_token_is_not_in_the_address() -> None:
    async with scripted() as (client, server):
        visit = await server.visit()
        hello = await visit.greet()
        await client.welcomed()
        assert client.connected
    assert hello["token"] == "a good token"
    assert hello["client"]["kind"] == "screen"
    assert hello["client"]["id"] == "wall-3"
    assert visit.path == "/live"


async def test_leaving_the_block_says_goodbye() -> None:
    async with scripted() as (client, server):
        visit = await server.greeted()
        await client.welcomed()
    assert await visit.ended() == 1000
    with pytest.raises(Ended):
        await client.join(TOPIC)
    with pytest.raises(Ended):
        await client.ask(TOPIC, "call_next")


async def test_the_callers_own_error_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with scripted():
            raise ZeroDivisionError
    with trio.move_on_after(1) as scope:
        async with scripted():
            await trio.sleep_forever()
    assert scope.cancelled_caught


async def test_a_token_may_be_made_anew_for_each_connection() -> None:
    tokens = iter(["one", "two"])
    server = Server()
    async with open_client(URL, lambda: next(tokens), dial_by=server.dial):
        first = await server.visit()
        assert (await first.greet())["token"] == "one"
        await first.drop()
        assert (await (await server.visit()).greet())["token"] == "two"


# -- a connection that is lost ------------------------------------------------------
async def test_over_a_lost_connection_the_view_is_stale_and_recovers() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        changes = hall.changes()
        await anext(changes)
        heard = StillClock().now()
        await trio.sleep(12)
        await visit.drop()
        stale = await anext(changes)
        assert not stale.live
        assert stale.view == hall.view == {"tickets": {"t1": {"state": "waiting"}}}
        assert hall.stale_since == heard
        visit = await server.greeted()
        patches = [{"prev": 1, "seq": 2, "at": 0, "patch": {"tickets": {"t1": None}}}]
        join = await visit.joined(seq=2, patches=patches)
        assert join["since"] == {"epoch": EPOCH, "seq": 1}
        fresh = await anext(changes)
        assert (fresh.live, fresh.view) == (True, {"tickets": {}})
        assert not hall.stale_since
        assert client.connections == 2


async def test_silence_for_two_heartbeats_is_a_lost_connection() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        start = trio.current_time()
        for _ in range(3):
            await trio.sleep(29)
            await visit.ping(hall=1)
            await visit.hear("pong")
        assert hall.live
        await visit.ended()
        assert trio.current_time() - start == pytest.approx(3 * 29 + 30, abs=1)
        await server.greeted()


async def test_pauses_grow_to_a_limit_while_nobody_is_there() -> None:
    async with scripted() as (_, server):
        server.down = True
        await trio.sleep(60)
        dialled = server.dialled
        pauses = [b - a for a, b in pairwise(dialled)]
        assert pauses[:6] == pytest.approx([0.25, 0.5, 1, 2, 4, 7.5])
        assert pauses[6:] == pytest.approx([7.5] * len(pauses[6:]))
        server.down = False
        visit = await server.greeted()
        await trio.sleep(10)
        before = trio.current_time()
        await visit.drop()
        await server.visit()
        assert trio.current_time() - before == pytest.approx(0.25)


async def test_a_server_that_soon_drops_us_again_is_not_hammered() -> None:
    async with scripted() as (_, server):
        for _ in range(6):
            visit = await server.greeted()
            await trio.sleep(1)
            await visit.drop()
        await server.visit()
        pauses = [b - a - 1 for a, b in pairwise(server.dialled)]
        assert pauses == pytest.approx([0.25, 0.5, 1, 2, 4, 7.5])


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 0.2), (0.5, 1.1), (0.999, 1.9982)])
async def test_a_restart_is_waited_out(chance: float, pause: float) -> None:
    async with scripted(chance) as (_, server):
        visit = await server.greeted()
        await trio.sleep(20)
        start = trio.current_time()
        await visit.close(1012, "restart")
        await server.greeted()
        assert trio.current_time() - start == pytest.approx(pause)


@pytest.mark.parametrize("code", [4000, 4001, 4003, 4004, 4499, 1006, 1011])
async def test_a_code_below_4500_says_come_back(code: int) -> None:
    async with scripted() as (client, server):
        visit = await server.greeted()
        if code == 1006:
            await visit.drop()
        else:
            await visit.close(code)
        await server.greeted()
        await client.welcomed()


@pytest.mark.parametrize("code", [4500, 4501, 4503, 4999])
async def test_a_code_from_4500_says_stay_away(code: int) -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        asking = Later(nursery, lambda: client.ask(hall, "call_next"))
        joining = Later(nursery, lambda: client.join("a/b/c:other"))
        heard = {(await visit.hear_any())["type"] for _ in range(2)}
        assert heard == {"ask", "join"}
        await visit.close(code, "bad_token")
        for waiting in (asking, joining):
            with pytest.raises(Ended) as ended:
                await waiting.get()
            assert (ended.value.code, ended.value.reason) == (code, "bad_token")
        assert [change.live async for change in hall.changes()] == [False]
        with pytest.raises(Ended):
            await client.welcomed()
        await trio.sleep(600)
        assert len(server.dialled) == 1


async def test_a_bad_token_at_hello_ends_it() -> None:
    async with scripted() as (client, server):
        visit = await server.visit()
        await visit.shake_hands()
        await visit.hear("hello")
        await visit.close(4501, "bad_token")
        with pytest.raises(Ended, match="bad_token"):
            await client.welcomed()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"type":"tea"}',
        b'{"type":"patch","topic":"a"}',
        b'{"type":"welcome","ref":"r","conn_id":"c","server_time":"x",'
        b'"heartbeat_s":15,"limits":{}}',
    ],
)
async def test_a_server_that_talks_nonsense_is_left_and_tried_again(
    text: bytes,
) -> None:
    async with scripted() as (client, server):
        visit = await server.greeted()
        await client.welcomed()
        await visit.say_text(text)
        assert await visit.ended() in {1000, 1002}
        await server.greeted()
        await client.welcomed()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"\x81",
    ],
)
async def test_a_server_that_is_none_is_tried_again(answer: bytes) -> None:
    async with scripted() as (client, server):
        visit = await server.visit()
        await visit.stream.receive_some()
        await visit.stream.send_all(answer)
        await visit.stream.send_eof()
        await server.greeted()
        await client.welcomed()


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    async with scripted() as (_, server):
        await server.visit()
        await server.visit()
        assert server.dialled == pytest.approx([0, 10.25], abs=1)
