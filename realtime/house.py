"""The house while its door is open: what whoever runs it may reach."""

from __future__ import annotations

import trio

from actors.patients.desk import PatientsDesk
from actors.runtime.system import ActorSystem
from queue_displays.speech.speaking import Speaking
from queue_displays.speech.utterances import Voices
from realtime.config import Settings
from realtime.floor_health import FloorHealth
from realtime.http.server import HttpServer
from realtime.keys import Keys
from realtime.opening import Openings
from realtime.sockets.edge import Edge
from realtime.sockets.front_door import FrontDoor
from realtime.terminals import Terminals
from realtime.tokens import Gate
from realtime.topics.hub import Hub

_GRACE_S = 2.0


class House:
    """A server that serves, until ``close``."""

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        gate: Gate,
        system: ActorSystem,
        hub: Hub,
        edge: Edge,
        door: FrontDoor,
        http: HttpServer,
        desk: PatientsDesk,
        openings: Openings,
        voices: Voices,
        speech: Speaking,
        floor: FloorHealth,
        terminals: Terminals,
    ) -> None:
        self.settings = settings
        self.keys = keys
        self.gate = gate
        self.system = system
        self.hub = hub
        self.edge = edge
        self.http = http
        self.desk = desk
        self.openings = openings
        self.voices = voices
        self.speech = speech
        self.floor = floor
        self.terminals = terminals
        self._door = door

    @property
    def address(self) -> str:
        host, port = self._door.addresses[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    async def shut(self) -> None:
        """Nobody new comes in; what was begun reaches the disk and is answered; then
        every page is told to come back. A stalled peer holds none of it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._door.shutdown, _GRACE_S)
            nursery.start_soon(self.http.stop)
            await self.system.journal.flushed()
            nursery.start_soon(self.edge.shutdown, _GRACE_S)
