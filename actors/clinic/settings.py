"""The rules' numbers of a clinic."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, gc=False):
    """The rules' numbers. They are written into the day, so it replays alike."""

    announcement_ms: int = 60_000
    call_again_ms: int = 12_000
    missed_after_ms: int = 10_000
