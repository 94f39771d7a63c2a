"""What may be seen of the plan: every entry as it stands, and who changed what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.hospital.entries import KIND_OF, SECTION, Name, as_json, document
from actors.hospital.messages import Changed, Event
from actors.hospital.plan import MAIN
from actors.hospital.state import HospitalState
from actors.runtime.shape import Path

LISTED = 300
"""So many changes are listed, the newest; the journal has them all."""


class PlanView:
    """The entries by section, ``about`` them which revision this is, and what is
    planned for later."""

    name = "plan"
    version = 1

    def paths(self, state: HospitalState) -> Iterable[Path]:
        yield "about", MAIN
        for name in state.entries:
            yield SECTION[name.kind], name.key
        for change in state.planned:
            yield "planned", change

    def touches(self, state: HospitalState, event: Event) -> Iterable[Path]:
        yield "planned", event.change
        if isinstance(event, Changed):
            yield "about", MAIN
            for edit in event.edits:
                yield SECTION[edit.kind], edit.key

    def row(self, state: HospitalState, section: str, key: str) -> Any:
        if section == "about":
            return _about(state) if key == MAIN else None
        if section == "planned":
            due = state.planned.get(key)
            if due is None:
                return None
            change = state.changes[key]
            return {
                "takes_effect": due,
                "by": change.by,
                "edits": as_json(change.edits),
            }
        kind = KIND_OF.get(section)
        return None if kind is None else document(state.entries.get(Name(kind, key)))


def _about(state: HospitalState) -> dict[str, Any]:
    told: dict[str, Any] = {"revision": state.revision}
    if state.last:
        last = state.changes[state.last]
        told |= {"change": state.last, "at": last.at, "by": last.by}
    return told


class HistoryView:
    """Who changed what, when and why, with each entry before and after."""

    name = "history"
    version = 1

    def paths(self, state: HospitalState) -> Iterable[Path]:
        for key in list(state.changes)[-LISTED:]:
            yield "changes", key

    def touches(self, state: HospitalState, event: Event) -> Iterable[Path]:
        yield "changes", event.change
        yield "changes", f"c{len(state.changes) - LISTED}"
        if isinstance(event, Changed) and event.reverts:
            yield "changes", event.reverts

    def row(self, state: HospitalState, section: str, key: str) -> Any:
        change = state.changes.get(key) if section == "changes" else None
        if change is None or int(key[1:]) <= len(state.changes) - LISTED:
            return None
        return as_json(change)
