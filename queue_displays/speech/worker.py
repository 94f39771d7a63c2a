"""Speech's own process: it is given segments, and gives their sound.

``python -m queue_displays.speech.worker ENGINE LANGUAGES`` reads frames from stdin and
answers on stdout until stdin ends. What it says is written nowhere, and its words are
in no log: they may be somebody's name.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import BinaryIO

from actors.workers.frames import read_frame, write_frame
from queue_displays.speech.engine import NoVoice, Renderer, engines
from queue_displays.speech.frames import Ready, Said, Say, read_word
from queue_displays.speech.jyutping import jyutping
from queue_displays.speech.listening import BadSound, joined


def answer(renderer: Renderer, word: Say) -> Said:
    renderer.faults = []
    parts = []
    engine = ""
    try:
        for segment in word.segments:
            sound, engine = renderer.render(segment, plain=word.plain)
            parts.append(sound)
        if not parts:
            raise BadSound("nothing to say")
        samples = joined(parts, word.gain)
    except BadSound as error:
        return Said(word.ref, fault=str(error), tries=tuple(renderer.faults))
    return Said(word.ref, samples, engine, tries=tuple(renderer.faults))


def serve(wish: str, languages: str, words: BinaryIO, answers: BinaryIO) -> None:
    def say(word: Ready | Said) -> None:
        answers.write(write_frame(word))
        answers.flush()

    try:
        renderer = Renderer(engines(wish))
    except NoVoice as error:
        say(Ready(fault=str(error)))
        return
    if "yue" in languages.split(","):
        jyutping("请")
    say(Ready(renderer.names))
    while (frame := read_frame(words)) is not None:
        say(answer(renderer, read_word(frame)))


def main() -> None:
    logging.basicConfig(level="WARNING", stream=sys.stderr)
    # the library talks on stdout about every file it wrote
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.argv[1], sys.argv[2], sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
