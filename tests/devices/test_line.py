"""A line on a pseudo-terminal, waited on in both ways."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing

from devices.line import Line, LineSettings, keep_open, open_line
from devices.simulators.port import VirtualPort
from devices.trouble import LineGone, Trouble

LineTo = Callable[[Path], LineSettings]


async def test_bytes_go_both_ways(tmp_path: Path, line_to: LineTo) -> None:
    port = VirtualPort(tmp_path / "p")
    heard, enough = bytearray(), trio.Event()

    def hear(data: bytes) -> None:
        heard.extend(data)
        if len(heard) == 512:
            enough.set()

    async with trio.open_nursery() as nursery, open_line(line_to(port.path)) as line:
        nursery.start_soon(port.run, hear)
        await line.write(bytes(range(256)) * 2)
        with trio.fail_after(10):
            await enough.wait()
            assert bytes(heard) == bytes(range(256)) * 2
            await port.say(bytes(range(256)))
            got = b""
            while len(got) < 256:
                got += await line.read()
        assert got == bytes(range(256))
        nursery.cancel_scope.cancel()
    port.unplug()


async def test_unplugged_while_read_it_says_so(tmp_path: Path, line_to: LineTo) -> None:
    port = VirtualPort(tmp_path / "p")
    async with open_line(line_to(port.path)) as line, trio.open_nursery() as nursery:

        async def read() -> None:
            with pytest.raises(LineGone) as gone:
                await line.read()
            assert gone.value.code == "unplugged"

        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        port.unplug()
    with pytest.raises(LineGone):
        await line.read()
    with pytest.raises(LineGone):
        await line.write(b"x")


async def test_closed_while_read_it_says_so(tmp_path: Path, line_to: LineTo) -> None:
    port = VirtualPort(tmp_path / "p")
    async with trio.open_nursery() as nursery:

        async def read(line: Line) -> None:
            with pytest.raises(LineGone) as gone:
                await line.read()
            assert gone.value.code == "closed"

        async with open_line(line_to(port.path)) as line:
            nursery.start_soon(read, line)
            await trio.testing.wait_all_tasks_blocked()
    port.unplug()


async def test_a_device_that_takes_nothing_is_stuck(
    tmp_path: Path, line_to: LineTo
) -> None:
    port = VirtualPort(tmp_path / "p")
    async with open_line(line_to(port.path)) as line:
        with pytest.raises(LineGone) as gone, trio.fail_after(10):
            await line.write(bytes(1 << 20))
        assert gone.value.code == "stuck"
    port.unplug()


async def test_why_it_cannot_be_opened(tmp_path: Path, line_to: LineTo) -> None:
    (tmp_path / "file").write_text("no port")
    (tmp_path / "closed").symlink_to("/dev/pts/99999")
    for name, code in (
        ("none", "not_there"),
        ("closed", "not_there"),
        ("file", "no_serial"),
    ):
        with pytest.raises(LineGone) as gone:
            async with open_line(line_to(tmp_path / name)):
                pass
        assert gone.value.code == code, name
    port = VirtualPort(tmp_path / "p")
    async with open_line(line_to(port.path)):
        with pytest.raises(LineGone) as gone:
            async with open_line(line_to(port.path)):
                pass
        assert gone.value.code == "taken"
    port.unplug()


async def test_a_cancelled_read_has_taken_nothing(
    tmp_path: Path, line_to: LineTo
) -> None:
    port = VirtualPort(tmp_path / "p")
    async with open_line(line_to(port.path)) as line:
        with trio.move_on_after(0.01):
            await line.read()
        await port.say(b"here")
        with trio.CancelScope() as scope:
            scope.cancel()
            await line.read()
        got = b""
        with trio.fail_after(10):
            while len(got) < 4:
                got += await line.read()
        assert got == b"here"
    port.unplug()


async def test_it_comes_back(tmp_path: Path, line_to: LineTo) -> None:
    port = VirtualPort(tmp_path / "p", plugged=False)
    told: list[Trouble | None] = []
    opened, lines = trio.Event(), 0

    async def converse(line: Line) -> None:
        nonlocal lines
        lines += 1
        opened.set()
        await line.read()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(
            partial(keep_open, line_to(port.path), converse, told.append)
        )
        for _ in range(3):
            opened = trio.Event()
            port.plug()
            with trio.fail_after(10):
                await opened.wait()
            port.unplug()
        nursery.cancel_scope.cancel()
    assert lines == 3
    codes = [one.code for one in told if one]
    assert "unplugged" in codes


async def test_nothing_stays_open(tmp_path: Path, line_to: LineTo) -> None:
    port = VirtualPort(tmp_path / "p")
    async with open_line(line_to(port.path)):
        pass
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        async with open_line(line_to(port.path)):
            pass
    assert len(os.listdir("/proc/self/fd")) <= before
    port.unplug()
