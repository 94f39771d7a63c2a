"""What every event says: when, and for a deed whose, where and why."""

from __future__ import annotations

import msgspec

from actors.kernel.times import Millis


class Happening(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True
):
    at: Millis


class Deed(Happening, frozen=True, kw_only=True):
    by: str
    where: str = ""
    reason: str = ""
