"""Fifty people after the last number, and the server killed while they reach for it.

However often it dies and at whatever moment: one gets the number, forty-nine are told
clearly that it is gone, and a key sent again gets the answer it had.
"""

from __future__ import annotations

import os
import random
import secrets
import sqlite3
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import trio

from tests.faults.load import Asker, Ledger, Refused
from tests.faults.server import PATIENCE_S, Server, installation

SEED = int(os.environ.get("HOUZHEN_FAULTS_SEED") or secrets.randbelow(10**9))
PEOPLE = 50
ROUNDS = 4
KILLS_AT_MOST = 3
DAY = "2099-11-23"
NINE = 4_099_078_800_000


def stream(department: str) -> str:
    return f"yunxiu/schedule/{department}/{DAY}"


def opening() -> dict[str, Any]:
    slots = {"1": {"start": NINE, "end": NINE + 1_800_000, "count": 1}}
    session = {"half": "am", "price": 5000, "prefix": "Z", "slots": slots}
    return {"department": {"name": "心血管内科"}, "sessions": {"e": session}}


async def the_rush(
    server: Server, people: list[Asker], department: str, chance: random.Random
) -> None:
    """Everybody at once, and kills meanwhile. Returns when all have an answer."""
    outcomes: dict[str, str] = {}
    bookings: list[str] = []

    async def reach(asker: Asker) -> None:
        body = {
            "session": "e",
            "channel": "wechat",
            "person": asker.name,
            "name": "张友三",
            "card": asker.name,
        }
        try:
            held = await asker.ask(f"{stream(department)}:pool", "lock", body)
        except Refused as refusal:
            outcomes[asker.name] = str(refusal)
        else:
            outcomes[asker.name] = "won"
            bookings.append(held["booking"])

    async with trio.open_nursery() as nursery:
        for asker in people:
            nursery.start_soon(reach, asker)
        for _ in range(chance.randint(1, KILLS_AT_MOST)):
            await trio.sleep(chance.choice([0.0, 0.005, 0.02, 0.05, 0.1]))
            await server.kill()
            await server.start()
    assert len(outcomes) == PEOPLE
    assert len(bookings) == 1, bookings
    told = [said for said in outcomes.values() if said != "won"]
    assert all("none_left" in said and "约完了" in said for said in told)


def locks_in(journal: Path) -> dict[str, list[dict[str, Any]]]:
    """What is on disk, read past the server."""
    found: dict[str, list[dict[str, Any]]] = {}
    with sqlite3.connect(f"file:{journal}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT stream, body FROM events WHERE name = 'schedule.locked'"
        )
        for name, body in rows:
            found.setdefault(name, []).append(msgspec.json.decode(body))
    return found


async def test_one_gets_it_and_forty_nine_hear_so(tmp_path: Path) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    ledger = Ledger()
    names = count(1)
    async with installation(tmp_path) as server, trio.open_nursery() as nursery:
        people = [
            Asker(name, server.token("phone", "*", name=name), ledger, chance)
            for name in (f"p{next(names)}" for _ in range(PEOPLE))
        ]
        office = Asker("his", server.token("his", "*", name="his"), ledger, chance)
        for asker in (*people, office):
            nursery.start_soon(asker.run, server.port)
        await server.start()
        with trio.fail_after(PATIENCE_S * 2):
            for round_ in range(ROUNDS):
                department = f"d{round_}"
                await office.ask(f"{stream(department)}:setup", "open", opening())
                await the_rush(server, people, department, chance)
        nursery.cancel_scope.cancel()
        won = [deed for deed in ledger.acknowledged if deed.name == "lock"]
        assert len(won) == ROUNDS
        on_disk = locks_in(server.journal)
        for deed in won:
            (locked,) = on_disk[deed.stream]
            assert locked["person"] == deed.principal
            assert locked["booking"] == deed.answer["body"]["booking"]
        assert any(deed.times_sent > 1 for deed in ledger.asked.values())
        assert server.said == ""
