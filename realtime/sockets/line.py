"""A socket that never makes anybody wait: it writes now, or when there is room.

    open ──close──▶ closing ──peer's end, or 2 s──▶ ended
      └──────network broke, peer closed, force─────────▲

Every method is synchronous and none raises for anything the network does: a line that
breaks ends, and is out of every audience at once.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING

from realtime.protocol.codes import ClosingCode
from realtime.protocol.outbox import Outbox
from realtime.protocol.wire import close_frame, text_frame
from realtime.sockets.poller import READABLE, WRITABLE

if TYPE_CHECKING:
    from realtime.sockets.audience import Audience
    from realtime.sockets.edge import Edge

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without waiting, by a reset


class State(Enum):
    OPEN = "open"
    CLOSING = "closing"
    ENDED = "ended"


class Line(ABC):
    """The writing side of one connection, and its end.

    `outbox` is None while the network takes everything at once, which is nearly
    always; `transmit` is then the socket's own `send`. `topics` is where the line is a
    member. What the other side says is a matter for `Connection`.
    """

    __slots__ = (
        "_asked_for",
        "_edge",
        "_sock",
        "_state",
        "outbox",
        "place",
        "progress_at",
        "topics",
        "transmit",
    )

    def __init__(self, edge: Edge, sock: socket.socket, place: int) -> None:
        self._edge = edge
        self._sock = sock
        self._state = State.OPEN
        self._asked_for = READABLE
        self.place = place
        self.outbox: Outbox | None = None
        self.progress_at = 0.0
        self.topics: dict[str, Audience] = {}
        self.transmit = sock.send

    @property
    def is_open(self) -> bool:
        return self._state is State.OPEN

    @property
    def ended(self) -> bool:
        return self._state is State.ENDED

    # Writing.

    def send(self, message: bytes) -> None:
        """Write one message, now or when the network takes it; never let go of.

        After the end of the connection this does nothing.
        """
        if self._state is State.OPEN:
            self._put(text_frame(message))

    def put_patches(self, blob: bytes, audience: Audience, frames: int) -> None:
        """Write patches of a topic, or queue them, or let go of what waits of it."""
        if self._state is not State.OPEN:
            return
        outbox, traffic = self.outbox, self._edge.traffic
        if outbox is None:
            self._put(blob, audience, frames)
            return
        if audience.ended:  # `closed` is among them
            outbox.put_reply(blob)
            traffic.frames_out += frames
            return
        dropped = outbox.put_patches(audience.topic, blob, frames, audience.view_bytes)
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
        edge.traffic.frames_out += frames
        edge.traffic.bytes_out += sent
        topic = audience.topic if audience is not None and not audience.ended else None
        self.outbox = Outbox()
        self.outbox.put_begun(blob, sent, topic, frames)
        self.progress_at = edge.clock()
        edge.has_backlog(self)
        self._rearm()

    def enter(self, audience: Audience) -> bool:
        """It has been sent the whole view and becomes a member; False if it ended."""
        if self._state is not State.OPEN:
            return False
        self.topics[audience.topic] = audience
        if self.outbox is not None:
            self.outbox.behind.discard(audience.topic)  # no other view is owed
        return True

    def _put(
        self, frame: bytes, audience: Audience | None = None, frames: int = 1
    ) -> None:
        traffic = self._edge.traffic
        if self.outbox is not None:
            self.outbox.put_reply(frame)
            traffic.frames_out += frames
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
        traffic.sends += 1
        traffic.frames_out += frames
        traffic.bytes_out += sent

    def _drain(self) -> None:
        """The network has room."""
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
            self.progress_at = self._edge.clock()
            self._edge.traffic.sends += 1
            self._edge.traffic.bytes_out += sent
        if not outbox:
            # Only here, when the network has asked for more: patches let go may have
            # emptied the outbox before, but made no room.
            self.outbox = None
            self._edge.has_backlog_no_more(self)
            self._caught_up(outbox.behind)
            self._say_no_more()
        self._made_room()
        self._rearm()

    def _rearm(self) -> None:
        """Ask the poller for what is wanted now, if that has changed."""
        if self._state is State.ENDED:
            return
        wanted = WRITABLE if self.outbox is not None else 0
        if self._state is State.CLOSING or self._listens:
            wanted |= READABLE
        if wanted != self._asked_for:
            self._asked_for = wanted
            self._edge.poller.ask_for(self._sock, wanted)

    # Ending.

    def close(self, code: ClosingCode) -> None:
        """End the connection and say why: what was replied goes out before.

        Its memberships end now. The peer has two seconds to take what is waiting and
        to close its side; then the socket is closed by force.
        """
        if self._state is not State.OPEN:
            return
        self._leave(code)
        self._part_with(close_frame(code, code.reason))
        self._say_no_more()
        self._rearm()

    def lost(self) -> None:
        """The network broke, or the peer left without a word."""
        self._leave(None)
        self._end()

    def force(self, code: ClosingCode | None = None) -> None:
        """End at once with a reset: half a frame may be on its way."""
        if self._state is State.ENDED:
            return
        self._edge.traffic.forced_closes += 1
        self._leave(code)
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._end()

    def _part_with(self, frame: bytes) -> None:
        """The last frame; patches that wait would only hold it up."""
        self._state = State.CLOSING
        if self.outbox is not None:
            self._edge.traffic.patches_dropped += self.outbox.drop_patches()
        self._put(frame)
        self._edge.is_closing(self)

    def _say_no_more(self) -> None:
        """Once all is written: half-close, so that the close frame is not lost to a
        reset while the peer is still talking."""
        if self._state is State.CLOSING and self.outbox is None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_WR)

    def _leave(self, code: ClosingCode | None) -> None:
        """It takes part no more. Happens once, before anything else of its end."""
        if self._state is not State.OPEN:
            return
        if code is not None:
            self._edge.traffic.closed[code] += 1
        for audience in self.topics.values():
            audience.remove(self)
        self._left()

    def _end(self) -> None:
        if self._state is State.ENDED:
            return
        self._state = State.ENDED
        if self.outbox is not None:
            self.outbox = None
            self._edge.has_backlog_no_more(self)
        self._edge.poller.forget(self._sock)
        self._sock.close()
        self._over()

    # What `Connection` knows.

    @property
    @abstractmethod
    def _listens(self) -> bool:
        """Whether the socket is to be read while the line is open."""

    @abstractmethod
    def _made_room(self) -> None:
        """Something that waited has been written."""

    @abstractmethod
    def _caught_up(self, behind: set[str]) -> None:
        """All that waited has been written; these topics were let go of before."""

    @abstractmethod
    def _left(self) -> None:
        """It takes part no more."""

    @abstractmethod
    def _over(self) -> None:
        """The socket is closed."""
