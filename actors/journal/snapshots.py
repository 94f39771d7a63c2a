"""Snapshots of long-lived streams as rows: written in parts, read whole or not at all.

The parts go in one by one, each in a chore of its own, so that commands never wait for
a large one. The row that names them comes last: a snapshot whose process ended before
that was never there, and its parts go with the next.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Engine, delete, insert, select, update

from actors.journal.records import SavedSnapshot
from actors.journal.tables import events, snapshot_parts, snapshots

log = logging.getLogger("houzhen.journal")

PART_BYTES = 256 * 1024


def digest_of(stream: str, snapshot: SavedSnapshot) -> bytes:
    """Over all that matters, so that a row of another stream or version is none."""
    head = f"{stream} {snapshot.seq} {snapshot.at} {snapshot.commit_no} "
    text = (head + str(snapshot.version)).encode() + b"\0"
    return hashlib.blake2b(text + snapshot.body, digest_size=16).digest()


def writing(
    stream: str, snapshot: SavedSnapshot, digest: bytes
) -> Iterator[Callable[[Connection], None]]:
    """The steps that save it, each a transaction; the last makes it count."""
    body, seq = snapshot.body, snapshot.seq
    parts = range(0, max(len(body), 1), PART_BYTES)
    for number, start in enumerate(parts):
        yield _part(stream, seq, number, body[start : start + PART_BYTES])
    row = {
        "seq": seq,
        "at": snapshot.at,
        "commit_no": snapshot.commit_no,
        "version": snapshot.version,
        "parts": len(parts),
        "digest": digest,
    }

    def count(connection: Connection) -> None:
        here = snapshots.c.stream == stream
        if not connection.execute(update(snapshots).where(here).values(row)).rowcount:
            connection.execute(insert(snapshots).values(stream=stream, **row))
        others = snapshot_parts.c.seq != seq
        connection.execute(
            delete(snapshot_parts).where(snapshot_parts.c.stream == stream, others)
        )

    yield count


def _part(
    stream: str, seq: int, number: int, body: bytes
) -> Callable[[Connection], None]:
    def put(connection: Connection) -> None:
        row = {"stream": stream, "seq": seq, "part": number}
        same = [snapshot_parts.c[name] == value for name, value in row.items()]
        connection.execute(delete(snapshot_parts).where(*same))
        connection.execute(insert(snapshot_parts).values(body=body, **row))

    return put


def newest(engine: Engine, stream: str, version: int) -> SavedSnapshot | None:
    """The stream's snapshot; None when there is none of this version. One that is
    damaged, or stands beyond the stream's end, is as good as none, and is logged."""
    with engine.connect() as connection, connection.begin():
        row = connection.execute(
            select(snapshots).where(snapshots.c.stream == stream)
        ).first()
        if row is None or row.version != version:
            return None
        parts = connection.scalars(
            select(snapshot_parts.c.body)
            .where(snapshot_parts.c.stream == stream, snapshot_parts.c.seq == row.seq)
            .order_by(snapshot_parts.c.part)
        ).all()
        there = connection.scalar(
            select(events.c.seq).where(
                events.c.stream == stream, events.c.seq == row.seq
            )
        )
    body = b"".join(parts)
    saved = SavedSnapshot(row.seq, row.at, row.commit_no, row.version, body)
    if there is None:
        log.warning("%s: its snapshot stands beyond its last event", stream)
        return None
    if len(parts) != row.parts or digest_of(stream, saved) != row.digest:
        log.warning("%s: its snapshot at %d is damaged", stream, row.seq)
        return None
    return saved


def forget(stream: str) -> Callable[[Connection], None]:
    """A chore: the next activation replays the stream from its beginning."""

    def drop(connection: Connection) -> None:
        for table in (snapshots, snapshot_parts):
            connection.execute(delete(table).where(table.c.stream == stream))

    return drop
