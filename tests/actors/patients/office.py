"""The index, its book and its desk on a real journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import Engine, select

from actors.journal.journal import Journal
from actors.journal.tables import audit
from actors.kernel.sealed import Vault
from actors.patients.actor import patients_capability
from actors.patients.book import Book
from actors.patients.desk import PatientsDesk
from actors.patients.messages import Merge, PersonGiven
from actors.patients.numbers import Kind
from actors.patients.opening import Details, Numbered, Seen
from actors.runtime.mail import Answer
from actors.runtime.system import ActorSystem
from tests.actors.patients.people import HOSPITAL, STREAM, VAULT

DAY = "2026-11-23"


class Office:
    """What a test says to the desk, in few words."""

    def __init__(
        self, system: ActorSystem, book: Book, desk: PatientsDesk, vault: Vault
    ) -> None:
        self.system = system
        self.journal = system.journal
        self.book = book
        self.desk = desk
        self.vault = vault
        self._asked = 0

    async def ask(self, command: Any, key: str | None = None) -> Answer:
        self._asked += 1
        return await self.system.ref(STREAM).ask(
            command, principal=command.by, key=key or f"key-{self._asked:06d}"
        )

    async def register(
        self, name: str = "张友三", *numbers: tuple[Kind, str], **more: Any
    ) -> str:
        unnamed = more.pop("unnamed", False)
        command = self.desk.registering(
            "desk-1",
            "hall",
            Details(name=name, **more),
            [Numbered(*number) for number in numbers],
            DAY,
            unnamed=unnamed,
        )
        return (await self.ask(command)).read(PersonGiven).person

    async def merge(self, person: str, into: str) -> None:
        reason = self.desk.reason("同一个人")
        await self.ask(Merge(by="desk-1", person=person, into=into, reason=reason))

    async def found(self, text: str) -> list[str]:
        seen, _ = await self.desk.search(text, DAY)
        return [one.person for one in seen]

    async def look(self, person: str) -> Seen:
        await self.book.caught_up(20)
        return await self.desk.look(person)

    async def all_of(self, query: Any) -> list[Any]:
        def look(engine: Engine) -> list[Any]:
            with engine.connect() as connection:
                return list(connection.execute(query).all())

        return await self.journal.look_beside(look)

    async def audited(self) -> list[tuple[str, str, Any]]:
        rows = await self.all_of(
            select(audit.c.action, audit.c.principal, audit.c.body).order_by(
                audit.c.commit_no, audit.c.part
            )
        )
        return [(row[0], row[1], msgspec.json.decode(row[2])) for row in rows]


@asynccontextmanager
async def office(
    url: str, vault: Vault = VAULT, every: int = 20_000
) -> AsyncIterator[Office]:
    journal = Journal(url, release="1.0")
    book = Book(journal, vault)
    system = ActorSystem(journal, [patients_capability(every=every)], followers=[book])
    async with system.running():
        yield Office(system, book, PatientsDesk(HOSPITAL, system, vault, book), vault)
