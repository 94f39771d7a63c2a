"""From the record to where it belongs: commands with keys, and the outcome noted.

Killed between any two of its steps, it does the same again: the keys make each command
happen once, and only when all have answered is the version noted as delivered.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from functools import partial

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.his.actor import his_stream
from actors.his.delivery import ALREADY, BY, Step, delivery_of
from actors.his.messages import NoteDelivered, NoteTrouble
from actors.his.places import Places
from actors.his.state import HisState, KeptRegistration
from actors.kernel.errors import Refusal
from actors.runtime.system import ActorSystem, Ref

log = logging.getLogger("houzhen.his")

_AT_ONCE = 8
_BATCH = 400
_BACKOFF_S = (1.0, 3.0, 10.0, 30.0)

_encode = msgspec.json.Encoder(order="deterministic").encode


class Delivering:
    """Registrations to the clinics. Those of one card go one after the other, as a
    refund must come before the new number."""

    def __init__(self, system: ActorSystem, hospital: str, places: Places) -> None:
        self._system = system
        self._hospital = hospital
        self._places = places
        self._tried: dict[tuple[str, str], tuple[int, float]] = {}

    async def registrations(self, day: str) -> int:
        """Works off what waits; answers how many arrived. What is refused waits on,
        and is tried again after a while. Raises Refusal for what cannot be written
        down."""
        ref = self._system.ref(his_stream(self._hospital, day))
        arrived = 0
        while True:
            now = trio.current_time()
            rests = {
                number
                for (of, number), (_, until) in self._tried.items()
                if of == day and until > now
            }
            batch: list[KeptRegistration] = await ref.read(partial(_waiting, rests))
            if not batch:
                return arrived
            lanes: defaultdict[str, list[KeptRegistration]] = defaultdict(list)
            for kept in batch:
                lanes[kept.said.card].append(kept)
            done: set[str] = set()
            turns = trio.CapacityLimiter(_AT_ONCE)
            async with trio.open_nursery() as nursery:
                for lane in lanes.values():
                    nursery.start_soon(self._lane, ref, day, lane, turns, done)
            arrived += len(done)

    async def _lane(
        self,
        ref: Ref,
        day: str,
        lane: list[KeptRegistration],
        turns: trio.CapacityLimiter,
        done: set[str],
    ) -> None:
        async with turns:
            for kept in lane:
                if await self._one(ref, day, kept):
                    done.add(kept.said.register_no)

    async def _one(self, ref: Ref, day: str, kept: KeptRegistration) -> bool:
        number, version = kept.said.register_no, kept.said.version
        delivery = delivery_of(kept, day, self._places)
        trouble, did = delivery.trouble, delivery.did
        for step in delivery.steps:
            code = await self._step(day, number, version, step)
            if code and step.must:
                trouble = code
                break
            if code:
                did += f"; {code}"
        if trouble:
            tries, _ = self._tried.get((day, number), (0, 0.0))
            rest = _BACKOFF_S[min(tries, len(_BACKOFF_S) - 1)]
            self._tried[day, number] = (tries + 1, trio.current_time() + rest)
            if kept.trouble != trouble:
                log.info("%s: %s is not delivered: %s", ref.stream, number, trouble)
                await self._note(
                    ref,
                    NoteTrouble(
                        what="registration", id=number, version=version, code=trouble
                    ),
                )
            return False
        self._tried.pop((day, number), None)
        await self._note(
            ref,
            NoteDelivered(
                what="registration",
                id=number,
                version=version,
                did=did[:80],
                placing=delivery.placing,
            ),
        )
        return True

    async def _step(self, day: str, number: str, version: int, step: Step) -> str:
        """The code of a refusal, or nothing. One that may pass by itself is raised."""
        body = hashlib.blake2b(_encode(step.command), digest_size=4).hexdigest()
        clinic = self._system.ref(clinic_stream(self._hospital, step.clinic, day))
        try:
            await clinic.ask(
                step.command, principal=BY, key=f"{number}:{version}:{body}"
            )
        except Refusal as refusal:
            if refusal.retry:
                raise
            return "" if refusal.code in ALREADY else refusal.code
        return ""

    async def _note(self, ref: Ref, command: msgspec.Struct) -> None:
        await ref.ask(command, principal=BY)


def _waiting(rests: set[str], state: HisState) -> list[KeptRegistration]:
    """Copies: the state goes on living."""
    found: list[KeptRegistration] = []
    for number in state.pending.get("registration", ()):
        if number not in rests:
            found.append(msgspec.structs.replace(state.registrations[number]))
            if len(found) == _BATCH:
                break
    found.sort(key=lambda kept: kept.said.version)
    return found
