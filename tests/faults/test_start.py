"""When the server cannot start it says why in one sentence, and ends with its code."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import trio

from tests.faults.link import Ended, Link, linked
from tests.faults.load import topic_of
from tests.faults.server import DidNotStart, Server, installation

FAILED, WRONG, NO_ADDRESS = 1, 2, 3
PATIENTS = 40
_LEAF = 10  # of a tree that holds its rows by key (WITHOUT ROWID)


async def fill(link: Link, clinic: str = "im1") -> None:
    """A clinic with so many patients."""
    setup = topic_of(clinic, "setup")
    opening = {
        "clinic": {"name": "内科一诊区", "hospital": "云岫市中心医院"},
        "queues": {"A": {"name": "内科"}},
        "rooms": {"1": {"doctor": "许安禾", "queues": ["A"]}},
    }
    opened = await link.ask(setup, "open", opening, f"open-{clinic}")
    assert opened["ok"], opened
    for number in range(PATIENTS):
        body = {"queue": "A", "name": "李秀芳", "card": f"{number}"}
        given = await link.ask(setup, "register", body, f"register-{number}")
        assert given["ok"], given


@pytest.fixture(scope="module")
def a_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a server that has lived, and keeps a clinic's day in its journal."""
    folder = tmp_path_factory.mktemp("a day")

    async def live() -> None:
        async with installation(folder) as server:
            await server.start()
            async with linked(server.port, server.token("his", "im1")) as link:
                await fill(link)
            server.tell_to_stop()
            assert await server.ended() == 0

    trio.run(live)
    return folder / "data"


@pytest.fixture
async def server(a_day: Path, tmp_path: Path) -> AsyncIterator[Server]:
    shutil.copytree(a_day, tmp_path / "data")
    async with installation(tmp_path, journal__busy_s=0.2) as server:
        yield server


async def fails(server: Server, code: int) -> str:
    """The one line it says."""
    before = len(server.said)
    with pytest.raises(DidNotStart) as end:
        await server.start()
    assert end.value.code == code, server.said
    said = server.said[before:]
    assert said.startswith("houzhen: "), said
    assert said.count("\n") == 1, said
    return said


async def starts(server: Server) -> None:
    await server.start()
    async with linked(server.port, server.token("nurse", "im1")) as link:
        joined = await link.join(topic_of("im1", "desk"))
        assert len(joined["view"]["tickets"]) == PATIENTS


async def test_an_occupied_port(server: Server) -> None:
    with server.occupied():
        said = await fails(server, NO_ADDRESS)
    assert f"127.0.0.1:{server.port} is taken by another program" in said
    assert "HOUZHEN_HTTP__PORT" in said
    await starts(server)


async def test_a_journal_in_use(server: Server, tmp_path: Path) -> None:
    await server.start()
    async with installation(tmp_path) as second:
        said = await fails(second, FAILED)
    assert "another houzhen is using" in said


async def test_a_locked_database(server: Server) -> None:
    with closing(sqlite3.connect(server.journal, isolation_level=None)) as other:
        other.execute("begin immediate")
        said = await fails(server, FAILED)
        assert "locked by another program" in said
        other.execute("rollback")
    await starts(server)


async def test_a_file_that_is_no_database(server: Server) -> None:
    kept = server.journal.read_bytes()
    server.journal.write_bytes(b"a diary, not a database\n" * 400)
    said = await fails(server, FAILED)
    assert "is damaged or unreadable" in said
    assert "restore the last backup" in said
    server.journal.write_bytes(kept)
    await starts(server)


async def test_a_truncated_database(server: Server) -> None:
    kept = server.journal.read_bytes()
    server.journal.write_bytes(kept[: len(kept) // 2])
    said = await fails(server, FAILED)
    assert "is damaged or unreadable" in said
    server.journal.write_bytes(kept)
    await starts(server)


async def test_lost_keys_are_not_made_anew(server: Server) -> None:
    keys = server.data / "keys.toml"
    kept = keys.read_bytes()
    keys.unlink()
    said = await fails(server, WRONG)
    assert "put the file back from the backup" in said
    keys.write_bytes(kept)
    keys.chmod(0o600)
    await starts(server)


EVENT = b'"type":"clinic.registered"'


def page_of_events(path: Path) -> int:
    """Where the first page begins that holds events."""
    data = path.read_bytes()
    size = int.from_bytes(data[16:18], "big")
    return next(
        place
        for place in range(0, len(data), size)
        if data[place] == _LEAF and EVENT in data[place : place + size]
    )


def page_of_positions(path: Path) -> int:
    """Where the index begins that every write goes into, and no reading of a day."""
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "select rootpage from sqlite_master where name = 'events_by_position'"
        ).fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
    return (int(root) - 1) * int(size)


def spoil(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[place : place + size] = b"\xff" * size
    path.write_bytes(data)


async def test_a_day_that_cannot_be_read_leaves_others_alone(server: Server) -> None:
    spoil(server.journal, page_of_events(server.journal))
    await server.start()
    shown = server.token("his", "*", "nurse")
    async with linked(server.port, shown) as link:
        closed = await link.join(topic_of("im1", "desk"))
        assert (closed["reason"], closed["rejoin"]) == ("unavailable", True)
        body = {"queue": "A", "name": "李秀芳", "card": "new"}
        setup = topic_of("im1", "setup")
        reply = await link.ask(setup, "register", body, "register-new")
        assert (reply["error"]["code"], reply["error"]["retry"]) == (
            "unavailable",
            True,
        )
        await fill(link, "im2")
        joined = await link.join(topic_of("im2", "desk"))
        assert len(joined["view"]["tickets"]) == PATIENTS
    assert "could not be loaded" in server.said
    server.tell_to_stop()
    assert await server.ended() == 0


async def test_writing_into_a_damaged_page_ends_it(server: Server) -> None:
    """Nothing can be promised any more: it says so and ends, and does not go on
    writing into what cannot be trusted."""
    spoil(server.journal, page_of_positions(server.journal))
    await server.start()
    async with linked(server.port, server.token("his", "im2")) as link:
        body = {"clinic": {"name": "内科", "hospital": "云岫市中心医院"}}
        more: dict[str, Any] = {"queues": {}, "rooms": {}}
        setup = topic_of("im2", "setup")
        with suppress(Ended):
            reply = await link.ask(setup, "open", body | more, "open-im2")
            assert reply["error"]["code"] == "unavailable"
        await link.end()
    code = await server.ended()
    assert code == FAILED
    last = server.said.splitlines()[-1]
    assert last.startswith("houzhen: the storage failed: ")
    assert "malformed" in last
    assert "Traceback" not in server.said
