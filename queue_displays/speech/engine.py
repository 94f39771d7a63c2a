"""The voices themselves. For the worker only.

pyttsx3 with the library of espeak-ng first. It can fail without a word: it keeps the
voice it had when it does not know one, and `runAndWait` comes back while a thread of
the library still speaks, with no file yet or half of one; the next phrase may begin
before its rate is set. So its end is waited for, voice and rate are read back, its
errors are listened for, and what it wrote is measured; after a second try the
espeak-ng program says it instead.
"""

from __future__ import annotations

import importlib
import io
import shutil
import subprocess
import tempfile
import threading
import time
import wave
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, Protocol

from queue_displays.speech.jyutping import jyutping
from queue_displays.speech.listening import BadSound, Samples, checked
from queue_displays.speech.port import Segment
from queue_displays.speech.wav import RATE

PROGRAM = "espeak-ng"
_PHRASE_S = 4.0
"""A phrase takes some 30 ms, a long broadcast half a second."""


class NoVoice(Exception):
    """Nothing on this machine can speak; the message says what to install."""


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    def render(self, voice: str, text: str, rate: int) -> bytes:
        """The samples, 16 bits at RATE. Raises BadSound or OSError."""


class Pyttsx3:
    """One for a process, used by one thread."""

    name = "pyttsx3"

    def __init__(self) -> None:
        """Raises NoVoice when the library of espeak-ng is not there."""
        try:
            pyttsx3: Any = importlib.import_module("pyttsx3")
            self._engine = pyttsx3.init("espeak")
            self._library: Any = importlib.import_module("pyttsx3.drivers._espeak")
        except Exception as error:
            # whatever it raises without its library: it names no class for it
            raise NoVoice(f"pyttsx3: {error}") from error
        self._errors: list[Exception] = []
        self._finished = threading.Event()
        self._engine.connect("error", self._heard_error)
        self._engine.connect("finished-utterance", self._heard_end)
        with suppress(BadSound):
            # until it has spoken once it takes no rate
            self.render("sit/cmn-latn-pinyin", "hao3", 200)

    def _heard_error(self, name: str | None, exception: Exception) -> None:
        self._errors.append(exception)

    def _heard_end(self, name: str | None, completed: bool) -> None:
        self._finished.set()

    def _is_free(self) -> bool:
        """It says that it has ended, and is busy for a moment more: a voice or a rate
        it is told in that moment is not the next phrase's."""
        until = time.monotonic() + _PHRASE_S
        while self._engine.isBusy():
            if time.monotonic() > until:
                return False
            time.sleep(0.0005)
        return True

    def render(self, voice: str, text: str, rate: int) -> bytes:
        self._errors.clear()
        self._finished.clear()
        with tempfile.TemporaryDirectory(prefix="houzhen-") as place:
            file = Path(place) / "said.wav"
            # it tells on stdout of every file
            with redirect_stdout(io.StringIO()):
                self._engine.setProperty("voice", voice)
                self._engine.setProperty("rate", rate)
                self._library.Synchronize()
                self._engine.save_to_file(text, str(file))
                self._engine.runAndWait()
                if not self._finished.wait(_PHRASE_S) or not self._is_free():
                    raise BadSound("pyttsx3 does not end")
            if self._errors:
                raise BadSound(f"pyttsx3: {type(self._errors[0]).__name__}")
            kept = (self._engine.getProperty("voice"), self._engine.getProperty("rate"))
            if kept != (voice, rate):
                raise BadSound(f"pyttsx3 spoke as {kept[0]} at {kept[1]}")
            if not file.exists():
                raise BadSound("pyttsx3 wrote no file")
            return _samples(file.read_bytes())


class Program:
    """The espeak-ng program, once for each phrase. The words go in by stdin: the list
    of processes shows a name to nobody."""

    name = PROGRAM

    def __init__(self) -> None:
        found = shutil.which(PROGRAM)
        if found is None:
            raise NoVoice(f"{PROGRAM} is not installed")
        self._path = found

    def render(self, voice: str, text: str, rate: int) -> bytes:
        with tempfile.TemporaryDirectory(prefix="houzhen-") as place:
            file = Path(place) / "said.wav"
            command = [self._path, "-v", voice, "-s", str(rate), "-b", "1"]
            try:
                subprocess.run(
                    [*command, "-w", str(file), "--stdin"],
                    input=text.encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=_PHRASE_S,
                    check=True,
                )
            except subprocess.SubprocessError as error:
                raise BadSound(f"{PROGRAM}: {type(error).__name__}") from None
            if not file.exists():
                raise BadSound(f"{PROGRAM} wrote no file")
            return _samples(file.read_bytes())


def _samples(data: bytes) -> bytes:
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            if form != (1, 2, RATE):
                raise BadSound(f"not our form of sound: {form}")
            return file.readframes(file.getnframes())
    except (wave.Error, EOFError):
        raise BadSound("no WAV file") from None


class Renderer:
    """Tries each engine in turn, the first one twice."""

    def __init__(self, engines: list[Engine]) -> None:
        self._engines = engines
        self.faults: list[str] = []
        """Why tries of the last phrase failed, without its words."""

    @property
    def names(self) -> str:
        return ", ".join(engine.name for engine in self._engines)

    def render(self, segment: Segment, *, plain: bool) -> tuple[Samples, str]:
        """The sound, and which engine gave it. ``plain`` leaves the library out, after
        it has hung. Raises BadSound when none could."""
        text = segment.text
        if "yue" in segment.voice:
            text = jyutping(text)
        tries = [self._engines[0], *self._engines]
        if plain and len(self._engines) > 1:
            tries = self._engines[1:]
        for engine in tries:
            try:
                raw = engine.render(segment.voice, text, segment.rate)
                return checked(raw, text, segment.rate), engine.name
            except (BadSound, OSError) as error:
                self.faults.append(f"{engine.name}: {error}")
        raise BadSound(self.faults[-1])


def engines(wish: str) -> list[Engine]:
    """``auto``: both, as far as they are here; ``program``: only that. Raises NoVoice
    when there is none."""
    found: list[Engine] = []
    reasons: list[str] = []
    for make in (Pyttsx3, Program) if wish == "auto" else (Program,):
        try:
            found.append(make())
        except NoVoice as error:
            reasons.append(str(error))
    if not found:
        raise NoVoice("; ".join(reasons) + " (Debian: apt install espeak-ng)")
    return found
