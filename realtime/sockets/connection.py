"""One WebSocket: a socket, a conversation, and what could not be written yet.

No task belongs to it. The poller calls `ready`, the courier writes through it, the
edge's sweep looks at its deadlines. Every method is synchronous and none raises for
anything the peer or the network does: a connection that breaks ends, and the house
hears of it by `gone`, never inside a call of its own.

    open ──close(code)──▶ closing ──peer's end, or 2 s──▶ ended
      └──────────network broke, peer closed, force──────────▲
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

import trio

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
from realtime.protocol.outbox import Outbox
from realtime.protocol.wire import (
    CLOSE,
    PING,
    TEXT,
    FrameReader,
    close_echo,
    close_frame,
    pong_frame,
    text_frame,
)
from realtime.sockets.poller import READABLE, WRITABLE

if TYPE_CHECKING:
    from realtime.sockets.audience import Audience
    from realtime.sockets.edge import Edge

READ_BYTES = 65_536
FRAMES_A_TURN = 64
UNHEARD_BYTES = 256 * 1024  # of replies: a peer that does not listen is not read

RESET = struct.pack("ii", 1, 0)

logger = logging.getLogger(__name__)


class _State(Enum):
    OPEN = "open"
    CLOSING = "closing"
    ENDED = "ended"


class Connection:
    """One client. `principal` is the house's to set; `topics` is where it is a member.

    `outbox` is None while the network takes everything at once, which is nearly
    always; `transmit` is then the socket's own `send`.
    """

    __slots__ = (
        "_announced",
        "_asked_for",
        "_conversation",
        "_edge",
        "_reader",
        "_sock",
        "_state",
        "_to_be_looked_at",
        "_unread",
        "id",
        "outbox",
        "peer",
        "place",
        "principal",
        "progress_at",
        "topics",
        "transmit",
    )

    def __init__(self, edge: Edge, sock: socket.socket, place: int, peer: str) -> None:
        now = trio.current_time()
        self.id = f"{edge.series}-{place}"
        self.place = place
        self.peer = peer
        self.principal: object | None = None
        self.topics: dict[str, Audience] = {}
        self.outbox: Outbox | None = None
        self.progress_at = now
        self.transmit = sock.send
        self._edge = edge
        self._sock = sock
        self._state = _State.OPEN
        self._conversation = Conversation(edge.terms, now)
        self._reader = FrameReader(edge.terms.limits.message_bytes)
        self._asked_for = READABLE
        self._announced = False
        self._unread = False
        self._to_be_looked_at = False

    def __repr__(self) -> str:
        return f"<Connection {self.id} {self._state.value} {self.peer}>"

    # For the house.

    @property
    def is_open(self) -> bool:
        return self._state is _State.OPEN

    def welcome(self, ref: str) -> None:
        """Answer its hello."""
        terms = self._edge.terms
        self.send(
            welcome_message(
                ref,
                self.id,
                self._edge.server_time(),
                terms.heartbeat_s,
                terms.limits,
            )
        )

    def send(self, message: bytes) -> None:
        """Write one message, now or when the network takes it; never let go of.

        After the end of the connection this does nothing.
        """
        if self._state is _State.OPEN:
            self._put(text_frame(message))

    def reply(self, ref: str, message: bytes) -> None:
        """Answer an open ask. A second answer to the same ask is not sent."""
        if self._conversation.answered(ref):
            self.send(message)
            self._resume()

    def close(self, code: ClosingCode) -> None:
        """End the connection and say why: what was replied goes out before.

        Its memberships end now. The peer has two seconds to take what is waiting and
        to close its side; then the socket is closed by force.
        """
        if self._state is not _State.OPEN:
            return
        self._leave(code)
        self._state = _State.CLOSING
        if self.outbox is not None:
            self._edge.traffic.patches_dropped += self.outbox.drop_patches()
        self._put(close_frame(code, code.reason))
        self._edge.is_closing(self)
        self._say_no_more()
        self._rearm()

    # For audiences.

    def put_patches(self, blob: bytes, audience: Audience, frames: int) -> None:
        """Write patches of a topic, or queue them, or let go of what waits of it."""
        if self._state is not _State.OPEN:
            return
        if self.outbox is None:
            self._put(blob, audience, frames)
            return
        traffic = self._edge.traffic
        if audience.ended:  # `closed` is among them
            self.outbox.put_reply(blob)
            traffic.frames_out += frames
            return
        dropped = self.outbox.put_patches(
            audience.topic, blob, frames, audience.view_bytes
        )
        traffic.frames_out += frames - dropped
        if dropped:
            traffic.patches_dropped += dropped
            audience.dismiss(self)

    def fell_short(
        self, blob: bytes, sent: int, audience: Audience | None, frames: int
    ) -> None:
        """A write took only `sent` bytes: keep the rest and wait for room."""
        edge = self._edge
        edge.traffic.short_sends += 1
        edge.traffic.bytes_out += sent
        self.outbox = Outbox()
        topic = audience.topic if audience is not None and not audience.ended else None
        self.outbox.put_begun(blob, sent, topic, frames)
        edge.traffic.frames_out += frames
        self.progress_at = trio.current_time()
        edge.has_backlog(self)
        self._rearm()

    def enter(self, audience: Audience) -> bool:
        """It has been sent the whole view and becomes a member; False if it ended."""
        if self._state is not _State.OPEN:
            return False
        self.topics[audience.topic] = audience
        if self.outbox is not None:
            self.outbox.behind.discard(audience.topic)  # no other view is owed
        return True

    def lost(self) -> None:
        """The network broke, or the peer left without a word."""
        self._leave(None)
        self._end()

    def force(self, code: ClosingCode | None = None) -> None:
        """End at once with a reset: half a frame may be on its way."""
        if self._state is _State.ENDED:
            return
        self._edge.traffic.forced_closes += 1
        self._leave(code)
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._end()

    # For the edge's sweep.

    @property
    def ended(self) -> bool:
        return self._state is _State.ENDED

    def hello_overdue(self, now: float) -> bool:
        return self.is_open and self._conversation.hello_overdue(now)

    def heartbeat(self) -> None:
        """Ping it, or close it when it has been silent for too long."""
        if self._state is not _State.OPEN or not self._announced:
            return
        listening = bool(self._asked_for & READABLE)
        code = self._conversation.heartbeat(listening=listening)
        if code is not None:
            self.close(code)
            return
        # Not the newest published but the newest sent: a pass may be on its way.
        tops = {topic: audience.settled for topic, audience in self.topics.items()}
        self.send(ping_message(self._edge.server_time(), tops))

    # For the poller.

    def ready(self, events: int) -> None:
        if events & WRITABLE:
            self._drain()
        if events & ~WRITABLE and self._state is not _State.ENDED:
            self._read(broken=not events & READABLE)

    def crashed(self) -> None:
        if self._state is _State.OPEN:
            self.close(ClosingCode.INTERNAL)
        else:
            self.force()

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
            return
        self._edge.traffic.bytes_in += len(data)
        if self._state is _State.OPEN:
            self._reader.feed(data)
            self._work()

    def receive_early(self, data: bytes) -> None:
        """Frames that came in the same packet as the handshake."""
        self._edge.traffic.bytes_in += len(data)
        self._reader.feed(data)
        self._work()

    def _work(self) -> None:
        """Handle what has been read: at most a turn's worth, and only while the peer
        may say more. What is left is looked at again before more is read."""
        now = trio.current_time()
        handled = 0
        try:
            while self._state is _State.OPEN:
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
            self._too_many(exc)
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

    def _our_mistake(self) -> None:
        self._edge.traffic.crashes += 1
        logger.exception("connection %s is closed for our mistake", self.id)
        self.close(ClosingCode.INTERNAL)

    def _too_many(self, refused: TooManyAsks) -> None:
        self.send(
            error_message(
                refused.ref, ErrorCode.TOO_MANY_ASKS, "请求太多，请稍后再试。"
            )
        )

    @property
    def _hears(self) -> bool:
        """Whether the peer may say more now. One that has its asks open, or does not
        take its replies, waits: its own network then holds it back."""
        outbox = self.outbox
        return self._conversation.may_ask and (
            outbox is None or outbox.reply_bytes < UNHEARD_BYTES
        )

    def _resume(self) -> None:
        """If there is something left to look at and the peer may say more: soon."""
        if self._unread and not self._to_be_looked_at and self._hears:
            self._to_be_looked_at = True
            self._edge.courier.errand(self._look_again)

    def _look_again(self) -> None:
        self._to_be_looked_at = False
        if self._unread:
            self._work()

    def _rearm(self) -> None:
        """Ask the poller for what is wanted now, if that has changed."""
        if self._state is _State.ENDED:
            return
        wanted = WRITABLE if self.outbox is not None else 0
        if self._state is _State.CLOSING or (not self._unread and self._hears):
            wanted |= READABLE
        if wanted != self._asked_for:
            self._asked_for = wanted
            self._edge.poller.ask_for(self._sock, wanted)

    # Writing.

    def _put(
        self, frame: bytes, audience: Audience | None = None, frames: int = 1
    ) -> None:
        if self.outbox is not None:
            self.outbox.put_reply(frame)
            self._edge.traffic.frames_out += frames
            return
        try:
            sent = self.transmit(frame)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.lost()
            return
        if sent != len(frame):
            self.fell_short(frame, sent, audience, frames)
            return
        traffic = self._edge.traffic
        traffic.sends += 1
        traffic.frames_out += frames
        traffic.bytes_out += sent

    def _drain(self) -> None:
        outbox = self.outbox
        if outbox is None:
            return
        if outbox:
            try:
                sent = self._sock.sendmsg(outbox.buffers())
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.lost()
                return
            outbox.written(sent)
            self.progress_at = trio.current_time()
            traffic = self._edge.traffic
            traffic.sends += 1
            traffic.bytes_out += sent
        if not outbox:
            self._drained()
        self._resume()
        self._rearm()

    def _drained(self) -> None:
        outbox = self.outbox
        if outbox is None:
            return
        self.outbox = None
        self._edge.has_backlog_no_more(self)
        for topic in outbox.behind:
            self._edge.courier.errand(partial(self._show_afresh, topic))
        self._say_no_more()

    def _show_afresh(self, topic: str) -> None:
        if self._state is not _State.OPEN or topic in self.topics:
            return
        self._edge.traffic.fresh_views += 1
        try:
            self._edge.house.behind(self, topic)
        except Exception:
            self._our_mistake()

    # Ending.

    def _closed_by_peer(self, payload: bytes) -> None:
        self._leave(ClosingCode.NORMAL)
        self._state = _State.CLOSING
        if self.outbox is not None:
            self.outbox.drop_patches()
        self._put(close_echo(payload))
        if self.outbox is None:
            self._end()  # a server is the first to close; the peer waits for it
        else:
            self._edge.is_closing(self)
            self._rearm()

    def _say_no_more(self) -> None:
        """Once all is written: half-close, so that the close frame is not lost to a
        reset while the peer is still talking."""
        if self._state is _State.CLOSING and self.outbox is None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)

    def _leave(self, code: ClosingCode | None) -> None:
        """It takes part no more: out of every audience, and the house is told."""
        if self._state is not _State.OPEN:
            return
        if code is not None:
            self._edge.traffic.closed[code] += 1
        self._unread = False
        self._conversation.end()
        for audience in self.topics.values():
            audience.remove(self)
        if self._announced:
            self._edge.courier.errand(self._say_gone)

    def _say_gone(self) -> None:
        try:
            self._edge.house.gone(self)
        except Exception:
            self._edge.traffic.crashes += 1
            logger.exception("the house could not let go of %s", self.id)
        self.topics.clear()

    def _end(self) -> None:
        if self._state is _State.ENDED:
            return
        self._state = _State.ENDED
        if self.outbox is not None:
            self.outbox = None
            self._edge.has_backlog_no_more(self)
        self._edge.poller.forget(self._sock)
        self._sock.close()
        self._edge.has_ended(self)
