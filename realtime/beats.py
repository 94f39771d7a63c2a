"""What a device says of itself every half minute, and what it sends when asked."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from actors.kernel.times import Millis
from actors.terminal.messages import Audio, Short

Short32 = Annotated[str, Meta(max_length=32)]
Seconds = Annotated[int, Meta(ge=0, le=10**9)]
Count = Annotated[int, Meta(ge=0, le=10**7)]
DeviceName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
LogLines = Annotated[
    tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=100)
]


class DeviceFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How something attached to a device is. ``trouble`` and ``warning`` are codes, of
    which it says the last, too; ``for_s`` is how long it has been so. Counts are of
    its own day."""

    model: Annotated[str, Meta(max_length=60)] = ""
    port: Annotated[str, Meta(max_length=60)] = ""
    trouble: Short32 = ""
    warning: Short32 = ""
    for_s: Seconds = 0
    last: Short32 = ""
    last_s: Seconds = 0
    today: Count = 0
    failed: Count = 0


class Facts(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a device says that it is. Nothing in it is about a patient. ``edge``: it is
    a computer with ``devices``, which can also send its log and start again."""

    version: Short = ""
    width: int = 0
    height: int = 0
    audio: Audio = ""
    clock_off_ms: int = 0
    painted_at: Millis = 0
    stale_since: Millis = 0
    heap_mb: int = 0
    nodes: int = 0
    layout: Short = ""
    can_shoot: bool = False
    edge: bool = False
    up_s: Seconds = 0
    temperature: float | None = None
    devices: Annotated[dict[DeviceName, DeviceFacts], Meta(max_length=16)] = {}


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last beat of a device, and when it came."""

    at: Millis
    facts: Facts


class Shot(msgspec.Struct, frozen=True):
    """What a device has drawn of itself."""

    at: Millis
    kind: str
    image: bytes


class Tail(msgspec.Struct, frozen=True):
    """The last lines of a device's own log."""

    at: Millis
    lines: tuple[str, ...]
