"""The codes of `houzhen.v1`: why a connection ends, and why an ask was refused.

A code always says what the other side may do about it: `comes_back` of a closing
code, `retry` of an error code. A client needs no table of its own.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

COME_BACK_FIRST_S = 0.5
COME_BACK_LAST_S = 15.0
RESTART_FROM_S = 0.2
RESTART_TO_S = 2.0


class ClosingCode(IntEnum):
    """Why a connection ended; the name is the reason in the close frame."""

    NORMAL = 1000
    RESTART = 1012

    IDLE = 4000
    SLOW = 4001
    HELLO_TIMEOUT = 4002
    OVERLOADED = 4003
    INTERNAL = 4004
    FLOOD = 4005

    BAD_FRAME = 4500
    BAD_TOKEN = 4501
    BAD_PROTOCOL = 4502
    TOO_BIG = 4503

    @property
    def reason(self) -> str:
        return self.name.lower()

    @property
    def comes_back(self) -> bool:
        return comes_back(self)


def comes_back(code: int | None) -> bool:
    """Whether a client that was closed with `code` may connect again unchanged.

    `None` stands for a connection that ended without a close frame. Codes this
    version does not know are judged by their range, as the protocol promises.
    """
    return code is None or not (code == ClosingCode.NORMAL or 4500 <= code <= 4999)


def pause_before_return(code: int | None, attempt: int, chance: float) -> float | None:
    """Seconds to wait before connection attempt number `attempt` (from 0).

    `chance` is a random number in [0, 1) the caller draws: ten thousand screens that
    lost one server must not come back in one moment. None: do not come back.
    """
    if not comes_back(code):
        return None
    if code == ClosingCode.RESTART and attempt == 0:
        return RESTART_FROM_S + chance * (RESTART_TO_S - RESTART_FROM_S)
    ceiling = min(COME_BACK_LAST_S, COME_BACK_FIRST_S * 2.0 ** min(attempt, 16))
    return ceiling * (0.5 + chance / 2)


class ErrorCode(StrEnum):
    """Why an ask failed, beside the refusals an actor has of its own."""

    BAD_REQUEST = "bad_request"
    UNKNOWN_ASK = "unknown_ask"
    UNKNOWN_TOPIC = "unknown_topic"
    FORBIDDEN = "forbidden"
    KEY_REUSED = "key_reused"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    DEADLINE = "deadline"
    TOO_MANY_ASKS = "too_many_asks"
    INTERNAL = "internal"

    @property
    def retry(self) -> bool:
        return self in _WORTH_ANOTHER_TRY


_WORTH_ANOTHER_TRY = frozenset(
    {ErrorCode.BUSY, ErrorCode.UNAVAILABLE, ErrorCode.TOO_MANY_ASKS}
)


def may_retry(code: str) -> bool:
    """`retry` of any error code; an actor's own refusals are final."""
    return code in _WORTH_ANOTHER_TRY
