"""A view's document in a test: built whole, or kept by the rows that events touch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.clinic.events import Event
from actors.clinic.state import ClinicState
from actors.runtime.shape import Path, View

Document = dict[str, dict[str, Any]]


def whole(view: View[ClinicState], state: ClinicState) -> Document:
    """The document from nothing. Every path that a view names has a row."""
    document: Document = {}
    for section, key in view.paths(state):
        row = view.row(state, section, key)
        assert row is not None, (view.name, section, key)
        assert key not in document.get(section, {}), (view.name, section, key)
        document.setdefault(section, {})[key] = row
    return document


class Picture:
    """A document kept up to date as the runtime does it: only touched rows."""

    def __init__(self, view: View[ClinicState], state: ClinicState) -> None:
        self.view = view
        self.document = whole(view, state)
        self.touched: set[Path] = set()

    def follow(self, state: ClinicState, events: Iterable[Event]) -> None:
        """After all events of one commit have evolved."""
        paths = {path for event in events for path in self.view.touches(state, event)}
        self.touched |= paths
        for section, key in paths:
            row = self.view.row(state, section, key)
            rows = self.document.setdefault(section, {})
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
            if not rows:
                del self.document[section]


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_null(inside) for inside in value.values())
    if isinstance(value, list):
        return any(has_null(inside) for inside in value)
    return value is None
