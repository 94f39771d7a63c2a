"""What one connection could not be told yet, and what of it may be let go.

The network takes what it can; the rest waits here in order. Replies wait for as long
as the connection lives. Patches of a topic that piles up are let go together, because
one fresh view says the same; the topic is then `behind` until that view is sent. What
the network has begun is always finished: half a frame would spoil all that follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

PATCHES_PENDING = 64
BYTES_PENDING = 256 * 1024
BUFFERS_AT_ONCE = 64


class _Pile:
    """How much of one topic is waiting."""

    __slots__ = ("frames", "size")

    def __init__(self) -> None:
        self.frames = 0
        self.size = 0


class Outbox:
    """A backlog of blobs; each holds whole frames of one topic, or one reply.

    `behind` names the topics whose patches were let go and that await a fresh view.
    `reply_bytes` is what waits and cannot be let go: the edge stops reading from a
    peer that asks and does not listen.
    """

    __slots__ = ("_begun", "_piles", "_queue", "behind", "reply_bytes", "size")

    def __init__(self) -> None:
        self._queue: deque[tuple[bytes, str | None, int]] = deque()
        self._begun = 0  # bytes of the first blob the network has
        self._piles: dict[str, _Pile] = {}
        self.behind: set[str] = set()
        self.size = 0
        self.reply_bytes = 0

    def __bool__(self) -> bool:
        return bool(self._queue)

    def put_begun(
        self, blob: bytes, sent: int, topic: str | None = None, frames: int = 1
    ) -> None:
        """The blob a first write left unfinished, `sent` bytes of it being gone."""
        if self._queue:
            raise RuntimeError("a write went past the backlog")
        self._put(blob, topic, frames)
        self._begun = sent
        self.size -= sent

    def put_reply(self, frame: bytes) -> None:
        self._put(frame, None, 1)

    def put_patches(self, topic: str, blob: bytes, frames: int, view_bytes: int) -> int:
        """Queue patches of a topic, or let go of what waits of it, these included.

        Returns how many patches were let go; 0 when all are queued.
        """
        self._put(blob, topic, frames)
        pile = self._piles[topic]
        if pile.frames <= PATCHES_PENDING and pile.size <= max(
            BYTES_PENDING, 2 * view_bytes
        ):
            return 0
        self.behind.add(topic)
        return self.drop(topic)

    def drop(self, topic: str) -> int:
        """Let go of a topic's blobs not begun; returns how many patches they held."""
        return self._keep(lambda owner: owner != topic)

    def drop_patches(self) -> int:
        """Let go of every topic's: the connection is ending."""
        return self._keep(lambda owner: owner is None)

    def buffers(self) -> list[bytes | memoryview]:
        """What to write next, for one vectored write."""
        first: list[bytes | memoryview] = []
        for blob, _, _ in self._queue:
            first.append(memoryview(blob)[self._begun :] if not first else blob)
            if len(first) == BUFFERS_AT_ONCE:
                break
        return first

    def written(self, count: int) -> None:
        """The network took `count` bytes of `buffers()`."""
        self.size -= count
        count += self._begun
        queue = self._queue
        while queue and count >= len(queue[0][0]):
            blob, topic, frames = queue.popleft()
            count -= len(blob)
            self._forget(blob, topic, frames)
        self._begun = count

    def _keep(self, wanted: Callable[[str | None], bool]) -> int:
        kept: deque[tuple[bytes, str | None, int]] = deque()
        dropped = 0
        for index, entry in enumerate(self._queue):
            blob, topic, frames = entry
            if wanted(topic) or (index == 0 and self._begun):
                kept.append(entry)
            else:
                dropped += frames
                self.size -= len(blob)
                self._forget(blob, topic, frames)
        self._queue = kept
        return dropped

    def _put(self, blob: bytes, topic: str | None, frames: int) -> None:
        self._queue.append((blob, topic, frames))
        self.size += len(blob)
        if topic is None:
            self.reply_bytes += len(blob)
            return
        pile = self._piles.get(topic)
        if pile is None:
            pile = self._piles[topic] = _Pile()
        pile.frames += frames
        pile.size += len(blob)

    def _forget(self, blob: bytes, topic: str | None, frames: int) -> None:
        if topic is None:
            self.reply_bytes -= len(blob)
            return
        pile = self._piles[topic]
        pile.frames -= frames
        pile.size -= len(blob)
        if not pile.frames:
            del self._piles[topic]
