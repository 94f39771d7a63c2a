"""Applying a merge patch (RFC 7386) to a view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def apply_patch(target: Any, patch: Any) -> Any:
    """`target` with `patch` merged in; neither is changed.

    What the patch does not touch is shared with `target`, so a listener can hold on to
    the old view and tell by identity which rows are new.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        elif isinstance(change, Mapping):
            merged[name] = apply_patch(merged.get(name), change)
        else:
            merged[name] = change
    return merged
