"""What the server and its worker say to each other."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from actors.forecast.outline import Outline


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
