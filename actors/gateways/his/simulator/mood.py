"""How this HIS feels today: what goes wrong, how often, and for how long."""

from __future__ import annotations

import math
import random
import threading
from typing import Annotated, Any

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]

FAULTS = (
    "error",
    "busy",
    "drop_before",
    "drop_after",
    "half_json",
    "stale",
    "duplicate",
    "wrong_count",
    "shuffle",
    "lie",
)


class Mood(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares are of requests, from 0 to 1. ``only`` names the methods that suffer;
    after ``times`` faults it is well again.

    ``drop_before`` closes the connection and does nothing; ``drop_after`` does what
    was asked, keeps it, and closes without a word; ``stale`` gives an earlier answer
    to the same question; ``lie`` changes a row into one that cannot be true.
    """

    success_code: Annotated[int, Meta(ge=0, le=1)] = 0
    latency_ms: Annotated[float, Meta(ge=0, le=600_000)] = 0
    latency_sigma: Annotated[float, Meta(ge=0, le=3)] = 0
    latency_max_ms: Annotated[float, Meta(ge=0, le=600_000)] = 60_000
    error: Share = 0
    busy: Share = 0
    drop_before: Share = 0
    drop_after: Share = 0
    half_json: Share = 0
    stale: Share = 0
    duplicate: Share = 0
    wrong_count: Share = 0
    shuffle: Share = 0
    lie: Share = 0
    only: tuple[str, ...] = ()
    times: Annotated[int, Meta(ge=0)] | None = None


class Temper:
    """The mood, and what has come of it so far. Safe to ask from any thread."""

    def __init__(self, seed: int, mood: Mood | None = None) -> None:
        self.random = random.Random(seed)
        self.mood = mood or Mood()
        self.faults: dict[str, int] = {}
        self.requests: dict[str, int] = {}
        self._left = self.mood.times
        self._lock = threading.Lock()

    def change(self, given: dict[str, Any]) -> Mood:
        """Takes over what is given and keeps the rest; {} changes nothing, and
        {"well": true} begins with nothing wrong. Raises msgspec.ValidationError."""
        given = dict(given)
        well = given.pop("well", False)
        with self._lock:
            kept = Mood(success_code=self.mood.success_code) if well else self.mood
            mood = msgspec.convert(msgspec.to_builtins(kept) | given, Mood)
            self.mood = mood
            self._left = mood.times
            return mood

    def strike(self, method: str) -> set[str]:
        """What goes wrong with this request."""
        with self._lock:
            self.requests[method] = self.requests.get(method, 0) + 1
            mood = self.mood
            struck: set[str] = set()
            if mood.only and method not in mood.only:
                return struck
            for fault in FAULTS:
                share: float = getattr(mood, fault)
                # drawn even when nothing is left, so that a seed stays a story
                hit = share > 0 and self.random.random() < share
                if hit and self._left != 0:
                    struck.add(fault)
                    self.faults[fault] = self.faults.get(fault, 0) + 1
                    if self._left is not None:
                        self._left -= 1
            return struck

    def pause_s(self) -> float:
        """How long this answer takes: log-normal, as the real ones do."""
        with self._lock:
            mood = self.mood
            if not mood.latency_ms:
                return 0
            factor = math.exp(self.random.gauss(0, mood.latency_sigma))
            return min(mood.latency_ms * factor, mood.latency_max_ms) / 1000

    def told(self) -> dict[str, Any]:
        with self._lock:
            return {
                "mood": msgspec.to_builtins(self.mood),
                "faults": dict(self.faults),
                "requests": dict(self.requests),
            }
