"""``houzhen say``: a sentence spoken into a file, as the hospital would speak it."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from queue_displays.speech.port import Segment
    from realtime.config import Settings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Load = Callable[[argparse.Namespace], "Settings"]


def register(commands: Commands, settings: argparse.ArgumentParser, load: Load) -> None:
    """``settings`` is the parent with --config, ``load`` reads what it names."""
    say = commands.add_parser(
        "say",
        parents=[settings],
        help="speak a sentence into a file",
        description="Speak a sentence into a WAV file, as an announcement is spoken. "
        "Needs no server. docs/speech.md.",
        epilog='For instance: houzhen say "请 A012号 张三 到 3号诊室 就诊"',
    )
    say.add_argument("words", help="what is said; {name} stands for --name")
    say.add_argument("--out", type=Path, default=Path("call.wav"), metavar="FILE")
    say.add_argument("--language", choices=("zh", "yue", "en"), default="zh")
    say.add_argument("--name", default="", help="said where the words have {name}")
    say.add_argument("--gain", type=float, default=1.0, help="0 to 1 (default: 1)")
    say.add_argument("--chime", action="store_true", help="begin with the chime")
    say.add_argument(
        *("--phonemes",), action="store_true", help="print what the voice is given too"
    )
    say.set_defaults(run=lambda asked: _say(asked, load(asked)))


def _say(asked: argparse.Namespace, settings: Settings) -> int:
    from queue_displays.speech.engine import NoVoice, Renderer, engines
    from queue_displays.speech.frames import Say
    from queue_displays.speech.wav import chime, chimes, opened, samples_of, sealed
    from queue_displays.speech.worker import answer
    from realtime.voices import voices_of

    said = voices_of(settings, b"").utterance(
        asked.words, asked.language, name=asked.name, gain=asked.gain
    )
    if asked.phonemes:
        for segment in said.segments:
            _print_phonemes(segment)
    engine = settings.speech.engine
    wish = "auto" if engine == "none" else engine
    try:
        heard = answer(Renderer(engines(wish)), Say(1, said.segments, said.gain))
    except NoVoice as none:
        print(f"houzhen: nothing can speak here: {none}", file=sys.stderr)
        return 1
    if heard.fault:
        print(f"houzhen: this could not be spoken: {heard.fault}", file=sys.stderr)
        return 1
    before = samples_of(chime(*chimes()["chime"])) if asked.chime else b""
    data = sealed(before + heard.samples)
    wav = opened(data)
    assert wav is not None
    asked.out.write_bytes(data)
    print(f"{asked.out}: {wav.seconds:.1f} s, {heard.engine}")
    return 0


def _print_phonemes(segment: Segment) -> None:
    from queue_displays.speech.engine import PROGRAM
    from queue_displays.speech.jyutping import jyutping

    text = jyutping(segment.text) if "yue" in segment.voice else segment.text
    print(f"{segment.voice} at {segment.rate}: {text}")
    command = [PROGRAM, "-v", segment.voice, "-x", "-q", "--stdin"]
    try:
        found = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        print(f"  ({PROGRAM} is not installed: no phonemes)")
    else:
        print("  " + " ".join(found.stdout.split()))
