"""A loudspeaker behind the system's player, and the one that remembers."""

from __future__ import annotations

import io
import sys
import wave
from array import array
from pathlib import Path

import pytest
import trio
import trio.testing

from devices import speaker
from devices.simulators.speaker import SimulatedSpeaker
from devices.speaker import (
    NO_CARD,
    NO_PLAYER,
    SoundDevice,
    SpeakerTrouble,
    quieter,
    seconds_of,
)

# Plays what it reads into a file; its last word says how it goes.
PLAYER = """
import sys, time
folder, mood = sys.argv[1], sys.argv[2]
open(folder + "/began", "w").write(str(sys.argv[3:]))
if mood == "broken":
    sys.exit(1)
data = sys.stdin.buffer.read()
if mood == "stuck":
    time.sleep(600)
with open(folder + "/heard", "ab") as file:
    file.write(len(data).to_bytes(4, "big") + data)
"""


def a_wav(samples: list[int] | None = None) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes(array("h", samples or [1000, -1000] * 500).tobytes())
    return out.getvalue()


def device_in(folder: Path, mood: str = "good", name: str = "") -> SoundDevice:
    return SoundDevice(name, [sys.executable, "-c", PLAYER, str(folder), mood])


async def test_a_sound_goes_to_the_player_whole(tmp_path: Path) -> None:
    wav = a_wav()
    await device_in(tmp_path, name="plughw:1,0").play(wav)
    assert (tmp_path / "heard").read_bytes()[4:] == wav
    assert (tmp_path / "began").read_text() == "['-D', 'plughw:1,0']"


async def test_a_long_sound_does_not_wait_for_the_pipe(tmp_path: Path) -> None:
    wav = a_wav([0] * 200_000)
    await device_in(tmp_path).play(wav)
    assert (tmp_path / "heard").read_bytes()[4:] == wav


async def test_two_sounds_do_not_overlap(tmp_path: Path) -> None:
    device = device_in(tmp_path)
    wav = a_wav()
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(device.play, wav)
    whole = len(wav).to_bytes(4, "big") + wav
    assert (tmp_path / "heard").read_bytes() == whole * 3


async def test_a_sound_card_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SpeakerTrouble) as caught:
        await device_in(tmp_path, "broken").play(a_wav([0] * 200_000))
    assert caught.value.code == "no_sound"


async def test_a_card_that_hangs_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaker, "_MARGIN_S", 0.05)
    with pytest.raises(SpeakerTrouble) as caught:
        await device_in(tmp_path, "stuck").play(a_wav())
    assert caught.value.code == "sound_stuck"


async def test_cancelled_it_falls_silent(tmp_path: Path) -> None:
    device = device_in(tmp_path, "stuck")
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(device.play, a_wav([0] * 200_000))
            while not (tmp_path / "began").exists():  # noqa: ASYNC110
                await trio.sleep(0.005)
            nursery.cancel_scope.cancel()
    assert not (tmp_path / "heard").exists()


async def test_without_a_player_there_is_a_fault_before_any_sound() -> None:
    device = SoundDevice("", ["/nowhere/aplay"])
    assert device.fault is NO_PLAYER
    with pytest.raises(SpeakerTrouble) as caught:
        await device.play(a_wav())
    assert caught.value.code == "no_player"


@pytest.mark.parametrize("data", [b"", b"RIFF", b"<html>"])
async def test_what_is_no_sound_is_not_played(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SpeakerTrouble) as caught:
        await device_in(tmp_path).play(data)
    assert caught.value.code == "not_a_wav"
    assert not (tmp_path / "began").exists()


@pytest.mark.parametrize(("gain", "peak"), [(0.0, 0), (0.5, 500), (7.0, 1000)])
def test_gain_is_a_part_of_the_level(gain: float, peak: int) -> None:
    with wave.open(io.BytesIO(quieter(a_wav(), gain)), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    assert max(samples) == peak
    assert len(samples) == 1000


async def test_a_simulated_one_remembers(
    autojump_clock: trio.testing.MockClock,
) -> None:
    simulated = SimulatedSpeaker()
    one, two = a_wav(), a_wav([0] * 22_050)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.play, one)
        await trio.testing.wait_all_tasks_blocked()
        nursery.start_soon(simulated.play, two, 0.5)
    assert simulated.heard == [one, two]
    assert not simulated.overlapped
    assert [sound.gain for sound in simulated.played] == [1.0, 0.5]
    assert simulated.played[1].ended == pytest.approx(seconds_of(one) + seconds_of(two))


async def test_a_broken_one_has_played_nothing(
    autojump_clock: trio.testing.MockClock,
) -> None:
    simulated = SimulatedSpeaker(broken=True)
    with pytest.raises(SpeakerTrouble):
        await simulated.play(a_wav())
    simulated.broken, simulated.stuck = False, True
    with pytest.raises(SpeakerTrouble):
        await simulated.play(a_wav())
    assert simulated.heard == []
    with trio.move_on_after(0.01):
        await simulated.play(a_wav([0] * 22_050))
    assert simulated.heard == []
    assert len(simulated.played) == 2


@pytest.mark.parametrize(
    ("name", "there"),
    [
        *(("plughw:1,0", True), ("hw:2", False), ("sysdefault:CARD=Speaker", True)),
        *(("plughw:CARD=Gone,DEV=0", False), ("", True), ("pulse", True)),
    ],
)
def test_a_card_that_is_unplugged_is_missed(
    tmp_path: Path, name: str, there: bool
) -> None:
    device = SoundDevice(name, [sys.executable], tmp_path)
    # where no cards are shown at all nothing is known of any
    assert device.fault is None
    (tmp_path / "cards").write_text(" 1 [Speaker]: USB-Audio")
    (tmp_path / "card1").mkdir()
    (tmp_path / "Speaker").symlink_to("card1")
    assert device.fault is (None if there else NO_CARD)
