"""Looking at a journal that another process may be writing: nothing is changed, no
lock is taken, no table is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, NullPool, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from actors.journal.faults import Unreachable
from actors.journal.reader import CHUNK, next_chunk
from actors.journal.records import Recorded
from actors.journal.tables import events

S = TypeVar("S")


class Onlooker:
    """Blocks. Raises Unreachable with a message for an operator."""

    def __init__(self, url: str) -> None:
        known = make_url(url)
        if known.get_backend_name() == "sqlite":
            file = Path(known.database or "")
            if not file.exists():
                raise Unreachable(f"there is no journal at {file} yet")
            address = f"{file.absolute().as_uri()}?mode=ro&uri=true"
            self._engine: Engine = create_engine(
                f"sqlite:///{address}", poolclass=NullPool
            )
        else:
            self._engine = create_engine(known, poolclass=NullPool)

    def streams(self, beginning: str) -> list[str]:
        """The names of all streams that begin so."""
        query = (
            select(events.c.stream)
            .where(
                events.c.seq == 1,
                events.c.stream.startswith(beginning, autoescape=True),
            )
            .order_by(events.c.stream)
        )
        try:
            with self._engine.connect() as connection:
                return list(connection.scalars(query))
        except DBAPIError as error:
            raise Unreachable(f"cannot read the journal: {error.orig}") from error

    def events_of(self, stream: str) -> Iterator[Recorded]:
        after = 0
        while True:
            try:
                chunk = next_chunk(self._engine, stream, after)
            except DBAPIError as error:
                raise Unreachable(f"cannot read the journal: {error.orig}") from error
            yield from chunk
            if len(chunk) < CHUNK:
                return
            after = chunk[-1].seq

    def state_of(
        self,
        stream: str,
        new: Callable[[str], S],
        read_event: Callable[[bytes], Any],
        evolve: Callable[[S, Any], None],
    ) -> S:
        """What an actor would be if it woke now."""
        state = new(stream)
        for record in self.events_of(stream):
            evolve(state, read_event(record.body))
        return state
