"""What a terminal is told, what has happened to it, and its answers.

A device's secret never comes here, only its hash. What beats every half minute is
held in memory (realtime/terminals.py): here is only what has changed.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from actors.kernel.times import Millis

TerminalId = Annotated[str, Meta(pattern=r"^t[a-z0-9]{10}\Z")]
Role: TypeAlias = Literal["screen", "kiosk", "speaker"]
What: TypeAlias = Literal["identify", "reload", "screenshot", "log", "restart"]
Audio: TypeAlias = Literal["", "on", "blocked", "none"]
"""What a device says of its sound: heard, locked by its browser, or it has none."""

Line = Annotated[str, Meta(max_length=60, pattern=r"\S")]
Short = Annotated[str, Meta(max_length=16)]
Profile = Annotated[str, Meta(max_length=32, pattern=r"^[a-z][a-z0-9_\-]*\Z")]
Place = Annotated[str, Meta(max_length=129)]


# Commands


class _Command(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str


class Enrol(_Command, frozen=True, tag="terminal.enrol"):
    """Somebody has read this device's code and said what it is."""

    role: Role
    name: Line
    number: Short
    profile: Profile
    places: tuple[Place, ...]
    secret: str


class Change(_Command, frozen=True, tag="terminal.change"):
    """What is not given stays."""

    name: Line | None = None
    number: Short | None = None
    profile: Profile | None = None
    places: tuple[Place, ...] | None = None


class Revoke(_Command, frozen=True, tag="terminal.revoke"):
    """It opens nothing any more, for good: a device that comes back is a new one."""

    reason: Line


class Order(_Command, frozen=True, tag="terminal.order"):
    what: What


class Obeyed(_Command, frozen=True, tag="terminal.obey"):
    """The device has done it, or says why it cannot."""

    order: str
    trouble: Annotated[str, Meta(max_length=200)] = ""


class Note(_Command, frozen=True, tag="terminal.note"):
    """How it is, as far as it is known; what is not given stays. ``since`` is when
    it was last heard, where it went silent."""

    online: bool | None = None
    audio: Audio | None = None
    version: Short | None = None
    since: Millis = 0


Command: TypeAlias = Enrol | Change | Revoke | Order | Obeyed | Note


# Events


class _Event(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    at: Millis
    by: str


class Enrolled(_Event, frozen=True, tag="terminal.enrolled"):
    role: str
    name: str
    number: str
    profile: str
    places: tuple[str, ...]
    secret: str


class Changed(_Event, frozen=True, tag="terminal.changed"):
    name: str
    number: str
    profile: str
    places: tuple[str, ...]


class Revoked(_Event, frozen=True, tag="terminal.revoked"):
    reason: str


class Ordered(_Event, frozen=True, tag="terminal.ordered"):
    order: str
    what: str
    until: Millis


class OrderDone(_Event, frozen=True, tag="terminal.order_done"):
    order: str
    trouble: str = ""


class Noted(_Event, frozen=True, tag="terminal.noted"):
    online: bool
    audio: str
    version: str
    since: Millis


Event: TypeAlias = Enrolled | Changed | Revoked | Ordered | OrderDone | Noted


# Replies


class ThisTerminal(msgspec.Struct, frozen=True, gc=False):
    terminal: str


class ThisOrder(msgspec.Struct, frozen=True, gc=False):
    order: str
    until: Millis
