"""A loudspeaker that remembers what it played, and can be broken."""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from devices.speaker import NO_SOUND, SOUND_STUCK, SpeakerTrouble, seconds_of


@dataclass(repr=False)
class Played:
    """One sound: when it began and ended, by the loop's clock; `heard` once to its
    end."""

    wav: bytes
    gain: float
    seconds: float
    began: float
    ended: float = 0.0
    heard: bool = False


@dataclass
class SimulatedSpeaker:
    """`speed` 1 takes as long as the sound lasts, 0 no time at all. One sound at a
    time, as a real one. `broken` plays nothing, `stuck` never says that it ended."""

    speed: float = 1.0
    played: list[Played] = field(default_factory=list)
    broken: bool = False
    stuck: bool = False
    _one: trio.Lock = field(default_factory=trio.Lock, repr=False)

    async def play(self, wav: bytes, gain: float = 1.0) -> None:
        """As devices.speaker.Speaker.play."""
        seconds = seconds_of(wav)
        async with self._one:
            if self.broken:
                raise SpeakerTrouble(NO_SOUND, "simulated")
            sound = Played(wav, gain, seconds, trio.current_time())
            self.played.append(sound)
            try:
                await trio.sleep(seconds * self.speed)
                if self.stuck:
                    raise SpeakerTrouble(SOUND_STUCK, "simulated")
                sound.heard = True
            finally:
                sound.ended = trio.current_time()

    @property
    def heard(self) -> list[bytes]:
        """What was heard to its end, in order."""
        return [sound.wav for sound in self.played if sound.heard]

    @property
    def overlapped(self) -> bool:
        pairs = zip(self.played, self.played[1:], strict=False)
        return any(later.began < earlier.ended for earlier, later in pairs)
