"""The barcode scanner on a serial line: bytes to codes, codes to kinds.

CR or LF ends a code, and so does a pause. What a code means is the server's to say;
here only its likely kinds are told, by form, and where two fit both are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import trio

from devices.events import Down, Tell, Up
from devices.identity import is_number
from devices.line import Line, LineSettings, keep_open
from devices.trouble import Trouble

Kind = Literal[
    "slip",
    "wechat",
    "alipay",
    "unionpay",
    "insurance",
    "health",
    "travel_document",
    "id_number",
    "other",
]
LONGEST = 1024

# Payment codes by their published forms; the two opaque ones as they were seen, so both
# are settings.
_FORMS: dict[Kind, str] = {
    "wechat": r"1[0-5]\d{16}",
    "alipay": r"(2[5-9]|30)\d{14,22}",
    "unionpay": r"62\d{14,20}",
}


# the machine-readable lines of a passport and of a card: ICAO 9303, TD3 and TD1
_ZONE = r"P[0-9A-Z<]{87}|[ACI][0-9A-Z<]{89}"
_LINES = {44: 2, 30: 3}
_BEGINS = {44: "P", 30: "ACI"}


@dataclass(frozen=True)
class ScannerSettings:
    line: LineSettings
    name: str = "scanner"
    idle_s: float = 0.08
    slip: str = r"HZ[0-9A-Z]?[:.].+"
    insurance: str = r"[0-9A-Za-z]{28}"
    health: str = r"[0-9A-Fa-f]{64}(:.*)?"


@dataclass(frozen=True, repr=False)
class Scanned:
    """A code, and what it may be, likeliest first; never without a kind."""

    device: str
    text: str
    kinds: tuple[Kind, ...]

    def __repr__(self) -> str:  # a payment code is money, a health code a person
        return f"Scanned({'/'.join(self.kinds)}, {len(self.text)} characters)"


@dataclass(frozen=True)
class ScanFailed:
    device: str
    trouble: Trouble


NO_TEXT = Trouble(
    "scan_unreadable",
    "没扫清楚，请再扫一次。",
    "The code was not read well: scan it again.",
)


def kinds_of(text: str, settings: ScannerSettings) -> tuple[Kind, ...]:
    forms: Sequence[tuple[Kind, str]] = (
        ("slip", settings.slip),
        *_FORMS.items(),
        ("insurance", settings.insurance),
        ("health", settings.health),
        ("travel_document", _ZONE),
    )
    found = [kind for kind, form in forms if re.fullmatch(form, text, re.ASCII)]
    if is_number(text):
        # one in twenty thousand WeChat codes looks like one: but who scans a number?
        found.append("id_number")
    return tuple(found) or ("other",)


class Codes:
    """Takes bytes as they come; gives the text of each code, None for what is none.

    `idle` says that nothing came for a while: that ends a code too.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[str | None]:
        found: list[str | None] = []
        for part in re.split(rb"([\r\n])", data):
            if part in (b"\r", b"\n"):
                found += self.idle()
            else:
                self._bytes += part
                if len(self._bytes) > LONGEST:
                    self._too_long = True
                    self._bytes.clear()
        return found

    @property
    def begun(self) -> bool:
        return bool(self._bytes) or self._too_long

    def idle(self) -> list[str | None]:
        data, too_long = bytes(self._bytes), self._too_long
        self._bytes.clear()
        self._too_long = False
        if too_long:
            return [None]
        # STX, ETX and what some scanners put around a code
        data = data.strip(b"\x00\x02\x03 \t")
        if not data:
            return []
        return [_text(data)]


class ZoneLines:
    """Puts the lines of one document together, which a reader ends one by one. What
    turns out to be no document comes out as it came in."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    @property
    def begun(self) -> bool:
        return bool(self._lines)

    def add(self, text: str | None) -> list[str | None]:
        if text is None or not re.fullmatch(r"[0-9A-Z<]+", text):
            return [*self.idle(), text]
        length = len(text)
        if self._lines and length != len(self._lines[0]):
            return [*self.idle(), *self.add(text)]
        if not self._lines and not text.startswith(tuple(_BEGINS.get(length, "\n"))):
            return [text]
        self._lines.append(text)
        if len(self._lines) < _LINES[length]:
            return []
        lines, self._lines = self._lines, []
        return ["".join(lines)]

    def idle(self) -> list[str | None]:
        lines, self._lines = self._lines, []
        return [*lines]


def _text(data: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if text.isprintable() else None
    return None


class Scanner:
    """Runs until cancelled. Tells Up (the line is open: a scanner says nothing of
    itself), Down, Scanned, ScanFailed."""

    def __init__(self, settings: ScannerSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell

    async def run(self) -> None:
        await keep_open(self._settings.line, self._converse, self._trouble)

    def _trouble(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tell(Down(self._settings.name, trouble))

    async def _converse(self, line: Line) -> None:
        self._tell(Up(self._settings.name))
        codes, zone = Codes(), ZoneLines()
        while True:
            begun = codes.begun or zone.begun
            with trio.move_on_after(
                self._settings.idle_s if begun else float("inf")
            ) as pause:
                data = await line.read()
            idle = pause.cancelled_caught
            for text in codes.idle() if idle else codes.feed(data):
                for whole in zone.add(text):
                    self._say(whole)
            for text in zone.idle() if idle else []:
                self._say(text)

    def _say(self, text: str | None) -> None:
        name = self._settings.name
        if text is None:
            self._tell(ScanFailed(name, NO_TEXT))
        else:
            self._tell(Scanned(name, text, kinds_of(text, self._settings)))
