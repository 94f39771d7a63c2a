"""What is asked of an SDT reader, and what its answers mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from devices.id_reader.cards import Card, read_card
from devices.id_reader.frames import Reply, request
from devices.trouble import GARBLED, DeviceTrouble, Trouble

FIND = request(0x20, 0x01)
SELECT = request(0x20, 0x02)
READ = request(0x30, 0x01)
READ_WITH_FINGERPRINT = request(0x30, 0x10)
READ_MORE = request(0x30, 0x03)
STATUS = request(0x11, 0xFF)
SAM = request(0x12, 0xFF)

OK, FOUND, NO_CARD, NOTHING_MORE = 0x90, 0x9F, 0x80, 0x91
UNKNOWN_COMMAND = 0x21
PHOTO_BYTES = 1024


class ReaderError(DeviceTrouble):
    """The reader's own refusal; `sw3` is its code."""

    def __init__(self, sw3: int, trouble: Trouble) -> None:
        super().__init__(trouble, f"SW3 {sw3:02X}")
        self.sw3 = sw3


class NoCard(ReaderError):
    """Nothing lies on the reader."""


class NotRead(ReaderError):
    """There was a card, and it was not held still, or not flat."""


class NotUnderstood(ReaderError):
    """The reader did not get what we sent as we sent it."""


class NotGenuine(ReaderError):
    """Card and reader did not recognise each other."""


class NotAllowed(ReaderError):
    """The reader's security module has no licence."""


class UnknownAnswer(ReaderError):
    """A code that is in no list."""


_NO_CARD = Trouble("no_card", "请把证件放在读卡区。", "Lay the card on the reader.")
AGAIN = Trouble(
    "not_read", "没读到卡，请再放一次。", "The card was not read: lay it down again."
)
_RETRY = Trouble(
    "not_understood",
    "读卡器通讯出错，请再放一次。",
    "The reader did not understand: lay the card down again.",
)
_GENUINE = Trouble(
    "not_genuine",
    "这张证件没有通过验证，请换一种证件，或到人工窗口。",
    "The card could not be verified: try another, or ask at the desk.",
)
_ALLOWED = Trouble(
    "not_allowed",
    "这台读卡器不能用，请用别的方式，或到人工窗口。",
    "This reader has no licence: try another way, or ask at the desk.",
)
_UNKNOWN = Trouble(
    "reader_unknown",
    "读卡器出错，请再放一次，或到人工窗口。",
    "The reader has a fault: lay the card down again, or ask at the desk.",
)

_MEANINGS: dict[int, tuple[type[ReaderError], Trouble]] = {
    0x80: (NoCard, _NO_CARD),
    0x81: (NotRead, AGAIN),
    0x41: (NotRead, AGAIN),
    0x10: (NotUnderstood, _RETRY),
    0x11: (NotUnderstood, _RETRY),
    0x21: (NotUnderstood, _RETRY),
    0x31: (NotGenuine, _GENUINE),
    0x32: (NotGenuine, _GENUINE),
    0x66: (NotAllowed, _ALLOWED),
}


def refusal(sw3: int) -> ReaderError:
    kind, trouble = _MEANINGS.get(sw3, (UnknownAnswer, _UNKNOWN))
    return kind(sw3, trouble)


class OutOfTurn(DeviceTrouble):
    """An answer, but not one to what was asked: a late one, most likely."""

    def __init__(self) -> None:
        super().__init__(GARBLED, "an answer to something else")


def found(reply: Reply) -> bool:
    """Whether FIND found a card. Raises ReaderError, OutOfTurn."""
    if reply.sw3 == NO_CARD:
        return False
    return len(_data(reply, FOUND, 4, 4)) == 4


def selected(reply: Reply) -> None:
    _data(reply, OK, 8, 8)


def card(reply: Reply) -> Card:
    """Raises ReaderError, OutOfTurn, BadCard."""
    data = _data(reply, OK, 4 + 256, 6 + 256 + PHOTO_BYTES + 1024)
    text = int.from_bytes(data[0:2], "big")
    photo = int.from_bytes(data[2:4], "big")
    for header, fingers in ((4, 0), (6, int.from_bytes(data[4:6], "big"))):
        if header + text + photo + fingers == len(data):
            break
    else:
        raise OutOfTurn
    rest = data[header:]
    ends = text + photo
    return read_card(rest[:text], rest[text:ends], rest[ends:])


def more_addresses(reply: Reply) -> list[str]:
    """The address lines after the first; none is no error."""
    if reply.sw3 == NOTHING_MORE:
        return []
    data = _data(reply, OK, 0, 70 * 8)
    lines = [data[at : at + 70] for at in range(0, len(data), 70)]
    words = [line.decode("utf-16-le", "replace").strip(" \0") for line in lines]
    return [word for word in words if word]


def ready(reply: Reply) -> None:
    """STATUS: all is well, or ReaderError."""
    _data(reply, OK, 0, 0)


@dataclass(frozen=True)
class Sam:
    """The security module's number, as printed on it: `05.01-20090729-0000000001-…`"""

    number: str


def sam(reply: Reply) -> Sam:
    data = _data(reply, OK, 16, 16)
    first, second = data[0], data[2]
    numbers = [int.from_bytes(data[at : at + 4], "little") for at in (4, 8, 12)]
    day, serial, check = numbers
    return Sam(f"{first:02}.{second:02}-{day:08}-{serial:010}-{check:010}")


def _data(reply: Reply, expected: int, least: int, most: int) -> bytes:
    if reply.sw3 != expected:
        if reply.sw3 in (OK, FOUND, NOTHING_MORE):
            raise OutOfTurn
        raise refusal(reply.sw3)
    if not least <= len(reply.data) <= most:
        raise OutOfTurn
    return reply.data
