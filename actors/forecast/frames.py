"""What the server and its worker say to each other: length, then MessagePack."""

from __future__ import annotations

from typing import BinaryIO, TypeAlias

import msgspec

from actors.forecast.outline import Outline

_LENGTH = 4
LONGEST = 64 * 1024 * 1024


class Taught(msgspec.Struct, frozen=True, tag="taught"):
    """Events as the journal has them: position, stream, body."""

    events: list[tuple[int, str, bytes]]


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """When is everybody of this outline called? ``ref`` comes back."""

    ref: int
    outline: Outline


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has started."""


class Times(msgspec.Struct, frozen=True, tag="times"):
    """By ticket P50 and P90 of being called, ms since 1970; and why not."""

    ref: int
    times: dict[str, tuple[int, int]]
    why: dict[str, str]


Word: TypeAlias = Taught | Ask
Answer: TypeAlias = Ready | Times

read_word = msgspec.msgpack.Decoder(Word).decode
read_answer = msgspec.msgpack.Decoder(Answer).decode
_encode = msgspec.msgpack.encode


def write_frame(word: Word | Answer) -> bytes:
    body = _encode(word)
    return len(body).to_bytes(_LENGTH, "big") + body


def read_frame(file: BinaryIO) -> bytes | None:
    """The next frame; None when the other side has ended."""
    head = file.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    length = int.from_bytes(head, "big")
    body = file.read(length)
    return body if len(body) == length else None


class Frames:
    """Frames out of pieces of any size. Raises ValueError when these cannot be
    frames: the other side is not what it should be."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def feed(self, data: bytes | bytearray) -> list[bytes]:
        kept = self._kept
        kept += data
        found = []
        while len(kept) >= _LENGTH:
            length = int.from_bytes(kept[:_LENGTH], "big")
            if length > LONGEST:
                raise ValueError(f"a frame of {length} bytes")
            if len(kept) < _LENGTH + length:
                break
            found.append(bytes(kept[_LENGTH : _LENGTH + length]))
            del kept[: _LENGTH + length]
        return found
