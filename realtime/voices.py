"""The house's voice, put together from its settings."""

from __future__ import annotations

from actors.kernel.sealed import Vault
from queue_displays.speech.cache import Cache
from queue_displays.speech.names import Lexicon, read_lexicon
from queue_displays.speech.process import worker_command
from queue_displays.speech.speaking import Speaking
from queue_displays.speech.utterances import Voices
from realtime.config import Settings
from realtime.http.metrics import Histogram

MEGABYTE = 1_048_576
_HOUR_S = 3600.0


def lexicon_of(settings: Settings) -> Lexicon:
    """The hospital's readings; none where the file is not there. Raises BadLexicon."""
    try:
        return read_lexicon(settings.speech.lexicon)
    except FileNotFoundError:
        return Lexicon()


def voices_of(settings: Settings, secret: bytes) -> Voices:
    """Raises BadLexicon."""
    speech = settings.speech
    return Voices(
        secret,
        rate=speech.rate,
        variant=speech.variant,
        lexicon=lexicon_of(settings),
        one=speech.one,
    )


def speech_of(settings: Settings, vault: Vault) -> tuple[Voices, Speaking, Histogram]:
    """What makes utterances, what speaks them, and how long that took. The keys' secret
    is the installation's, so recordings are found again. Raises BadLexicon."""
    speech = settings.speech
    command = None
    if speech.engine != "none":
        command = worker_command(speech.engine, speech.languages.split(","))
    cache = Cache(
        settings.data_dir / "speech",
        int(speech.cache_mb * MEGABYTE),
        speech.keep_hours * _HOUR_S,
    )
    took = Histogram()
    return (
        voices_of(settings, vault.fingerprint(b"speech")),
        Speaking(command, cache, measure=took.observe),
        took,
    )
