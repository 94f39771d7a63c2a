"""A loudspeaker: it is given sound and says when it has been heard.

The sound device is reached through the system's own player (aplay), a process for
each sound: a player that hangs or dies takes nothing with it. One sound at a time; who
comes meanwhile waits. Knows no words: only WAV data.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import trio

from devices.trouble import DeviceTrouble, Trouble

ALSA: Sequence[str] = ("aplay", "-q")
CARDS = Path("/proc/asound")
"""Where Linux shows its sound cards: ``card1``, and by its name a link to that."""
_NAMED = re.compile(r"(?:\A|:)(?:plug)?hw:(?:CARD=)?(\w+)|\bCARD=(\w+)")
_MARGIN_S = 3.0
"""A player may take so much longer than the sound lasts."""

NO_PLAYER = Trouble(
    "no_player",
    "没有播放程序：请安装 alsa-utils。",
    "There is no program to play with: install alsa-utils.",
)
NO_CARD = Trouble(
    "no_card",
    "找不到声卡：请插好音箱的线，或检查设置里的设备名。",
    "The sound card is not there: plug the speaker in, or check its name in the "
    "settings.",
)
NO_SOUND = Trouble(
    "no_sound",
    "声音播放不出来：请检查音箱、声卡和设置里的设备名。",
    "The sound device does not play: check speaker, sound card and its name in the "
    "settings.",
)
SOUND_STUCK = Trouble(
    "sound_stuck",
    "声卡没有反应：请拔插音箱，或重启这台设备。",
    "The sound device hangs: unplug the speaker and plug it in, or restart.",
)
NOT_A_WAV = Trouble(
    "not_a_wav",
    "收到的声音不完整。",
    "What should be played is no whole sound.",
)


class SpeakerTrouble(DeviceTrouble):
    """This sound was not heard, or not to its end."""


class Speaker(Protocol):
    async def play(self, wav: bytes, gain: float = 1.0) -> None:
        """Returns when it has been heard. Raises SpeakerTrouble. Cancelled, it falls
        silent at once."""


def seconds_of(wav: bytes) -> float:
    """Raises SpeakerTrouble for what is no sound."""
    try:
        with wave.open(io.BytesIO(wav), "rb") as file:
            if file.getsampwidth() != 2 or not file.getnframes():
                raise SpeakerTrouble(NOT_A_WAV)
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError):
        raise SpeakerTrouble(NOT_A_WAV) from None


def quieter(wav: bytes, gain: float) -> bytes:
    """The same sound at this part of its level. Raises SpeakerTrouble."""
    gain = min(max(gain, 0.0), 1.0)
    try:
        with wave.open(io.BytesIO(wav), "rb") as file:
            form = file.getparams()
            samples = array("h", file.readframes(form.nframes))
    except (wave.Error, EOFError, ValueError):
        raise SpeakerTrouble(NOT_A_WAV) from None
    if sys.byteorder == "big":
        samples.byteswap()
    scaled = array("h", (round(sample * gain) for sample in samples))
    if sys.byteorder == "big":
        scaled.byteswap()
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams(form)
        file.writeframes(scaled.tobytes())
    return out.getvalue()


class SoundDevice:
    """``device`` is the player's name for it (``plughw:1,0``); empty: its usual one.
    ``player`` plays what it reads from stdin. A device that names its card (`plughw:1`,
    `sysdefault:CARD=Speaker`) is missed as soon as that is unplugged; of the usual one
    it shows when it plays."""

    def __init__(
        self, device: str = "", player: Sequence[str] = ALSA, cards: Path = CARDS
    ) -> None:
        named = _NAMED.search(device)
        self._card = (named[1] or named[2]) if named else ""
        self._cards = cards
        choice = ("-D", device) if device else ()
        self._command = [*player, *choice]
        self._one = trio.Lock()

    @property
    def fault(self) -> Trouble | None:
        """What can be known without a sound."""
        if shutil.which(self._command[0]) is None:
            return NO_PLAYER
        return None if self._is_plugged_in() else NO_CARD

    def _is_plugged_in(self) -> bool:
        # a container may show nothing there, and have the card all the same
        if not self._card or not (self._cards / "cards").exists():
            return True
        name = f"card{self._card}" if self._card.isdecimal() else self._card
        return (self._cards / name).exists()

    async def play(self, wav: bytes, gain: float = 1.0) -> None:
        """As Speaker.play."""
        seconds = seconds_of(wav)
        if gain < 1.0:
            wav = await trio.to_thread.run_sync(quieter, wav, gain)
        async with self._one:
            await self._play(wav, seconds)

    async def _play(self, wav: bytes, seconds: float) -> None:
        try:
            process = await trio.lowlevel.open_process(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise SpeakerTrouble(NO_PLAYER, type(error).__name__) from error
        try:
            with trio.move_on_after(seconds + _MARGIN_S) as patience:
                await _fed(process, wav)
                await process.wait()
        finally:
            await _ended(process)
        if patience.cancelled_caught:
            raise SpeakerTrouble(SOUND_STUCK)
        if process.returncode:
            raise SpeakerTrouble(NO_SOUND, f"the player said {process.returncode}")


async def _fed(process: trio.Process, wav: bytes) -> None:
    """A player that ends early says why by its exit code."""
    assert process.stdin is not None
    try:
        await process.stdin.send_all(wav)
        await process.stdin.aclose()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return


async def _ended(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        if process.returncode is None:
            process.kill()
            await process.wait()
        assert process.stdin is not None
        await process.stdin.aclose()
