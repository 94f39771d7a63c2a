"""Wakes many actors in a process of its own and says what each holds.

``python -m tests.bench.crowd FOLDER COUNT`` prints one JSON object."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

import msgspec
import trio

from actors.journal.journal import Journal
from actors.runtime.system import ActorSystem
from tests.bench.figures import percentile
from tests.bench.history import RELEASE, url_in
from tests.bench.own_process import anonymous_bytes
from tests.bench.report import tell
from tests.bench.tally import (
    Add,
    Added,
    Tally,
    evolve,
    tally_capability,
    tally_stream,
)

_FIRST = 2000
"""So many are awake before anything is counted: pools, caches and the write-ahead
log have their size then."""
_ASKING_AT_ONCE = 256
_ASKED_AFTERWARDS = 200


class Crowd(msgspec.Struct, frozen=True):
    count: int
    state_bytes: float
    actor_bytes: float
    waking_us: float
    ask_p50_us: float
    collect_ms: float
    collect_frozen_ms: float


async def crowd(folder: Path, count: int) -> Crowd:
    """Every actor is asked once, with a key, so that it has a state, a seq and a key
    it remembers; then nobody writes to it."""
    journal = Journal(url_in(folder), release=RELEASE)
    system = ActorSystem(journal, [tally_capability()], idle_s=86_400)
    state_bytes = _bytes_of_a_state(count)
    async with system.running():
        await _ask(system, 0, _FIRST)
        gc.collect()
        memory, begun = anonymous_bytes(), time.monotonic()
        await _ask(system, _FIRST, _FIRST + count)
        seconds = time.monotonic() - begun
        await journal.flushed()
        collect = _collect()
        held = anonymous_bytes() - memory
        if system.awake != _FIRST + count:
            raise RuntimeError(f"{system.awake} are awake, not {_FIRST + count}")
        asks = await _ask_some(system, _FIRST + count)
        gc.freeze()
        frozen = _collect()
    return Crowd(
        count,
        state_bytes,
        held / count - state_bytes,
        seconds / count * 1e6,
        percentile(asks, 0.5) * 1e6,
        collect * 1e3,
        frozen * 1e3,
    )


def _bytes_of_a_state(count: int) -> float:
    gc.collect()
    before = anonymous_bytes()
    states = []
    for number in range(count):
        state = Tally()
        evolve(state, Added(1000 + number, 1_795_404_120_000 + number))
        states.append(state)
    # the list itself is not the states'
    held = anonymous_bytes() - before - sys.getsizeof(states)
    return held / count


def _collect() -> float:
    begun = time.monotonic()
    gc.collect()
    return time.monotonic() - begun


async def _ask(system: ActorSystem, first: int, end: int) -> None:
    numbers = iter(range(first, end))

    async def one_after_another() -> None:
        for number in numbers:
            await system.ref(tally_stream(number)).ask(
                Add(1000 + number), principal="bench", key=f"k-{number:08d}"
            )
            if number % 20_000 == 0 and number:
                tell(f"  awake: {number} ...")

    async with trio.open_nursery() as nursery:
        for _ in range(_ASKING_AT_ONCE):
            nursery.start_soon(one_after_another)


async def _ask_some(system: ActorSystem, count: int) -> list[float]:
    """How long an ask takes, one at a time, in such a crowd."""
    took = []
    for number in range(_ASKED_AFTERWARDS):
        stream = tally_stream(number * (count // _ASKED_AFTERWARDS))
        begun = time.monotonic()
        await system.ref(stream).ask(
            Add(1), principal="bench", key=f"again-{number:08d}"
        )
        took.append(time.monotonic() - begun)
    return took


if __name__ == "__main__":
    found = trio.run(crowd, Path(sys.argv[1]), int(sys.argv[2]))
    print(msgspec.json.encode(found).decode())
