"""A serial port that is none: a pseudo-terminal under a name that stays.

The name is a symbolic link, as systems give to what hangs on one socket. Unplugging
takes the link and both ends away; plugging in makes new ones behind the same name.
What goes through can be torn, dropped, delayed, garbled and swallowed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trio


@dataclass
class Faults:
    """What is wrong with the cable, for now. All of it can be changed at any time."""

    # seconds before each answer
    delay_s: float = 0.0
    # an answer goes out in pieces of so many bytes
    pieces_of: int = 0
    # so many answers are swallowed whole, come with a wrong check, end early
    swallow: int = 0
    lie: int = 0
    cut_short: int = 0
    # every so-many-th byte is lost
    drop_every: int = 0
    # sent before each answer
    noise: bytes = b""
    _sent: int = 0

    def spoil(self, data: bytes) -> bytes:
        """What arrives of an answer."""
        if self.swallow:
            self.swallow -= 1
            return b""
        if self.lie:
            self.lie -= 1
            data = data[:-1] + bytes((data[-1] ^ 0x5A,))
        if self.cut_short:
            self.cut_short -= 1
            data = data[: len(data) // 2]
        if self.drop_every:
            kept = bytearray()
            for byte in data:
                self._sent += 1
                if self._sent % self.drop_every:
                    kept.append(byte)
            data = bytes(kept)
        return self.noise + data


class VirtualPort:
    """The device's side. `run` hands what the host wrote to `hear`."""

    def __init__(self, path: Path, *, plugged: bool = True) -> None:
        if sys.platform == "win32":
            raise OSError("simulators need pseudo-terminals, which Windows has not")
        self.path = path
        self.faults = Faults()
        self._master = -1
        self._slave = -1
        self._changed = trio.Event()
        if plugged:
            self.plug()

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> None:
        if self.plugged:
            return
        import tty

        self._master, self._slave = os.openpty()
        # else what the device says before anybody listens comes back as an echo
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        self._turn()

    def unplug(self) -> None:
        """Whoever has it open finds it gone."""
        if not self.plugged:
            return
        trio.lowlevel.notify_closing(self._master)
        self.path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._turn()

    def _turn(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    @property
    def baud_is(self) -> Callable[[int], bool]:
        """Whether the host set this speed: at another it would read nonsense."""
        import termios

        speed = termios.tcgetattr(self._slave)[5] if self.plugged else None
        return lambda baud: speed == getattr(termios, f"B{baud}")

    async def run(self, hear: Callable[[bytes], None]) -> None:
        """Until cancelled, plugged or not."""
        while True:
            if not self.plugged:
                await self._changed.wait()
                continue
            try:
                await trio.lowlevel.wait_readable(self._master)
                data = os.read(self._master, 4096)
            except (trio.ClosedResourceError, BlockingIOError):
                continue
            except OSError:
                continue  # unplugged while reading
            hear(data)

    async def say(self, data: bytes) -> None:
        """Send an answer, spoiled by the faults of the moment. Unplugged, or into a
        line that nobody reads, it is lost, as on a real cable."""
        faults = self.faults
        if faults.delay_s:
            await trio.sleep(faults.delay_s)
        data = faults.spoil(data)
        size = faults.pieces_of or max(1, len(data))
        for at in range(0, len(data), size):
            self._put(data[at : at + size])
            await trio.sleep(0.0005 if faults.pieces_of else 0)

    def _put(self, data: bytes) -> None:
        try:
            os.write(self._master, data)
        except OSError:
            return
