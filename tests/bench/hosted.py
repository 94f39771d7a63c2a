"""The server as ``houzhen serve`` puts it together, with a probe in its event loop.

The probe is a task that sleeps for a millisecond, over and over, and notes how late it
wakes: what any other task would have waited for as well. A line on stdin begins a
window (``begin``), sets a bulk load going (``bulk``), or ends the window (``tell``):
then one JSON object goes to stdout. When stdin ends, the server does.
"""

from __future__ import annotations

import os
import sys
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trio

from actors.journal.records import Append, Lineage
from actors.kernel.errors import UnknownAsk, UnknownTarget
from actors.kernel.sealed import Vault
from actors.runtime.shape import Capability
from realtime.bootstrap import serving
from realtime.config import load
from realtime.house import House
from realtime.tokens import Principal
from realtime.topics.counter import Errand
from tests.bench.figures import percentile
from tests.bench.tally import KIND, Added, tally_capability, tally_stream

SLEEP_S = 0.001
_BULK_STREAMS = 100
_EVENTS_AN_APPEND = 20
_ROWS_AHEAD = 5000


class Lateness(msgspec.Struct, frozen=True):
    """``max_ran_ms`` is for how much of the worst one the loop's thread was running:
    all of it, and something held the loop; little of it, and the loop was kept from
    running, by the machine's other work or by another thread of ours."""

    sleeps: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    max_ran_ms: float
    bulk_events: int


class Probe:
    """How late each sleep of the window ended."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._late = array("d")
        self._worst = 0.0
        self._worst_ran = 0.0

    async def run(self) -> None:
        while True:
            began, ran = trio.current_time(), time.thread_time()
            await trio.sleep(SLEEP_S)
            late = trio.current_time() - began - SLEEP_S
            self._late.append(late)
            if late > self._worst:
                self._worst, self._worst_ran = late, time.thread_time() - ran

    def tell(self, bulk_events: int) -> Lateness:
        late = self._late
        return Lateness(
            len(late),
            percentile(late, 0.5) * 1e3,
            percentile(late, 0.99) * 1e3,
            self._worst * 1e3,
            self._worst_ran * 1e3,
            bulk_events,
        )


class BulkLoad:
    """Events in the journal's second lane, as when a HIS hands over its register: as
    fast as they are written, and never more than some thousands ahead."""

    def __init__(self, house: House) -> None:
        self._journal = house.system.journal
        self._clock = house.system.clock
        self.events = 0

    async def run(self) -> None:
        streams = [(tally_stream(number), Lineage()) for number in range(_BULK_STREAMS)]
        seq = 0
        room = trio.CapacityLimiter(_ROWS_AHEAD // _EVENTS_AN_APPEND)
        while True:
            for stream, lineage in streams:
                await room.acquire_on_behalf_of(borrower := object())
                self._append(stream, seq, lineage, room, borrower)
            seq += _EVENTS_AN_APPEND

    def _append(
        self,
        stream: str,
        seq: int,
        lineage: Lineage,
        room: trio.CapacityLimiter,
        borrower: object,
    ) -> None:
        now = self._clock.now()
        body = msgspec.json.encode(Added(1, now))
        events = [("tally.added", body)] * _EVENTS_AN_APPEND

        def written(append: Append) -> None:
            if append.fault is not None:
                raise RuntimeError(f"the bulk load failed: {append.fault}")
            self.events += _EVENTS_AN_APPEND
            room.release_on_behalf_of(borrower)

        self._journal.append_bulk(Append(stream, seq, now, events, lineage, written))


class NobodysCounter:
    """The bulk load's actors are not to be seen or asked from outside."""

    kind = KIND

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        raise UnknownTarget

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        raise UnknownAsk


def wing(vault: Vault) -> tuple[Capability[Any], NobodysCounter]:
    return tally_capability(), NobodysCounter()


@asynccontextmanager
async def lines_of_stdin() -> AsyncIterator[AsyncIterator[str]]:
    stdin = trio.lowlevel.FdStream(os.dup(0))

    async def lines() -> AsyncIterator[str]:
        kept = b""
        async for data in stdin:
            *whole, kept = (kept + bytes(data)).split(b"\n")
            for line in whole:
                yield line.decode()

    async with stdin:
        yield lines()


async def main() -> None:
    settings = load(environment=os.environ)
    probe = Probe()
    async with serving(settings, wings=[wing]) as house, trio.open_nursery() as nursery:
        bulk = BulkLoad(house)
        nursery.start_soon(probe.run)
        async with lines_of_stdin() as lines:
            async for line in lines:
                if line == "begin":
                    probe.begin()
                    bulk.events = 0
                elif line == "bulk":
                    nursery.start_soon(bulk.run)
                elif line == "tell":
                    found = msgspec.json.encode(probe.tell(bulk.events))
                    sys.stdout.buffer.write(found + b"\n")
                    sys.stdout.buffer.flush()
        nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main)
