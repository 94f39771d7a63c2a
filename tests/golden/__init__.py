"""What was written once: one file per capability, an event a line. See README.md."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from actors.runtime.shape import Capability

S = TypeVar("S")
FOLDER = Path(__file__).parent


def lines_of(name: str) -> list[bytes]:
    """Of ``name`` (``clinic-events``), in the order of the day."""
    return (FOLDER / f"{name}.jsonl").read_bytes().splitlines()


def replayed(capability: Capability[S], stream: str, lines: Iterable[bytes]) -> S:
    state = capability.new(stream)
    for line in lines:
        capability.evolve(state, capability.read_event(line))
    return state
