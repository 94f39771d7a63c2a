"""The reader of social security cards (社保卡).

Vendors deliver libraries, not protocols; what they give is one line of fields with `|`
between. We assume a reader that sends it by itself, in GBK, framed (`framing.py`), when
a card is put in; `OUT` when it is taken out; `ERR|code` when it cannot be read. Another
reader is another small driver with the same events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from devices.events import Down, Tell, Up
from devices.framing import Unframed
from devices.identity import is_number
from devices.line import Line, LineSettings, keep_open
from devices.trouble import DeviceTrouble, Trouble

UNREAD = Trouble(
    "social_card_unread",
    "社保卡没读出来，请拔出再插一次。",
    "The card was not read: take it out and put it in again.",
)
_FIELDS = 11


@dataclass(frozen=True, repr=False)
class SocialCard:
    """What stands on it, in the order in which it is delivered."""

    region: str
    number: str
    card_number: str
    identification: str
    name: str
    reset: str
    version: str
    issued: date | None
    expires: date | None
    terminal: str
    device: str

    def __repr__(self) -> str:
        return "<SocialCard>"


class BadSocialCard(DeviceTrouble):
    """The line cannot be what stands on a card; `detail` names the field."""


@dataclass(frozen=True)
class SocialCardIn:
    device: str
    card: SocialCard


@dataclass(frozen=True)
class SocialCardUnread:
    device: str
    trouble: Trouble


@dataclass(frozen=True)
class SocialCardOut:
    device: str


def read_social_card(line: str) -> SocialCard:
    """Raises BadSocialCard."""
    fields = [field.strip() for field in line.split("|")]
    if len(fields) != _FIELDS or not line.isprintable():
        raise BadSocialCard(UNREAD, "fields")
    region, number, card_number, identification, name = fields[:5]
    if not (region.isascii() and region.isdigit() and len(region) >= 6):
        raise BadSocialCard(UNREAD, "region")
    if not is_number(number):
        raise BadSocialCard(UNREAD, "number")
    if not card_number or not name:
        raise BadSocialCard(UNREAD, "card_number" if name else "name")
    return SocialCard(
        region=region,
        number=number.upper(),
        card_number=card_number,
        identification=identification,
        name=name,
        reset=fields[5],
        version=fields[6],
        issued=_day(fields[7], "issued"),
        expires=_day(fields[8], "expires"),
        terminal=fields[9],
        device=fields[10],
    )


def _day(text: str, field: str) -> date | None:
    digits = text.replace("-", "")
    if not digits:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise BadSocialCard(UNREAD, field) from None


@dataclass(frozen=True)
class SocialReaderSettings:
    line: LineSettings
    name: str = "social_card"


class SocialCardReader:
    """Runs until cancelled. Tells Up, Down, SocialCardIn, …Unread, …Out."""

    def __init__(self, settings: SocialReaderSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._in = False

    async def run(self) -> None:
        await keep_open(self._settings.line, self._converse, self._trouble)

    def _trouble(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            self._tell(Down(self._settings.name, trouble))

    async def _converse(self, line: Line) -> None:
        self._tell(Up(self._settings.name))
        frames = Unframed()
        try:
            while True:
                for body in frames.feed(await line.read()):
                    self._take(body)
        finally:
            self._out()

    def _take(self, body: bytes | None) -> None:
        name = self._settings.name
        if body == b"OUT":
            self._out()
            return
        try:
            if body is None or body.startswith(b"ERR"):
                raise BadSocialCard(UNREAD, "reader")
            card = read_social_card(body.decode("gb18030", "replace"))
        except BadSocialCard as error:
            self._tell(SocialCardUnread(name, error.trouble))
            return
        self._out()
        self._in = True
        self._tell(SocialCardIn(name, card))

    def _out(self) -> None:
        if self._in:
            self._in = False
            self._tell(SocialCardOut(self._settings.name))
