"""A client's side of recovery: a topic's view kept current, and asks kept alive.

Both outlive connections. A `Replica` says when to join again and with which `since`;
`OpenAsks` says what to send again on the next connection. Neither sends anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from msgspec import Raw

from realtime.protocol.merge import apply_patch
from realtime.protocol.messages import (
    Ask,
    Closed,
    Join,
    Joined,
    Patch,
    PatchEntry,
    Reply,
    Since,
    View,
)

SHORTEST_DEADLINE_S = 0.1
LONGEST_DEADLINE_S = 60.0


class Step(Enum):
    """What a message did to a replica, and so what its owner does next."""

    NOTHING = "nothing"
    CHANGED = "changed"  # the view is newer: show it
    REJOIN = "rejoin"  # something was missed: send `joining()`
    ENDED = "ended"  # the server closed the topic and it does not come back


class Replica:
    """One topic as a client holds it.

    `view` is never changed in place: each step makes a new document that shares the
    rows it did not touch. `live` tells whether the view is being kept current; while
    it is False, the view is what was last known and wants to be shown as stale.

    From `joining()` until the `joined` that answers it, patches are left aside: the
    answer brings them, or a view that contains them.
    """

    __slots__ = ("_awaited", "ended", "epoch", "live", "seq", "topic", "view")

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.epoch = ""
        self.seq = -1
        self.view: dict[str, Any] | None = None
        self.live = False
        self.ended: str | None = None
        self._awaited: str | None = None

    @property
    def since(self) -> Since | None:
        return Since(self.epoch, self.seq) if self.epoch else None

    def joining(self, ref: str) -> Join:
        """The message to send; also after a lost connection and after `REJOIN`."""
        self._awaited = ref
        self.live = False
        self.ended = None
        return Join(ref, self.topic, self.since)

    def lost(self) -> None:
        """The connection is gone: nothing keeps the view current any more."""
        self._awaited = None
        self.live = False

    def joined(self, message: Joined) -> Step:
        """Whole or not at all: patches that do not chain leave the view as it was,
        and the next `joining()` asks for all of it."""
        if message.ref != self._awaited:
            return Step.NOTHING  # a later join of ours is on its way
        self._awaited = None
        if message.recovered:
            recovered = self._recovered(message)
            if recovered is None:
                return self._forget()
            self.view = recovered
        elif message.view is None:
            return self._forget()
        else:
            self.view = message.view
        self.epoch = message.epoch
        self.seq = message.seq
        self.live = True
        return Step.CHANGED

    def patch(self, message: Patch) -> Step:
        if not self.live:
            return Step.NOTHING
        if message.epoch != self.epoch:
            return self._missed()
        if message.prev != self.seq:
            # What is contained already is no gap.
            return Step.NOTHING if message.seq <= self.seq else self._missed()
        self.view = apply_patch(self.view, message.patch)
        self.seq = message.seq
        return Step.CHANGED

    def fresh(self, message: View) -> Step:
        """A whole view in place of patches: we read too slowly, or all is new."""
        if not self.live:
            return Step.NOTHING
        self.view = message.view
        self.epoch = message.epoch
        self.seq = message.seq
        return Step.CHANGED

    def top(self, seq: int) -> Step:
        """The newest seq, from a `ping`: everything up to it has been sent to us."""
        if self.live and self.seq < seq:
            return self._missed()
        return Step.NOTHING

    def closed(self, message: Closed) -> Step:
        if message.ref is not None and message.ref != self._awaited:
            return Step.NOTHING
        self.lost()
        if message.rejoin:
            return Step.REJOIN
        self.ended = message.reason
        return Step.ENDED

    def _recovered(self, message: Joined) -> dict[str, Any] | None:
        if self.view is None or not self.epoch or message.epoch != self.epoch:
            return None
        view, seq = self.view, self.seq
        entries: list[PatchEntry] = message.patches or []
        for entry in entries:
            if entry.prev != seq:
                return None
            view = apply_patch(view, entry.patch)
            seq = entry.seq
        # The stream may be ahead of the view's last change, never behind it.
        return view if seq <= message.seq else None

    def _missed(self) -> Step:
        self.live = False
        return Step.REJOIN

    def _forget(self) -> Step:
        # `view` stays for the eye; a join without `since` gets all of it anew.
        self.epoch = ""
        self.seq = -1
        return self._missed()


@dataclass(slots=True)
class OpenAsk:
    """An ask that has had no reply. `deadline` is on the caller's clock."""

    ref: str
    topic: str
    name: str
    key: str
    body: bytes
    deadline: float

    def message(self, now: float) -> Ask | None:
        """What to send at `now`; None once the answer is no longer worth waiting for.

        A resend carries what is left of the deadline, and the same key and body: the
        server either joins it to the first or answers with the first reply.
        """
        left = self.deadline - now
        if left < SHORTEST_DEADLINE_S:
            return None
        return Ask(
            self.ref,
            self.topic,
            self.name,
            self.key,
            Raw(self.body),
            min(int(left * 1000), int(LONGEST_DEADLINE_S * 1000)),
        )


class OpenAsks:
    """The asks of one client that wait for a reply, across connections."""

    __slots__ = ("_by_ref",)

    def __init__(self) -> None:
        self._by_ref: dict[str, OpenAsk] = {}

    def __len__(self) -> int:
        return len(self._by_ref)

    def add(self, ask: OpenAsk) -> None:
        if ask.ref in self._by_ref:
            raise ValueError(f"ref {ask.ref!r} is taken by an open ask")
        self._by_ref[ask.ref] = ask

    def answered(self, reply: Reply) -> OpenAsk | None:
        """The ask this replies to; None for one that expired or was answered."""
        return self._by_ref.pop(reply.ref, None)

    def give_up(self, ref: str) -> OpenAsk | None:
        """Forget an ask; it may still happen."""
        return self._by_ref.pop(ref, None)

    def to_resend(self, now: float) -> list[Ask]:
        """After `welcome` on a new connection, oldest first. Those too near their
        deadline are not sent again; `expired` hands them over when it has passed."""
        messages = (ask.message(now) for ask in self._by_ref.values())
        return [message for message in messages if message is not None]

    def expired(self, now: float) -> list[OpenAsk]:
        """Asks whose deadline has passed, each handed over once."""
        over = [ask for ask in self._by_ref.values() if ask.deadline <= now]
        for ask in over:
            del self._by_ref[ask.ref]
        return over

    def next_deadline(self) -> float | None:
        return min((ask.deadline for ask in self._by_ref.values()), default=None)
