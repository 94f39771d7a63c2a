"""The book: what the index's events come to, in rows that can be read and searched.

A follower writes it, so it can be thrown away and written again. A name is found by
**marks**: an HMAC-SM3 of each term (spelling.py) cut to 63 bits. Without the index key
a mark tells nothing by itself; rows with the same mark share a term, which is what
docs/data.md says of what leaks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

import msgspec
import trio
from sqlalchemy import Connection, Engine, delete, insert, tuple_, update

from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.kernel.identity import parts_of
from actors.kernel.sealed import CannotOpen, Vault
from actors.patients.actor import INDEX, KIND
from actors.patients.messages import (
    BoundTo,
    Erased,
    Event,
    Identity,
    IdentityAdded,
    IdentityDropped,
    Merged,
    Registered,
    Renamed,
    Unbound,
    Unmerged,
    Updated,
)
from actors.patients.reading import Body, Row, keys_of, rows_of
from actors.patients.spelling import letter_terms, name_terms, phone_terms
from actors.patients.tables import patient_terms, patient_trail, patients
from actors.runtime.followers import BatchFollower

NAME = "patients.book"

_read = msgspec.json.Decoder(Event).decode
_EVENTS = frozenset(
    str(event.__struct_config__.tag)
    for event in (
        *(Registered, Updated, Renamed, IdentityAdded, IdentityDropped),
        *(Merged, Unmerged, Erased, BoundTo, Unbound),
    )
)


def mark_of(vault: Vault, hospital: str, purpose: str, term: str) -> int:
    digest = vault.index(f"{hospital}/{purpose}", term)
    return int(digest[:16], 16) >> 1


class Book(BatchFollower):
    """``handle_all`` is the follower's effect: once is as good as twice, for a row
    knows the last event that is in it."""

    def __init__(self, journal: Journal, vault: Vault) -> None:
        super().__init__(NAME, self.write, names=_EVENTS)
        self._journal = journal
        self._vault = vault

    async def write(self, records: list[Recorded]) -> None:
        """Raises AppendFailed when it could not be written."""
        ours = [record for record in records if _is_index(record)]
        if not ours:
            return
        changed = await self._journal.look_beside(
            lambda engine: self._worked_out(engine, ours)
        )
        await self._journal.write_beside(lambda connection: _put(connection, changed))

    async def caught_up(self, at_most_s: float = 1.0) -> None:
        """Returns when the book holds what is on disk now, or after that long: then
        it says what it holds."""
        with trio.move_on_after(at_most_s):
            await self.reached(self._journal.top)

    # -- in a thread -----------------------------------------------------------------

    def _worked_out(self, engine: Engine, records: list[Recorded]) -> list[_Change]:
        """The rows as they are after these events."""
        events = [(parts_of(r.stream)[0], r, _read(r.body)) for r in records]
        about = {
            (hospital, person)
            for hospital, _, event in events
            for person in _touched(event)
        }
        changes = {
            (row.hospital, row.person): _Change(row, row.terms)
            for row in rows_of(engine, about)
        }
        for hospital, record, event in events:
            for person in _touched(event):
                change = changes.get((hospital, person))
                if change is None:
                    row = Row.blank(hospital, person)
                    change = changes[hospital, person] = _Change(row, ())
                if change.row.seq < record.seq:
                    _apply(change.row, event, record)
                    change.trail.append(record.seq)
        fresh = [change for change in changes.values() if change.trail]
        keys = keys_of(engine, [change.row.key for change in fresh])
        for change in fresh:
            change.row.wrapped = keys.get(change.row.key, change.row.wrapped)
            change.row.terms = self._terms(change.row)
        return fresh

    def _terms(self, row: Row) -> tuple[int, ...]:
        """None for whom nobody can open any more."""
        try:
            own = self._vault.unwrap(row.wrapped)
            opened = {
                field: own.open(field, row.body.fields[field])
                for field in ("name", "phone", "guardian_phone")
                if field in row.body.fields
            }
        except CannotOpen:
            return ()
        name = opened.get("name", "")
        found = [("name", term) for term in name_terms(name)]
        found += [("letters", term) for term in letter_terms(name)]
        for field in ("phone", "guardian_phone"):
            found += [("phone", term) for term in phone_terms(opened.get(field, ""))]
        marks = {mark_of(self._vault, row.hospital, *pair) for pair in found}
        return tuple(sorted(marks))


class _Change:
    """A row with what was in it before, and the events that are new in it."""

    __slots__ = ("before", "row", "trail")

    def __init__(self, row: Row, before: tuple[int, ...]) -> None:
        self.row = row
        self.before = before
        self.trail: list[int] = []


def _is_index(record: Recorded) -> bool:
    if record.name not in _EVENTS:
        return False
    _, kind, rest = parts_of(record.stream)
    return kind == KIND and rest == (INDEX,)


def _touched(event: Event) -> tuple[int, ...]:
    """Whose rows and trails an event is in."""
    others = {
        Merged: lambda e: (e.into,),
        Unmerged: lambda e: (e.out_of,),
        IdentityDropped: lambda e: (e.of,),
        BoundTo: lambda e: (e.guardian,),
        Unbound: lambda e: (e.guardian,),
    }
    further = others.get(type(event), lambda _: ())(event)
    return tuple(dict.fromkeys(int(name[1:]) for name in (event.person, *further)))


def _apply(row: Row, event: Event, record: Recorded) -> None:
    body = row.body
    mine = event.person == f"p{row.person}"
    match event:
        case Registered():
            row.key = event.key
            row.body = Body(
                event.display, dict(event.fields), event.identities, event.unnamed
            )
        case Updated():
            body.fields |= event.fields
        case Renamed():
            body.fields["name"] = event.name
            body.display = event.display
            body.unnamed = False
            _note_rename(body, record)
        case IdentityAdded():
            body.identities = (*body.identities, event.identity)
        case IdentityDropped():
            body.identities = _without(body.identities, event.index)
        case Merged() if mine:
            row.merged_into = int(event.into[1:])
            _note_rename(body, record)
        case Unmerged() if mine:
            row.merged_into = 0
        case Erased():
            row.body = Body(None, {}, (), erased=True)
            _note_rename(row.body, record)
        case _:
            pass  # a merge or a binding is in the other's trail too
    row.seq = record.seq
    row.changed_at = record.at


def _note_rename(body: Body, record: Recorded) -> None:
    body.renamed_at = record.at
    body.renamed_position = record.position


def _without(identities: tuple[Identity, ...], index: str) -> tuple[Identity, ...]:
    return tuple(one for one in identities if one.index != index)


# In the writer's thread


def _put(connection: Connection, changes: Iterable[_Change]) -> None:
    for change in changes:
        row = change.row
        values = {
            "seq": row.seq,
            "key": row.key,
            "merged_into": row.merged_into,
            "changed_at": row.changed_at,
            "terms": packed(row.terms),
            "body": msgspec.json.encode(row.body),
        }
        here = (patients.c.hospital == row.hospital, patients.c.person == row.person)
        if not connection.execute(update(patients).where(*here), values).rowcount:
            key = {"hospital": row.hospital, "person": row.person}
            connection.execute(insert(patients), {**key, **values})
        gone = [(mark, row.person) for mark in set(change.before) - set(row.terms)]
        if gone:
            pair = tuple_(patient_terms.c.mark, patient_terms.c.person)
            connection.execute(delete(patient_terms).where(pair.in_(gone)))
        new = sorted(set(row.terms) - set(change.before))
        if new:
            marks = [{"mark": mark, "person": row.person} for mark in new]
            connection.execute(insert(patient_terms), marks)
        connection.execute(
            insert(patient_trail),
            [
                {"hospital": row.hospital, "person": row.person, "seq": seq}
                for seq in change.trail
            ],
        )


def packed(terms: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(terms)}q", *terms)
