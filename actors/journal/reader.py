"""Reading the journal: a stream from its beginning, everything from a position on.

All of it blocks; the journal calls it in worker threads. Reads are short, so that
they hold neither the write-ahead log nor the interpreter for long.
"""

from __future__ import annotations

from itertools import starmap
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, select

from actors.journal.records import KeyedReply, Recorded
from actors.journal.tables import command_keys, cursors, events, head, wakeups

CHUNK = 1000

EVENT = (
    events.c.position,
    events.c.stream,
    events.c.seq,
    events.c.commit_seq,
    events.c.at,
    events.c.name,
    events.c.body,
)


class Opened:
    """What an activation starts from: the events still to come, and its keys."""

    __slots__ = ("keys", "last_seq", "wake")

    def __init__(
        self, last_seq: int, keys: list[tuple[str, str]], wake: int | None
    ) -> None:
        self.last_seq = last_seq
        self.keys = keys
        self.wake = wake


def open_stream(
    engine: Engine, stream: str, after: int = 0, after_commit: int = 0
) -> tuple[Opened, list[Recorded]]:
    """The first chunk of a stream, with its keys and its wake-up, as of one moment:
    from its beginning, or what follows a snapshot."""
    with engine.connect() as connection, connection.begin():
        first = _chunk(connection, stream, after)
        last_seq = first[-1].seq if first else after
        keys = connection.execute(
            select(command_keys.c.principal, command_keys.c.key).where(
                command_keys.c.stream == stream,
                command_keys.c.commit_no > after_commit,
            )
        )
        wake = connection.scalar(select(wakeups.c.at).where(wakeups.c.stream == stream))
        return Opened(last_seq, list(keys.cursor.fetchall()), wake), first


def next_chunk(engine: Engine, stream: str, after: int) -> list[Recorded]:
    with engine.connect() as connection, connection.begin():
        return _chunk(connection, stream, after)


def _chunk(connection: Connection, stream: str, after: int) -> list[Recorded]:
    return recorded(
        connection.execute(
            select(*EVENT)
            .where(events.c.stream == stream, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(CHUNK)
        )
    )


def recorded(found: CursorResult[Any]) -> list[Recorded]:
    """Rows of ``EVENT``. As the driver gives them: a row of SQLAlchemy's own takes
    longer to make than the event it holds, and a restart reads millions."""
    return list(starmap(Recorded, found.cursor.fetchall()))


def after_position(engine: Engine, position: int, limit: int) -> list[Recorded]:
    """What every follower has still to see, in order."""
    with engine.connect() as connection, connection.begin():
        return recorded(
            connection.execute(
                select(*EVENT)
                .where(events.c.position > position)
                .order_by(events.c.position)
                .limit(limit)
            )
        )


def kept_reply(
    engine: Engine, stream: str, principal: str, key: str
) -> tuple[KeyedReply, int] | None:
    """What a key stands for, and the seq it led to."""
    with engine.connect() as connection, connection.begin():
        row = connection.execute(
            select(
                command_keys.c.fingerprint, command_keys.c.reply, command_keys.c.seq
            ).where(
                command_keys.c.stream == stream,
                command_keys.c.principal == principal,
                command_keys.c.key == key,
            )
        ).first()
    if row is None:
        return None
    return KeyedReply(principal, key, row.fingerprint, row.reply), row.seq


def all_wakeups(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection, connection.begin():
        rows = connection.execute(select(wakeups.c.stream, wakeups.c.at)).all()
        return [(row[0], row[1]) for row in rows]


def cursor_of(engine: Engine, follower: str) -> int:
    with engine.connect() as connection, connection.begin():
        found = connection.scalar(
            select(cursors.c.position).where(cursors.c.follower == follower)
        )
        return found or 0


def top_position(engine: Engine) -> int:
    with engine.connect() as connection, connection.begin():
        return connection.scalar(select(head.c.position)) or 0
