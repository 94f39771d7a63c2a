"""A speech worker with a mood, for tests: it speaks the worker's language and no
other. Words of a segment say what it does: ``hang``, ``die``, ``refuse``; else it
gives a tone, and ``slow`` waits for a file to appear first."""

from __future__ import annotations

import os
import sys
import time
from array import array
from pathlib import Path

from actors.workers.frames import read_frame, write_frame
from queue_displays.speech.frames import Ready, Said, read_word


def main() -> None:
    mood, folder = sys.argv[1], Path(sys.argv[2])
    (folder / f"life-{os.getpid()}").touch()

    def say(word: Ready | Said) -> None:
        sys.stdout.buffer.write(write_frame(word))
        sys.stdout.buffer.flush()

    if mood == "mute":
        say(Ready(fault="nothing can speak here"))
        return
    if mood == "stillborn":
        sys.exit(1)
    say(Ready("pretend"))
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        word = read_word(frame)
        text = " ".join(segment.text for segment in word.segments)
        with (folder / "said").open("a") as said:
            said.write(f"{text}{' plainly' if word.plain else ''}\n")
        if "die" in text:
            sys.exit(1)
        if "hang" in text and not word.plain:
            time.sleep(600)
        while "slow" in text and not (folder / "go").exists():
            time.sleep(0.005)
        if "refuse" in text:
            say(Said(word.ref, fault="it will not"))
        else:
            samples = array("h", [8000, -8000] * 2000).tobytes()
            say(Said(word.ref, samples, "pretend"))


if __name__ == "__main__":
    main()
