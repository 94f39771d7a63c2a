"""The rows by which patients are read and searched. All of it is made from events;
what is personal in it is sealed, and what is searched is a mark (see book.py)."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

patients = Table(
    "patients",
    metadata,
    Column("hospital", String(64), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("key", String(40), nullable=False),
    Column("merged_into", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("patients_merged", "hospital", "merged_into"),
)

# The hospital is in the mark: one hospital's marks find nobody of another.
patient_terms = Table(
    "patient_terms",
    metadata,
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Which events of the index are about whom: a merge is about two.
patient_trail = Table(
    "patient_trail",
    metadata,
    Column("hospital", String(64), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# The clinic days in which somebody has a ticket: who must hear of a new name.
patient_places = Table(
    "patient_places",
    metadata,
    Column("hospital", String(64), primary_key=True),
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", String(200), primary_key=True),
    Column("day", String(10), nullable=False),
    Index("patient_places_by_day", "day"),
    sqlite_with_rowid=False,
)
