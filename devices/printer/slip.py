"""A slip of paper: what stands on it, and the ESC/POS bytes that print it.

Texts are data: a control character in somebody's name is no command. Chinese is GBK,
after `FS &`, without which a printer prints it as two foreign letters each. What GBK
has not comes out as □, and is counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "centre", "right"]
MISSING = "□"
LONGEST_QR = 1200

RESET = b"\x1b@"
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
CUT = b"\x1dVB\x00"  # feed to the knife, leave one point standing
_ALIGN = {"left": 0, "centre": 1, "right": 2}


@dataclass(frozen=True, repr=False)
class Text:
    """One paragraph; it goes on to the next line where it is too long. `size` is how
    many times as high and wide: 1 to 4."""

    text: str
    size: int = 1
    align: Align = "left"
    bold: bool = False


@dataclass(frozen=True, repr=False)
class Qr:
    """`size` is the dots of one module: 3 to 12."""

    data: str
    size: int = 7


@dataclass(frozen=True)
class Rule:
    """A line across."""


@dataclass(frozen=True)
class Feed:
    lines: int = 1


Part = Text | Qr | Rule | Feed
Slip = Sequence[Part]


@dataclass(frozen=True, repr=False)
class Bytes:
    """What goes to the printer; `missing` characters stand as □ in it."""

    data: bytes
    missing: int


def encode(slip: Slip, *, columns: int = 32) -> Bytes:
    """The bytes of a slip, from a clean start to the cut. Raises ValueError for what
    no printer can print."""
    out = bytearray(RESET + CHINESE_ON)
    missing = 0
    for part in slip:
        match part:
            case Text():
                data, lost = _paragraph(part, columns)
                out += data
                missing += lost
            case Qr():
                out += _qr(part)
            case Rule():
                out += _style(1, "left", False) + b"-" * columns + b"\n"
            case Feed():
                out += b"\x1bd" + bytes((_within(part.lines, 1, 20, "lines"),))
    out += _style(1, "left", False) + CHINESE_OFF + CUT
    return Bytes(bytes(out), missing)


def width(character: str) -> int:
    """How many columns it takes: Chinese ones take two."""
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def wrap(text: str, columns: int) -> list[str]:
    """Lines no wider than that, broken anywhere, as Chinese is."""
    lines, line, taken = [], "", 0
    for character in text:
        needs = width(character)
        if taken + needs > columns:
            lines.append(line)
            line, taken = "", 0
        line += character
        taken += needs
    return [*lines, line]


def _paragraph(part: Text, columns: int) -> tuple[bytes, int]:
    size = _within(part.size, 1, 4, "size")
    out = bytearray(_style(size, part.align, part.bold))
    missing = 0
    for line in part.text.split("\n"):
        for piece in wrap(_printable(line), columns // size):
            data, lost = _gbk(piece)
            out += data + b"\n"
            missing += lost
    return bytes(out), missing


def _printable(text: str) -> str:
    text = text.replace("\t", " ")
    return "".join(one for one in text if unicodedata.category(one)[0] != "C")


def _gbk(text: str) -> tuple[bytes, int]:
    out, missing = bytearray(), 0
    for character in text:
        try:
            out += character.encode("gbk")
        except UnicodeEncodeError:
            out += MISSING.encode("gbk")
            missing += 1
    return bytes(out), missing


def _style(size: int, align: Align, bold: bool) -> bytes:
    scale = (size - 1) << 4 | (size - 1)
    return bytes((0x1B, 0x61, _ALIGN[align], 0x1B, 0x45, bold, 0x1D, 0x21, scale))


def _qr(part: Qr) -> bytes:
    # a control character could be a command to the printer itself
    data = _printable(part.data).encode("utf-8")
    if not 0 < len(data) <= LONGEST_QR:
        raise ValueError(f"a QR code holds 1 to {LONGEST_QR} bytes")
    size = _within(part.size, 3, 12, "size")

    def order(function: int, parameters: bytes) -> bytes:
        body = bytes((0x31, function)) + parameters
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return (
        _style(1, "centre", False)
        + order(0x41, b"\x32\x00")  # model 2
        + order(0x43, bytes((size,)))
        + order(0x45, b"\x31")  # correction M: slips are folded
        + order(0x50, b"\x30" + data)
        + order(0x51, b"\x30")
        + b"\n"
    )


def _within(value: int, least: int, most: int, what: str) -> int:
    if not least <= value <= most:
        raise ValueError(f"{what}: {least} to {most}, not {value}")
    return value
