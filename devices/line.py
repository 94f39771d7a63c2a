"""A serial line: opened, read, written, and opened again when it was lost.

Two ways to wait for bytes. POSIX: the file descriptor itself, by trio. Windows gives no
such thing for serial ports, so there a thread reads; it is the same on every system and
is kept true by running the same tests on it (`way="threads"`). Pseudo-terminals are
lines like any other.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import serial
import trio

from devices.trouble import (
    CLOSED,
    NO_PERMISSION,
    NO_SERIAL,
    NOT_THERE,
    STUCK,
    TAKEN,
    UNPLUGGED,
    DeviceTrouble,
    LineGone,
    Trouble,
)

Way = Literal["wait", "threads"]
AT_ONCE = 4096
# A device that nobody listens to must not fill the memory.
KEPT_BYTES = 1 << 18
PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)
# A line that lived this long was a good one: the next trouble is a new one.
STEADY_S = 5.0
_THREAD_LOOKS_UP_S = 0.25


def usual_way() -> Way:
    return "threads" if sys.platform == "win32" else "wait"


@dataclass(frozen=True)
class LineSettings:
    """Where a device hangs and how it speaks; 8 data bits."""

    port: str
    baud: int = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    way: Way | None = None
    write_s: float = 3.0
    pauses_s: Sequence[float] = PAUSES_S


class Line(Protocol):
    """An open line. Every call raises LineGone once it is lost."""

    async def read(self) -> bytes:
        """At least one byte. Cancelled, it has taken nothing."""

    async def write(self, data: bytes) -> None:
        """Returns when the system has taken all. Cancelled, a part may have gone out;
        a device that takes nothing for `write_s` is LineGone (`stuck`)."""

    def drain(self) -> None:
        """Throw away what has come and was not read."""

    async def aclose(self) -> None:
        """Whoever reads or writes gets LineGone (`closed`). Not to be cancelled."""


@asynccontextmanager
async def open_line(settings: LineSettings) -> AsyncIterator[Line]:
    """The line, for as long as the block. Raises LineGone, which says why."""
    way = settings.way or usual_way()
    try:
        port = serial.Serial(
            settings.port,
            settings.baud,
            parity=settings.parity,
            stopbits=settings.stop_bits,
            timeout=0 if way == "wait" else _THREAD_LOOKS_UP_S,
            write_timeout=settings.write_s,
            exclusive=None if sys.platform == "win32" else True,
        )
    except (serial.SerialException, OSError, ValueError) as error:
        raise LineGone(_why_not(error), type(error).__name__) from error
    with closing(port):
        line: Line
        if way == "wait":
            line = _WaitingLine(port, settings.write_s)
        else:
            line = _ThreadedLine(port)
        try:
            yield line
        finally:
            with trio.CancelScope(shield=True):
                await line.aclose()


async def keep_open(
    settings: LineSettings,
    converse: Callable[[Line], Awaitable[None]],
    tell: Callable[[Trouble | None], None],
) -> None:
    """Converse over the line; when that ends in trouble, say so and begin again.

    `tell(None)` is for the conversation to call once the device has answered; here
    only trouble is told, once for as long as it is the same. Returns when `converse`
    does; never raises DeviceTrouble.
    """
    attempt, last = 0, None
    while True:
        began = trio.current_time()
        try:
            async with open_line(settings) as line:
                await converse(line)
            return
        except* DeviceTrouble as group:
            trouble = _first(group).trouble
        if lived := trio.current_time() - began >= STEADY_S:
            attempt = 0
        if trouble.code != last or lived:
            tell(trouble)
        last = trouble.code
        await trio.sleep(settings.pauses_s[min(attempt, len(settings.pauses_s) - 1)])
        attempt += 1


def _first(group: BaseExceptionGroup[DeviceTrouble]) -> DeviceTrouble:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, DeviceTrouble)
    return found


def _why_not(error: Exception) -> Trouble:
    code = getattr(error, "errno", None)
    text = str(error)
    if isinstance(error, PermissionError) or code in (errno.EACCES, errno.EPERM):
        return NO_PERMISSION
    # Windows: another program's port is "access denied"; ours with flock: EAGAIN
    if "Access is denied" in text or "PermissionError" in text:
        return TAKEN
    if code in (errno.EBUSY, errno.EAGAIN) or "lock" in text:
        return TAKEN
    if code in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO):
        return NOT_THERE
    if "FileNotFoundError" in text or "could not open port" in text:
        return NOT_THERE
    return NO_SERIAL


class _WaitingLine:
    """POSIX: the descriptor is not blocking, and trio waits for it."""

    def __init__(self, port: serial.Serial, write_s: float) -> None:
        self._port = port
        self._fd: int = port.fileno()
        _one_byte_at_least(self._fd)
        self._write_s = write_s
        self._open = True

    async def read(self) -> bytes:
        await trio.lowlevel.checkpoint_if_cancelled()
        while self._open:
            try:
                # not port.read(): that is select(), which ends at 1024 descriptors
                if data := os.read(self._fd, AT_ONCE):
                    await trio.lowlevel.cancel_shielded_checkpoint()
                    return data
                raise LineGone(UNPLUGGED)
            except BlockingIOError:
                pass
            except OSError as error:
                raise LineGone(
                    UNPLUGGED, errno.errorcode.get(error.errno or 0, "")
                ) from (error)
            try:
                await trio.lowlevel.wait_readable(self._fd)
            except (trio.ClosedResourceError, OSError) as error:
                raise LineGone(CLOSED) from error
        raise LineGone(CLOSED)

    async def write(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint_if_cancelled()
        rest = memoryview(data)
        with trio.move_on_after(self._write_s) as patience:
            while rest:
                if not self._open:
                    raise LineGone(CLOSED)
                try:
                    rest = rest[os.write(self._fd, rest) :]
                except BlockingIOError:
                    await self._wait_writable()
                except OSError as error:
                    raise LineGone(UNPLUGGED) from error
        if patience.cancelled_caught:
            raise LineGone(STUCK)
        await trio.lowlevel.cancel_shielded_checkpoint()

    def drain(self) -> None:
        try:
            while self._open and os.read(self._fd, AT_ONCE):
                pass
        except OSError:
            pass  # nothing more; if it is lost, the next call says so

    async def _wait_writable(self) -> None:
        try:
            await trio.lowlevel.wait_writable(self._fd)
        except (trio.ClosedResourceError, OSError) as error:
            raise LineGone(CLOSED) from error

    async def aclose(self) -> None:
        if self._open:
            self._open = False
            trio.lowlevel.notify_closing(self._fd)
            _close(self._port)
        await trio.lowlevel.checkpoint()


def _one_byte_at_least(descriptor: int) -> None:
    """pyserial sets VMIN to 0, and then nothing to read looks like a hang-up."""
    import termios

    try:
        modes = termios.tcgetattr(descriptor)
        modes[6][termios.VMIN] = 1
        termios.tcsetattr(descriptor, termios.TCSANOW, modes)
    except termios.error as error:
        raise LineGone(UNPLUGGED) from error


class _ThreadedLine:
    """A thread reads and hands over; writes run in threads of trio's.

    The thread looks up four times a second, so it ends even where a read cannot be
    cancelled; it never touches trio but by `run_sync_soon`.
    """

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._token = trio.lowlevel.current_trio_token()
        self._buffer = bytearray()
        self._gone: LineGone | None = None
        self._news = trio.Event()
        self._closing = threading.Event()
        self._write = trio.Lock()
        self._thread = threading.Thread(
            target=self._listen, name=f"line {port.port}", daemon=True
        )
        self._thread.start()

    def _listen(self) -> None:
        gone = LineGone(CLOSED)
        try:
            while not self._closing.is_set():
                data = self._port.read(1)
                if data and (more := self._port.in_waiting):
                    data += self._port.read(more)
                if data:
                    self._token.run_sync_soon(self._take, data)
        except trio.RunFinishedError:
            return
        except Exception:
            # pyserial raises SerialException, OSError, TypeError or termios.error for
            # a port that went away or was closed under it: all mean the same here
            gone = LineGone(CLOSED if self._closing.is_set() else UNPLUGGED)
        try:
            self._token.run_sync_soon(self._lose, gone)
        except trio.RunFinishedError:
            return

    def _take(self, data: bytes) -> None:
        self._buffer += data
        del self._buffer[:-KEPT_BYTES]
        self._news.set()

    def _lose(self, gone: LineGone) -> None:
        self._gone = self._gone or gone
        self._news.set()

    async def read(self) -> bytes:
        await trio.lowlevel.checkpoint()
        while not self._buffer:
            if self._gone is not None:
                raise LineGone(self._gone.trouble)
            self._news = trio.Event()
            await self._news.wait()
        data = bytes(self._buffer)
        self._buffer.clear()
        return data

    def drain(self) -> None:
        self._buffer.clear()

    async def write(self, data: bytes) -> None:
        async with self._write:
            if self._closing.is_set():
                raise LineGone(CLOSED)
            if self._gone is not None:
                raise LineGone(self._gone.trouble)
            try:
                await trio.to_thread.run_sync(partial(self._port.write, data))
            except serial.SerialTimeoutException as error:
                raise LineGone(STUCK) from error
            except (serial.SerialException, OSError, TypeError) as error:
                why = CLOSED if self._closing.is_set() else UNPLUGGED
                raise LineGone(why) from error

    async def aclose(self) -> None:
        if self._closing.is_set():
            return
        self._closing.set()
        self._lose(LineGone(CLOSED))
        for cancel in ("cancel_read", "cancel_write"):
            # a port that went away has nothing to cancel
            with suppress(serial.SerialException, OSError, AttributeError):
                getattr(self._port, cancel)()
        await trio.to_thread.run_sync(self._thread.join, 2 * _THREAD_LOOKS_UP_S)
        _close(self._port)


def _close(port: serial.Serial) -> None:
    with suppress(serial.SerialException, OSError):
        port.close()
