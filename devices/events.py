"""What a driver tells: each device's own events, and these two that all have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.trouble import Trouble


@dataclass(frozen=True)
class Up:
    """The device answers. `facts` are what it says of itself: model, serial number."""

    device: str
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Down:
    """The device cannot be used, and why; told once for each trouble."""

    device: str
    trouble: Trouble


# Called in the event loop, and returns at once.
Tell = Callable[[object], None]
