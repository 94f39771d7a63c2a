"""The strip of lights over a door: one line of text, still, running or flashing.

Strips differ from maker to maker; this is the protocol we assume (docs/devices.md).
Frames are those of `framing.py`. To the strip: `{n}T{mode}{text in GBK}`, `{n}C` to
clear, `{n}B{0-9}` for brightness, `{n}?` to ask. Back: `{n}A` done, `{n}N` not done;
`n` is a digit that changes with every frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import trio

from devices.events import Down, Tell, Up
from devices.framing import Unframed, framed
from devices.line import Line, LineSettings, keep_open
from devices.trouble import GARBLED, SILENT, Silent, Trouble

Mode = Literal["still", "running", "flashing"]
_MODES: dict[Mode, bytes] = {"still": b"0", "running": b"1", "flashing": b"2"}
LONGEST_TEXT = 200


@dataclass(frozen=True)
class StripSettings:
    line: LineSettings
    name: str = "led_strip"
    answer_s: float = 0.5
    tries: int = 3
    # asked so often whether it is still there
    poll_s: float = 5.0


@dataclass(frozen=True)
class Shows:
    """The strip has confirmed that it shows this."""

    device: str
    text: str


class LedStrip:
    """`show` says what it should show; `run` sees to it, also after a strip lost its
    power: it is told again. Tells Up, Down, Shows."""

    def __init__(self, settings: StripSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._wanted: bytes = b"C"
        self._text = ""
        self._news = trio.Event()
        self._number = 0

    def show(self, text: str, mode: Mode = "still") -> None:
        """Instead of what it showed; empty clears it. What GBK has not is a □."""
        text = "".join(one for one in text if one.isprintable())[:LONGEST_TEXT]
        self._text = text
        # GBK has the box; whatever it has not becomes one
        data = b"".join(_gbk(one) for one in text)
        self._wanted = b"T" + _MODES[mode] + data if text else b"C"
        self._news.set()

    async def run(self) -> None:
        await keep_open(self._settings.line, self._converse, self._trouble)

    def _trouble(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tell(Down(self._settings.name, trouble))

    async def _converse(self, line: Line) -> None:
        shown: bytes | None = None
        await self._order(line, b"?")
        self._tell(Up(self._settings.name))
        while True:
            self._news = trio.Event()
            wanted, text = self._wanted, self._text
            if wanted != shown:
                await self._order(line, wanted)
                shown = wanted
                self._tell(Shows(self._settings.name, text))
            if wanted == self._wanted:
                with trio.move_on_after(self._settings.poll_s) as pause:
                    await self._news.wait()
                if pause.cancelled_caught:
                    await self._order(line, b"?")

    async def _order(self, line: Line, body: bytes) -> None:
        """Done and confirmed, or Silent."""
        trouble = SILENT
        for _ in range(self._settings.tries):
            self._number = (self._number + 1) % 10
            number = b"%d" % self._number
            line.drain()
            await line.write(framed(number + body))
            answers = Unframed()
            with trio.move_on_after(self._settings.answer_s):
                while True:
                    heard = answers.feed(await line.read())
                    if number + b"A" in heard:
                        return
                    if number + b"N" in heard:
                        trouble = GARBLED
                        break
        raise Silent(trouble)


def _gbk(character: str) -> bytes:
    try:
        return character.encode("gbk")
    except UnicodeEncodeError:
        return "□".encode("gbk")
