"""A house that keeps its topics in memory, and says what it was told."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from realtime.protocol.codes import ClosingCode, ErrorCode
from realtime.protocol.messages import (
    Ask,
    Hello,
    Join,
    Leave,
    closed_message,
    error_message,
    joined_message,
    patch_message,
    reply_message,
    view_message,
)
from realtime.sockets.audience import Audience
from realtime.sockets.connection import Connection
from realtime.sockets.edge import Edge

EPOCH = "e1"
TOKEN = "a good token"


@dataclass
class Room:
    """One topic: a counter, and what it shows."""

    audience: Audience
    seq: int = 0
    view: bytes = b'{"n":0}'


@dataclass
class HouseOfMemory:
    """Asks: `echo` replies with its body; `hold` waits for `release`; `crash` raises;
    `push` publishes its body to the topic it names."""

    edge: Edge = field(init=False)
    rooms: dict[str, Room] = field(default_factory=dict)
    here: set[Connection] = field(default_factory=set)
    were_behind: list[str] = field(default_factory=list)
    left: list[Connection] = field(default_factory=list)
    held: list[tuple[Connection, str]] = field(default_factory=list)

    def room(self, topic: str) -> Room:
        if topic not in self.rooms:
            self.rooms[topic] = Room(self.edge.audience(topic, 0))
        return self.rooms[topic]

    def publish(self, topic: str, note: bytes = b"") -> int:
        room = self.room(topic)
        prev, room.seq = room.seq, room.seq + 1
        patch = b'{"n":%d,"note":"%b"}' % (room.seq, note)
        room.view = patch
        room.audience.publish(
            patch_message(topic, EPOCH, prev, room.seq, 0, patch), room.seq
        )
        return room.seq

    def release(self) -> None:
        held, self.held = self.held, []
        for connection, ref in held:
            connection.reply(ref, reply_message(ref, b"{}"))

    # What the edge calls.

    def hello(self, connection: Connection, hello: Hello) -> None:
        if hello.token != TOKEN:
            connection.close(ClosingCode.BAD_TOKEN)
            return
        connection.principal = hello.client.id
        self.here.add(connection)
        connection.welcome(hello.ref)

    def join(self, connection: Connection, join: Join) -> None:
        if join.topic.startswith("secret"):
            connection.send(closed_message(join.topic, "forbidden", False, join.ref))
            return
        if join.topic == "crash":
            raise RuntimeError("a fault of ours, put there by a test")
        room = self.room(join.topic)
        room.audience.admit(
            connection,
            joined_message(join.ref, join.topic, EPOCH, room.seq, view=room.view),
        )

    def leave(self, connection: Connection, leave: Leave) -> None:
        audience = connection.topics.get(leave.topic)
        if audience is not None:
            audience.dismiss(connection)
        connection.send(closed_message(leave.topic, "left", False, leave.ref))

    def ask(self, connection: Connection, ask: Ask) -> None:
        if ask.name == "echo":
            connection.reply(ask.ref, reply_message(ask.ref, bytes(ask.body)))
        elif ask.name == "hold":
            self.held.append((connection, ask.ref))
        elif ask.name == "crash":
            raise RuntimeError("a fault of ours, put there by a test")
        elif ask.name == "push":
            seq = self.publish(
                ask.topic, msgspec.json.decode(ask.body, type=str).encode()
            )
            connection.reply(ask.ref, reply_message(ask.ref, b"{}", seq))
        else:
            connection.reply(
                ask.ref, error_message(ask.ref, ErrorCode.UNKNOWN_ASK, "没有这个操作。")
            )

    def behind(self, connection: Connection, topic: str) -> None:
        self.were_behind.append(topic)
        room = self.rooms[topic]
        room.audience.admit(
            connection, view_message(topic, EPOCH, room.seq, "slow", room.view)
        )

    def gone(self, connection: Connection) -> None:
        assert connection not in self.left
        self.here.discard(connection)
        self.left.append(connection)
