"""The members of one topic, and what has been published to them.

Whoever is admitted gets every frame published after that moment, each once and in
order, and none published before: a patch chains to the one before it, and one frame
too many or too few makes a screen ask for everything again.

Frames gather between two rounds of the courier; a pass joins them into one blob and
writes it to each member of that moment, in portions. Members can come and go between
two portions, so a pass keeps its own roll:

- who comes while frames wait is a newcomer, with the number of frames that were
  waiting; the pass that takes those frames gives it only what follows them;
- who leaves during a pass is noted as departed, also when it comes straight back:
  what the pass carries was published before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from realtime.protocol.messages import closed_message
from realtime.protocol.wire import text_frame
from realtime.sockets.courier import Courier
from realtime.sockets.traffic import Traffic

if TYPE_CHECKING:
    from realtime.sockets.line import Line

Roll = list[tuple["Callable[[bytes], int]", "Line"]]
"""Each member with its socket's ``send``: a thousand times a pass, looking that up
costs more than anything else that is ours."""

FRAMES_A_PASS = 64  # one outbox's limit: a pass must not by itself put a reader behind


class Audience:
    """`seq` is that of the newest frame published; `settled` of the newest that every
    member has been sent. `view_bytes` is the size of the topic's view as last sent; a
    slow reader may have twice that waiting. `backlogged` are all lines of the edge
    that have something waiting, as they are now."""

    __slots__ = (
        "_at",
        "_backlogged",
        "_blob",
        "_courier",
        "_departed",
        "_ended",
        "_frames",
        "_last",
        "_members",
        "_newcomers",
        "_pending",
        "_roll",
        "_sends",
        "_seqs",
        "_tails",
        "_traffic",
        "seq",
        "settled",
        "topic",
        "view_bytes",
    )

    def __init__(
        self,
        topic: str,
        seq: int,
        courier: Courier,
        traffic: Traffic,
        backlogged: Collection[Line],
    ) -> None:
        self.topic = topic
        self.seq = seq
        self.settled = seq
        self.view_bytes = 0
        self._courier = courier
        self._traffic = traffic
        self._backlogged = backlogged
        self._sends: Roll | None = None  # of the members; None when they changed
        self._members: dict[Line, None] = {}
        self._newcomers: dict[Line, int] = {}
        self._pending: list[bytes] = []
        self._seqs: list[int] = []
        self._ended = False
        # the pass under way
        self._roll: Roll | None = None
        self._at = 0
        self._blob = b""
        self._frames = 0
        self._last = seq
        self._tails: list[tuple[Line, bytes, int]] = []
        self._departed: set[Line] = set()

    def __len__(self) -> int:
        return len(self._members) + len(self._newcomers)

    def __contains__(self, connection: Line) -> bool:
        return connection in self._members or connection in self._newcomers

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def dirty(self) -> bool:
        return self._roll is not None or bool(self._pending)

    def publish(self, message: bytes, seq: int) -> None:
        """Send `message`, the patch that leads to `seq`, to everyone admitted so far.

        Returns at once; the courier delivers. Nothing happens after `close`.
        """
        if self._ended:
            return
        self.seq = seq
        self._gather(text_frame(message), seq)

    def admit(self, connection: Line, message: bytes) -> None:
        """Send `message` (a `joined` or a `view` as of `seq`) and make it a member.

        Admitting a member anew is right, too: it gets `message` and what follows it. A
        connection that has ended is not admitted.
        """
        if self._ended:
            raise RuntimeError(f"{self.topic} is closed: nobody can be admitted")
        before = connection.topics.get(self.topic)
        if before is not None:
            before.dismiss(connection)
        self.view_bytes = max(self.view_bytes, len(message))
        connection.send(message)
        if not connection.enter(self):  # lost in that very write
            return
        if self._pending:
            self._newcomers[connection] = len(self._pending)
        else:
            self._members[connection] = None
            self._sends = None

    def dismiss(self, connection: Line) -> None:
        """No frame of this topic is written to it any more. What its backlog holds
        already was published while it was a member, and stays there."""
        self.remove(connection)
        if connection.topics.get(self.topic) is self:
            del connection.topics[self.topic]

    def remove(self, connection: Line) -> None:
        """As `dismiss`, for a connection that keeps its own list."""
        if connection in self._members:
            del self._members[connection]
            self._sends = None
        else:
            self._newcomers.pop(connection, None)
        if self._roll is not None:
            self._departed.add(connection)

    def close(self, reason: str, rejoin: bool) -> None:
        """Tell every member that the topic is over, after what was published before.

        From now on nothing is published and nobody admitted; whoever asks again gets
        another Audience.
        """
        if self._ended:
            return
        self._ended = True
        self._gather(text_frame(closed_message(self.topic, reason, rejoin)), self.seq)

    def _gather(self, frame: bytes, seq: int) -> None:
        if not self._members and not self._newcomers and not self.dirty:
            self.settled = seq
            return
        if not self.dirty:
            self._courier.has_mail(self)
        self._pending.append(frame)
        self._seqs.append(seq)

    # What the courier calls.

    def deliver(self, portion: int) -> int:
        roll = self._roll
        if roll is None:
            roll = self._begin()
        if self._tails:
            return self._deliver_tails(portion)
        at = self._at
        chunk = roll[at : at + portion]
        self._at = at + len(chunk)
        tried = len(chunk)
        if self._departed or self._backlogged:
            chunk = self._unhindered(chunk)
        blob, frames = self._blob, self._frames
        size = len(blob)
        written = 0
        # The loop everything else is built around: no call but the send itself.
        for transmit, connection in chunk:
            try:
                sent = transmit(blob)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                connection.lost()
                continue
            if sent == size:
                written += 1
            else:
                connection.fell_short(blob, sent, self, frames)
        traffic = self._traffic
        traffic.sends += written
        traffic.frames_out += written * frames
        traffic.bytes_out += written * size
        if self._at >= len(roll):
            self._finish()
        return max(1, tried)

    def _unhindered(self, chunk: Roll) -> Roll:
        """Those that can be written to. Who has left is skipped; who has a backlog
        gets what the pass carries behind it."""
        departed, backlogged = self._departed, self._backlogged
        free: Roll = []
        for one in chunk:
            connection = one[1]
            if connection in departed:
                continue
            if connection in backlogged:
                connection.put_patches(self._blob, self, self._frames)
            else:
                free.append(one)
        return free

    def _begin(self) -> Roll:
        pending = self._pending
        count = min(len(pending), FRAMES_A_PASS)
        frames = pending[:count]
        self._frames = count
        self._blob = frames[0] if count == 1 else b"".join(frames)
        self._last = self._seqs[count - 1]
        del pending[:count], self._seqs[:count]
        if self._sends is None:
            self._sends = [(member.transmit, member) for member in self._members]
        self._roll = roll = self._sends
        self._at = 0
        if self._newcomers:
            self._take_in(frames)
        self._traffic.passes += 1
        return roll

    def _take_in(self, frames: list[bytes]) -> None:
        count = len(frames)
        waiting: dict[Line, int] = {}
        tails: dict[int, bytes] = {}
        for connection, already in self._newcomers.items():
            if already > count:
                waiting[connection] = already - count
                continue
            self._members[connection] = None
            self._sends = None
            if already < count:
                tail = tails.get(already)
                if tail is None:
                    tail = tails[already] = b"".join(frames[already:])
                self._tails.append((connection, tail, count - already))
        self._newcomers = waiting

    def _deliver_tails(self, portion: int) -> int:
        chunk = self._tails[:portion]
        del self._tails[:portion]
        for connection, tail, frames in chunk:
            if connection not in self._departed:
                connection.put_patches(tail, self, frames)
        if not self._tails and not self._roll:
            self._finish()
        return len(chunk)

    def _finish(self) -> None:
        self._roll = None
        self._blob = b""
        self._departed.clear()
        self.settled = self._last
        if self._ended and not self._pending:
            for connection in self._members:
                if connection.topics.get(self.topic) is self:
                    del connection.topics[self.topic]
            self._members.clear()
            self._sends = None
