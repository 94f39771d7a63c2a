"""An ask of the client happens once, whatever the connection does."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
import pytest
import trio

from realtime.client import (
    AskRefused,
)
from tests.realtime.client.joined import Later, joined_client
from tests.realtime.client.scripted_server import (
    EPOCH,
    TOPIC,
    Visit,
    scripted,
)

CLOCK_JUMPS = True


async def reply(visit: Visit, ask: dict[str, Any], **more: Any) -> None:
    await visit.say({"type": "reply", "ref": ask["ref"], "ok": True} | more)


async def test_an_ask_gets_its_reply() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        asking = Later(
            nursery, lambda: client.answer(hall, "call_next", {"room": "3"}, deadline=3)
        )
        ask = await visit.hear("ask")
        assert ask["topic"] == TOPIC
        assert ask["name"] == "call_next"
        assert ask["body"] == {"room": "3"}
        assert ask["deadline_ms"] == 3000
        assert 8 <= len(ask["key"]) <= 64
        showing = Later(nursery, lambda: hall.shows(7))
        await reply(visit, ask, body={"ticket": "t1"}, seq=7)
        answer = await asking.get()
        assert (answer.body, answer.seq) == ({"ticket": "t1"}, 7)
        assert answer.key == ask["key"]
        assert not showing.done
        await visit.patch(1, 7, n=7)
        assert (await showing.get())["n"] == 7


async def test_no_two_asks_share_a_key_unless_told() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        await client.welcomed()
        for key in (None, None, "my-own-key"):
            Later(nursery, partial(client.ask, TOPIC, "start", key=key))
        keys = [(await visit.hear("ask"))["key"] for _ in range(3)]
        assert len(set(keys)) == 3
        assert "my-own-key" in keys
        nursery.cancel_scope.cancel()


async def test_a_refusal_says_all_it_knows() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        asking = Later(nursery, lambda: client.ask(TOPIC, "call_next", {"room": "3"}))
        ask = await visit.hear("ask")
        error = {
            "code": "already_in",
            "message": "您已经签到了。",
            "retry": False,
            "details": {"ahead": 3},
        }
        await reply(visit, ask, ok=False, error=error)
        with pytest.raises(AskRefused) as refused:
            await asking.get()
        assert refused.value.code == "already_in"
        assert refused.value.message == "您已经签到了。"
        assert refused.value.retry is False
        assert refused.value.details == {"ahead": 3}


async def test_an_ask_is_sent_again_with_its_key_on_the_next_connection() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        await client.welcomed()
        asking = Later(
            nursery, lambda: client.ask(TOPIC, "finish", {"n": 1}, deadline=9)
        )
        first = await visit.hear("ask")
        await trio.sleep(2)
        await visit.drop()
        visit = await server.greeted()
        again = await visit.hear("ask")
        same = ("ref", "topic", "name", "key", "body")
        assert [again[name] for name in same] == [first[name] for name in same]
        assert again["deadline_ms"] == pytest.approx(9000 - 2000 - 250, abs=20)
        await reply(visit, again, body={"ticket": "t1"})
        assert await asking.get() == {"ticket": "t1"}


async def test_an_ask_waits_for_the_first_connection() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        server.down = True
        asking = Later(nursery, lambda: client.ask(TOPIC, "finish", deadline=20))
        await trio.sleep(5)
        server.down = False
        visit = await server.greeted()
        await reply(visit, await visit.hear("ask"), body=1)
        assert await asking.get() == 1


async def test_after_its_deadline_an_ask_is_never_sent_again() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        await client.welcomed()
        start = trio.current_time()
        asking = Later(nursery, lambda: client.ask(TOPIC, "finish", deadline=2))
        ask = await visit.hear("ask")
        with pytest.raises(AskRefused) as refused:
            await asking.get()
        assert refused.value.code == "deadline"
        assert trio.current_time() - start == pytest.approx(2)
        await reply(visit, ask, body="too late")
        await visit.drop()
        visit = await server.greeted()
        await visit.ping()
        await visit.hear("pong")


async def test_an_ask_too_near_its_deadline_is_not_sent_again() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        await client.welcomed()
        asking = Later(nursery, lambda: client.ask(TOPIC, "finish", deadline=1))
        await visit.hear("ask")
        await trio.sleep(0.7)
        await visit.drop()
        visit = await server.greeted()
        await visit.ping()
        await visit.hear("pong")
        with pytest.raises(AskRefused, match="deadline"):
            await asking.get()


async def test_an_ask_given_up_is_not_sent_again() -> None:
    async with scripted() as (client, server):
        visit = await server.greeted()
        await client.welcomed()
        with trio.move_on_after(1):
            await client.ask(TOPIC, "finish", deadline=50)
        await visit.hear("ask")
        await visit.drop()
        visit = await server.greeted()
        await visit.ping()
        await visit.hear("pong")


async def test_no_more_asks_are_open_than_the_server_allows() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        limits = {"message_bytes": 65536, "asks_open": 2, "topics": 64}
        visit = await server.greeted(limits=limits)
        await client.welcomed()
        asking = [
            Later(nursery, partial(client.ask, TOPIC, "finish", n, deadline=30))
            for n in range(5)
        ]
        open_: list[dict[str, Any]] = [await visit.hear("ask") for _ in range(2)]
        await visit.ping()
        await visit.hear("pong")  # and no third ask before it
        for _ in range(3):
            await reply(visit, open_.pop(), body=0)
            open_.append(await visit.hear("ask"))
        for ask in open_:
            await reply(visit, ask, body=0)
        assert [await one.get() for one in asking] == [0] * 5


@pytest.mark.parametrize("deadline", [0, 0.05, 61, -1])
async def test_a_deadline_that_is_none_is_refused(deadline: float) -> None:
    async with scripted() as (client, _):
        with pytest.raises(ValueError, match=r"between 0\.1 and 60"):
            await client.ask(TOPIC, "finish", deadline=deadline)


async def test_a_reply_nobody_waits_for_is_passed_over() -> None:
    async with scripted() as (client, server):
        visit = await server.greeted()
        await client.welcomed()
        await visit.say({"type": "reply", "ref": "r999", "ok": True, "body": 1})
        await visit.patch(1, 2, n=1)
        await visit.ping(hall=3)
        await visit.hear("pong")
        assert client.connections == 1


async def test_a_broken_up_message_is_put_together() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        joining = Later(nursery, lambda: client.join(TOPIC))
        visit = await server.greeted()
        join = await visit.hear("join")
        text = msgspec.json.encode(
            {
                "type": "joined",
                "ref": join["ref"],
                "topic": TOPIC,
                "epoch": EPOCH,
                "seq": 1,
                "recovered": False,
                "view": {"name": "云岫市中心医院" * 5000},
            }
        )
        for start in range(0, len(text), 1000):
            part = text[start : start + 1000]
            last = start + 1000 >= len(text)
            if start == 0:
                visit.protocol.send_text(part, fin=last)
            else:
                visit.protocol.send_continuation(part, fin=last)
            await visit.flush()
        assert (await joining.get()).view["name"] == "云岫市中心医院" * 5000
