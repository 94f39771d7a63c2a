"""The client against a server that does what the test says; the clock jumps."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from typing import Any

import msgspec
import pytest
import trio

from realtime.client import (
    AskRefused,
    Change,
    Client,
    Ended,
    Topic,
    TopicClosed,
    open_client,
)
from realtime.client.topic import CHANGES_KEPT
from tests.realtime.client.scripted_server import (
    EPOCH,
    TOPIC,
    URL,
    Server,
    StillClock,
    Visit,
    scripted,
)

CLOCK_JUMPS = True


class Later:
    """The outcome of something that runs beside the test."""

    def __init__(self, nursery: trio.Nursery, do: Callable[[], Awaitable[Any]]) -> None:
        self._do = do
        self._done = trio.Event()
        self._value: Any = None
        self._error: Exception | None = None
        nursery.start_soon(self._run)

    async def _run(self) -> None:
        try:
            self._value = await self._do()
        except Exception as error:
            self._error = error
        self._done.set()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    async def get(self) -> Any:
        with trio.fail_after(120):
            await self._done.wait()
        if self._error is not None:
            raise self._error
        return self._value


async def joined_client(
    client: Client, server: Server, nursery: trio.Nursery
) -> tuple[Visit, Topic]:
    """A client that follows the hall, at seq 1 with one ticket."""
    joining = Later(nursery, lambda: client.join(TOPIC))
    visit = await server.greeted()
    await visit.joined({"tickets": {"t1": {"state": "waiting"}}})
    topic = await joining.get()
    assert isinstance(topic, Topic)
    return visit, topic


# -- coming in --------------------------------------------------------------------


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


# -- a view and its changes -------------------------------------------------------


async def test_a_view_is_kept_current_by_patches() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        assert hall.view == {"tickets": {"t1": {"state": "waiting"}}}
        assert (hall.seq, hall.live, hall.stale_since) == (1, True, None)
        changes = hall.changes()
        assert (await anext(changes)).view == hall.view
        await visit.patch(1, 4, tickets={"t1": {"state": "called"}, "t2": {}})
        change = await anext(changes)
        assert change == Change(
            4,
            {"tickets": {"t1": {"state": "called"}, "t2": {}}},
            True,
            {"tickets": {"t1": {"state": "called"}, "t2": {}}},
        )
        await visit.patch(4, 5, tickets={"t1": None})
        assert (await anext(changes)).view == {"tickets": {"t2": {}}}


async def test_a_missed_patch_is_noticed_and_recovered() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        changes = hall.changes()
        await anext(changes)
        await visit.patch(2, 3, n=3)
        stale = await anext(changes)
        assert (stale.seq, stale.live, "n" in stale.view) == (1, False, False)
        assert hall.stale_since == client.heard
        patches = [
            {"prev": 1, "seq": 2, "at": 0, "patch": {"n": 2}},
            {"prev": 2, "seq": 3, "at": 0, "patch": {"m": 3}},
        ]
        join = await visit.joined(seq=3, patches=patches)
        assert join["since"] == {"epoch": EPOCH, "seq": 1}
        change = await anext(changes)
        assert (change.seq, change.live) == (3, True)
        assert (change.view["n"], change.view["m"]) == (2, 3)
        assert hall.stale_since is None


async def test_a_recovery_that_does_not_chain_is_not_believed() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        await visit.patch(2, 3)
        patches = [{"prev": 2, "seq": 3, "at": 0, "patch": {"n": 3}}]
        await visit.joined(seq=3, patches=patches)
        join = await visit.joined({"n": 9}, seq=3)
        assert "since" not in join
        await hall.shows(3)
        assert hall.view == {"n": 9}


async def test_a_ping_tells_of_what_was_missed() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        await visit.ping(hall=1)
        await visit.hear("pong")
        await visit.ping(hall=2)
        await visit.hear("pong")
        join = await visit.joined(seq=2, patches=[])
        assert join["since"]["seq"] == 1
        assert (await hall.shows(2)) == hall.view


async def test_a_slow_reader_is_given_the_view() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        fresh = {"topic": TOPIC, "epoch": EPOCH, "seq": 900, "view": {"n": 900}}
        await visit.say({"type": "view", "reason": "slow"} | fresh)
        await hall.shows(900)
        await visit.patch(900, 901, n=901)
        assert (await hall.shows(901)) == {"n": 901}


async def test_a_reader_far_behind_gets_the_newest_state() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        changes = hall.changes()
        last = CHANGES_KEPT + 50
        for seq in range(1, last):
            await visit.patch(seq, seq + 1, n=seq + 1)
        await hall.shows(last)
        first = await anext(changes)
        assert first.seq > 900
        assert first.patch is None
        assert first.view["n"] == first.seq
        seen = [first.seq]
        while seen[-1] < last:
            seen.append((await anext(changes)).seq)
        assert seen == list(range(seen[0], last + 1))


async def test_a_reader_let_go_of_is_forgotten() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        _, hall = await joined_client(client, server, nursery)
        async for _ in hall.changes():
            break
        gc.collect()
        assert len(hall._readers) == 0


async def test_two_joins_of_one_topic_are_one() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        one = Later(nursery, lambda: client.join(TOPIC))
        other = Later(nursery, lambda: client.join(TOPIC))
        visit = await server.greeted()
        await visit.joined({})
        assert await one.get() is await other.get()
        await visit.ping()
        await visit.hear("pong")  # and no second join before it


async def test_a_join_given_up_is_left_unless_another_waits() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit = await server.greeted()
        await client.welcomed()
        with trio.move_on_after(1):
            await client.join(TOPIC)
        await visit.hear("join")
        await visit.hear("leave")
        waits = Later(nursery, lambda: client.join(TOPIC))
        with trio.move_on_after(1):
            await client.join(TOPIC)
        await visit.joined({"n": 1})
        assert (await waits.get()).view == {"n": 1}


async def test_a_topic_can_be_left() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        await hall.leave()
        leave = await visit.hear("leave")
        closed = {"type": "closed", "topic": TOPIC, "reason": "left", "rejoin": False}
        await visit.say(closed | {"ref": leave["ref"]})
        assert [change.live async for change in hall.changes()] == [False]
        again = Later(nursery, lambda: client.join(TOPIC))
        await visit.joined({"n": 2}, seq=7)
        assert (await again.get()).view == {"n": 2}


async def test_a_topic_that_may_not_be_is_refused() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        joining = Later(nursery, lambda: client.join(TOPIC))
        visit = await server.greeted()
        join = await visit.hear("join")
        closed = {"type": "closed", "topic": TOPIC, "rejoin": False}
        await visit.say(closed | {"reason": "forbidden", "ref": join["ref"]})
        with pytest.raises(TopicClosed) as refused:
            await joining.get()
        assert refused.value.reason == "forbidden"


async def test_a_topic_that_ends_later_ends_its_readers() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)

        async def read() -> list[int]:
            return [change.seq async for change in hall.changes()]

        reading = Later(nursery, read)
        waiting = Later(nursery, lambda: hall.shows(9))
        await trio.testing.wait_all_tasks_blocked()
        closed = {"topic": TOPIC, "reason": "revoked", "rejoin": False}
        await visit.say({"type": "closed"} | closed)
        assert await reading.get() == [1]
        with pytest.raises(TopicClosed, match="revoked"):
            await waiting.get()
        assert isinstance(hall.closed, TopicClosed)


async def test_a_topic_closed_for_now_is_joined_again_after_a_pause() -> None:
    async with scripted() as (client, server), trio.open_nursery() as nursery:
        visit, hall = await joined_client(client, server, nursery)
        pauses = []
        for _ in range(4):
            closed = {"topic": TOPIC, "reason": "restarting", "rejoin": True}
            await visit.say({"type": "closed"} | closed)
            start = trio.current_time()
            await visit.hear("join")
            pauses.append(trio.current_time() - start)
            assert not hall.live
        assert pauses == pytest.approx([0.25, 0.5, 1, 2])


# -- a connection that is lost ----------------------------------------------------


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


# -- asks -------------------------------------------------------------------------


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
