"""The SDT protocol's frames, without any line: bytes in, frames out.

Request  `AA AA AA 96 69 | length | command, parameter | data | check`
Reply    `AA AA AA 96 69 | length | SW1 SW2 SW3 | data | check`

Length is two bytes, high first, and counts what follows it; check is the exclusive or
of everything from the length on. A reader that is switched on, jammed or torn sends
anything: after whatever noise, the next whole frame is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor

PREAMBLE = bytes.fromhex("AAAAAA9669")
SHORTEST, LONGEST = 4, 2400


@dataclass(frozen=True)
class Reply:
    """What the reader said: three status bytes, of which the last decides."""

    sw: tuple[int, int, int]
    data: bytes

    @property
    def sw3(self) -> int:
        return self.sw[2]

    def __repr__(self) -> str:  # data may be somebody's card
        return f"Reply({self.sw3:02X}, {len(self.data)} bytes)"


@dataclass(frozen=True)
class Damaged:
    """A frame began here and its check does not hold."""


def request(command: int, parameter: int, data: bytes = b"") -> bytes:
    return _frame(bytes((command, parameter)) + data)


def reply(sw3: int, data: bytes = b"") -> bytes:
    return _frame(bytes((0, 0, sw3)) + data)


def _frame(content: bytes) -> bytes:
    body = (len(content) + 1).to_bytes(2, "big") + content
    return PREAMBLE + body + bytes((check(body),))


def check(body: bytes | bytearray) -> int:
    return reduce(xor, body, 0)


class Frames:
    """Takes bytes as they come, torn anywhere; gives whole frames' contents.

    What is kept never exceeds one frame. `give_up` is for when nothing came for a
    while: what looked like the beginning of a frame was none, or lost its end.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | Damaged]:
        self._bytes += data
        yield from self._frames()

    def give_up(self) -> Iterator[bytes | Damaged]:
        """What a broken beginning hides, if anything; then nothing is kept."""
        while self._bytes.startswith(PREAMBLE):
            del self._bytes[: len(PREAMBLE)]
            yield Damaged()
            yield from self._frames()
        self._bytes.clear()

    @property
    def waiting(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._bytes.startswith(PREAMBLE)

    def _frames(self) -> Iterator[bytes | Damaged]:
        kept = self._bytes
        while True:
            start = kept.find(PREAMBLE)
            if start < 0:
                del kept[: len(kept) - _begun(kept)]
                return
            del kept[:start]
            body = len(PREAMBLE)
            if len(kept) < body + 2:
                return
            length = int.from_bytes(kept[body : body + 2], "big")
            if not SHORTEST - 1 <= length <= LONGEST:
                del kept[:body]
                yield Damaged()
                continue
            end = body + 2 + length
            if len(kept) < end:
                return
            if check(kept[body : end - 1]) != kept[end - 1]:
                # the true frame may have begun inside this one
                del kept[:body]
                yield Damaged()
                continue
            content = bytes(kept[body + 2 : end - 1])
            del kept[:end]
            yield content


def _begun(kept: bytearray) -> int:
    """How many of the last bytes may be a preamble's first ones."""
    for length in range(min(len(PREAMBLE) - 1, len(kept)), 0, -1):
        if kept.endswith(PREAMBLE[:length]):
            return length
    return 0


class Replies:
    """The same, for whoever asked: contents as replies."""

    def __init__(self) -> None:
        self._frames = Frames()

    def feed(self, data: bytes) -> list[Reply | Damaged]:
        return [_reply(content) for content in self._frames.feed(data)]

    def give_up(self) -> list[Reply | Damaged]:
        return [_reply(content) for content in self._frames.give_up()]


def _reply(content: bytes | Damaged) -> Reply | Damaged:
    if isinstance(content, Damaged) or len(content) < 3:
        return Damaged()
    return Reply((content[0], content[1], content[2]), content[3:])
