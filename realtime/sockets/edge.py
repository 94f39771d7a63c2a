"""All WebSocket connections of the server, their deadlines and their heartbeats.

Four tasks serve any number of connections: the poller reads, the courier delivers,
one sweep keeps the deadlines and one goes round with the heartbeats.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import trio

from realtime.protocol.codes import ClosingCode
from realtime.protocol.conversation import Terms
from realtime.sockets.audience import Audience
from realtime.sockets.connection import Connection
from realtime.sockets.courier import Courier
from realtime.sockets.house import House
from realtime.sockets.line import Line
from realtime.sockets.poller import Poller
from realtime.sockets.traffic import Traffic

SWEEP_S = 0.25
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    terms: Terms = field(default_factory=Terms)
    send_buffer: int = 65_536  # of the kernel; small, so a stuck screen shows early
    stall_s: float = 5.0
    closing_s: float = 2.0


def local_time() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


class Edge:
    """`server_time` tells the hospital's time as the protocol wants it; `clock` is what
    deadlines are measured by.

    Create it inside the event loop's thread, `await run()` in a nursery, and end it
    with `shutdown`, or by cancelling `run`, which resets whatever is connected.
    """

    def __init__(
        self,
        house: House,
        settings: EdgeSettings | None = None,
        *,
        server_time: Callable[[], str] = local_time,
        clock: Callable[[], float] = trio.current_time,
        traffic: Traffic | None = None,
    ) -> None:
        self.house = house
        self.settings = settings if settings is not None else EdgeSettings()
        self.terms = self.settings.terms
        self.server_time = server_time
        self.clock = clock
        self.traffic = traffic if traffic is not None else Traffic()
        self.poller = Poller(self.traffic)
        self.courier = Courier()
        self.connections: set[Connection] = set()
        self.is_shutting_down = False
        self._scope: trio.CancelScope | None = None
        self.series = secrets.token_hex(3)  # this run's ids are not the last's
        self._serial = 0
        self._strangers: deque[tuple[float, Connection]] = deque()
        self._closing: deque[tuple[float, Line]] = deque()
        self._backlogged: set[Line] = set()
        rounds = max(1, round(self.terms.heartbeat_s / SWEEP_S))
        self._rounds: list[set[Connection]] = [set() for _ in range(rounds)]
        self._emptied = trio.Event()

    def audience(self, topic: str, seq: int) -> Audience:
        """Members of a topic whose view stands at `seq`; the caller keeps it."""
        return Audience(topic, seq, self.courier, self.traffic, self._backlogged)

    def adopt(self, sock: socket.socket, peer: str, already_read: bytes = b"") -> None:
        """Take over a socket that has been welcomed to the protocol by a handshake.

        It is non-blocking and known to the poller. `already_read` are the bytes after
        the request head.
        """
        with contextlib.suppress(OSError):  # it may be broken already; reading tells
            sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDBUF, self.settings.send_buffer
            )
        self._serial += 1
        connection = Connection(self, sock, self._serial, peer)
        self.connections.add(connection)
        self.traffic.connections += 1
        self.poller.hand_over(sock, connection)
        self._strangers.append((self.clock() + self.terms.hello_s, connection))
        self._round_of(connection).add(connection)
        if self.is_shutting_down:
            connection.close(ClosingCode.RESTART)
        elif already_read:
            connection.receive_early(already_read)

    async def run(
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until `shutdown` is done or this is cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                self._scope = nursery.cancel_scope
                nursery.start_soon(self.poller.run)
                nursery.start_soon(self.courier.run)
                nursery.start_soon(self._sweep)
                nursery.start_soon(self._go_round)
                task_status.started()
        finally:
            self._cut_off()

    async def shutdown(self, grace_s: float = 2.0) -> None:
        """Send every client away with 1012 and end `run`; nobody can hold it up.

        Peers that do not take the news within `grace_s` are cut off. Cancelled, it
        leaves `run` serving those that are still there.
        """
        self.is_shutting_down = True
        for done, connection in enumerate(list(self.connections), start=1):
            connection.close(ClosingCode.RESTART)
            if done % AT_ONCE == 0:
                await trio.lowlevel.checkpoint()
        with trio.move_on_after(grace_s):
            while self.connections:
                self._emptied = trio.Event()
                await self._emptied.wait()
        self._cut_off()
        if self._scope is not None:
            self._scope.cancel()

    def _cut_off(self) -> None:
        for connection in list(self.connections):
            connection.force()
        self.courier.run_errands()  # the house hears of each before we go

    # What connections report.

    def has_backlog(self, line: Line) -> None:
        self._backlogged.add(line)
        self.traffic.backlogged = len(self._backlogged)

    def has_backlog_no_more(self, line: Line) -> None:
        self._backlogged.discard(line)
        self.traffic.backlogged = len(self._backlogged)

    def is_closing(self, line: Line) -> None:
        due = self.clock() + self.settings.closing_s
        self._closing.append((due, line))

    def has_ended(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.traffic.connections = len(self.connections)
        self._round_of(connection).discard(connection)
        if not self.connections:
            self._emptied.set()

    def _round_of(self, connection: Connection) -> set[Connection]:
        return self._rounds[connection.place % len(self._rounds)]

    async def _sweep(self) -> None:
        # A kind of deadline has one length for all, so a queue in order of arrival is
        # in order of time, and looking at its head is enough.
        while True:
            await trio.sleep(SWEEP_S)
            now = self.clock()
            strangers = self._strangers
            while strangers and strangers[0][0] <= now:
                _, connection = strangers.popleft()
                if connection.hello_overdue(now):
                    connection.close(ClosingCode.HELLO_TIMEOUT)
            while self._closing and self._closing[0][0] <= now:
                _, line = self._closing.popleft()
                line.force()
            stalled_since = now - self.settings.stall_s
            for line in list(self._backlogged):
                if line.progress_at <= stalled_since:
                    line.force(ClosingCode.SLOW)

    async def _go_round(self) -> None:
        """Heartbeats: each connection has its place in the round, so four thousand
        of them are some seventy at a time and never all at once."""
        pause = self.terms.heartbeat_s / len(self._rounds)
        next_at = self.clock()
        while True:
            for members in self._rounds:
                next_at = max(next_at + pause, self.clock())
                await trio.sleep_until(next_at)
                for done, connection in enumerate(list(members), start=1):
                    connection.heartbeat()
                    if done % AT_ONCE == 0:
                        await trio.lowlevel.checkpoint()
