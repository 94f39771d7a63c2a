"""The forecast's own process: it is told what happens, and asked what will.

``python -m actors.forecast.worker FILE`` reads frames from stdin and answers on stdout
until stdin ends. What it has learnt rests in FILE, written anew at most once in
_SAVE_S and at the end; a file that cannot be read is set aside, and learning begins
anew. It opens no journal and no socket, and holds no key: it could not read a name if
one came by.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from actors.forecast.ahead import look_ahead
from actors.forecast.experience import Experience
from actors.forecast.frames import (
    Ask,
    Ready,
    Taught,
    Times,
    read_word,
)
from actors.forecast.lessons import Lessons, read_lesson
from actors.forecast.reading import floor_of
from actors.workers.frames import read_frame, write_frame

log = logging.getLogger("houzhen.forecast")

_SAVE_S = 60.0
NICE = 10
"""Forecasts give way to calls when the machine is full."""


class Memory(msgspec.Struct):
    """What the file holds."""

    experience: Experience = msgspec.field(default_factory=Experience)
    rooms: dict[str, dict[str, str]] = {}


class Worker:
    """``answer`` does all; the process around it only reads and writes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        memory = _read(file)
        self.lessons = Lessons(memory.experience, memory.rooms)
        self._saved_at = time.monotonic()
        self._saved = memory.experience.position

    def answer(self, word: Taught | Ask) -> Times | None:
        if isinstance(word, Taught):
            for position, stream, body in word.events:
                try:
                    self.lessons.learn(position, stream, read_lesson(body))
                except (msgspec.DecodeError, KeyError, ValueError):
                    # one event less to learn from
                    log.warning("event %d teaches nothing", position, exc_info=True)
            if time.monotonic() - self._saved_at > _SAVE_S:
                self.save()
            return None
        floor, why = floor_of(word.outline, self.lessons)
        at = word.outline.at
        return Times(
            word.ref,
            {
                ticket: (round(at + one.p50), round(at + one.p90))
                for ticket, one in look_ahead(floor).items()
            },
            why,
        )

    def save(self) -> None:
        """The old file or the new one, whenever the machine stops."""
        self._saved_at = time.monotonic()
        experience = self.lessons.experience
        if experience.position == self._saved:
            return
        new = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(msgspec.json.encode(Memory(experience, self.lessons.rooms)))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
        except OSError as error:
            log.warning("what was learnt could not be kept: %s", error)
        else:
            self._saved = experience.position


def _read(file: Path) -> Memory:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Memory)
    except FileNotFoundError:
        return Memory()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("%s cannot be read (%s): learning anew", file.name, error)
        file.replace(file.with_suffix(".unread"))
        return Memory()


def serve(file: Path, words: BinaryIO, answers: BinaryIO) -> None:
    worker = Worker(file)
    answers.write(write_frame(Ready()))
    answers.flush()
    try:
        while (frame := read_frame(words)) is not None:
            answer = worker.answer(read_word(frame))
            if answer is not None:
                answers.write(write_frame(answer))
                answers.flush()
    finally:
        worker.save()


def main() -> None:
    os.nice(NICE)
    logging.basicConfig(level="WARNING", stream=sys.stderr)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
