"""When the tickets of whoever stands at a kiosk are called: asked, and told them.

A forecast takes a moment, and a check-in must not wait for it: so the session goes on
without, and hears of it when it is there. What is lost in between is lost: then nothing
is shown.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TypeAlias

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.clinic.state import IN_LINE
from actors.forecast.forecasts import Forecasts
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis
from actors.runtime.followers import BatchFollower
from actors.runtime.system import ActorSystem
from actors.session.actor import KIND as SESSION
from actors.session.findings import Foreseen
from actors.session.messages import Foresee, Identified, PlaceShown, Settled, WentBack

NAME = "foreseeing"
WITHIN_S = 3.0
"""A slip has long been printed by then; whoever still reads is told."""
AT_ONCE = 32
_AHEAD = 256
_OLD_MS = 10_000
_PATIENCE_S = 0.01
_TICKETS = 4

Known: TypeAlias = Settled | PlaceShown | Identified | WentBack
_read = msgspec.json.Decoder(Known).decode
_KNOWN = (Settled, PlaceShown, Identified, WentBack)
_NAMES = tuple(str(one.__struct_config__.tag) for one in _KNOWN)
Wanted: TypeAlias = tuple[str, str, str, str]
"""The session's stream; the clinic, the day and the ticket."""


class Foreseeing:
    """One in a house. ``system`` is set before it runs."""

    def __init__(
        self, hospital: str, forecasts: Forecasts, time_of: Callable[[Millis], str]
    ) -> None:
        self.system: ActorSystem
        self.follower = BatchFollower(
            NAME, self._hear, names=_NAMES, patience_s=_PATIENCE_S
        )
        self._hospital = hospital
        self._forecasts = forecasts
        self._time_of = time_of
        self._send, self._wanted = trio.open_memory_channel[Wanted](_AHEAD)

    async def _hear(self, records: list[Recorded]) -> None:
        now = self.system.clock.now()
        for record in records:
            hospital, kind, _ = parts_of(record.stream)
            if hospital != self._hospital or kind != SESSION:
                continue
            known = _read(record.body)
            if now - known.at > _OLD_MS:
                continue  # nobody stands there any more
            if isinstance(known, Identified):
                self._forecasts.soon()  # who has a card is about to stand in line
            for clinic, day, ticket in _in_line(known):
                # where too many want to know, some are not told
                with contextlib.suppress(trio.WouldBlock):
                    self._send.send_nowait((record.stream, clinic, day, ticket))

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            for _ in range(AT_ONCE):
                nursery.start_soon(self._work)

    async def _work(self) -> None:
        async for session, clinic, day, ticket in self._wanted:
            stream = clinic_stream(self._hospital, clinic, day)
            times = await self._forecasts.foreseen(stream, ticket, WITHIN_S)
            foreseen = Foreseen() if times is None else self._told(times)
            told = Foresee(by=NAME, clinic=clinic, ticket=ticket, foreseen=foreseen)
            # a busy session goes on without
            with contextlib.suppress(Refusal):
                await self.system.ref(session).ask(told, principal=NAME)

    def _told(self, times: list[int]) -> Foreseen:
        about, by = times
        return Foreseen(about, by, self._time_of(about), self._time_of(by))


def _in_line(known: Known) -> list[tuple[str, str, str]]:
    """The tickets that stand in line, of what their session has just learnt."""
    if isinstance(known, Settled | PlaceShown):
        place = known.place
        if place is None or place.state not in IN_LINE:
            return []
        return [(place.clinic, place.day, place.ticket)]
    rows = [row for row in known.found.tickets if row.does == "place"]
    return [(row.clinic, row.day, row.ticket) for row in rows[:_TICKETS]]
