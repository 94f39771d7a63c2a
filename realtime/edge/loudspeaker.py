"""An area's loudspeaker: it says that it is there, takes the turns it is offered,
speaks them, and answers for what was heard (docs/protocol.md, "The area").

It does what the screen's page does (queue_displays/web/voice.ts), without a screen.
"""

from __future__ import annotations

import logging
from typing import Any

import trio

from devices.events import Down, Tell, Up
from devices.speaker import (
    SOUND_STUCK,
    SoundDevice,
    Speaker,
    SpeakerTrouble,
    seconds_of,
)
from devices.trouble import Trouble
from queue_displays.speech.wav import chime_key
from realtime.client import AskRefused, Client, Topic
from realtime.edge.sounds import NoSound, Sounds
from realtime.edge.spoken import Spoken

log = logging.getLogger("houzhen.edge")

NAME = "speaker"
SPEAK_S = 2.0
ASK_S = 5.0
LOOK_S = 1.0
BACK_S = {"gone": 3.0, "late": 3.0, "error": 30.0}
"""Passed over once, it says so soon that it is there again."""
ASK_AGAIN_S = 1.0


class Mouth:
    """What all areas of a loudspeaker share: the sound device, and what it has said."""

    def __init__(self, speaker: Speaker, spoken: Spoken, tell: Tell) -> None:
        self.speaker = speaker
        self.spoken = spoken
        self.one = trio.Lock()
        self._tell = tell
        self._working: bool | None = None
        self._absent = False

    @property
    def ready(self) -> bool:
        """What can be known without a sound."""
        fault = self.speaker.fault if isinstance(self.speaker, SoundDevice) else None
        if fault is not None:
            self._absent = True
            self._down(fault)
        elif self._absent or self._working is None:
            # what was unplugged is there again, as far as can be seen
            self._absent = False
            self.works()
        return fault is None

    def works(self) -> None:
        if self._working is not True:
            self._working = True
            self._tell(Up(NAME))

    def fails(self, trouble: SpeakerTrouble) -> None:
        self._down(trouble.trouble)

    def _down(self, trouble: Trouble) -> None:
        if self._working is not False:
            self._working = False
            self._tell(Down(NAME, trouble))


class AreaVoice:
    """One area's part. ``run`` ends when the client does, or the topic."""

    def __init__(
        self, client: Client, topic: Topic, area: str, mouth: Mouth, sounds: Sounds
    ) -> None:
        self._client = client
        self._topic = topic
        self._area = area
        self._mouth = mouth
        self._sounds = sounds
        self._device = ""
        self._attended_at: float | None = None
        self._said_ready = True
        self._taking = False
        self._not_before: dict[str, float] = {}
        self._speaking: tuple[str, str, trio.CancelScope] | None = None
        self._failed: dict[str, str] = {}
        self._delivered = -1

    async def run(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._mind)
            async for change in self._topic.changes():
                if not change.live:
                    # what runs is finished, for it was given by the server
                    self._attended_at = None
                    continue
                if self._attended_at is None:
                    nursery.start_soon(self._attend)
                self._fall_silent(change.view)
                self._fetch_ahead(change.view, nursery)
                self._look(nursery)
            nursery.cancel_scope.cancel()

    async def _mind(self) -> None:
        """Every second: what has not been told, whether we were passed over, and
        whether the sound device has gone or is back."""
        while True:
            await trio.sleep(LOOK_S)
            if not self._topic.live:
                continue
            plugged = self._taking or self._mouth.ready == self._said_ready
            if self._attended_at is None or self._passed_over() or not plugged:
                await self._attend()
            await self._report()

    # -- here ----------------------------------------------------------------------

    async def _attend(self) -> None:
        self._attended_at = trio.current_time()
        self._said_ready = self._mouth.ready
        voice: dict[str, Any] = {"ready": True}
        if not self._said_ready:
            voice = {"ready": False, "why": "no_device"}
        body = {"shows": False, "speaks": voice}
        try:
            found = await self._client.ask(self._topic, "attend", body, deadline=ASK_S)
        except AskRefused as refused:
            log.info("%s does not take us in: %s", self._area, refused.code)
            self._attended_at = None
            return
        self._device = str(found["device"])
        self._delivered = -1
        await self._report()

    def _passed_over(self) -> bool:
        if self._taking or self._attended_at is None:
            return False
        waited = trio.current_time() - self._attended_at
        for zone in self._topic.view.get("zones", {}).values():
            mine = zone.get("speakers", {}).get(self._device)
            if mine is not None and not mine["ready"]:
                return waited >= BACK_S.get(mine.get("why", ""), BACK_S["error"])
        return False

    # -- a turn --------------------------------------------------------------------

    def _look(self, nursery: trio.Nursery) -> None:
        if not self._taking and self._offer() is not None:
            self._taking = True
            nursery.start_soon(self._take_all)

    def _offer(self) -> tuple[str, dict[str, Any]] | None:
        """One that is ours to say, and has not been said."""
        for zone, row in self._topic.view.get("zones", {}).items():
            offer = row.get("next")
            if offer is None or not self._device or offer["device"] != self._device:
                continue
            what = self._what(zone, offer)
            if self._mouth.spoken.has(self._area, what):
                continue
            if trio.current_time() >= self._not_before.get(what, 0.0):
                return zone, offer
        return None

    def _what(self, zone: str, offer: dict[str, Any]) -> str:
        day = self._topic.view.get("area", {}).get("day", "")
        return f"{day}/{offer['announcement']}/{zone}/{offer['nth']}"

    async def _take_all(self) -> None:
        try:
            async with self._mouth.one:
                while self._topic.live and (found := self._offer()) is not None:
                    await self._take(*found)
                    await self._report()
        finally:
            self._taking = False

    async def _take(self, zone: str, offer: dict[str, Any]) -> None:
        row = self._topic.view.get("announcements", {}).get(offer["announcement"])
        what = self._what(zone, offer)
        if len(self._not_before) > 200:
            self._not_before.clear()
        self._not_before[what] = trio.current_time() + ASK_AGAIN_S
        if row is None:
            return
        asked = trio.current_time()
        body = {
            "announcement": offer["announcement"],
            "zone": zone,
            "nth": offer["nth"],
        }
        try:
            turn = await self._client.ask(self._topic, "speak", body, deadline=SPEAK_S)
        except AskRefused:
            return  # asked again if the offer is still ours by then
        until = asked + turn["lease_ms"] / 1000
        keys = self._keys(row, short=turn["short"])
        chime = chime_key(again=offer["nth"] > 1, gain=row.get("gain", 1.0))
        # without words there is the chime, and everybody is told that there are none
        heard = [chime, *keys] if turn["chime"] or not keys else keys
        try:
            wav = await self._sounds.together(heard)
        except NoSound as why:
            self._failed[turn["turn"]] = str(why)
            return
        if trio.current_time() + seconds_of(wav) > until:
            self._failed[turn["turn"]] = "late"
            return
        if offer["announcement"] not in self._topic.view.get("announcements", {}):
            self._failed[turn["turn"]] = "withdrawn"
            return
        await self._say(turn["turn"], what, offer["announcement"], wav)
        if not keys:
            self._failed[turn["turn"]] = "no_audio"
            self._mouth.spoken.nobody_knows(self._area, turn["turn"])

    async def _say(self, turn: str, what: str, announcement: str, wav: bytes) -> None:
        mouth = self._mouth
        try:
            await trio.to_thread.run_sync(mouth.spoken.begin, self._area, turn, what)
        except OSError as error:
            log.error("nothing is said that cannot be remembered: %s", error)
            self._failed[turn] = "error"
            return
        with trio.CancelScope() as silence:
            self._speaking = (turn, announcement, silence)
            try:
                await mouth.speaker.play(wav)
            except SpeakerTrouble as trouble:
                mouth.fails(trouble)
                log.warning("the loudspeaker: %s", trouble.trouble.code)
                if trouble.trouble is SOUND_STUCK:
                    # it may have been heard: the lease runs out, and the desk sees it
                    mouth.spoken.nobody_knows(self._area, turn)
                else:
                    mouth.spoken.take_back(self._area, turn)
                    self._failed[turn] = "error"
            else:
                mouth.works()
            finally:
                self._speaking = None

    def _keys(self, row: dict[str, Any], *, short: bool) -> list[str]:
        audio = (short and row.get("audio_short")) or row.get("audio") or {}
        order = self._topic.view.get("area", {}).get("languages") or list(audio)
        return [audio[language] for language in order if language in audio]

    def _fall_silent(self, view: dict[str, Any]) -> None:
        """What is called back is not said to its end."""
        if self._speaking is not None:
            _, announcement, silence = self._speaking
            if announcement not in view.get("announcements", {}):
                silence.cancel()

    def _fetch_ahead(self, view: dict[str, Any], nursery: trio.Nursery) -> None:
        for row in view.get("announcements", {}).values():
            if row["n"] > self._delivered and row.get("audio"):
                nursery.start_soon(self._ahead, self._keys(row, short=False))
        newest = [row["n"] for row in view.get("announcements", {}).values()]
        self._delivered = max([self._delivered, *newest])

    async def _ahead(self, keys: list[str]) -> None:
        try:
            for key in keys:
                await self._sounds.of(key)
        except NoSound:
            return  # whoever needs it hears why

    # -- what became of it -----------------------------------------------------------

    async def _report(self) -> None:
        """Again and again until the server has said that it knows."""
        speaking = self._speaking[0] if self._speaking is not None else ""
        spoken = self._mouth.spoken.untold(self._area, speaking)[:64]
        failed = dict(list(self._failed.items())[:64])
        if not spoken and not failed:
            return
        body = {
            "delivered_to": max(self._delivered, 0),
            "spoken": spoken,
            "failed": [{"turn": turn, "why": why} for turn, why in failed.items()],
        }
        try:
            await self._client.ask(self._topic, "receipt", body, deadline=ASK_S)
        except AskRefused:
            return
        self._mouth.spoken.told(self._area, set(spoken))
        for turn in failed:
            self._failed.pop(turn, None)
