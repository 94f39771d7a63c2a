"""A disk that is full, locked, or broken, while the server runs."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from sqlalchemy.exc import OperationalError

from realtime.house import House
from tests.actors.journal.test_journal import _on_the_writers_connection
from tests.faults.bystander import Bystander, bystander, port_of
from tests.faults.evidence import Evidence
from tests.faults.link import Ended, Link, linked
from tests.faults.load import Deed, topic_of
from tests.faults.server import installation
from tests.realtime.house import OPENING, a_house, clinic, open_clinic, token

PATIENT = {"queue": "A", "name": "李秀芳"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as house:
        await open_clinic(house)
        yield house


@pytest.fixture
async def other(house: House) -> AsyncIterator[Bystander]:
    async with bystander(house) as other:
        yield other


async def register(link: Link, house: House, card: str, name: str) -> dict[str, Any]:
    """The whole reply; the same ask every time for one card."""
    body = {"queue": "A", "name": name, "card": card}
    setup = clinic(house, "setup")
    return await link.ask(setup, "register", body, f"register-{card}", ref=f"r-{card}")


def is_unavailable(reply: dict[str, Any]) -> bool:
    error = reply.get("error", {})
    return (error.get("code"), error.get("retry")) == ("unavailable", True)


@pytest.mark.usefixtures("other")
async def test_a_full_disk_refuses_and_heals(house: House, tmp_path: Path) -> None:
    """What was refused has not happened, and the same key does it later, once."""
    long_names = "李" * 60
    async with (
        linked(port_of(house), token(house, "his-1", "his")) as link,
        linked(port_of(house), token(house, "n", "nurse")) as desk,
    ):
        joined = await desk.join(clinic(house, "desk"))
        journal = house.system.journal
        await _on_the_writers_connection(journal, "pragma max_page_count = 1")
        replies = []
        for number in range(400):
            replies.append(await register(link, house, f"f{number}", long_names))
            if not replies[-1]["ok"]:
                break
        assert is_unavailable(replies[-1]), "400 patients found room on a full disk"
        last = f"f{len(replies) - 1}"
        assert is_unavailable(await register(link, house, last, long_names))
        # a page that opens now, and one that was open, see what is on disk
        async with linked(port_of(house), token(house, "n", "nurse")) as page:
            opened = await page.join(clinic(house, "desk"))
            assert opened["type"] == "joined"
            kept = [reply for reply in replies if reply["ok"]]
            before = len(joined["view"]["tickets"])
            assert len(opened["view"]["tickets"]) == before + len(kept)
        await _on_the_writers_connection(journal, "pragma max_page_count = 1000000")
        reply = await register(link, house, last, long_names)
        assert reply["ok"], reply
        assert await register(link, house, last, long_names) == reply
        seq = joined["seq"]
        while seq < reply["seq"]:
            patch = await desk.hear_type("patch")
            assert patch["prev"] == seq
            seq = patch["seq"]
    days = Evidence(tmp_path / "houzhen.db").days()
    assert sum(d.stages["booked"] for d in days.values()) == before + len(replies)


@pytest.mark.usefixtures("other")
async def test_a_lock_held_by_another_program(house: House, tmp_path: Path) -> None:
    path = tmp_path / "houzhen.db"
    async with linked(port_of(house), token(house, "his-1", "his", "nurse")) as link:
        with closing(sqlite3.connect(path, isolation_level=None)) as backup:
            backup.execute("begin immediate")
            assert is_unavailable(await register(link, house, "1", "李秀芳"))
            joined = await link.join(clinic(house, "desk"))
            assert joined["type"] == "joined", "who only looks is not held up"
            backup.execute("rollback")
        with trio.fail_after(5):
            while not (reply := await register(link, house, "1", "李秀芳"))["ok"]:
                assert is_unavailable(reply)
        assert await register(link, house, "1", "李秀芳") == reply


@pytest.mark.usefixtures("other")
async def test_a_page_that_opens_while_the_journal_cannot_be_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(stream: str) -> Any:
        raise OperationalError("select", {}, sqlite3.OperationalError("disk I/O error"))

    hall = clinic(house, "hall", "eye1")
    shown = token(house, "wall", "screen", place="*")
    async with linked(port_of(house), shown) as link:
        with monkeypatch.context() as broken:
            broken.setattr(house.system.journal, "open_stream", unreadable)
            for _ in range(3):
                closed = await link.join(hall)
                assert (closed["reason"], closed["rejoin"]) == ("unavailable", True)
            joined = await link.join(clinic(house, "hall"))
            assert joined["type"] == "joined", "im2 is awake and needs no disk"
        joined = await link.join(hall)
        assert joined["type"] == "joined"
    assert await ready(house) == 200


async def ready(house: House) -> int:
    asked = (b"GET /health/ready HTTP/1.1", b"Host: localhost", b"Connection: close")
    async with await trio.open_tcp_stream("127.0.0.1", port_of(house)) as stream:
        await stream.send_all(b"\r\n".join((*asked, b"", b"")))
        head = await stream.receive_some(4096)
    return int(head.split()[1])


async def test_a_disk_that_fails_ends_the_process_and_loses_nothing(
    tmp_path: Path,
) -> None:
    """A write past a limit of the system's fails as a broken disk does: nothing can be
    promised any more, so the process says so and ends."""
    acknowledged: list[Deed] = []
    stream = topic_of("im1", "").rstrip(":")

    async def does(link: Link, name: str, body: dict[str, Any]) -> bool:
        """False when it was refused."""
        number = len(acknowledged)
        key, ref = f"key-{number:05d}", f"r{number}"
        ask = {"type": "ask", "ref": ref, "topic": topic_of("im1", "setup")}
        more = {"name": name, "key": key, "body": body, "deadline_ms": 30_000}
        frame = msgspec.json.encode(ask | more)
        deed = Deed("his-im1", stream, name, key, frame, ref, trio.Event())
        await link.send(frame)
        deed.reply = await reply_on(link)
        if deed.answer["ok"]:
            acknowledged.append(deed)
        else:
            assert is_unavailable(deed.answer), deed
        return bool(deed.answer["ok"])

    async def goes_on(link: Link, times: int) -> bool:
        """Patients are registered, one after the other; True when all were."""
        for _ in range(times):
            card = f"{len(acknowledged)}"
            if not await does(link, "register", {**PATIENT, "card": card}):
                return False
        return True

    async def until_it_fails() -> None:
        async with linked(server.port, server.token("his", "im1")) as link:
            await does(link, "open", OPENING)
            assert await goes_on(link, 30)
            log = server.journal.with_name("houzhen.db-wal").stat().st_size
            limit = log + 400_000
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (limit, limit))
            assert not await goes_on(link, 1000)
            await link.end()

    async with installation(tmp_path, live__frames_at_once=10_000) as server:
        await server.start()
        with suppress(Ended):
            await until_it_fails()
        assert await server.ended() == 1
        said = server.said.splitlines()
        assert said[-1].startswith("houzhen: the storage failed: ")
        assert not any("Traceback" in line for line in said)
        assert len(acknowledged) > 31, "the limit was no limit"
        await server.start()
        evidence = Evidence(server.journal)
        evidence.holds(acknowledged)
        registered = len(acknowledged) - 1  # the first opened the day
        # the last one that nobody was told of may be there: its key would find out
        assert evidence.days()[stream].stages["booked"] - registered in (0, 1)
        async with linked(server.port, server.token("his", "im1")) as link:
            for deed in acknowledged[-3:]:
                await link.send(deed.frame)
                assert await reply_on(link) == deed.reply


async def reply_on(link: Link) -> bytes:
    while (text := await link.receive()).startswith(b'{"type":"ping"'):
        pass
    return text
