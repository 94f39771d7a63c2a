"""A journal full of clinic days, as a hospital would have written it.

Every patient is registered, checks in, is called, comes in and is done: five commands
with a key each, five commits of one event.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, update

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.events import (
    Called,
    CheckedIn,
    Event,
    Finished,
    Opened,
    Registered,
    Started,
)
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.clinic.settings import Settings
from actors.journal import tables
from actors.journal.database import Database
from actors.kernel.sealed import Vault
from tests.bench.report import tell

EVENTS_OF_A_PATIENT = 5
_ROOMS = 8
_BEGIN = 1_795_392_000_000
_ROWS_AT_ONCE = 10_000
RELEASE = "0"
_encode = msgspec.json.encode


def url_in(folder: Path) -> str:
    return f"sqlite:///{folder}/houzhen.db"


def a_vault() -> Vault:
    return Vault("bench", b"sixteen bytes ok", b"an index key of thirty-two bytes")


def days(count: int) -> list[str]:
    """The streams of one clinic's days, one after the other."""
    first = date(2026, 1, 1)
    return [
        clinic_stream("yunxiu", "im2", (first + timedelta(days=day)).isoformat())
        for day in range(count)
    ]


def a_day(patients: int, vault: Vault) -> Iterator[Event]:
    """Everything that happens in a clinic that so many patients pass through."""
    rooms = [str(number + 1) for number in range(_ROOMS)]
    yield Opened(
        at=_BEGIN,
        by="admin",
        clinic=ClinicPlan("内科二诊区", "云岫市中心医院", floor="2"),
        queues={"A": QueuePlan("心血管内科")},
        rooms={key: RoomPlan("许安禾", ("A",)) for key in rooms},
        settings=Settings(),
    )
    name = vault.seal("张友三")
    at = _BEGIN
    for number in range(1, patients + 1):
        ticket, room, at = f"t{number}", rooms[number % _ROOMS], at + 40
        card = vault.index("card", ticket)
        yield Registered(
            at=at,
            by="his",
            ticket=ticket,
            number=f"A{number:03d}",
            queue="A",
            name=name,
            card=card,
            drawn=number,
        )
        yield CheckedIn(at=at, by="kiosk", ticket=ticket)
        yield Called(
            at=at,
            by="doctor",
            call=f"c{number}",
            ticket=ticket,
            room=room,
            expires=at + 60_000,
        )
        yield Started(at=at, by="doctor", ticket=ticket, room=room)
        yield Finished(at=at, by="doctor", ticket=ticket, room=room)


def write_history(folder: Path, streams: int, patients: int) -> int:
    """Returns how many events there are. The journal is empty before, or not there.

    The rows are those the journal's writer would write, put in without it: the
    writer's own pace is another benchmark's."""
    vault = a_vault()
    written = [
        (event.at, str(event.__struct_config__.tag), _encode(event))
        for event in a_day(patients, vault)
    ]
    names = clinic_capability(vault).event_names
    database = Database(url_in(folder))
    database.open(names, RELEASE)
    try:
        with database.writing.begin() as connection:
            known = [{"name": name, "since": RELEASE} for name in sorted(names)]
            connection.execute(insert(tables.event_names), known)
        position = 0
        for number, stream in enumerate(days(streams)):
            for begin in range(0, len(written), _ROWS_AT_ONCE):
                part = written[begin : begin + _ROWS_AT_ONCE]
                with database.writing.begin() as connection:
                    _write(connection, stream, begin, position, part)
                position += len(part)
            if number % max(1, streams // 4) == 0:
                tell(f"  written: {number + 1} of {streams} days ...")
    finally:
        database.close()
    return streams * len(written)


def _write(
    connection: Connection,
    stream: str,
    seq: int,
    position: int,
    part: list[tuple[int, str, bytes]],
) -> None:
    rows: list[dict[str, Any]] = []
    keys: list[dict[str, Any]] = []
    for number, (at, name, body) in enumerate(part, start=1):
        where = {"stream": stream, "seq": seq + number, "at": at}
        rows.append(
            {
                **where,
                "position": position + number,
                "commit_seq": seq + number,
                "name": name,
                "body": body,
            }
        )
        keys.append(
            {
                **where,
                "commit_no": position + len(keys) + 1,
                "part": 0,
                "principal": "doctor",
                "key": secrets.token_hex(8),
                "fingerprint": body[:16],
                "reply": b'{"ticket":"t1"}',
            }
        )
    connection.execute(insert(tables.events), rows)
    connection.execute(insert(tables.command_keys), keys)
    connection.execute(update(tables.head).values(position=position + len(part)))
