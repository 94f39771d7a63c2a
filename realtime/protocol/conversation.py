"""The server's side of one connection, as a state machine without a socket.

    waiting for hello ──hello──▶ welcomed ──end()──▶ over
            └──────── any other message: BadProtocol

It judges what a client says: whether it is due, whether it is too much, whether the
client still listens. It answers nothing itself. Times are seconds on one clock that
never runs backwards; they are passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from realtime.protocol.codes import ClosingCode
from realtime.protocol.errors import BadProtocol, Flood, TooBig, TooManyAsks
from realtime.protocol.messages import (
    Ask,
    ClientMessage,
    Hello,
    Join,
    Leave,
    Limits,
    Pong,
    decode_client,
)

__all__ = ["Ask", "Conversation", "Hello", "Join", "Leave", "Phase", "Pong", "Terms"]

PINGS_UNANSWERED = 2


@dataclass(frozen=True, slots=True)
class Terms:
    """What every connection of a server is held to."""

    hello_s: float = 10.0
    heartbeat_s: float = 15.0
    limits: Limits = field(default_factory=Limits)


class Phase(Enum):
    WAITING = "waiting for hello"
    WELCOMED = "welcomed"
    OVER = "over"


class Conversation:
    __slots__ = ("_asks", "_credit", "_credit_at", "_pings", "phase", "since", "terms")

    def __init__(self, terms: Terms, now: float) -> None:
        self.terms = terms
        self.phase = Phase.WAITING
        self.since = now
        self._asks: set[str] | None = None  # most connections never ask
        self._credit = float(terms.limits.frames_at_once)
        self._credit_at = now
        self._pings = 0

    def heard(self, now: float) -> None:
        """Any frame at all came in. Raises Flood when there were too many."""
        self._pings = 0
        credit = self._credit + (now - self._credit_at) * self.terms.limits.frames_per_s
        self._credit_at = now
        self._credit = min(credit, self.terms.limits.frames_at_once) - 1.0
        if self._credit < 0:
            raise Flood(self.terms.limits.frames_per_s)

    def receive(self, text: bytes, now: float) -> ClientMessage:
        """One message of the client, if it may be said now.

        Raises BadFrame, BadProtocol, TooBig and Flood, which end the connection, and
        TooManyAsks, which does not.
        """
        self.heard(now)
        if len(text) > self.terms.limits.message_bytes:
            raise TooBig(len(text), self.terms.limits.message_bytes)
        message = decode_client(text)
        if self.phase is Phase.WELCOMED:
            if isinstance(message, Ask):
                self._open(message.ref)
            elif isinstance(message, Hello):
                raise BadProtocol("a second hello", "hello")
        elif self.phase is Phase.WAITING and isinstance(message, Hello):
            self.phase = Phase.WELCOMED
        else:
            raise BadProtocol(f"while {self.phase.value}", _type(message))
        return message

    def _open(self, ref: str) -> None:
        asks = self._asks
        if asks is None:
            asks = self._asks = set()
        if ref in asks:
            raise BadProtocol("the ref of an open ask, again", "ask")
        limit = self.terms.limits.asks_open
        if len(asks) >= limit:
            raise TooManyAsks(ref, limit)
        asks.add(ref)

    def answered(self, ref: str) -> bool:
        """Close an open ask; False if none is open under this ref."""
        if self._asks is None or ref not in self._asks:
            return False
        self._asks.remove(ref)
        return True

    @property
    def asks_open(self) -> int:
        return len(self._asks) if self._asks is not None else 0

    @property
    def may_ask(self) -> bool:
        """While False, the client's socket is not to be read."""
        return self._asks is None or len(self._asks) < self.terms.limits.asks_open

    def hello_overdue(self, now: float) -> bool:
        return self.phase is Phase.WAITING and now - self.since >= self.terms.hello_s

    def heartbeat(self, *, listening: bool = True) -> ClosingCode | None:
        """A heartbeat is due: None to send a ping, or the code to close with.

        `listening` is False while we ourselves do not read the client's socket: its
        pongs may be waiting there, so its silence means nothing.
        """
        if not listening:
            self._pings = 0
        elif self._pings >= PINGS_UNANSWERED:
            return ClosingCode.IDLE
        self._pings += 1
        return None

    def end(self) -> None:
        self.phase = Phase.OVER
        self._asks = None


def _type(message: ClientMessage) -> str:
    return str(message.__struct_config__.tag)
