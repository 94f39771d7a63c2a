"""Where a loudspeaker speaks: the areas the plan gives it, today's, one voice each."""

from __future__ import annotations

import logging

import httpx
import trio

from realtime.client import Client, TopicClosed
from realtime.edge.loudspeaker import AreaVoice, Mouth
from realtime.edge.settings import EdgeSettings
from realtime.edge.sounds import HTTP_S, Sounds

log = logging.getLogger("houzhen.edge")

DAY_S = 30.0
"""How often it asks for the hospital's day."""
AGAIN_S = 5.0


class Speaking:
    """``run`` for as long as a client lives; what it has said outlives that."""

    def __init__(self, settings: EdgeSettings, mouth: Mouth) -> None:
        self._settings = settings
        self._mouth = mouth
        part = settings.devices.speaker
        self._areas: tuple[str, ...] = () if part is None else part.areas
        self._named = bool(self._areas)
        self._news = trio.Event()

    def hung(self, areas: tuple[str, ...]) -> None:
        """The plan says where it speaks; the settings, where they say so, go first."""
        if not self._named and areas != self._areas:
            self._areas = areas
            self._news.set()

    async def run(self, client: Client, token: str) -> None:
        """Raises Ended when the client does."""
        settings = self._settings
        async with (
            httpx.AsyncClient(
                base_url=settings.server, timeout=HTTP_S, trust_env=False
            ) as http,
            trio.open_nursery() as nursery,
        ):
            sounds = Sounds(http, token)
            running: dict[str, trio.CancelScope] = {}
            while True:
                self._news = trio.Event()
                day = await _day(http)
                wanted = {
                    f"{settings.hospital}/area/{area}/{day}:announcements": area
                    for area in (self._areas if day else ())
                }
                if day:
                    for gone in running.keys() - wanted.keys():
                        running.pop(gone).cancel()
                for topic in wanted.keys() - running.keys():
                    scope = running[topic] = trio.CancelScope()
                    nursery.start_soon(
                        self._speak, client, topic, wanted[topic], sounds, scope
                    )
                with trio.move_on_after(DAY_S if day else AGAIN_S):
                    await self._news.wait()

    async def _speak(
        self,
        client: Client,
        name: str,
        area: str,
        sounds: Sounds,
        scope: trio.CancelScope,
    ) -> None:
        """However often the topic is closed: a token may come too early."""
        with scope:
            while True:
                try:
                    topic = await client.join(name)
                    await AreaVoice(client, topic, area, self._mouth, sounds).run()
                except TopicClosed as closed:
                    log.info("not with the area %s: %s", area, closed)
                await trio.sleep(AGAIN_S)


async def _day(http: httpx.AsyncClient) -> str:
    """The hospital's, or nothing. Cancelled, it is finished first."""
    day = ""
    with trio.CancelScope(shield=True):
        try:
            answer = await http.get("/api/v1/server")
            day = str(answer.raise_for_status().json()["day"])
        except (httpx.HTTPError, ValueError, KeyError):
            day = ""
    return day
