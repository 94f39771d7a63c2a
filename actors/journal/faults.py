"""What can go wrong with the journal, told apart by what follows from it.

JournalError
├── CannotStart          the process says why and does not start
│   ├── InUse            another process writes to this data
│   ├── Damaged          not a database, or a broken one
│   ├── NewerData        events or tables of a later release
│   └── Unreachable      no server, no right, no such place
├── AppendFailed         this append (and those behind it in its lineage) is not
│   ├── OutOfSequence    on disk; the activation is thrown away
│   ├── StoreFull
│   └── StoreBusy
└── JournalLost          nothing can be promised any more: the process ends
    └── Fenced           another process has taken over
"""

from __future__ import annotations

import enum
import sqlite3

from sqlalchemy.exc import DBAPIError


class JournalError(Exception):
    """Anything the journal has to say."""


class CannotStart(JournalError):
    """The message says what to do; it is for an operator."""


class InUse(CannotStart):
    pass


class Damaged(CannotStart):
    pass


class NewerData(CannotStart):
    pass


class Unreachable(CannotStart):
    pass


class AppendFailed(JournalError):
    """Not written; nothing of it is on disk."""


class OutOfSequence(AppendFailed):
    """``place`` is where in its batch the offender stands."""

    def __init__(self, stream: str, last: int, offered: int, place: int) -> None:
        super().__init__(f"{stream}: seq {offered} does not follow {last}")
        self.place = place
        self.stream = stream
        self.last = last
        self.offered = offered


class StoreFull(AppendFailed):
    pass


class StoreBusy(AppendFailed):
    pass


class Unreadable(JournalError):
    """What is asked for cannot be read, now or ever; the rest may be fine."""


class JournalLost(JournalError):
    """What is on disk is no longer known or no longer ours."""


class Fenced(JournalLost):
    pass


class Kind(enum.Enum):
    OFFENCE = "the statement itself"
    BUSY = "somebody else holds the lock"
    FULL = "no room"
    LOST_CONNECTION = "the connection is gone; the outcome may be unknown"
    BROKEN = "the storage cannot be trusted"


_SQLITE = {
    sqlite3.SQLITE_BUSY: Kind.BUSY,
    sqlite3.SQLITE_LOCKED: Kind.BUSY,
    sqlite3.SQLITE_FULL: Kind.FULL,
    sqlite3.SQLITE_IOERR: Kind.BROKEN,
    sqlite3.SQLITE_CORRUPT: Kind.BROKEN,
    sqlite3.SQLITE_NOTADB: Kind.BROKEN,
    sqlite3.SQLITE_READONLY: Kind.BROKEN,
    sqlite3.SQLITE_CANTOPEN: Kind.BROKEN,
}

# SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "53100": Kind.FULL,
    "53": Kind.BUSY,
    "55": Kind.BUSY,
    "40": Kind.BUSY,
    "58": Kind.BROKEN,
    "XX": Kind.BROKEN,
    "57P": Kind.LOST_CONNECTION,
    "08": Kind.LOST_CONNECTION,
}


def kind_of(error: DBAPIError) -> Kind:
    """What a driver's error means for the commit it happened in."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return _SQLITE.get(code, Kind.OFFENCE)
    state = getattr(cause, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if found := _POSTGRES.get(state[:length]):
            return found
    if error.connection_invalidated or not state:
        return Kind.LOST_CONNECTION
    return Kind.OFFENCE
