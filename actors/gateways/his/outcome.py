"""What became of a change whose answer never came.

Asked, never hoped: ``trade_check`` says whether HIS did it. That HIS has not heard of
a trade means little while the request may still be on its way to it; only after
``settled_s`` since it was sent does it mean that nothing happened.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
import trio

from actors.gateways.his.faults import HisError
from actors.gateways.his.port import His, TradeFound
from actors.kernel.times import Clock, Millis

_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Happened(msgspec.Struct, frozen=True):
    """HIS did it; ``found`` holds the numbers it gave."""

    found: TradeFound


class DidNot(msgspec.Struct, frozen=True):
    """HIS did not, and nothing is on its way any more."""


class StillUnknown(msgspec.Struct, frozen=True):
    """Nobody knows yet: ask again later, and do neither the one nor the other."""

    why: Literal["away", "pending", "perhaps on its way"]


Fate: TypeAlias = Happened | DidNot | StillUnknown


async def fate_of(
    his: His, trade_no: str, sent_at: Millis, clock: Clock, settled_s: float
) -> Fate:
    """Asks once. Raises nothing of HIS's: not to know is an answer here."""
    asked_at = clock.now()
    try:
        found = await his.trade_check(trade_no)
    except HisError:
        return StillUnknown("away")
    if found.outcome == "done":
        return Happened(found)
    if found.outcome == "pending":
        return StillUnknown("pending")
    if found.outcome == "refused" or asked_at - sent_at >= settled_s * 1000:
        return DidNot()
    return StillUnknown("perhaps on its way")


async def settled(
    his: His, trade_no: str, sent_at: Millis, clock: Clock, settled_s: float
) -> Happened | DidNot:
    """Asks until it is known. Whoever cannot wait cancels, and the outcome is as
    unknown as it was."""
    tries = 0
    while True:
        fate = await fate_of(his, trade_no, sent_at, clock, settled_s)
        if not isinstance(fate, StillUnknown):
            return fate
        await trio.sleep(_BACKOFF_S[min(tries, len(_BACKOFF_S) - 1)])
        tries += 1
