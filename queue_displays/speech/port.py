"""What the rest of the house knows of speech: an utterance has a key before it is
rendered, and whoever has the key gets the sound, or the reason why there is none.

An announcer makes the utterance, puts its key into the view, and lets it be prepared;
a device fetches the sound by the key meanwhile. The chimes are two sounds that are
always there, with or without a voice.
"""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

import msgspec

Language: TypeAlias = Literal["zh", "yue", "en"]

CHIME = "chime"
"""The key of the two falling notes before a first call, with the pause after them."""
CHIME_AGAIN = "chime-again"
"""The key of the one note before a call that is repeated."""


class Segment(msgspec.Struct, frozen=True):
    """Words for one voice: syllables with their tones, or words of English. ``rate``
    is what the voice calls words a minute."""

    voice: str
    text: str
    rate: int


class Utterance(msgspec.Struct, frozen=True):
    """One thing to be said. Its segments may hold a patient's name: they are never
    logged, and leave the server only as sound. ``key`` tells nothing of them.

    ``gain`` is from 0 (silent) to 1."""

    key: str
    language: Language
    segments: tuple[Segment, ...]
    gain: float = 1.0


class Wav(msgspec.Struct, frozen=True):
    """Sound that was checked: 16 bits, one channel."""

    data: bytes
    seconds: float


class Silent(msgspec.Struct, frozen=True):
    """No sound, and why, in a few words for people.

    ``unknown``: nobody prepared such a key, or it is long forgotten. ``no_engine``:
    no voice can speak here; the chime and the screen remain. ``failed``: this phrase
    could not be rendered. ``late``: it is still being rendered."""

    code: Literal["unknown", "no_engine", "failed", "late"]
    reason: str


class Speech(Protocol):
    """What speaks. One for the house; used from its event loop."""

    @property
    def fault(self) -> str | None:
        """Why nothing can be spoken now; None while a voice speaks."""

    def prepare(self, utterance: Utterance) -> None:
        """Have it rendered soon, once however often this is called. Never blocks and
        never fails: what cannot be rendered is told to whoever asks for the audio."""

    async def audio(self, key: str) -> Wav | Silent:
        """The sound of a prepared utterance, or of a chime. Waits while it is being
        rendered, at most PATIENCE_S. Cancelling ends the waiting only."""


PATIENCE_S = 1.5
