"""kill -9 while snapshots are being written: what was acknowledged is there, once."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
import trio

from actors.journal.journal import Journal
from actors.runtime.system import ActorSystem
from realtime.version import CHECKOUT
from tests.actors.conftest import journal_url as journal_url
from tests.actors.tally import Add, Total, tally, tally_snapshots

ONE = "h/tally/one"
EVERY = 3
TURNS = 4


async def add_for_ever(url: str, first: int) -> None:
    """Says each number once it has been acknowledged, until it is killed."""
    system = ActorSystem(Journal(url, release="1.0"), [tally(tally_snapshots(EVERY))])
    async with system.running():
        number = first
        while True:
            add = Add(1, to=f"n{number % 50}")
            answer = await system.ref(ONE).ask(
                add, principal="p", key=f"key-{number:06d}"
            )
            print(number, answer.read(Total).total, flush=True)
            number += 1


def killed_after(url: str, first: int, count: int) -> int:
    """The last number that was acknowledged before the kill."""
    command = [sys.executable, "-m", "tests.faults.test_snapshots", url, str(first)]
    last = first - 1
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            for _ in range(count):
                line = child.stdout.readline()
                assert line, "it ended by itself"
                number, total = map(int, line.split())
                assert total == number, "a number was lost, or counted twice"
                last = number
        finally:
            child.kill()
            rest = child.stdout.read()
    for line in rest.splitlines(keepends=True):
        if line.endswith("\n"):
            last = int(line.split()[0])
    return last


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_while_it_saves(journal_url: str, seed: int) -> None:
    chance = random.Random(seed)
    acknowledged = 0
    for _ in range(TURNS):
        # what was written and not acknowledged is asked again under its key
        acknowledged = killed_after(
            journal_url, acknowledged + 1, chance.randint(1, 4 * EVERY)
        )

    async def total(snapshots: bool) -> int:
        kept = tally_snapshots(EVERY) if snapshots else None
        journal = Journal(journal_url, release="1.0")
        system = ActorSystem(journal, [tally(kept)])
        async with system.running():
            found: int = await system.ref(ONE).read(lambda state: state.total)
            return found

    from_snapshot = trio.run(total, True)
    assert from_snapshot in (acknowledged, acknowledged + 1)
    assert trio.run(total, False) == from_snapshot


if __name__ == "__main__":
    trio.run(add_for_ever, sys.argv[1], int(sys.argv[2]))
