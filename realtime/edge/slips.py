"""A slip as a page sends it: JSON parts, turned into what the printer's room prints."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from devices.printer import Feed, Qr, Rule, Text, encode
from devices.printer.slip import Part

AGAIN = "上一张没有打完，以这张为准 / This slip replaces the unfinished one"


class TextPart(msgspec.Struct, frozen=True, tag_field="part", tag="text"):
    text: Annotated[str, Meta(max_length=500)]
    size: Annotated[int, Meta(ge=1, le=4)] = 1
    align: Literal["left", "centre", "right"] = "left"
    bold: bool = False


class QrPart(msgspec.Struct, frozen=True, tag_field="part", tag="qr"):
    data: Annotated[str, Meta(min_length=1, max_length=300)]
    size: Annotated[int, Meta(ge=3, le=12)] = 7


class RulePart(msgspec.Struct, frozen=True, tag_field="part", tag="rule"):
    pass


class FeedPart(msgspec.Struct, frozen=True, tag_field="part", tag="feed"):
    lines: Annotated[int, Meta(ge=1, le=20)] = 1


AnyPart = TextPart | QrPart | RulePart | FeedPart
Slip = Annotated[tuple[AnyPart, ...], Meta(min_length=1, max_length=80)]


def written(slip: tuple[AnyPart, ...]) -> bytes:
    """As the spool keeps it until it is printed."""
    return msgspec.json.encode(slip)


def as_bytes(kept: bytes, *, columns: int, again: bool) -> bytes:
    """For the printer; `again` says that a part of it may hang there already. Raises
    ValueError for what cannot be printed."""
    parts = [
        _part(part) for part in msgspec.json.decode(kept, type=tuple[AnyPart, ...])
    ]
    if again:
        parts = [Text(AGAIN), Rule(), *parts]
    return encode(parts, columns=columns).data


def _part(part: AnyPart) -> Part:
    match part:
        case TextPart():
            return Text(part.text, part.size, part.align, part.bold)
        case QrPart():
            return Qr(part.data, part.size)
        case FeedPart():
            return Feed(part.lines)
    return Rule()
