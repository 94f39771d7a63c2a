"""Many rows in few statements.

The driver lets the interpreter's lock go once a statement, and the loop's thread is
always there to take it: with ``executemany`` that is once a row, and the writer waits
for its turn between any two. So rows go in as multi-row INSERTs, in powers of two, so
that there are few different texts to prepare.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

# times the columns of a table, far below what either database allows
_MOST = 128

Row = tuple[Any, ...]
T = TypeVar("T")


def mark_of(connection: Connection) -> str:
    """The driver's placeholder."""
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


class Insert:
    """INSERTs into one table; a row holds every column, in the table's order."""

    def __init__(self, table: Table) -> None:
        columns = [column.name for column in table.columns]
        self._width = len(columns)
        self._head = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "
        self._texts: dict[tuple[str, int], str] = {}

    def rows(self, connection: Connection, rows: Sequence[Row]) -> None:
        for some in _portions(rows):
            values = tuple([value for row in some for value in row])
            connection.exec_driver_sql(self._text(connection, len(some)), values)

    def _text(self, connection: Connection, count: int) -> str:
        mark = mark_of(connection)
        text = self._texts.get((mark, count))
        if text is None:
            row = f"({', '.join([mark] * self._width)})"
            text = self._head + ", ".join([row] * count)
            self._texts[mark, count] = text
        return text


class Replace:
    """What stands under a key is another from now on; None, and nothing does. For
    tables of two columns: the key, and what stands under it. DELETE, then INSERT: an
    upsert is not portable, and an UPDATE is a statement a row."""

    def __init__(self, table: Table) -> None:
        self._insert = Insert(table)
        self._head = f"DELETE FROM {table.name} WHERE {table.columns[0].name} IN "

    def rows(self, connection: Connection, now: Mapping[str, int | None]) -> None:
        mark = mark_of(connection)
        for keys in _portions(tuple(now)):
            text = f"{self._head}({', '.join([mark] * len(keys))})"
            connection.exec_driver_sql(text, keys)
        kept = [(key, value) for key, value in now.items() if value is not None]
        self._insert.rows(connection, kept)


def _portions(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    done = 0
    while done < len(rows):
        count = min(_MOST, 1 << ((len(rows) - done).bit_length() - 1))
        yield rows[done : done + count]
        done += count
