"""Names of actors. An identity begins with its hospital, so that one installation
can serve a group of them, and is the name of the actor's stream in the journal."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"[0-9A-Za-z_.\-]{1,64}\Z")


def stream_name(hospital: str, kind: str, *parts: str) -> str:
    """``yunxiu/clinic/im2/2026-11-23``. Raises ValueError for a part that is empty,
    too long, or has a character that means something elsewhere."""
    name = (hospital, kind, *parts)
    for part in name:
        if not _PART.match(part):
            raise ValueError(f"not a part of a name: {part!r} (in {'/'.join(name)!r})")
    return "/".join(name)


@lru_cache(maxsize=4096)
def parts_of(stream: str) -> tuple[str, str, tuple[str, ...]]:
    """The hospital, the kind and the rest of a stream's name. ValueError for what
    is no name."""
    hospital, kind, *rest = stream.split("/")
    return hospital, kind, tuple(rest)


@lru_cache(maxsize=4096)
def split_topic(topic: str) -> tuple[str, str]:
    """``stream:view`` → stream and view. Raises ValueError when it is not a topic."""
    stream, colon, view = topic.rpartition(":")
    if not colon or not _PART.match(view) or stream.count("/") < 2:
        raise ValueError(f"not a topic: {topic!r}")
    if not all(_PART.match(part) for part in stream.split("/")):
        raise ValueError(f"not a topic: {topic!r}")
    return stream, view
