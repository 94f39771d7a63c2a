"""What goes into the journal and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection

from actors.journal.faults import AppendFailed
from actors.kernel.sealed import WrappedKey
from actors.kernel.times import Millis


class Lineage:
    """One activation, as the writer sees it.

    After a failed append everything else that activation has queued stands on a
    state that never was: the writer sets ``broken`` and refuses it.
    """

    __slots__ = ("broken", "bulk_waiting")

    def __init__(self) -> None:
        self.broken = False
        self.bulk_waiting = 0


class KeyedReply:
    """What a key stands for, kept for good."""

    __slots__ = ("fingerprint", "key", "principal", "reply")

    def __init__(
        self, principal: str, key: str, fingerprint: bytes, reply: bytes
    ) -> None:
        self.principal = principal
        self.key = key
        self.fingerprint = fingerprint
        self.reply = reply


UNCHANGED: Any = object()
"""The wake-up stays as it is."""


class Append:
    """The events of one command, with all that commits beside them.

    ``seq`` is the stream's last before it. ``done`` is called on the loop, once,
    with the fault or None. ``position`` and ``commit_no`` are set by the commit: that
    of the last event, and the number of the commit itself. ``own_keys`` are kept, or
    destroyed where their box is empty, in that same commit.
    """

    __slots__ = (
        "at",
        "audit",
        "commit_no",
        "done",
        "events",
        "fault",
        "kept",
        "lineage",
        "own_keys",
        "position",
        "seq",
        "stream",
        "wake",
    )

    def __init__(
        self,
        stream: str,
        seq: int,
        at: Millis,
        events: list[tuple[str, bytes]],
        lineage: Lineage,
        done: Callable[[Append], None],
        kept: KeyedReply | None = None,
        wake: Any = UNCHANGED,
        audit: tuple[Any, ...] = (),
        own_keys: tuple[WrappedKey, ...] = (),
    ) -> None:
        self.stream = stream
        self.seq = seq
        self.at = at
        self.events = events
        self.lineage = lineage
        self.done = done
        self.kept = kept
        self.wake = wake
        self.audit = audit
        self.own_keys = own_keys
        self.position = 0
        self.commit_no = 0
        self.fault: AppendFailed | None = None

    @property
    def last_seq(self) -> int:
        return self.seq + len(self.events)


class Chore:
    """Something written beside the events, in a transaction of its own, when the
    commands have had their turn. It may run twice when the connection was lost, so it
    is such that twice is once. ``done`` is called on the loop, with the fault or
    None. With a ``lineage`` it is only written while that is sound."""

    __slots__ = ("done", "fault", "lineage", "write")

    def __init__(
        self,
        write: Callable[[Connection], None],
        done: Callable[[Chore], None],
        lineage: Lineage | None = None,
    ) -> None:
        self.write = write
        self.done = done
        self.lineage = lineage
        self.fault: AppendFailed | None = None


class SavedSnapshot:
    """A stream as it stood at ``seq``. ``commit_no``: the keys of later commits are
    not in it."""

    __slots__ = ("at", "body", "commit_no", "seq", "version")

    def __init__(
        self, seq: int, at: Millis, commit_no: int, version: int, body: bytes
    ) -> None:
        self.seq = seq
        self.at = at
        self.commit_no = commit_no
        self.version = version
        self.body = body


class Recorded(msgspec.Struct, gc=False, eq=False):
    """One event as the journal keeps it. The fields in the order of its row."""

    position: int
    stream: str
    seq: int
    commit_seq: int
    at: Millis
    name: str
    body: bytes

    def __repr__(self) -> str:
        return f"Recorded({self.position}, {self.stream}#{self.seq}, {self.name})"
