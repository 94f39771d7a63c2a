"""The client against the real socket edge, over real connections."""

from __future__ import annotations

import pytest
import trio

from realtime.client import AskRefused, Ended, TopicClosed, open_client
from realtime.protocol.conversation import Terms
from realtime.protocol.messages import Limits
from tests.realtime.sockets.house_of_memory import TOKEN
from tests.realtime.sockets.place import Place, open_place

TOPIC = "yunxiu/clinic/im2/2026-11-23:hall"


def url(place: Place) -> str:
    return f"ws://127.0.0.1:{place.port}/live"


async def test_a_view_follows_what_is_published() -> None:
    async with open_place() as place, open_client(url(place), TOKEN) as client:
        with trio.fail_after(10):
            hall = await client.join(TOPIC)
            assert hall.view == {"n": 0}
            changes = hall.changes()
            await anext(changes)
            for n in range(1, 301):
                place.house.publish(TOPIC, b"x")
                if n % 20 == 0:
                    await hall.shows(n)
            seen = [(await anext(changes)).seq for _ in range(300)]
    assert seen == list(range(1, 301))


async def test_asks_are_answered_refused_and_seen_in_the_view() -> None:
    async with open_place() as place, open_client(url(place), TOKEN) as client:
        with trio.fail_after(10):
            hall = await client.join(TOPIC)
            assert await client.ask(hall, "echo", {"card": "张三"}) == {"card": "张三"}
            with pytest.raises(AskRefused) as refused:
                await client.ask(hall, "tea")
            assert refused.value.code == "unknown_ask"
            answer = await client.answer(hall, "push", "hello")
            assert answer.seq is not None
            assert (await hall.shows(answer.seq))["note"] == "hello"


async def test_five_hundred_asks_at_once_keep_to_the_limit() -> None:
    terms = Terms(
        limits=Limits(asks_open=8, frames_per_s=10_000, frames_at_once=10_000)
    )
    async with (
        open_place(terms=terms) as place,
        open_client(url(place), TOKEN) as client,
        trio.open_nursery() as nursery,
    ):
        await client.welcomed()
        answers: list[int] = []

        async def ask(n: int) -> None:
            answers.append(await client.ask(TOPIC, "echo", n, deadline=20))

        for n in range(500):
            nursery.start_soon(ask, n)
        await place.until(lambda: len(answers) == 500)
        assert sorted(answers) == list(range(500))


async def test_a_cut_connection_is_made_again_and_the_ask_with_it() -> None:
    async with open_place() as place, open_client(url(place), TOKEN) as client:
        with trio.fail_after(10):
            hall = await client.join(TOPIC)
            async with trio.open_nursery() as nursery:
                answers = []

                async def ask() -> None:
                    answers.append(await client.ask(hall, "hold", deadline=9))

                nursery.start_soon(ask)
                await place.until(lambda: place.house.held)
                place.house.held.clear()
                for connection in list(place.edge.connections):
                    connection.force()
                await place.until(lambda: place.house.held)
                place.house.release()
            assert answers == [{}]
            assert client.connections == 2
            place.house.publish(TOPIC)
            await hall.shows(1)


async def test_a_bad_token_ends_it() -> None:
    async with open_place() as place, open_client(url(place), "no") as client:
        with trio.fail_after(10), pytest.raises(Ended) as ended:
            await client.join(TOPIC)
        assert ended.value.code == 4501
        assert ended.value.reason == "bad_token"


async def test_a_topic_that_is_not_for_us() -> None:
    async with open_place() as place, open_client(url(place), TOKEN) as client:
        with trio.fail_after(10), pytest.raises(TopicClosed, match="forbidden"):
            await client.join("secret/a/b:c")


async def test_short_heartbeats_keep_it_alive() -> None:
    terms = Terms(heartbeat_s=0.05, limits=Limits())
    async with (
        open_place(terms=terms) as place,
        open_client(url(place), TOKEN) as client,
    ):
        hall = await client.join(TOPIC)
        said = place.edge.traffic.frames_in
        await place.until(lambda: place.edge.traffic.frames_in >= said + 8)  # pongs
        assert client.connections == 1
        assert hall.live


async def test_nobody_listening_is_not_an_error() -> None:
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    port = listener.socket.getsockname()[1]
    await listener.aclose()
    async with open_client(f"ws://127.0.0.1:{port}/live", TOKEN) as client:
        with pytest.raises(AskRefused, match="deadline"):
            await client.ask(TOPIC, "echo", deadline=0.5)
        assert not client.connected
