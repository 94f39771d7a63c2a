"""What a printer says of itself, and how it is asked. Pure.

`DLE EOT 1–4` is answered at once, whatever the printer is doing, by one byte each whose
bits 0, 1, 4 and 7 are always 0, 1, 1, 0. The process id (`GS ( H`) and the cut counter
(`GS g 2`) are answered in their turn, after everything that was sent before: that is
how it is known that paper came out. Not every printer has them (settings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.trouble import Trouble

ASK_PRINTER, ASK_OFFLINE, ASK_ERROR, ASK_PAPER = (
    bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4)
)
# DLE DC4 8: forget all that was sent and not printed
FORGET = bytes.fromhex("1014080103140106 0208")
FORGOTTEN = b"\x37\x25\x00"
ASK_CUTS = bytes.fromhex("1D6732003200")

PAPER_OUT = Trouble(
    "paper_out",
    "打印机缺纸，请记下屏幕上的号码。",
    "The printer is out of paper: note the number on the screen.",
)
PAPER_LOW = Trouble(
    "paper_low",
    "打印纸快用完了，请准备换纸。",
    "Paper is nearly out: bring a new roll.",
)
COVER_OPEN = Trouble(
    "cover_open", "打印机的盖子开着，请合上。", "The printer's cover is open: close it."
)
CUTTER = Trouble(
    "cutter",
    "打印机的切刀卡住了，请工作人员处理。",
    "The cutter is jammed: call staff.",
)
BROKEN = Trouble(
    "printer_broken",
    "打印机出错了，请工作人员处理。",
    "The printer has a fault: call staff.",
)
OFFLINE = Trouble(
    "offline",
    "打印机没有准备好，请工作人员处理。",
    "The printer is not ready: call staff.",
)


@dataclass(frozen=True)
class State:
    """What stands in the way of printing, worst first; and what will soon."""

    paper_out: bool = False
    cover_open: bool = False
    cutter: bool = False
    broken: bool = False
    offline: bool = False
    paper_low: bool = False

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be printed; None when it can."""
        for wrong, trouble in (
            (self.broken, BROKEN),
            (self.cutter, CUTTER),
            (self.cover_open, COVER_OPEN),
            (self.paper_out, PAPER_OUT),
            (self.offline, OFFLINE),
        ):
            if wrong:
                return trouble
        return None

    @property
    def warning(self) -> Trouble | None:
        return PAPER_LOW if self.paper_low and not self.paper_out else None


def is_status(byte: int) -> bool:
    return byte & 0b1001_0011 == 0b0001_0010


def state(printer: int, offline: int, error: int, paper: int) -> State:
    """From the four bytes that answer the four questions."""
    # both bits of a sensor stand together; one is enough to stop
    return State(
        paper_out=bool(offline & 0x20 or paper & 0x60),
        cover_open=bool(offline & 0x04),
        cutter=bool(error & 0x08),
        broken=bool(error & 0x64),
        offline=bool(printer & 0x08),
        paper_low=bool(paper & 0x0C),
    )


def ask_done(process: int) -> bytes:
    """Put after a slip; answered when all before it is on paper."""
    return bytes.fromhex("1D28480600 3030") + _digits(process)


def _digits(process: int) -> bytes:
    return f"{process % 10_000:04}".encode()


@dataclass(frozen=True)
class Done:
    process: int


@dataclass(frozen=True)
class Cuts:
    count: int


@dataclass(frozen=True)
class Forgotten:
    pass


@dataclass(frozen=True)
class Status:
    byte: int


Heard = Status | Done | Cuts | Forgotten
_DONE = re.compile(rb"\x37\x22(\d{4})\x00")
_CUTS = re.compile(rb"\x5f(\d{1,10})\x00")
# what an answer may look like before its end has come
_BEGUN = re.compile(rb"(\x37(\x22\d{0,4}|\x25)?|\x5f\d{0,10})\Z")


# 0x37 is also a digit: the next answer may begin among those of a torn one
_TORN = re.compile(rb"(\x37\x22|\x37|\x5f)\d*?(?=\x37[\x22\x25]|\D|\Z)")


class Answers:
    """Takes bytes as they come; what is no answer is passed over. What is kept never
    exceeds one answer."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> list[Heard]:
        self._bytes += data
        heard: list[Heard] = []
        while self._bytes:
            if found := _DONE.match(self._bytes):
                heard.append(Done(int(found[1])))
                self._bytes = self._bytes[found.end() :]
            elif found := _CUTS.match(self._bytes):
                heard.append(Cuts(int(found[1])))
                self._bytes = self._bytes[found.end() :]
            elif self._bytes.startswith(FORGOTTEN):
                heard.append(Forgotten())
                self._bytes = self._bytes[len(FORGOTTEN) :]
            elif _BEGUN.match(self._bytes):
                break
            elif torn := _TORN.match(self._bytes):
                # its digits may look like status bytes
                self._bytes = self._bytes[torn.end() :]
            else:
                byte = self._bytes[0]
                if is_status(byte):
                    heard.append(Status(byte))
                self._bytes = self._bytes[1:]
        return heard
