"""What the floor rests on, where no other test would notice soon, or at all."""

from __future__ import annotations

from pathlib import Path

import trio

from actors.journal.database import Database
from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem
from tests.actors.tally import Add, tally


def test_a_commit_is_synced(tmp_path: Path) -> None:
    """No test can take the power away; what SQLite was told, one can ask."""
    database = Database(f"sqlite:///{tmp_path}/journal.db")
    try:
        database.open(frozenset(), "1.0")
        with database.writing.connect() as connection:
            ask = connection.exec_driver_sql
            assert ask("pragma journal_mode").scalar() == "wal"
            assert ask("pragma synchronous").scalar() == 2  # full
    finally:
        database.close()


async def test_a_cursor_is_not_saved_while_its_effect_goes_on(tmp_path: Path) -> None:
    begun = trio.Event()

    async def never_done(record: Recorded) -> None:
        begun.set()
        await trio.sleep_forever()

    journal = Journal(f"sqlite:///{tmp_path}/journal.db", release="1.0")
    follower = Follower("f", never_done)
    system = ActorSystem(journal, [tally()], followers=[follower])
    async with system.running():
        await system.ref("h/tally/one").ask(Add(1), principal="p")
        with trio.fail_after(10):
            await begun.wait()
        assert follower.unsaved(at_the_end=True) is None
