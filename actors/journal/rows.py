"""Many rows in few statements.

The driver lets the interpreter's lock go once a statement, and the loop's thread is
always there to take it: with ``executemany`` that is once a row, and the writer waits
for its turn between any two. So rows go in as multi-row INSERTs, in powers of two, so
that there are few different texts to prepare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table

# times the columns of a table, far below what either database allows
_MOST = 128

Row = tuple[Any, ...]


def mark_of(connection: Connection) -> str:
    """The driver's placeholder."""
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


class Insert:
    """INSERTs into one table; a row holds every column, in the table's order."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._texts: dict[tuple[str, int], str] = {}

    def rows(self, connection: Connection, rows: Sequence[Row]) -> None:
        done = 0
        while done < len(rows):
            count = min(_MOST, 1 << ((len(rows) - done).bit_length() - 1))
            values = [value for row in rows[done : done + count] for value in row]
            connection.exec_driver_sql(self._text(connection, count), tuple(values))
            done += count

    def _text(self, connection: Connection, count: int) -> str:
        mark = mark_of(connection)
        text = self._texts.get((mark, count))
        if text is None:
            columns = [column.name for column in self._table.columns]
            row = f"({', '.join([mark] * len(columns))})"
            text = self._texts[mark, count] = (
                f"INSERT INTO {self._table.name} ({', '.join(columns)}) "
                f"VALUES {', '.join([row] * count)}"
            )
        return text
