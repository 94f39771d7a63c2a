"""The smallest actor there can be: a state of two fields, one command, one event.

What a hundred thousand of these cost beside their states is what any actor costs."""

from __future__ import annotations

import msgspec

from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Capability, Decision, Nothing

KIND = "tally"


class Add(msgspec.Struct, frozen=True, gc=False, tag="tally.add"):
    count: int


class Added(msgspec.Struct, frozen=True, gc=False, tag="tally.added"):
    count: int
    at: Millis


class Tally(msgspec.Struct, gc=False):
    total: int = 0
    at: Millis = 0


def new(stream: str) -> Tally:
    return Tally()


def evolve(state: Tally, event: Added) -> None:
    state.total += event.count
    state.at = event.at


def decide(state: Tally, command: Add, now: Millis) -> Decision:
    return Accepted((Added(command.count, now),), Nothing())


def tally_capability() -> Capability[Tally]:
    return Capability(
        KIND, commands=Add, events=Added, new=new, decide=decide, evolve=evolve
    )


def tally_stream(number: int) -> str:
    return f"yunxiu/{KIND}/bench-{number:06d}"
