"""Wakes every clinic day of a journal, in a process of its own, and says how long it
took. ``python -m tests.bench.replay FOLDER STREAMS`` prints one JSON object."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import trio

from actors.clinic.actor import clinic_capability
from actors.clinic.state import ClinicState
from actors.journal.journal import Journal
from actors.runtime.system import ActorSystem
from realtime import quiet
from tests.bench.history import RELEASE, a_vault, days, url_in
from tests.bench.own_process import anonymous_bytes


class Replayed(msgspec.Struct, frozen=True):
    tickets: int
    opening_s: float
    seconds: float
    cpu_s: float
    anonymous: int


async def replay(folder: Path, streams: int) -> Replayed:
    """Everybody at once, as after a restart, with the server's own settings of the
    garbage collector: the journal reads four at a time."""
    tickets: list[int] = []
    begun, cpu, memory = time.monotonic(), time.process_time(), anonymous_bytes()
    journal = Journal(url_in(folder), release=RELEASE)
    system = ActorSystem(journal, [clinic_capability(a_vault())], idle_s=3600)
    async with system.running():
        opening = time.monotonic() - begun
        quiet.settle_down()

        async def wake(stream: str) -> None:
            tickets.append(await system.ref(stream).read(_tickets))

        async with trio.open_nursery() as nursery:
            for stream in days(streams):
                nursery.start_soon(wake, stream)
        seconds = time.monotonic() - begun
        return Replayed(
            sum(tickets),
            opening,
            seconds,
            time.process_time() - cpu,
            anonymous_bytes() - memory,
        )


def _tickets(state: ClinicState) -> int:
    return sum(ticket.state == "done" for ticket in state.tickets.values())


if __name__ == "__main__":
    found = trio.run(replay, Path(sys.argv[1]), int(sys.argv[2]))
    print(msgspec.json.encode(found).decode())
