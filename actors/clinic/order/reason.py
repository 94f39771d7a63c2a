"""Why somebody stands where they do: a code, and what it needs to be said."""

from __future__ import annotations

import msgspec


class Reason(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Said in words by reasons.py. ``args`` hold nothing personal."""

    code: str
    args: dict[str, str | int] = {}
