"""The edge as a client meets it, on real sockets."""

from __future__ import annotations

import trio

from tests.realtime.sockets.place import ClosedWith, open_place


async def test_hello_join_publish_ask_leave() -> None:
    async with open_place() as place:
        client = await place.connect()
        welcome = await client.hello()
        assert welcome["limits"]["asks_open"] == 64
        assert welcome["heartbeat_s"] == 15.0
        joined = await client.join("hall")
        assert (joined["seq"], joined["recovered"]) == (0, False)
        assert joined["view"] == {"n": 0}
        place.house.publish("hall", b"x")
        patch = await client.receive()
        assert (patch["type"], patch["prev"], patch["seq"]) == ("patch", 0, 1)
        assert patch["patch"] == {"n": 1, "note": "x"}
        assert (await client.ask("echo", [1, {"a": None}]))["body"] == [1, {"a": None}]
        refused = await client.ask("dance", {})
        assert refused["error"]["code"] == "unknown_ask"
        assert refused["error"]["retry"] is False
        ref = client.ref()
        await client.send(type="leave", ref=ref, topic="hall")
        closed = await client.receive()
        assert closed == {
            "type": "closed",
            "topic": "hall",
            "reason": "left",
            "rejoin": False,
            "ref": ref,
        }
        place.house.publish("hall")
        assert await client.works()  # and heard nothing more of the hall


async def test_what_has_gathered_goes_out_in_one_pass() -> None:
    async with open_place() as place:
        clients = [await place.visitor() for _ in range(20)]
        for client in clients:
            await client.join("hall")
        passes = place.edge.traffic.passes
        for _ in range(10):
            place.house.publish("hall")
        for client in clients:
            for seq in range(1, 11):
                assert (await client.receive())["seq"] == seq
        assert place.edge.traffic.passes == passes + 1


async def test_the_house_hears_when_a_connection_is_gone() -> None:
    async with open_place() as place:
        client, other = await place.visitor(), await place.visitor()
        await client.join("hall")
        await client.stream.aclose()
        await place.until(lambda: len(place.house.left) == 1)
        assert len(place.house.room("hall").audience) == 0
        assert place.edge.traffic.connections == 1
        assert await other.works()


async def test_a_client_may_close_properly() -> None:
    async with open_place() as place:
        client = await place.visitor()
        client.protocol.send_close(1000, "bye")
        await client.flush()
        assert (await client.end()).code == 1000
        await place.until(lambda: not place.edge.connections)


async def test_shutdown_says_1012() -> None:
    async with open_place() as place:
        clients = [await place.visitor() for _ in range(5)]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(place.edge.shutdown)
            for client in clients:
                closed = await client.end()
                assert (closed.code, closed.reason) == (1012, "restart")
        assert isinstance(closed, ClosedWith)
        assert len(place.house.left) == 5
