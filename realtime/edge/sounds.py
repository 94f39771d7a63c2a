"""What a loudspeaker is to play, fetched from the server by its keys."""

from __future__ import annotations

from collections import OrderedDict

import httpx
import trio

from queue_displays.speech.wav import RATE, opened, samples_of, sealed

KEPT = 48
HTTP_S = 3.0
PATIENCE_S = 8.0
"""A slow server renders a phrase for so long; a turn's lease is longer."""
_AGAIN_S = 0.2
BETWEEN_S = 0.25


class NoSound(Exception):
    """It cannot be had: the code says why."""


class Sounds:
    """Keeps the last ones. A name may be heard in them: nothing goes to the disk."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}"}
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def together(self, keys: list[str]) -> bytes:
        """One sound of all of them, in order. Raises NoSound."""
        parts = [await self.of(key) for key in keys]
        pause = bytes(2 * int(BETWEEN_S * RATE))
        return sealed(pause.join(parts))

    async def of(self, key: str) -> bytes:
        """The samples, fetched until they are there. Raises NoSound."""
        if (kept := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return kept
        with trio.move_on_after(PATIENCE_S):
            while True:
                samples = await self._fetch(key)
                if samples is not None:
                    self._kept[key] = samples
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
                    return samples
                await trio.sleep(_AGAIN_S)
        raise NoSound("late")

    async def _fetch(self, key: str) -> bytes | None:
        """None: not yet. Cancelled, it is finished first, which takes HTTP_S at most:
        httpx leaves a generator behind where it is cut off."""
        with trio.CancelScope(shield=True):
            try:
                answer = await self._http.get(
                    f"/api/v1/audio/{key}.wav", headers=self._headers
                )
            except httpx.HTTPError:
                return None
        if answer.status_code == 200:
            wav = opened(answer.content)
            return None if wav is None else samples_of(wav)
        if answer.status_code == 503 and answer.json().get("retry"):
            return None
        raise NoSound("error" if answer.status_code != 503 else "no_audio")
