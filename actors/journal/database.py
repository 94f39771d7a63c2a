"""Opening the journal's database: pragmas, migrations, and whose it is.

Every fault here is a CannotStart whose message tells an operator what to do.
"""

from __future__ import annotations

import fcntl
import secrets
import sqlite3
from pathlib import Path
from typing import IO, Any

from alembic import command as alembic_command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Engine,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from actors.journal.faults import (
    CannotStart,
    Damaged,
    InUse,
    Kind,
    NewerData,
    Unreachable,
    kind_of,
)
from actors.journal.tables import event_names, head

_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """Two engines on one database: ``writing`` has one connection, held by the
    writer thread; ``reading`` has a few, for short reads."""

    def __init__(self, url: str, busy_s: float = 5.0) -> None:
        try:
            self.url: URL = make_url(url)
        except ArgumentError:
            raise Unreachable(
                f"journal.url is not a database URL: {url!r}; e.g. "
                "sqlite:///data/houzhen.db or postgresql+psycopg://user@host/houzhen"
            ) from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock: IO[str] | None = None
        self.journal_id = ""
        self.epoch = 0
        if self.is_sqlite:
            self._take_file()
            self.writing = self._sqlite(busy_s, begin="BEGIN IMMEDIATE", pool_size=1)
            self.reading = self._sqlite(busy_s, begin="BEGIN", pool_size=4)
        else:
            self.writing = self._server(pool_size=1)
            self.reading = self._server(pool_size=4)

    def is_new(self) -> bool:
        """Nothing was ever written here. Raises CannotStart."""
        try:
            with self.reading.connect() as connection:
                if not inspect(connection).has_table(head.name):
                    return True
                return not connection.scalar(select(head.c.position))
        except DBAPIError as error:
            raise self._cannot_start(error) from error

    def open(self, known_events: frozenset[str], release: str) -> None:
        """Bring the tables up to date, refuse what this release cannot read, and
        take the journal over: from here on every other writer is fenced."""
        try:
            self._migrate()
            with self.writing.begin() as connection:
                self._refuse_newer(connection, known_events, release)
                self._claim(connection)
        except DBAPIError as error:
            raise self._cannot_start(error) from error
        except CannotStart:
            raise
        except (SQLAlchemyError, CommandError) as error:
            raise Unreachable(f"cannot open the journal at {self}: {error}") from error

    def close(self) -> None:
        self.writing.dispose()
        self.reading.dispose()
        if self._lock is not None:
            self._lock.close()

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    # -- engines ---------------------------------------------------------------

    def _take_file(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise Unreachable("the journal needs a file: sqlite:///data/houzhen.db")
        path = Path(self.url.database)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = path.with_name(path.name + ".lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            assert self._lock is not None
            self._lock.close()
            raise InUse(
                f"another houzhen is using {path}; stop it first, or give this one "
                "its own data_dir"
            ) from None
        except OSError as error:
            raise Unreachable(f"cannot use {path.parent}: {error.strerror}") from error

    def _sqlite(self, busy_s: float, begin: str, pool_size: int) -> Engine:
        engine = create_engine(
            self.url,
            connect_args={"timeout": busy_s, "check_same_thread": False},
            pool_size=pool_size,
            max_overflow=0,
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: sqlite3.Connection, _: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves
            for pragma in (
                "journal_mode=wal",
                "synchronous=full",
                "foreign_keys=on",
                "temp_store=memory",
                "wal_autocheckpoint=0",  # the writer chooses the moment
            ):
                connection.execute(f"pragma {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _server(self, pool_size: int) -> Engine:
        return create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
        )

    # -- start -----------------------------------------------------------------

    def _migrate(self) -> None:
        config = AlembicConfig()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["engine"] = self.writing
        script = ScriptDirectory.from_config(config)
        with self.writing.connect() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
        if now is not None and now not in {r.revision for r in script.walk_revisions()}:
            raise NewerData(
                f"the journal at {self} has tables of a later release ({now}); "
                "start that release, or restore the backup made before it"
            )
        if now != script.get_current_head():
            alembic_command.upgrade(config, "head")

    def _refuse_newer(
        self, connection: Any, known: frozenset[str], release: str
    ) -> None:
        rows = connection.execute(select(event_names)).all()
        kept: dict[str, str] = {row.name: row.since for row in rows}
        if unknown := sorted(kept.keys() - known):
            needed = max(kept[name] for name in unknown)
            raise NewerData(
                f"the journal holds events this release ({release}) does not know: "
                f"{', '.join(unknown)}; it needs release {needed} or later"
            )

    def _claim(self, connection: Any) -> None:
        row = connection.execute(select(head.c.journal, head.c.epoch)).first()
        if row is None:
            self.journal_id, self.epoch = secrets.token_hex(4), 1
            connection.execute(
                insert(head).values(
                    id=1, journal=self.journal_id, position=0, commits=0, epoch=1
                )
            )
        else:
            self.journal_id, self.epoch = row.journal, row.epoch + 1
            connection.execute(update(head).values(epoch=head.c.epoch + 1))

    def _cannot_start(self, error: DBAPIError) -> CannotStart:
        kind = kind_of(error)
        cause = str(error.orig).strip()
        if kind is Kind.BUSY:
            return InUse(f"the journal at {self} is locked by another program: {cause}")
        if kind is Kind.BROKEN or "malformed" in cause or "not a database" in cause:
            return Damaged(
                f"the journal at {self} is damaged or unreadable ({cause}); keep the "
                "file, restore the last backup, and see docs/operations.md"
            )
        if kind is Kind.FULL:
            return Unreachable(f"no room for the journal at {self}: {cause}")
        return Unreachable(f"cannot reach the journal at {self}: {cause}")

    def check_whole(self) -> str:
        """``ok``, or what SQLite's own check found. Slow on a large journal."""
        if not self.is_sqlite:
            return "ok"
        with self.reading.connect() as connection:
            found = connection.execute(text("pragma quick_check")).scalars().all()
        return "; ".join(str(line) for line in found)
