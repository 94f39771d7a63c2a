"""The plan as it stands, its history, and how each event changes both, in place."""

from __future__ import annotations

from typing import Any, assert_never

import msgspec

from actors.hospital.entries import (
    Edit,
    Entries,
    Name,
    document,
    entry_of,
    plan_of,
)
from actors.hospital.messages import Changed, Event, NotChanged, Planned, Withdrawn
from actors.hospital.plan import Plan
from actors.kernel.times import Millis


class Change(msgspec.Struct, kw_only=True, omit_defaults=True):
    """``state``: applied, planned, withdrawn, or failed with its ``message``."""

    at: Millis
    by: str
    edits: tuple[Edit, ...]
    reason: str = ""
    reverts: str = ""
    reverted_by: str = ""
    state: str = "applied"
    takes_effect: Millis = 0
    message: str = ""


class HospitalState(msgspec.Struct):
    """``revision`` counts what took effect; ``touched`` names the change that last
    made an entry what it is, also of those that are gone."""

    stream: str
    entries: Entries = {}
    revision: int = 0
    revised: dict[Name, int] = {}
    touched: dict[Name, str] = {}
    changes: dict[str, Change] = {}
    planned: dict[str, Millis] = {}
    last: str = ""

    @property
    def plan(self) -> Plan:
        return plan_of(self.entries)

    def next_change(self) -> str:
        return f"c{len(self.changes) + 1}"


def evolve(state: HospitalState, event: Event) -> None:
    match event:
        case Changed():
            _change(state, event)
        case Planned():
            state.changes[event.change] = Change(
                at=event.at,
                by=event.by,
                edits=event.edits,
                reason=event.reason,
                state="planned",
                takes_effect=event.takes_effect,
            )
            state.planned[event.change] = event.takes_effect
        case Withdrawn():
            state.planned.pop(event.change, None)
            change = state.changes[event.change]
            change.state, change.message = "withdrawn", event.reason
        case NotChanged():
            state.planned.pop(event.change, None)
            change = state.changes[event.change]
            change.state, change.message = "failed", event.message
        case _:
            assert_never(event)


def _change(state: HospitalState, event: Changed) -> None:
    state.revision += 1
    state.last = event.change
    for edit in event.edits:
        if edit.after is None:
            state.entries.pop(edit.name, None)
        else:
            state.entries[edit.name] = entry_of(edit.kind, edit.after)
        state.revised[edit.name] = state.revision
        state.touched[edit.name] = event.change
    planned = state.planned.pop(event.change, 0)
    before = state.changes.get(event.change)
    state.changes[event.change] = Change(
        at=event.at,
        by=before.by if before else event.by,
        edits=event.edits,
        reason=event.reason,
        reverts=event.reverts,
        takes_effect=planned,
    )
    if event.reverts:
        state.changes[event.reverts].reverted_by = event.change


# Snapshots


class _Kept(msgspec.Struct):
    """A state with names spelled out, for JSON has only strings as keys."""

    stream: str
    revision: int
    entries: list[tuple[str, str, dict[str, Any]]]
    revised: list[tuple[str, str, int, str]]
    changes: dict[str, Change]
    planned: dict[str, Millis]
    last: str


def freeze(state: HospitalState) -> HospitalState:
    """Entries and edits never change; a change's own fields do, so it is copied."""
    return HospitalState(
        state.stream,
        dict(state.entries),
        state.revision,
        dict(state.revised),
        dict(state.touched),
        {key: msgspec.structs.replace(c) for key, c in state.changes.items()},
        dict(state.planned),
        state.last,
    )


def encode(frozen: HospitalState) -> bytes:
    return msgspec.json.encode(
        _Kept(
            frozen.stream,
            frozen.revision,
            [(n.kind, n.key, document(e) or {}) for n, e in frozen.entries.items()],
            [
                (n.kind, n.key, revision, frozen.touched[n])
                for n, revision in frozen.revised.items()
            ],
            frozen.changes,
            frozen.planned,
            frozen.last,
        )
    )


def thaw(stream: str, body: bytes) -> HospitalState:
    kept = msgspec.json.decode(body, type=_Kept)
    return HospitalState(
        stream,
        {Name(kind, key): entry_of(kind, told) for kind, key, told in kept.entries},
        kept.revision,
        {Name(kind, key): revision for kind, key, revision, _ in kept.revised},
        {Name(kind, key): change for kind, key, _, change in kept.revised},
        kept.changes,
        kept.planned,
        kept.last,
    )
