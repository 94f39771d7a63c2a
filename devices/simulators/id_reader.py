"""An SDT reader with a card or without, at the level of its bytes."""

from __future__ import annotations

from pathlib import Path

import trio

from devices.id_reader.frames import Damaged, Frames, check
from devices.simulators.cards import PaperCard
from devices.simulators.port import VirtualPort

_SAM = bytes.fromhex("05000100") + b"".join(
    number.to_bytes(4, "little") for number in (20990101, 1, 4_000_000_001)
)
BAUD = 115_200


class SimulatedIdReader:
    """`lay` and `lift` are the patient's hands.

    `finds_again`: whether it finds a card that it has read and that lies there still;
    many do not. `refuse` answers the next readings with that code. `wire_s_per_byte`
    is what 115200 baud take; `think_s` what card and module take.
    """

    def __init__(
        self, path: Path, *, finds_again: bool = False, real_time: bool = False
    ) -> None:
        self.port = VirtualPort(path)
        self.finds_again = finds_again
        self.wire_s_per_byte = 10 / BAUD if real_time else 0.0
        self.think_s = 0.02 if real_time else 0.0
        self.licensed = True
        self.refuse: list[int] = []
        self.asked: list[tuple[int, int]] = []
        self._question = trio.Event()
        self._card: PaperCard | None = None
        self._selected = False
        self._read = False
        self._frames = Frames()
        self._send, self._receive = trio.open_memory_channel[bytes](1000)

    def lay(self, card: PaperCard) -> None:
        self._card, self._selected, self._read = card, False, False

    def lift(self) -> None:
        self._card, self._selected, self._read = None, False, False

    async def was_asked(self, times: int) -> None:
        """Wait until so many questions have come, from the beginning on."""
        while len(self.asked) < times:
            self._question = trio.Event()
            await self._question.wait()

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.port.run, self._hear)
            async for content in self._receive:
                await self.port.say(await self._answer(content))

    def _hear(self, data: bytes) -> None:
        for content in self._frames.feed(data):
            try:
                self._send.send_nowait(b"" if isinstance(content, Damaged) else content)
            except trio.WouldBlock:
                return  # it does one thing at a time, and forgets the rest

    async def _answer(self, content: bytes) -> bytes:
        sw3, data = self._say(content)
        body = (len(data) + 4).to_bytes(2, "big") + bytes((0, 0, sw3)) + data
        frame = bytes.fromhex("AAAAAA9669") + body + bytes((check(body),))
        if delay_s := self.think_s + len(frame) * self.wire_s_per_byte:
            await trio.sleep(delay_s)
        return frame

    def _say(self, content: bytes) -> tuple[int, bytes]:
        if len(content) != 2:
            return 0x10, b""
        asked = (content[0], content[1])
        self.asked.append(asked)
        self._question.set()
        if not self.licensed:
            return 0x66, b""
        match asked:
            case (0x11, 0xFF):
                return 0x90, b""
            case (0x12, 0xFF):
                return 0x90, _SAM
            case (0x20, 0x01):
                there = self._card and (self.finds_again or not self._read)
                return (0x9F, bytes(4)) if there else (0x80, b"")
            case (0x20, 0x02):
                if self._card is None or (self._read and not self.finds_again):
                    return 0x81, b""
                self._selected = True
                return 0x90, bytes(8)
            case (0x30, 0x01 | 0x03 | 0x10):
                return self._reading(asked[1])
        return 0x21, b""

    def _reading(self, parameter: int) -> tuple[int, bytes]:
        card = self._card
        if parameter != 0x03 and self.refuse:
            return self.refuse.pop(0), b""
        if card is None or not self._selected:
            return 0x41, b""
        if parameter == 0x03:
            lines = [f"{line:　<35}".replace("　", " ") for line in card.further]
            data = "".join(lines).encode("utf-16-le")
            return (0x90, data) if data else (0x91, b"")
        self._read = True
        lengths = [len(card.text), len(card.photo)]
        parts = card.text + card.photo
        if parameter == 0x10:
            lengths.append(len(card.fingerprint))
            parts += card.fingerprint
        return 0x90, b"".join(n.to_bytes(2, "big") for n in lengths) + parts
