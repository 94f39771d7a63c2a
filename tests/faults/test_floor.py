"""What the floor rests on and no other test would miss."""

from __future__ import annotations

from pathlib import Path

from actors.journal.database import Database


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
