"""Who is admitted gets every frame published from then on, once and in order.

Without sockets and tasks: a real house, edge, audience and connections on a network of
paper that takes as much as the test lets it, in every order Hypothesis thinks of.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, cast

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    precondition,
    rule,
)
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from realtime.protocol.messages import Client, Hello, Join, Leave
from realtime.sockets.connection import Connection
from realtime.sockets.edge import Edge
from realtime.sockets.poller import READABLE, WRITABLE, Poller, Watched
from tests.realtime.sockets.house_of_memory import TOKEN, HouseOfMemory

PLENTY = 1 << 40


class PaperSocket:
    """Takes `room` bytes and keeps them; then it is full. Broken, it takes nothing."""

    def __init__(self, room: int = PLENTY) -> None:
        self.room = room
        self.taken = bytearray()
        self.broken = False
        self.asked_for = READABLE
        self.closed = False

    def send(self, data: bytes) -> int:
        if self.broken:
            raise BrokenPipeError
        if not self.room:
            raise BlockingIOError
        count = min(self.room, len(data))
        self.taken += data[:count]
        self.room -= count
        return count

    def sendmsg(self, buffers: Sequence[bytes]) -> int:
        return self.send(b"".join(buffers))

    def shutdown(self, how: int) -> None:
        pass

    def setsockopt(self, *args: Any) -> None:
        pass

    def close(self) -> None:
        self.closed = True


class PaperPoller:
    def hand_over(self, sock: PaperSocket, watched: Watched) -> None:
        pass

    def ask_for(self, sock: PaperSocket, events: int) -> None:
        sock.asked_for = events

    def forget(self, sock: PaperSocket) -> None:
        sock.asked_for = 0


class PaperEdge:
    def __init__(self) -> None:
        self.house = HouseOfMemory()
        self.edge = Edge(self.house, clock=lambda: 0.0, server_time=lambda: "now")
        self.edge.poller = cast(Poller, PaperPoller())
        self.house.edge = self.edge
        self.joins = 0

    def connect(self) -> tuple[Connection, PaperSocket]:
        paper = PaperSocket()
        before = set(self.edge.connections)
        self.edge.adopt(cast(socket.socket, paper), "paper")
        (connection,) = self.edge.connections - before
        connection._announced = True
        connection._conversation.receive(
            msgspec.json.encode(Hello("h", TOKEN, Client("screen", "1", "1"))), 0.0
        )
        return connection, paper

    def join(self, connection: Connection, topic: str) -> None:
        self.joins += 1
        self.house.join(connection, Join(f"j{self.joins}", topic))

    def deliver(self, topic: str, portion: int = 64) -> None:
        audience = self.house.room(topic).audience
        if audience.dirty:
            audience.deliver(portion)

    def settle(self) -> None:
        """Deliver and drain until nothing moves."""
        while True:
            self.edge.courier.run_errands()
            dirty = [r.audience for r in self.house.rooms.values() if r.audience.dirty]
            for audience in dirty:
                audience.deliver(64)
            full = [c for c in self.edge.connections if c.outbox is not None]
            for connection in full:
                connection.ready(WRITABLE)
            if not dirty and not full and not self.edge.courier._errands:
                return


def heard(paper: PaperSocket) -> list[dict[str, Any]]:
    """What a client reads; every frame must be whole."""
    client = ClientProtocol(parse_uri("ws://paper/"), state=State.OPEN, max_size=None)
    client.receive_data(bytes(paper.taken))
    messages = []
    for frame in client.events_received():
        assert isinstance(frame, Frame)
        if frame.opcode is Opcode.TEXT:
            messages.append(msgspec.json.decode(frame.data))
    if not paper.closed:
        assert client.parser_exc is None
    return messages


def follow(messages: list[dict[str, Any]]) -> dict[str, int]:
    """Read as a client does that joins again at the smallest gap: there is none."""
    at: dict[str, int] = {}
    for message in messages:
        topic = str(message.get("topic"))
        match message["type"]:
            case "joined" | "view":
                at[topic] = message["seq"]
            case "patch":
                assert at[topic] == message["prev"], f"a gap: {at} {message}"
                at[topic] = message["seq"]
            case "closed":
                at.pop(topic, None)
            case "ping":
                for name, top in message["tops"].items():
                    assert at[name] >= top, "a ping ran ahead of what was sent"
    return at


# One by one.


@pytest.fixture
def paper() -> PaperEdge:
    return PaperEdge()


def seqs(paper: PaperSocket, kind: str = "patch") -> list[int]:
    return [m["seq"] for m in heard(paper) if m["type"] == kind]


def test_who_comes_while_frames_wait_gets_what_follows(paper: PaperEdge) -> None:
    early, early_socket = paper.connect()
    late, late_socket = paper.connect()
    paper.join(early, "hall")
    paper.house.publish("hall")
    paper.house.publish("hall")
    paper.join(late, "hall")
    paper.house.publish("hall")
    paper.settle()
    assert seqs(early_socket) == [1, 2, 3]
    assert seqs(late_socket) == [3]
    assert paper.house.room("hall").audience.settled == 3


def test_who_comes_and_goes_during_a_pass(paper: PaperEdge) -> None:
    everyone = [paper.connect() for _ in range(10)]
    for connection, _ in everyone:
        paper.join(connection, "hall")
    paper.house.publish("hall")
    paper.deliver("hall", 4)
    assert paper.house.room("hall").audience.settled == 0
    leaver, leaver_socket = everyone[9]
    back, back_socket = everyone[8]
    new, new_socket = paper.connect()
    paper.house.leave(leaver, Leave("l", "hall"))
    paper.join(back, "hall")
    paper.join(new, "hall")
    paper.house.publish("hall")
    paper.settle()
    assert seqs(leaver_socket) == []
    assert seqs(back_socket) == [2]
    assert seqs(back_socket, "joined") == [0, 1]
    assert seqs(new_socket) == [2]
    assert seqs(everyone[0][1]) == [1, 2]


def test_who_comes_while_frames_wait_and_leaves_before_its_turn(
    paper: PaperEdge,
) -> None:
    early, early_socket = paper.connect()
    paper.join(early, "hall")
    paper.house.publish("hall")
    late = [paper.connect() for _ in range(3)]
    for connection, _ in late:
        paper.join(connection, "hall")
    paper.house.publish("hall")
    paper.deliver("hall", 1)  # one of the three
    for connection, _ in late[1:]:
        paper.house.leave(connection, Leave("l", "hall"))
    paper.join(late[2][0], "hall")
    paper.settle()
    assert seqs(early_socket) == [1, 2]
    assert [seqs(sock) for _, sock in late] == [[2], [], []]
    assert seqs(late[2][1], "joined") == [1, 2]


def test_a_ping_behind_a_backlog_names_no_tops(paper: PaperEdge) -> None:
    slow, sock = paper.connect()
    paper.join(slow, "hall")
    sock.room = 0
    paper.house.publish("hall")
    paper.deliver("hall")
    slow.heartbeat()
    sock.room = PLENTY
    paper.settle()
    slow.heartbeat()
    pings = [m["tops"] for m in heard(sock) if m["type"] == "ping"]
    assert pings == [{}, {"hall": 1}]


def test_frames_wait_for_nobody(paper: PaperEdge) -> None:
    paper.house.publish("hall")
    audience = paper.house.room("hall").audience
    assert not audience.dirty
    assert (audience.seq, audience.settled) == (1, 1)


def test_closing_tells_after_what_was_published(paper: PaperEdge) -> None:
    connection, sock = paper.connect()
    paper.join(connection, "hall")
    paper.house.publish("hall")
    audience = paper.house.room("hall").audience
    audience.close("night", rejoin=True)
    audience.publish(b"{}", 9)
    with pytest.raises(RuntimeError, match="closed"):
        audience.admit(connection, b"{}")
    paper.settle()
    assert [m["type"] for m in heard(sock)] == ["joined", "patch", "closed"]
    assert heard(sock)[-1]["rejoin"] is True
    assert (len(audience), connection.topics) == (0, {})


def test_a_connection_that_broke_is_out_at_once(paper: PaperEdge) -> None:
    broken, broken_socket = paper.connect()
    other, other_socket = paper.connect()
    paper.join(broken, "hall")
    paper.join(other, "hall")
    broken_socket.broken = True
    paper.house.publish("hall")
    paper.settle()
    assert broken.ended
    assert paper.house.left == [broken]
    assert broken not in paper.house.room("hall").audience
    assert seqs(other_socket) == [1]
    paper.house.room("hall").audience.admit(broken, b"{}")  # too late, and harmless
    assert broken not in paper.house.room("hall").audience


def test_a_slow_reader_gets_one_fresh_view(paper: PaperEdge) -> None:
    slow, sock = paper.connect()
    paper.join(slow, "hall")
    sock.room = 10
    for _ in range(80):
        paper.house.publish("hall")
        paper.deliver("hall")
    assert slow not in paper.house.room("hall").audience
    assert paper.house.were_behind == []
    sock.room = PLENTY
    paper.settle()
    assert paper.house.were_behind == ["hall"]
    paper.house.publish("hall")
    paper.settle()
    assert seqs(sock) == [1, 81]
    assert seqs(sock, "view") == [80]
    assert paper.edge.traffic.patches_dropped == 64
    assert paper.edge.traffic.fresh_views == 1


def test_a_slow_reader_that_joins_again_is_not_shown_twice(paper: PaperEdge) -> None:
    slow, sock = paper.connect()
    paper.join(slow, "hall")
    sock.room = 0
    for _ in range(70):
        paper.house.publish("hall")
        paper.deliver("hall")
    paper.join(slow, "hall")
    sock.room = PLENTY
    paper.settle()
    assert paper.house.were_behind == []
    assert follow(heard(sock)) == {"hall": 70}


def test_closed_is_told_to_slow_readers_too(paper: PaperEdge) -> None:
    slow, sock = paper.connect()
    paper.join(slow, "hall")
    sock.room = 0
    for _ in range(60):
        paper.house.publish("hall")
        paper.deliver("hall")
    for _ in range(10):
        paper.house.publish("hall")
    paper.house.room("hall").audience.close("night", rejoin=False)
    paper.deliver("hall")
    sock.room = PLENTY
    paper.settle()
    assert heard(sock)[-1]["type"] == "closed"
    follow(heard(sock))


# All at once.


class Hall(RuleBasedStateMachine):
    clients = Bundle("clients")
    topics = st.sampled_from(["hall", "desk"])

    def __init__(self) -> None:
        super().__init__()
        self.paper = PaperEdge()
        self.sockets: dict[Connection, PaperSocket] = {}

    @initialize(target=clients, topic=topics)
    def come_first(self, topic: str) -> MultipleResults[Connection]:
        return multiple(*(self.come_in(topic) for _ in range(3)))

    @rule(target=clients, topic=topics)
    def come(self, topic: str) -> Connection:
        return self.come_in(topic)

    def come_in(self, topic: str) -> Connection:
        connection, sock = self.paper.connect()
        self.sockets[connection] = sock
        self.paper.join(connection, topic)
        return connection

    @rule(client=clients, topic=topics)
    def join(self, client: Connection, topic: str) -> None:
        if client.is_open:
            self.paper.join(client, topic)

    @rule(client=clients, topic=topics)
    def leave(self, client: Connection, topic: str) -> None:
        if client.is_open:
            self.paper.house.leave(client, Leave("l", topic))

    @rule(topic=topics, count=st.integers(1, 40), note=st.sampled_from([0, 200, 9000]))
    def publish(self, topic: str, count: int, note: int) -> None:
        for _ in range(count):
            self.paper.house.publish(topic, b"x" * note)

    @rule(topic=topics, portion=st.integers(1, 5))
    def deliver(self, topic: str, portion: int) -> None:
        self.paper.deliver(topic, portion)

    @rule(client=clients, room=st.sampled_from([0, 1, 100, 3000, PLENTY]))
    def network(self, client: Connection, room: int) -> None:
        self.sockets[client].room = room

    @rule(client=clients)
    def drain(self, client: Connection) -> None:
        if self.sockets[client].asked_for & WRITABLE:
            client.ready(WRITABLE)

    @rule()
    def errands(self) -> None:
        self.paper.edge.courier.run_errands()

    @rule(client=clients)
    def ping(self, client: Connection) -> None:
        client._conversation._pings = 0  # it is not silence that is tested here
        client.heartbeat()

    @rule(client=consumes(clients))
    def breaks(self, client: Connection) -> None:
        self.sockets[client].broken = True

    @precondition(lambda self: self.sockets)
    @rule(topic=topics)
    def night(self, topic: str) -> None:
        room = self.paper.house.rooms.pop(topic, None)
        if room is None:
            return
        room.audience.close("night", rejoin=True)
        while room.audience.dirty:
            room.audience.deliver(64)

    def teardown(self) -> None:
        for sock in self.sockets.values():
            sock.room = PLENTY
        self.paper.settle()
        house = self.paper.house
        for connection, sock in self.sockets.items():
            at = follow(heard(sock))
            if not connection.is_open:
                continue
            assert connection.outbox is None
            assert set(at) == set(connection.topics)
            for topic, seq in at.items():
                assert (
                    seq == house.rooms[topic].seq == house.rooms[topic].audience.settled
                )


TestHall = Hall.TestCase
TestHall.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
