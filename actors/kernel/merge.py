"""The difference of two JSON documents as an RFC 7386 merge patch."""

from __future__ import annotations

from typing import Any

Json = Any


def difference(old: dict[str, Json], new: dict[str, Json]) -> dict[str, Json]:
    """What turns ``old`` into ``new``: objects merge, a key that is gone is null,
    everything else replaces. Empty when they are equal. Neither holds a null."""
    patch: dict[str, Json] = {}
    for key, value in new.items():
        before = old.get(key)
        if before is None:
            patch[key] = value
        elif before != value:
            if type(before) is dict and type(value) is dict:
                patch[key] = difference(before, value)
            else:
                patch[key] = value
    for key in old.keys() - new.keys():
        patch[key] = None
    return patch
