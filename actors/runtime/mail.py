"""What lands in a mailbox: a command, whose it is, and who waits for the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from actors.kernel.errors import Refusal

R = TypeVar("R")


class Answer:
    """A reply that is on disk. ``seq`` is that of the view that will show it."""

    __slots__ = ("raw", "seq")

    def __init__(self, raw: bytes, seq: int) -> None:
        self.raw = raw
        self.seq = seq

    def read(self, kind: type[R]) -> R:
        return msgspec.json.decode(self.raw, type=kind)

    def __repr__(self) -> str:
        return f"Answer({self.raw!r}, seq={self.seq})"


Outcome = Answer | Refusal
Done = Callable[[Outcome], None]

_encode = msgspec.json.Encoder(order="deterministic").encode


def fingerprint_of(command: Any) -> bytes:
    """What tells one body from another under the same key."""
    return hashlib.blake2b(_encode(command), digest_size=16).digest()


class Mail:
    """One command on its way. ``settle`` counts once: the deadline and the commit
    race, and whoever comes second is not heard."""

    __slots__ = (
        "command",
        "done",
        "expected",
        "fingerprint",
        "joiners",
        "key",
        "principal",
        "settled",
    )

    def __init__(
        self,
        command: Any,
        principal: str,
        done: Done,
        *,
        key: str | None = None,
        fingerprint: bytes = b"",
        expected: int | None = None,
    ) -> None:
        self.command = command
        self.principal = principal
        self.done = done
        self.key = key
        self.fingerprint = fingerprint
        self.expected = expected
        self.settled = False
        self.joiners: list[Mail] | None = None

    def settle(self, outcome: Outcome) -> None:
        if not self.settled:
            self.settled = True
            self.done(outcome)

    def settle_all(self, outcome: Outcome) -> None:
        """Its own waiter, and those who sent the same key meanwhile."""
        self.settle(outcome)
        if self.joiners is not None:
            for mail in self.joiners:
                mail.settle(outcome)

    def join(self, mail: Mail) -> None:
        if self.joiners is None:
            self.joiners = []
        self.joiners.append(mail)
