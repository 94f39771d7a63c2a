"""A yes with its record in the audit trail."""

from __future__ import annotations

import msgspec

from actors.floor.events import Event
from actors.runtime.shape import Accepted, AuditRecord


def done(events: tuple[Event, ...], reply: msgspec.Struct) -> Accepted:
    """What a person did, provable."""
    return Accepted(events, reply, tuple(_record(event) for event in events))


def _record(event: Event) -> AuditRecord:
    told = msgspec.to_builtins(event)
    action = str(told.pop("type"))
    told.pop("at")
    return AuditRecord(action, event.by, msgspec.json.encode(told))
