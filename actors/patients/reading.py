"""Reading the book: short queries, run in worker threads. What comes out is sealed
still; the desk opens it."""

from __future__ import annotations

import struct
from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, tuple_

from actors.journal.reader import EVENT, recorded
from actors.journal.records import Recorded
from actors.journal.tables import events, own_keys
from actors.kernel.sealed import Sealed, WrappedKey
from actors.kernel.times import Millis
from actors.patients.messages import Identity
from actors.patients.tables import (
    patient_places,
    patient_terms,
    patient_trail,
    patients,
)

_AT_ONCE = 200


class Body(msgspec.Struct, omit_defaults=True):
    """What a row holds of a patient. ``renamed_at`` and its position: when
    clinics had last to be told of another name or another person."""

    display: Sealed | None
    fields: dict[str, Sealed]
    identities: tuple[Identity, ...] = ()
    unnamed: bool = False
    erased: bool = False
    renamed_at: Millis = 0
    renamed_position: int = 0


class Row:
    """One patient, with the key of their own as it rests."""

    __slots__ = (
        "body",
        "changed_at",
        "hospital",
        "key",
        "merged_into",
        "person",
        "seq",
        "terms",
        "wrapped",
    )

    def __init__(
        self,
        hospital: str,
        person: int,
        seq: int,
        key: str,
        merged_into: int,
        changed_at: Millis,
        terms: bytes,
        body: bytes,
        under: str | None,
        box: bytes | None,
    ) -> None:
        self.hospital = hospital
        self.person = person
        self.seq = seq
        self.key = key
        self.merged_into = merged_into
        self.changed_at = changed_at
        self.terms: tuple[int, ...] = struct.unpack(f"<{len(terms) // 8}q", terms)
        self.body = msgspec.json.decode(body, type=Body)
        self.wrapped = WrappedKey(key, under or "", box or b"")

    @classmethod
    def blank(cls, hospital: str, person: int) -> Row:
        empty = msgspec.json.encode(Body(None, {}))
        return cls(hospital, person, 0, "", 0, 0, b"", empty, None, None)


_ROW = (
    *(patients.c.hospital, patients.c.person, patients.c.seq, patients.c.key),
    *(patients.c.merged_into, patients.c.changed_at, patients.c.terms),
    *(patients.c.body, own_keys.c.under, own_keys.c.box),
)
_WITH_KEYS = patients.outerjoin(own_keys, own_keys.c.id == patients.c.key)


def rows_of(engine: Engine, about: Collection[tuple[str, int]]) -> list[Row]:
    """The rows there are of these (hospital, person), in no order."""
    found: list[Row] = []
    wanted = sorted(about)
    with engine.connect() as connection, connection.begin():
        for start in range(0, len(wanted), _AT_ONCE):
            pair = tuple_(patients.c.hospital, patients.c.person)
            some = wanted[start : start + _AT_ONCE]
            query = select(*_ROW).select_from(_WITH_KEYS).where(pair.in_(some))
            found.extend(Row(*tuple(row)) for row in connection.execute(query))
    return found


def keys_of(engine: Engine, ids: Collection[str]) -> dict[str, WrappedKey]:
    """The keys of their own, as far as they have not been destroyed."""
    query = select(own_keys).where(own_keys.c.id.in_(sorted(ids)))
    with engine.connect() as connection, connection.begin():
        rows = connection.execute(query).all()
    return {row.id: WrappedKey(row.id, row.under, row.box) for row in rows}


def with_roots(engine: Engine, hospital: str, persons: Collection[int]) -> list[Row]:
    """These, and those they were merged into, to the last."""
    found: dict[int, Row] = {}
    wanted = set(persons)
    while wanted:
        for row in rows_of(engine, {(hospital, person) for person in wanted}):
            found[row.person] = row
        wanted = {row.merged_into for row in found.values() if row.merged_into}
        wanted -= found.keys()
    return list(found.values())


def merged_into(engine: Engine, hospital: str, person: int) -> list[int]:
    """Who was merged into them, at any remove."""
    found: list[int] = []
    wanted = [person]
    with engine.connect() as connection, connection.begin():
        while wanted:
            query = select(patients.c.person).where(
                patients.c.hospital == hospital, patients.c.merged_into.in_(wanted)
            )
            wanted = [row for row in connection.scalars(query) if row not in found]
            found += wanted
    return sorted(found)


def under(engine: Engine, marks: Collection[int], limit: int) -> list[int]:
    """Who is found under any of these marks, the latest first."""
    with engine.connect() as connection, connection.begin():
        query = (
            select(patient_terms.c.person)
            .where(patient_terms.c.mark.in_(sorted(marks)))
            .distinct()
            .order_by(patient_terms.c.person.desc())
            .limit(limit)
        )
        return list(connection.scalars(query))


def trail_of(
    engine: Engine, hospital: str, stream: str, person: int, limit: int = 200
) -> list[Recorded]:
    """What has happened to somebody, the oldest first."""
    with engine.connect() as connection, connection.begin():
        query = (
            select(*EVENT)
            .join(patient_trail, patient_trail.c.seq == events.c.seq)
            .where(
                events.c.stream == stream,
                patient_trail.c.hospital == hospital,
                patient_trail.c.person == person,
            )
            .order_by(events.c.seq)
            .limit(limit)
        )
        return recorded(connection.execute(query))


# Where somebody has a ticket


def places_of(engine: Engine, hospital: str, person: int, since: str) -> list[str]:
    """The clinic days from ``since`` on in which they have a ticket."""
    with engine.connect() as connection, connection.begin():
        query = select(patient_places.c.stream).where(
            patient_places.c.hospital == hospital,
            patient_places.c.person == person,
            patient_places.c.day >= since,
        )
        return sorted(connection.scalars(query))


def note_place(
    connection: Connection, hospital: str, person: int, stream: str, day: str
) -> None:
    """In a chore. Twice is once."""
    row = {"hospital": hospital, "person": person, "stream": stream}
    same = [patient_places.c[name] == value for name, value in row.items()]
    connection.execute(delete(patient_places).where(*same))
    connection.execute(insert(patient_places).values(day=day, **row))


def forget_places(connection: Connection, before: str) -> None:
    """In a chore: a day that is over needs no news."""
    connection.execute(delete(patient_places).where(patient_places.c.day < before))
