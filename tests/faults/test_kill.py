"""kill -9 at random moments under load.

Whatever was acknowledged is there exactly once, a key sent again gets its first reply
byte for byte, and no screen sees a gap or hears an announcement twice.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest
import trio

from tests.faults.load import under_load
from tests.faults.morning import PATIENCE_S, SETTINGS, Morning, held_up
from tests.faults.server import installation

KILLS = 20
SEED = int(os.environ.get("HOUZHEN_FAULTS_SEED") or secrets.randbelow(10**9))


async def life_and_death(day: Morning) -> None:
    """Start, perhaps look at everything, and kill at a random moment."""
    chance, server = day.chance, day.server
    how = chance.choices(
        ["starting", "young", "after acks", "after a while"], [2, 3, 9, 6]
    )[0]
    began = trio.current_time()
    server.begin()
    if how == "starting":
        await trio.sleep(chance.uniform(0.0, 0.25))
    else:
        await server.opened()
        if how == "young":
            await trio.sleep(chance.uniform(0.0, 0.08))
        else:
            await day.audit()
            await held_up(day.compare_views)
            if how == "after acks":
                with trio.fail_after(PATIENCE_S):
                    await day.ledger.grown_by(chance.randint(1, 150))
            else:
                await trio.sleep(chance.uniform(0.0, 0.5))
    acknowledged = len(day.ledger.acknowledged)
    await server.kill()
    print(
        f"life {server.lives}: killed {how}, after "
        f"{trio.current_time() - began:.2f} s, {acknowledged} acknowledged"
    )


async def survive(folder: Path, seed: int, kills: int) -> None:
    print(f"seed {seed}")
    async with installation(folder, **SETTINGS) as server:
        day = Morning(server, seed)
        async with (
            trio.open_nursery() as nursery,
            under_load(server, day.clinics) as rest,
        ):
            for screen in day.screens:
                nursery.start_soon(screen.run, server.port)
            for _ in range(kills):
                await life_and_death(day)
            await server.start()
            with trio.fail_after(PATIENCE_S):
                for screen in day.screens:
                    await screen.live()
                await rest()
                await day.look_at_the_end()
            nursery.cancel_scope.cancel()
        day.tell()
        assert server.said == ""  # not a warning in all its lives


@pytest.mark.timeout(300)
async def test_what_was_acknowledged_survives_every_kill(tmp_path: Path) -> None:
    await survive(tmp_path, seed=SEED, kills=KILLS)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(10))
async def test_two_hundred_kills(seed: int, tmp_path: Path) -> None:
    await survive(tmp_path, seed, kills=KILLS)
