"""What the server and its speech worker say to each other."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from queue_displays.speech.port import Segment


class Say(msgspec.Struct, frozen=True, tag="say"):
    """Render this. ``plain``: not with the library, which has hung on it. ``ref``
    comes back."""

    ref: int
    segments: tuple[Segment, ...]
    gain: float
    plain: bool = False


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The worker has started. Without ``engines`` nothing can speak here, and
    ``fault`` says why."""

    engines: str = ""
    fault: str = ""


class Said(msgspec.Struct, frozen=True, tag="said"):
    """The samples; or none, and why. ``tries`` are the faults on the way there."""

    ref: int
    samples: bytes = b""
    engine: str = ""
    fault: str = ""
    tries: tuple[str, ...] = ()


Answer: TypeAlias = Ready | Said

read_word = msgspec.msgpack.Decoder(Say).decode
read_answer = msgspec.msgpack.Decoder(Answer).decode
