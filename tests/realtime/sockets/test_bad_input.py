"""Whatever one client sends: it gets the right code, and nobody else notices."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress

import msgspec
import pytest
import trio

from realtime.protocol.codes import ClosingCode
from realtime.protocol.conversation import Terms
from realtime.protocol.messages import Limits
from realtime.sockets.edge import EdgeSettings
from tests.realtime.protocol.test_wire import client_frame
from tests.realtime.sockets.place import Client, Place, open_place

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9


def said(**message: object) -> bytes:
    return client_frame(TEXT, msgspec.json.encode(message))


def asked(name: str = "echo", **change: object) -> bytes:
    ask = {"ref": "1", "topic": "t", "name": name, "key": "k" * 8, "body": {}}
    return said(**({"type": "ask", "deadline_ms": 1000} | ask | change))


JOIN = said(type="join", ref="1", topic="hall")
BIG = b'{"type":"pong","pad":"%b"}' % (b"x" * 65_536)

BAD = {
    "no JSON": (client_frame(TEXT, b"{nonsense"), 4500),
    "empty": (client_frame(TEXT, b""), 4500),
    "no object": (client_frame(TEXT, b"[1,2]"), 4500),
    "no type": (client_frame(TEXT, b'{"ref":"1"}'), 4500),
    "deep": (client_frame(TEXT, b'{"type":"pong","x":' + b"[" * 20_000), 4500),
    "wrong type of a field": (said(type="join", ref=1, topic="hall"), 4500),
    "no topic": (said(type="join", ref="1"), 4500),
    "short key": (asked(key="short"), 4500),
    "long deadline": (asked(deadline_ms=60_001), 4500),
    "unknown type": (said(type="dance"), 4502),
    "a server's type": (said(type="joined", ref="1"), 4502),
    "second hello": (
        said(
            type="hello",
            ref="1",
            token="a good token",
            client={"kind": "x", "id": "x", "version": "x"},
        ),
        4502,
    ),
    "an open ref again": (asked("hold") + asked("hold"), 4502),
    "binary": (client_frame(BINARY, b"{}"), 4500),
    "invalid UTF-8": (client_frame(TEXT, b'{"type":"pong","x":"\xff"}'), 4500),
    "invalid UTF-8 in fragments": (
        client_frame(TEXT, b'{"type":"pong","x":"\xe5', final=False)
        + client_frame(0x0, b'"}'),
        4500,
    ),
    "too big": (client_frame(TEXT, BIG), 4503),
    "too big, by its head": (b"\x81\xff\x00\x00\x00\x01\x00\x00\x00\x00", 4503),
    "too big, in fragments": (
        b"".join(
            client_frame(0x0 if i else TEXT, b"x" * 30_000, final=False)
            for i in range(3)
        ),
        4503,
    ),
    "no mask": (client_frame(TEXT, b"{}", mask=None), 4500),
    "reserved bits": (client_frame(TEXT, b"{}", reserved=0x40), 4500),
    "unknown opcode": (client_frame(0x3), 4500),
    "long ping": (client_frame(PING, b"x" * 126), 4500),
    "fragmented ping": (client_frame(PING, final=False), 4500),
    "malformed close": (client_frame(CLOSE, b"\x03"), 4500),
    "a continuation of nothing": (client_frame(0x0, b"{}"), 4500),
    "flood of messages": (client_frame(TEXT, b'{"type":"pong"}') * 2000, 4005),
    "flood of pings": (client_frame(PING) * 2000, 4005),
    "flood of fragments": (
        client_frame(TEXT, b"", final=False) + client_frame(0x0, final=False) * 2000,
        4005,
    ),
    "our mistake in an ask": (asked("crash"), 4004),
    "our mistake in a join": (said(type="join", ref="1", topic="crash"), 4004),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input(name: str, caplog: pytest.LogCaptureFixture) -> None:
    data, code = BAD[name]
    async with open_place() as place:
        other, bad = await place.visitor(), await place.visitor()
        await other.join("hall")
        await bad.join("hall")
        await bad.send_raw(data)
        closed = await bad.end()
        assert closed.code == code
        assert closed.reason == ClosingCode(code).name.lower()
        place.house.publish("hall")
        assert (await other.receive())["seq"] == 1
        assert await other.works()
        await place.until(lambda: len(place.house.left) == 1)
        assert len(place.house.room("hall").audience) == 1
        assert ("our mistake" in caplog.text) is (code == 4004)


async def test_the_socket_is_closed_after_the_code() -> None:
    async with open_place() as place:
        bad = await place.visitor()
        await bad.send_raw(client_frame(TEXT, b"{nonsense") + JOIN * 50)
        assert (await bad.end()).code == 4500
        await bad.stream.aclose()
        await place.until(lambda: not place.edge.connections)
        assert place.house.rooms == {}  # nothing after the nonsense was heard


async def test_who_talks_on_after_the_code_is_cut_off() -> None:
    async with open_place(settings=EdgeSettings(closing_s=0.3)) as place:
        bad = await place.visitor()
        await bad.send_raw(client_frame(TEXT, b"{nonsense"))

        async def talk_on() -> None:
            while True:
                await bad.send_raw(JOIN * 100)

        with trio.fail_after(10), pytest.raises(trio.BrokenResourceError):
            await talk_on()
        assert not place.edge.connections
        assert place.edge.traffic.forced_closes == 1


@pytest.mark.parametrize(
    "first", [JOIN, asked(), said(type="pong"), said(type="leave", ref="1", topic="t")]
)
async def test_anything_before_hello(first: bytes) -> None:
    async with open_place() as place:
        client = await place.connect()
        await client.send_raw(first)
        assert (await client.end()).code == 4502
        assert place.house.left == []  # the house never knew it


async def test_a_bad_token() -> None:
    async with open_place() as place:
        client = await place.connect()
        about = {"kind": "screen", "id": "x", "version": "1"}
        await client.send(type="hello", ref="1", token="stolen", client=about)
        assert (await client.end()).code == 4501
        await place.until(lambda: len(place.house.left) == 1)


async def test_no_hello() -> None:
    async with open_place(terms=Terms(hello_s=0.5)) as place:
        silent, welcomed = await place.connect(), await place.visitor()
        assert (await silent.end()).code == 4002
        assert await welcomed.works()


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Place, Client]]:
    async with open_place() as place:
        yield place, await place.visitor()


async def test_a_message_in_many_pieces(pair: tuple[Place, Client]) -> None:
    _, client = pair
    message = msgspec.json.encode(client.ask_message("echo", "候诊"))
    pieces = [message[i : i + 9] for i in range(0, len(message), 9)]
    wire = b"".join(
        client_frame(0x0 if i else TEXT, piece, final=i == len(pieces) - 1)
        + client_frame(PING, b"?")
        for i, piece in enumerate(pieces)
    )
    for i in range(0, len(wire), 5):
        await client.send_raw(wire[i : i + 5])
    assert (await client.receive())["body"] == "候诊"
    assert await client.works()
    assert client.pongs == len(pieces)


async def test_pings_are_answered(pair: tuple[Place, Client]) -> None:
    _, client = pair
    await client.send_raw(client_frame(PING, b"a") + client_frame(PING, b"b"))
    assert await client.works()
    assert client.pongs == 2


async def test_the_largest_message_is_heard(pair: tuple[Place, Client]) -> None:
    _, client = pair
    message = client.ask_message("echo", "")
    pad = 65_536 - len(msgspec.json.encode(message))
    message["body"] = "x" * pad
    await client.send(**message)
    assert len((await client.receive())["body"]) == pad


async def test_a_flood_does_not_keep_others_waiting() -> None:
    terms = Terms(limits=Limits(frames_per_s=1e9, frames_at_once=10**9))
    async with open_place(terms=terms) as place:
        flooder, other = await place.visitor(), await place.visitor()
        data = client_frame(TEXT, b'{"type":"pong"}') * 3000

        async def flood() -> None:
            while True:
                await flooder.send_raw(data)

        place.nursery.start_soon(flood)
        await place.until(lambda: place.edge.traffic.frames_in > 1000)
        for _ in range(20):
            before = place.edge.traffic.frames_in
            assert await other.works()
            # A turn is 16 frames, and an ask goes round in a handful of turns.
            assert place.edge.traffic.frames_in - before < 20 * 16
        place.nursery.cancel_scope.cancel()


async def test_who_breaks_while_not_being_read_is_noticed() -> None:
    async with open_place() as place:
        keen = await place.visitor()
        for _ in range(64):
            await keen.send(**keen.ask_message("hold", {}))
        await place.until(lambda: len(place.house.held) == 64)
        linger = struct.pack("ii", 1, 0)
        keen.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        await keen.stream.aclose()
        await place.until(lambda: len(place.house.left) == 1)
        place.house.release()  # to nobody, and harmless


async def test_noise_from_many() -> None:
    rng = random.Random(20261123)
    good = [JOIN, asked(), said(type="pong"), client_frame(PING, b"?")]

    def noise() -> bytes:
        wire = bytearray(b"".join(rng.choices(good, k=rng.randint(1, 8))))
        for _ in range(rng.randint(0, 3)):
            wire[rng.randrange(len(wire))] = rng.randrange(256)
        return bytes(wire) if rng.random() < 0.8 else rng.randbytes(200)

    async with open_place() as place:
        good_one = await place.visitor()
        for _ in range(150):
            client = await place.visitor()
            with suppress(trio.BrokenResourceError):
                for _ in range(3):
                    await client.send_raw(noise())
                await client.stream.send_eof()
            assert (await client.end()).code in (None, 1000, 4500, 4502, 4503)
        assert await good_one.works()
        assert place.edge.traffic.crashes == 0
        await place.until(lambda: place.edge.traffic.connections == 1)
