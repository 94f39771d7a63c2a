"""The client keeps views current, and knows when one is not whole."""

from __future__ import annotations

import gc

import pytest
import trio

from realtime.client import (
    Change,
    TopicClosed,
)
from realtime.client.topic import CHANGES_KEPT
from tests.realtime.client.joined import Later, joined_client
from tests.realtime.client.scripted_server import (
    EPOCH,
    TOPIC,
    scripted,
)

CLOCK_JUMPS = True


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
