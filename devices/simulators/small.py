"""The smaller devices: scanner, social card reader, strip over a door."""

from __future__ import annotations

from pathlib import Path

import trio

from devices.framing import Unframed, framed
from devices.identity import check_character
from devices.simulators.port import VirtualPort


class _Speaks:
    """Says things by itself; what is said to it is read and forgotten."""

    def __init__(self, path: Path) -> None:
        self.port = VirtualPort(path)
        self._send, self._receive = trio.open_memory_channel[bytes](1000)

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.port.run, self._hear)
            async for data in self._receive:
                await self.port.say(data)

    def _say(self, data: bytes) -> None:
        self._send.send_nowait(data)

    def _hear(self, data: bytes) -> None:
        """Nothing it understands."""


class SimulatedScanner(_Speaks):
    """`ending` is what it puts after a code; empty where only a pause ends it."""

    ending = b"\r\n"

    def scan(self, text: str) -> None:
        self._say(text.encode() + self.ending)


class SimulatedSocialCardReader(_Speaks):
    """`insert` and `pull` are the patient's hands."""

    def insert(self, line: str | None = None) -> None:
        self._say(framed((line or social_card()).encode("gb18030")))

    def pull(self) -> None:
        self._say(framed(b"OUT"))

    def misread(self) -> None:
        self._say(framed(b"ERR|12"))


def social_card(name: str = "测试一", birth: str = "19500102") -> str:
    """The line of an invented card."""
    first17 = f"990101{birth}001"
    fields = [
        "990100",
        first17 + check_character(first17),
        "T00000001",
        "990100D156000005TEST",
        name,
        "0081544C9386839901005654",
        "2.00",
        "20200101",
        "20300101",
        "000000000001",
        "TEST0001",
    ]
    return "|".join(fields)


class SimulatedLedStrip(_Speaks):
    """`text` is what it shows."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.text = ""
        self.mode = ""
        self.refuse = 0
        self._frames = Unframed()
        self._changed = trio.Event()

    async def shows(self, text: str) -> None:
        while self.text != text:
            self._changed = trio.Event()
            await self._changed.wait()

    def lose_power(self) -> None:
        """And get it back, having forgotten everything."""
        self.port.unplug()
        self.text = self.mode = ""
        self.port.plug()

    def _hear(self, data: bytes) -> None:
        for body in self._frames.feed(data):
            if body:
                self._obey(body)

    def _obey(self, body: bytes) -> None:
        number, order = body[:1], body[1:]
        if self.refuse:
            self.refuse -= 1
            self._say(framed(number + b"N"))
            return
        if order[:1] == b"T":
            self.mode = order[1:2].decode()
            self.text = order[2:].decode("gbk", "replace")
        elif order[:1] == b"C":
            self.text = self.mode = ""
        self._changed.set()
        self._say(framed(number + b"A"))
