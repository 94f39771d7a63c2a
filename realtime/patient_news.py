"""Clinics hear of it when a patient gets another name or is one with another.

It goes sideways as everything does: an event of the index, then an idempotent command
to each clinic day in which the patient has a ticket. Where that is, the follower notes
itself from the clinics' own events. After a crash it may say a thing twice; the key of
the command is the event's position, so a clinic hears it once.
"""

from __future__ import annotations

import logging
from datetime import UTC
from functools import partial
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from actors.clinic.commands import Merge, Rename
from actors.clinic.events import Registered as TicketGiven
from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.kernel.errors import KeyReused, Refusal
from actors.kernel.identity import parts_of
from actors.kernel.sealed import Sealed, Vault
from actors.kernel.times import day_of
from actors.patients import reading
from actors.patients.book import Book
from actors.patients.messages import Erased, Merged, Renamed
from actors.patients.reading import Body, Row
from actors.runtime.followers import BatchFollower
from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.patients")

NAME = "patients.news"
BY = "patients"
_DEADLINE_S = 5.0
_KEPT_DAYS = 2
_LATE_MS = 3_600_000
ERASED = "已删除"

_tag = {
    kind: str(kind.__struct_config__.tag)
    for kind in (TicketGiven, Renamed, Merged, Erased)
}


class _About(msgspec.Struct):
    """Enough of a clinic's registration to know whose it is."""

    person: str | None = None


class _Given(NamedTuple):
    """A ticket somebody got."""

    record: Recorded
    hospital: str
    day: str
    person: int


def _ticket(record: Recorded) -> _Given | None:
    if record.name != _tag[TicketGiven]:
        return None
    person = msgspec.json.decode(record.body, type=_About).person
    if person is None or not (person[:1] == "p" and person[1:].isdigit()):
        return None
    hospital, _, (_, day) = parts_of(record.stream)
    return _Given(record, hospital, day, int(person[1:]))


class PatientNews(BatchFollower):
    """``hear`` raises when a clinic could not be told: it is tried again."""

    def __init__(self, journal: Journal, vault: Vault, book: Book) -> None:
        super().__init__(NAME, self.hear, names=_tag.values())
        self._journal = journal
        self._vault = vault
        self._book = book
        self._system: ActorSystem | None = None

    def speak_through(self, system: ActorSystem) -> None:
        """The system that it is a follower of; before it runs."""
        self._system = system

    async def hear(self, records: list[Recorded]) -> None:
        given = [ticket for record in records if (ticket := _ticket(record))]
        if given:
            await self._note_places(given)
            await self._tell_overtaken(given)
        for record in records:
            if record.name == _tag[Renamed]:
                renamed = msgspec.json.decode(record.body, type=Renamed)
                await self._tell_name(record, renamed.person, renamed.display)
            elif record.name == _tag[Erased]:
                erased = msgspec.json.decode(record.body, type=Erased)
                await self._tell_name(record, erased.person, self._vault.seal(ERASED))
            elif record.name == _tag[Merged]:
                merged = msgspec.json.decode(record.body, type=Merged)
                await self._tell_merge(record, merged)

    async def _note_places(self, given: list[_Given]) -> None:
        over = _since(given[-1].record)

        def note(connection: Connection) -> None:
            for one in given:
                place = (one.hospital, one.person, one.record.stream, one.day)
                reading.note_place(connection, *place)
            reading.forget_places(connection, over)

        await self._journal.write_beside(note)

    async def _tell_overtaken(self, given: list[_Given]) -> None:
        """A ticket may carry the name from before a change that was told while it
        had no ticket yet: then its clinic is told now."""
        await self._book.reached(given[-1].record.position)
        for hospital in {one.hospital for one in given}:
            persons = {one.person for one in given if one.hospital == hospital}
            rows = await self._rows(hospital, persons)
            for one in given:
                row = rows.get(one.person) if one.hospital == hospital else None
                if row is not None and _overtaken(one.record, row.body):
                    told = self._as_now(rows, row)
                    await self._tell(one.record.stream, told, one.record)

    async def _rows(self, hospital: str, persons: set[int]) -> dict[int, Row]:
        rows = await self._journal.look_beside(
            lambda engine: reading.with_roots(engine, hospital, persons)
        )
        return {row.person: row for row in rows}

    def _as_now(self, rows: dict[int, Row], row: Row) -> Rename | Merge:
        now = row
        while now.merged_into in rows:
            now = rows[now.merged_into]
        person, name = f"p{row.person}", now.body.display or self._vault.seal(ERASED)
        if now is row:
            return Rename(by=BY, person=person, name=name)
        return Merge(by=BY, person=person, into=f"p{now.person}", name=name)

    async def _tell_name(self, record: Recorded, person: str, name: Sealed) -> None:
        for stream in await self._places(record, person):
            await self._tell(stream, Rename(by=BY, person=person, name=name), record)

    async def _tell_merge(self, record: Recorded, merged: Merged) -> None:
        hospital, _, _ = parts_of(record.stream)
        into = int(merged.into[1:])
        await self._book.reached(record.position)
        row = (await self._rows(hospital, {into})).get(into)
        name = None if row is None else row.body.display
        told = Merge(by=BY, person=merged.person, into=merged.into, name=name)
        for stream in await self._places(record, merged.person):
            day = parts_of(stream)[2][1]
            await self._journal.write_beside(
                partial(
                    reading.note_place,
                    hospital=hospital,
                    person=into,
                    stream=stream,
                    day=day,
                )
            )
            await self._tell(stream, told, record)

    async def _places(self, record: Recorded, person: str) -> list[str]:
        hospital, _, _ = parts_of(record.stream)
        since = _since(record)
        return await self._journal.look_beside(
            lambda engine: reading.places_of(engine, hospital, int(person[1:]), since)
        )

    async def _tell(
        self, stream: str, command: Merge | Rename, because: Recorded
    ) -> None:
        """Raises a Refusal that is worth another try."""
        assert self._system is not None
        key = f"{NAME}:{because.position}"
        clinic = self._system.ref(stream)
        try:
            await clinic.ask(command, principal=BY, key=key, deadline=_DEADLINE_S)
        except KeyReused:
            pass  # told before a crash, with a name that has been sealed anew since
        except Refusal as refusal:
            if refusal.retry or refusal.code == "deadline":
                raise
            log.info("%s does not take %s: %s", stream, key, refusal.code)


def _overtaken(ticket: Recorded, body: Body) -> bool:
    """The change came first, and not so long ago that nobody can have had the old
    name in hand."""
    since = ticket.at - body.renamed_at
    return 0 < body.renamed_position < ticket.position and since <= _LATE_MS


def _since(record: Recorded) -> str:
    """Days before this are over in every time zone."""
    return day_of(record.at - _KEPT_DAYS * 86_400_000, UTC)
