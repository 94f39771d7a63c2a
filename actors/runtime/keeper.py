"""Snapshots of one long-lived actor: when one is due, and how it is made and read.

The actor freezes its state between two commands; a worker thread encodes it, and the
writer takes it in portions after the commands. Nobody waits for any of it, and a
snapshot that fails leaves the one before: it saves time, never truth.
"""

from __future__ import annotations

import logging
import struct
import zlib
from typing import Any

import trio

from actors.journal.faults import AppendFailed
from actors.journal.journal import Journal
from actors.journal.records import Append, Lineage, SavedSnapshot
from actors.kernel.compact import CompactMap, Frozen
from actors.kernel.times import Millis
from actors.runtime.answered import Answered
from actors.runtime.shape import Snapshots

log = logging.getLogger("houzhen.actors")

_LENGTH = struct.Struct("<Q")

# one at a time: the thread that encodes and the writer have other work
_ONE = trio.CapacityLimiter(1)


class Moment:
    """What is frozen: the state, the answered keys, and where in the stream."""

    __slots__ = ("at", "commit_no", "keys", "seq", "state")

    def __init__(
        self, seq: int, at: Millis, commit_no: int, state: Any, keys: Frozen
    ) -> None:
        self.seq = seq
        self.at = at
        self.commit_no = commit_no
        self.state = state
        self.keys = keys


class Keeper:
    """Owned by the activation, as its state is."""

    __slots__ = ("_commit_no", "_saved", "_snapshots", "_stream", "busy")

    def __init__(
        self, snapshots: Snapshots[Any], stream: str, saved: int, commit_no: int
    ) -> None:
        self._snapshots = snapshots
        self._stream = stream
        self._saved = saved
        self._commit_no = commit_no
        self.busy = False

    def is_due(self, settled: Append) -> bool:
        """Asked with each append that is on disk."""
        self._commit_no = settled.commit_no
        since = settled.last_seq - self._saved
        return since >= self._snapshots.every and not self.busy

    def freeze(self, state: Any, answered: Answered, seq: int, at: Millis) -> Moment:
        """Between two commands. ``seq`` may be ahead of the disk: the writer sees to
        it that the snapshot does not get there first."""
        self._saved = seq
        return Moment(
            seq,
            at,
            self._commit_no,
            self._snapshots.freeze(state),
            answered.freeze(),
        )

    async def save(self, journal: Journal, moment: Moment, lineage: Lineage) -> None:
        """Never raises but Cancelled: what fails is tried again after as many
        events."""
        try:
            body = await trio.to_thread.run_sync(self._encoded, moment, limiter=_ONE)
            saved = SavedSnapshot(
                *(moment.seq, moment.at, moment.commit_no),
                *(self._snapshots.version, body),
            )
            await journal.save_snapshot(self._stream, saved, lineage)
        except AppendFailed as fault:
            log.warning("%s: no snapshot at %d: %s", self._stream, moment.seq, fault)
        except Exception:
            log.exception("%s: no snapshot at %d", self._stream, moment.seq)
        else:
            log.info(
                "%s: snapshot at %d, %d bytes", self._stream, moment.seq, len(body)
            )

    def _encoded(self, moment: Moment) -> bytes:
        keys = CompactMap.encode(moment.keys)
        state = self._snapshots.encode(moment.state)
        return zlib.compress(_LENGTH.pack(len(keys)) + keys + state, level=1)


def thawed(
    snapshots: Snapshots[Any], stream: str, saved: SavedSnapshot
) -> tuple[Any, Answered]:
    """The state and the keys; raises whatever is wrong with them. In a thread."""
    body = memoryview(zlib.decompress(saved.body))
    (length,) = _LENGTH.unpack_from(body)
    start = _LENGTH.size
    keys = CompactMap.decode(body[start : start + length])
    state = snapshots.thaw(stream, bytes(body[start + length :]))
    return state, Answered(keys)
