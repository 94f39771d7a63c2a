"""Which slips were asked for and what became of them: one small SQLite file.

It is what makes a slip come out once although the machine may stop at any moment: that
a slip goes to the printer is on disk before its first byte goes. Its content is wiped
as soon as it is printed or given up: overwritten in the file (`secure_delete`), and no
copy stays in a log beside it (`journal_mode = TRUNCATE`). Only the id, a keyed hash and
the outcome stay, for a day, so that the same id is the same slip.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["waiting", "sent", "printed", "not_printed", "unknown"]
ENDED: frozenset[State] = frozenset({"printed", "not_printed", "unknown"})
KEPT_MS = 24 * 3_600_000

_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    content BLOB,
    hash BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    cuts INTEGER,
    until_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    why TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS keys (key BLOB NOT NULL);
"""


@dataclass(frozen=True, repr=False)
class Job:
    """`tries` counts how often its bytes went to the printer; `cuts` is the printer's
    counter before the last time; `why` a trouble's code."""

    number: int
    id: str
    state: State
    content: bytes | None
    tries: int
    cuts: int | None
    until_ms: int
    why: str

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class OtherSlip(Exception):
    """The id stands for another slip."""


class Spool:
    """Each call is a transaction that is on disk when it returns, in some
    milliseconds. Not for several threads at once."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        for pragma in (
            "journal_mode = TRUNCATE",
            "synchronous = FULL",
            "secure_delete = ON",
            "locking_mode = EXCLUSIVE",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)
        row = self._db.execute("SELECT key FROM keys").fetchone()
        if row is None:
            row = (secrets.token_bytes(32),)
            self._db.execute("INSERT INTO keys VALUES (?)", row)
        self._key: bytes = row[0]

    def close(self) -> None:
        self._db.close()

    def add(self, job: str, content: bytes, *, until_ms: int, now_ms: int) -> Job:
        """A new slip, or the one that has this id. Raises OtherSlip."""
        mark = hmac.digest(self._key, content, "sha256")
        row = self._db.execute("SELECT hash FROM jobs WHERE id = ?", (job,)).fetchone()
        if row is None:
            self._db.execute(
                "DELETE FROM jobs WHERE changed_ms < ?", (now_ms - KEPT_MS,)
            )
            self._db.execute(
                "INSERT INTO jobs (id, state, content, hash, until_ms, changed_ms) "
                "VALUES (?, 'waiting', ?, ?, ?, ?)",
                (job, content, mark, until_ms, now_ms),
            )
        elif not hmac.compare_digest(row[0], mark):
            raise OtherSlip
        found = self.job(job)
        assert found is not None
        return found

    def job(self, job: str) -> Job | None:
        return self._one("id = ?", (job,))

    def open_jobs(self) -> list[Job]:
        """Those that have not ended, oldest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM jobs WHERE state IN ('waiting', 'sent') "
            "ORDER BY number"
        )
        return [_job(row) for row in rows]

    def sent(self, job: str, *, cuts: int | None, now_ms: int) -> None:
        """Its bytes are about to go."""
        self._db.execute(
            "UPDATE jobs SET state = 'sent', tries = tries + 1, cuts = ?, "
            "changed_ms = ? WHERE id = ?",
            (cuts, now_ms, job),
        )

    def waits(self, job: str, why: str, *, now_ms: int) -> None:
        """It did not come out, and may yet."""
        self._db.execute(
            "UPDATE jobs SET state = 'waiting', why = ?, changed_ms = ? WHERE id = ?",
            (why, now_ms, job),
        )

    def ends(self, job: str, state: State, why: str, *, now_ms: int) -> None:
        """It is over; its content is wiped."""
        self._db.execute(
            "UPDATE jobs SET state = ?, why = ?, changed_ms = ?, content = NULL "
            "WHERE id = ?",
            (state, why, now_ms, job),
        )

    def _one(self, where: str, values: tuple[object, ...]) -> Job | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM jobs WHERE {where}", values
        ).fetchone()
        return None if row is None else _job(row)


_COLUMNS = "number, id, state, content, tries, cuts, until_ms, why"


def _job(row: tuple[int, str, State, bytes | None, int, int | None, int, str]) -> Job:
    return Job(*row)
