"""The journal's tables. Portable SQL only: SQLite, PostgreSQL, openGauss.

Positions are drawn from the one row of ``head`` inside the commit, so they are a
total order with any number of writers, and the fencing epoch stands in that row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("journal", String(32), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("commits", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("commit_seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("events_by_position", "position", unique=True),
    sqlite_with_rowid=False,  # a stream's events lie together, in one tree
)

# Found by reading a stream's keys when it wakes: an index over random keys would
# dirty a page a command. One fenced writer knows them all, so none comes twice.
command_keys = Table(
    "command_keys",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("commit_no", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("principal", String(80), nullable=False),
    Column("key", String(80), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

wakeups = Table(
    "wakeups",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("wakeups_by_time", "at"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("follower", String(80), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("commit_no", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("stream", String(200), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("action", String(80), nullable=False),
    Column("principal", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

event_names = Table(
    "event_names",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("since", String(40), nullable=False),
)

# A snapshot counts when its row is here: the parts are written before it, one by one.
snapshots = Table(
    "snapshots",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("commit_no", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

snapshot_parts = Table(
    "snapshot_parts",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

# The keys of one patient each, wrapped. The one thing beside the events that cannot
# be made again from them, and the one thing of a patient that can be destroyed.
own_keys = Table(
    "own_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("under", String(40), nullable=False),
    Column("box", LargeBinary, nullable=False),
)
