"""A slip printer at the level of its bytes, with paper that runs out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import trio

from devices.simulators.port import VirtualPort

_ROLL = 10_000
_LOW = 50
_REAL_TIME = re.compile(
    rb"\x10\x04([\x01-\x04])|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
)
# what the first bytes of a command are followed by
_LENGTHS = {
    b"\x1b@": 0,
    b"\x1ba": 1,
    b"\x1bE": 1,
    b"\x1bd": 1,
    b"\x1c&": 0,
    b"\x1c.": 0,
    b"\x1d!": 1,
    b"\x1dV": 2,
    b"\x1dg": 4,
}


@dataclass
class PaperSlip:
    """What a person would see on it."""

    lines: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class SimulatedPrinter:
    """`tear_paper`, `load_paper`, `open_cover`, `close_cover`, `jam`, `unjam` are the
    hands at it. `slips` came out whole; `hanging` is what is printed and not cut.

    It prints line by line, `line_s` each, and stops with what it has not printed in its
    memory, as real ones do.
    """

    def __init__(
        self,
        path: Path,
        *,
        line_s: float = 0.0,
        knows_process_id: bool = True,
        knows_cuts: bool = True,
    ) -> None:
        self.port = VirtualPort(path)
        self.line_s = line_s
        self.knows_process_id = knows_process_id
        self.knows_cuts = knows_cuts
        self.slips: list[PaperSlip] = []
        self.hanging = PaperSlip()
        self.cuts = 0
        self.paper_lines = _ROLL
        self.cover_is_open = False
        self.jammed = False
        self._chinese = False
        self._line = bytearray()
        self._qr = ""
        self._inbox = b""
        self._buffer = bytearray()
        self._work = trio.Event()
        self._came_out = trio.Event()
        self._answers: trio.MemorySendChannel[bytes]
        self._answers, self._outbox = trio.open_memory_channel[bytes](1000)

    # -- hands ------------------------------------------------------------------------

    def tear_paper(self, lines_left: int = 0) -> None:
        """The paper ends, after so many lines more."""
        self.paper_lines = lines_left

    def load_paper(self) -> None:
        self.paper_lines = _ROLL
        self._work.set()

    def open_cover(self) -> None:
        self.cover_is_open = True

    def close_cover(self) -> None:
        self.cover_is_open = False
        self._work.set()

    def jam(self) -> None:
        """The next cut fails."""
        self.jammed = True

    def unjam(self) -> None:
        self.jammed = False
        self._work.set()

    async def has_printed(self, slips: int) -> PaperSlip:
        """Wait for the so-many-th slip from the beginning on."""
        while len(self.slips) < slips:
            self._came_out = trio.Event()
            await self._came_out.wait()
        return self.slips[slips - 1]

    async def has_begun(self, lines: int = 1) -> None:
        """Wait until a slip hangs out of it, so many lines long and not whole."""
        while len(self.hanging.lines) < lines:
            self._came_out = trio.Event()
            await self._came_out.wait()

    # -- the machine ------------------------------------------------------------------

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.port.run, self._hear)
            nursery.start_soon(self._speak)
            while True:
                if not await self._step():
                    self._work = trio.Event()
                    await self._work.wait()

    async def _speak(self) -> None:
        async for answer in self._outbox:
            await self.port.say(answer)

    def _answer(self, data: bytes) -> None:
        self._answers.send_nowait(data)

    def _hear(self, data: bytes) -> None:
        """Real-time commands are taken out here, whatever the machine is doing."""
        self._inbox += data
        while found := _REAL_TIME.search(self._inbox):
            self._buffer += self._inbox[: found.start()]
            self._inbox = self._inbox[found.end() :]
            if found[1]:
                self._answer(bytes((self._status(found[1][0]),)))
            else:
                self._buffer.clear()
                self._line.clear()
                self._answer(b"\x37\x25\x00")
        # the beginning of one may wait for its end
        cut = self._inbox.rfind(b"\x10")
        kept = self._inbox[cut:] if cut >= 0 and len(self._inbox) - cut < 10 else b""
        self._buffer += self._inbox[: len(self._inbox) - len(kept)]
        self._inbox = kept
        self._work.set()

    def _status(self, which: int) -> int:
        out = self.paper_lines <= 0
        stopped = out or self.cover_is_open or self.jammed_now
        match which:
            case 1:
                return 0x12 | (0x08 if stopped else 0)
            case 2:
                wrong = self.jammed_now
                return (
                    0x12
                    | (0x04 if self.cover_is_open else 0)
                    | (0x20 if out else 0)
                    | (0x40 if wrong else 0)
                )
            case 3:
                return 0x12 | (0x08 if self.jammed_now else 0)
        return 0x12 | (0x60 if out else 0) | (0x0C if self.paper_lines <= _LOW else 0)

    @property
    def jammed_now(self) -> bool:
        return self.jammed and self._buffer.startswith(b"\x1dV")

    async def _step(self) -> bool:
        """Do the first command in memory; False when there is none, or it cannot."""
        if self.cover_is_open or self.paper_lines <= 0:
            return False
        command = self._first()
        if command is None or (self.jammed and command.startswith(b"\x1dV")):
            return False
        if command == b"\n" or command.startswith(b"\x1dV"):
            if self.line_s:
                await trio.sleep(self.line_s)
            if not self._buffer.startswith(command):
                return True  # it was told to forget meanwhile
        del self._buffer[: len(command)]
        self._do(command)
        return True

    def _first(self) -> bytes | None:
        buffer = self._buffer
        if not buffer:
            return None
        if buffer[0] in (0x1B, 0x1C, 0x1D):
            head = bytes(buffer[:2])
            if head == b"\x1d(":
                if len(buffer) < 5:
                    return None
                length = 5 + int.from_bytes(buffer[3:5], "little")
            else:
                length = 2 + _LENGTHS.get(head, 0)
        elif self._chinese and buffer[0] >= 0x81:
            length = 2
        else:
            length = 1
        return bytes(buffer[:length]) if len(buffer) >= length else None

    def _do(self, command: bytes) -> None:
        if command[0] not in (0x1B, 0x1C, 0x1D):
            self._print(command)
        elif command == b"\x1b@":
            self._chinese = False
            self._line.clear()
        elif command in (b"\x1c&", b"\x1c."):
            self._chinese = command == b"\x1c&"
        elif command.startswith(b"\x1dV"):
            self._cut()
        elif command.startswith(b"\x1d(k") and command[6] == 0x50:
            self._qr = command[8:].decode("utf-8", "replace")
        elif command.startswith(b"\x1d(k") and command[6] == 0x51:
            self.hanging.codes.append(self._qr)
            self.paper_lines -= 8
        elif command.startswith(b"\x1d(H") and self.knows_process_id:
            self._answer(b"\x37\x22" + command[-4:] + b"\x00")
        elif command.startswith(b"\x1dg") and self.knows_cuts:
            self._answer(b"\x5f" + str(self.cuts).encode() + b"\x00")

    def _print(self, command: bytes) -> None:
        if command != b"\n":
            self._line += command
            return
        page = "gbk" if self._chinese else "cp437"
        self.hanging.lines.append(self._line.decode(page, "replace"))
        self._line.clear()
        self.paper_lines -= 1
        self._came_out.set()

    def _cut(self) -> None:
        self.cuts += 1
        self.slips.append(self.hanging)
        self.hanging = PaperSlip()
        self._came_out.set()
