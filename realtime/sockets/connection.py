"""One client: a line, and the conversation on it.

No task belongs to it. The poller calls `ready`, the courier writes through it, the
edge's sweeps look at its deadlines. The house hears of its end by `gone`, never inside
a call of its own.
"""

from __future__ import annotations

import logging
import socket
from functools import partial
from typing import TYPE_CHECKING

from realtime.protocol.codes import ClosingCode, ErrorCode
from realtime.protocol.conversation import Conversation
from realtime.protocol.errors import ProtocolError, TooManyAsks
from realtime.protocol.messages import (
    Ask,
    Hello,
    Join,
    Leave,
    error_message,
    ping_message,
    welcome_message,
)
from realtime.protocol.wire import (
    CLOSE,
    PING,
    TEXT,
    FrameReader,
    close_echo,
    pong_frame,
)
from realtime.sockets.line import Line
from realtime.sockets.poller import READABLE, WRITABLE

if TYPE_CHECKING:
    from realtime.sockets.edge import Edge

READ_BYTES = 65_536
FRAMES_A_TURN = 16
UNHEARD_BYTES = 256 * 1024  # of replies: a peer that does not listen is not read

logger = logging.getLogger(__name__)


class Connection(Line):
    """What the house knows a client by. `principal` is the house's to set; `topics` is
    where it is a member."""

    __slots__ = (
        "_announced",
        "_conversation",
        "_reader",
        "_to_be_looked_at",
        "_unread",
        "id",
        "peer",
        "principal",
    )

    def __init__(self, edge: Edge, sock: socket.socket, place: int, peer: str) -> None:
        super().__init__(edge, sock, place)
        self.id = f"{edge.series}-{place}"
        self.peer = peer
        self.principal: object | None = None
        self._conversation = Conversation(edge.terms, edge.clock())
        self._reader = FrameReader(edge.terms.limits.message_bytes)
        self._announced = False
        self._unread = False  # something was read and not looked at
        self._to_be_looked_at = False

    def __repr__(self) -> str:
        return f"<Connection {self.id} {self._state.value} {self.peer}>"

    # For the house, beside `send` and `close`.

    def welcome(self, ref: str) -> None:
        """Answer its hello."""
        terms = self._edge.terms
        now = self._edge.server_time()
        self.send(welcome_message(ref, self.id, now, terms.heartbeat_s, terms.limits))

    def reply(self, ref: str, message: bytes) -> None:
        """Answer an open ask. A second answer to the same ask is not sent."""
        if self._conversation.answered(ref):
            self.send(message)
            self._resume()

    # For the edge's sweeps.

    def hello_overdue(self, now: float) -> bool:
        return self.is_open and self._conversation.hello_overdue(now)

    def heartbeat(self) -> None:
        """Ping it, or close it when it has been silent for too long."""
        if not self.is_open or not self._announced:
            return
        # A ping of before may still wait behind the backlog, so its silence means
        # nothing; that the backlog gets shorter is watched elsewhere.
        listening = bool(self._asked_for & READABLE) and self.outbox is None
        code = self._conversation.heartbeat(listening=listening)
        if code is not None:
            self.close(code)
            return
        tops: dict[str, int] = {}
        if self.outbox is None:
            # Not the newest published but the newest sent: a pass may be on its way.
            # And none to who has a backlog: what it waits for may yet be let go.
            tops = {topic: audience.settled for topic, audience in self.topics.items()}
        self.send(ping_message(self._edge.server_time(), tops))

    # Reading.

    def ready(self, events: int) -> None:
        if events & WRITABLE:
            self._drain()
        if events & ~WRITABLE and not self.ended:
            self._read(broken=not events & READABLE)

    def crashed(self) -> None:
        if self.is_open:
            self.close(ClosingCode.INTERNAL)
        else:
            self.force()

    def receive_early(self, data: bytes) -> None:
        """Frames that came in the same packet as the handshake."""
        self._edge.traffic.bytes_in += len(data)
        self._reader.feed(data)
        self._work()

    def _read(self, broken: bool) -> None:
        if broken and not self._asked_for & READABLE:
            self.lost()  # not being read, so nothing would ever tell us again
            return
        try:
            data = self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.lost()
            return
        if not data:
            self.lost()
        elif self.is_open:
            self._edge.traffic.bytes_in += len(data)
            self._reader.feed(data)
            self._work()

    def _work(self) -> None:
        """Handle what has been read: at most a turn's worth, and only while the peer
        may say more. What is left is looked at again before more is read."""
        now = self._edge.clock()
        handled = 0
        try:
            while self.is_open:
                if handled == FRAMES_A_TURN or not self._hears:
                    self._unread = True
                    break
                frame = self._reader.next()
                if frame is None:
                    self._unread = False
                    break
                handled += 1
                kind, payload = frame
                if kind == TEXT:
                    self._hear(payload, now)
                else:
                    self._conversation.heard(now)
                    if kind == PING:
                        self._put(pong_frame(payload))
                    elif kind == CLOSE:
                        self._closed_by_peer(payload)
        except ProtocolError as exc:
            logger.debug("%s %s", self.id, exc)
            self.close(exc.code)
        except Exception:
            self._our_mistake()
        self._edge.traffic.frames_in += handled
        self._resume()
        self._rearm()

    def _hear(self, text: bytes, now: float) -> None:
        house = self._edge.house
        try:
            message = self._conversation.receive(text, now)
        except TooManyAsks as exc:
            code = ErrorCode.TOO_MANY_ASKS
            self.send(error_message(exc.ref, code, "请求太多，请稍后再试。"))
            return
        if isinstance(message, Ask):
            house.ask(self, message)
        elif isinstance(message, Join):
            house.join(self, message)
        elif isinstance(message, Leave):
            house.leave(self, message)
        elif isinstance(message, Hello):
            self._announced = True
            house.hello(self, message)

    @property
    def _hears(self) -> bool:
        """Whether the peer may say more now. One that has its asks open, or does not
        take its replies, waits: its own network then holds it back."""
        outbox = self.outbox
        return self._conversation.may_ask and (
            outbox is None or outbox.reply_bytes < UNHEARD_BYTES
        )

    @property
    def _listens(self) -> bool:
        return not self._unread and self._hears

    def _resume(self) -> None:
        """If there is something left to look at and the peer may say more: soon."""
        if self._unread and not self._to_be_looked_at and self._hears:
            self._to_be_looked_at = True
            self._edge.courier.errand(self._look_again)

    def _look_again(self) -> None:
        self._to_be_looked_at = False
        if self._unread:
            self._work()

    def _our_mistake(self) -> None:
        self._edge.traffic.crashes += 1
        logger.exception("connection %s is closed for our mistake", self.id)
        self.close(ClosingCode.INTERNAL)

    # Catching up and ending.

    def _made_room(self) -> None:
        self._resume()

    def _caught_up(self, behind: set[str]) -> None:
        for topic in behind:
            self._edge.courier.errand(partial(self._show_afresh, topic))

    def _show_afresh(self, topic: str) -> None:
        if not self.is_open or topic in self.topics:
            return
        self._edge.traffic.fresh_views += 1
        try:
            self._edge.house.behind(self, topic)
        except Exception:
            self._our_mistake()

    def _closed_by_peer(self, payload: bytes) -> None:
        self._leave(ClosingCode.NORMAL)
        self._part_with(close_echo(payload))
        if self.outbox is None:
            self._end()  # a server is the first to close; the peer waits for it

    def _left(self) -> None:
        self._unread = False
        self._conversation.end()
        if self._announced:
            self._edge.courier.errand(self._say_gone)

    def _over(self) -> None:
        self._edge.has_ended(self)

    def _say_gone(self) -> None:
        try:
            self._edge.house.gone(self)
        except Exception:
            self._edge.traffic.crashes += 1
            logger.exception("the house could not let go of %s", self.id)
        self.topics.clear()
