"""The announcer, put together: the herald, the receipts, and the hospital's plan."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from typing import cast

import trio

from actors.hospital.actor import plan_stream
from actors.hospital.messages import Event
from actors.hospital.plan import Plan
from actors.hospital.state import HospitalState
from actors.journal.records import Recorded
from actors.kernel.errors import UnknownTarget
from actors.runtime.followers import Follower
from actors.runtime.shape import names_of
from actors.runtime.system import ActorSystem
from queue_displays.announcements.commands import Attend, Told
from queue_displays.announcements.floor import Floor, floor_of
from queue_displays.announcements.herald import NAME, Herald
from queue_displays.announcements.layout import Tone
from queue_displays.announcements.receipts import Receipts
from queue_displays.announcements.views import Sound
from queue_displays.speech.port import Language, Speech
from queue_displays.speech.utterances import Voices
from realtime.http.metrics import Histogram, Metrics

FINELY = (
    *(0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.014, 0.016, 0.018, 0.02, 0.025),
    *(0.03, 0.035, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0),
)
"""It is to take 20 ms: whether it does, must be seen."""


class Announcing:
    """One for the process. ``followers`` go into the actor system, which is then
    given to ``speak_through``."""

    def __init__(self, hospital: str, zone: tzinfo) -> None:
        self.hospital = hospital
        self.herald = Herald(zone)
        self.receipts = Receipts()
        self.latency = Histogram(FINELY)
        self.herald.took = self.latency.observe
        self.plan: Plan | None = None
        """The hospital's, when it has one: as it is now."""
        self.sound: Sound | None = None
        """What speaks, when there is something; given before the house runs."""
        self._plan = plan_stream(hospital)
        self._system: ActorSystem
        self.followers: tuple[Follower, ...] = (
            self.herald.follower,
            Follower("announcer-plan", self._planned, names=names_of(Event)),
        )

    def speak_through(self, system: ActorSystem) -> None:
        self._system = system
        self.herald.system = system
        self.receipts.system = system

    async def run(self, *, task_status: trio.TaskStatus[None]) -> None:
        """Until cancelled. Started when the plan has been read."""
        await self._read_plan()
        task_status.started()
        await self.receipts.run()

    async def _planned(self, record: Recorded) -> None:
        if record.stream == self._plan:
            await self._read_plan()

    async def _read_plan(self) -> None:
        def look(state: HospitalState) -> HospitalState:
            return state

        try:
            state: HospitalState = await self._system.ref(self._plan).read(look)
        except UnknownTarget:
            await self.herald.plan(Floor())  # a house without a plan
        else:
            self.plan = state.plan
            await self.herald.plan(floor_of(state.plan))

    def key_of(self, words: str, name: str, language: str, tone: Tone) -> str | None:
        """See Sound."""
        return self.sound and self.sound(words, name, language, tone)

    # -- what the counter needs ----------------------------------------------------

    def clinics_of(self, area: str) -> tuple[str, ...]:
        return self.herald.floor.clinics_of(area)

    def areas_of(self, clinic: str) -> tuple[str, ...]:
        """Where this clinic's calls are heard, as the plan is now."""
        return self.herald.floor.areas_of(clinic)

    async def attends(
        self,
        stream: str,
        device: str,
        who: object,
        *,
        shows: bool,
        speaks: str | None,
        rooms: frozenset[str],
    ) -> None:
        self.receipts.attend(
            stream, device, who, shows=shows, speaks=speaks, rooms=rooms
        )
        await self.herald.lay_out(stream)

    def told(self, stream: str, device: str, delivered_to: int, shown_to: int) -> None:
        self.receipts.told(stream, device, delivered_to, shown_to)

    async def ask(self, stream: str, command: Attend | Told) -> tuple[bytes, int]:
        """Without a key: twice is once, by what it says."""
        answer = await self._system.ref(stream).ask(command, principal=NAME)
        return answer.raw, answer.seq

    def tell(self, metrics: Metrics) -> None:
        herald, receipts = self.herald, self.receipts
        metrics.counter(
            "houzhen_announcements",
            "Carried to areas",
            lambda: herald.announced,
        )
        metrics.histogram(
            "houzhen_announcement_seconds",
            "From a clinic's event to what devices are told",
            self.latency,
        )
        metrics.counter(
            "houzhen_announcements_settled",
            "Of which every device has said what it showed",
            lambda: receipts.settled,
        )
        metrics.counter(
            "houzhen_announcements_not_shown",
            "Devices on which one was not shown",
            lambda: receipts.not_shown,
        )
        metrics.gauge(
            "houzhen_announcing_devices",
            "Screens and speakers that are there",
            lambda: receipts.here,
        )


def sounding(voices: Voices, speech: Speech) -> Sound:
    """Gives what is said its key, and has it rendered before anybody asks for it: a
    row is first built while its commit is still on the way to the disk."""
    utterance = lru_cache(2048)(voices.utterance)

    def key_of(words: str, name: str, language: str, tone: Tone) -> str | None:
        if language not in ("zh", "yue", "en"):
            return None
        said = utterance(
            words,
            cast(Language, language),
            name=name,
            gain=tone.gain,
            pace=tone.pace,
            variant=tone.voice,
        )
        speech.prepare(said)
        return said.key

    return key_of
