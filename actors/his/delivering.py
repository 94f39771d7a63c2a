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

from actors.his.actor import base_stream, his_stream
from actors.his.delivery import BY, Step, delivery_of
from actors.his.messages import Booking, NoteDelivered, NoteTrouble, SaidSession
from actors.his.places import Places
from actors.his.sessions import Hospital, session_steps
from actors.his.state import HisState, KeptRegistration
from actors.kernel.errors import Refusal
from actors.kernel.identity import stream_name
from actors.runtime.system import ActorSystem, Ref
from actors.schedule.replies import Given, Planned

log = logging.getLogger("houzhen.his")

_AT_ONCE = 8
_BATCH = 400
_BACKOFF_S = (1.0, 3.0, 10.0, 30.0)

_encode = msgspec.json.Encoder(order="deterministic").encode


class Delivering:
    """Registrations to the clinics and the pools, sessions to the schedules. Those of
    one card go one after the other: a refund must come before the new number."""

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
            batch: list[KeptRegistration] = await ref.read(
                partial(_waiting, self._rests(day))
            )
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
        said, placing, booking = kept.said, kept.placing, kept.booking
        delivery = delivery_of(kept, day, self._places)
        trouble, did = delivery.trouble, delivery.did
        for step in delivery.steps:
            code, reply = await self._step(
                day, f"{said.register_no}:{said.version}", step
            )
            if code and step.must:
                trouble = code
                break
            if code:
                did += f"; {code}"
            placing = step.placing or placing
            if step.booking is not None:
                booking = _as_given(step.booking, reply)
        if trouble:
            self._rest(day, said.register_no)
            log.info("%s: %s not delivered: %s", ref.stream, said.register_no, trouble)
            note: msgspec.Struct = NoteTrouble(
                what="registration",
                id=said.register_no,
                version=said.version,
                code=trouble,
                placing=placing,
                booking=booking,
            )
        else:
            self._tried.pop((day, said.register_no), None)
            note = NoteDelivered(
                what="registration",
                id=said.register_no,
                version=said.version,
                did=did[:80],
                placing=placing,
                booking=booking,
            )
        await ref.ask(note, principal=BY)
        return not trouble

    async def sessions(self, day: str) -> int:
        """As ``registrations``, to the schedules of the departments."""
        ref = self._system.ref(his_stream(self._hospital, day))
        waiting: list[SaidSession] = await ref.read(
            partial(_sessions, self._rests(day))
        )
        if not waiting:
            return 0
        base = self._system.ref(base_stream(self._hospital))
        hospital: Hospital = await base.read(_hospital)
        arrived = 0
        for said in waiting:
            trouble = ""
            for step in session_steps(said, hospital, self._places):
                key = f"{said.schedule_no}:{said.version}"
                trouble, reply = await self._step(day, key, step)
                if trouble or (step.enough and _is_new(reply)):
                    break
            note: msgspec.Struct
            number, version = said.schedule_no, said.version
            if trouble:
                self._rest(day, number)
                log.info("%s: %s not delivered: %s", ref.stream, number, trouble)
                note = NoteTrouble(
                    what="session", id=number, version=version, code=trouble
                )
            else:
                arrived += 1
                note = NoteDelivered(
                    what="session", id=number, version=version, did="planned"
                )
            await ref.ask(note, principal=BY)
        return arrived

    async def _step(self, day: str, what: str, step: Step) -> tuple[str, bytes]:
        """The code of a refusal, or the reply; neither, when it was so already. What
        may pass by itself is raised."""
        body = hashlib.blake2b(_encode(step.command), digest_size=4).hexdigest()
        ref = self._system.ref(stream_name(self._hospital, step.kind, step.place, day))
        try:
            answer = await ref.ask(step.command, principal=BY, key=f"{what}:{body}")
        except Refusal as refusal:
            if refusal.retry:
                raise
            return "" if refusal.code in step.already else refusal.code, b""
        return "", answer.raw

    def _rests(self, day: str) -> set[str]:
        now = trio.current_time()
        return {
            key
            for (of, key), (_, until) in self._tried.items()
            if of == day and until > now
        }

    def _rest(self, day: str, key: str) -> None:
        tries, _ = self._tried.get((day, key), (0, 0.0))
        rest = _BACKOFF_S[min(tries, len(_BACKOFF_S) - 1)]
        self._tried[day, key] = (tries + 1, trio.current_time() + rest)


def _as_given(booking: Booking, reply: bytes) -> Booking:
    if booking.booking or not reply:
        return booking
    given = msgspec.json.decode(reply, type=Given).booking
    return msgspec.structs.replace(booking, booking=given)


def _is_new(reply: bytes) -> bool:
    return bool(reply) and msgspec.json.decode(reply, type=Planned).added


def _sessions(rests: set[str], state: HisState) -> list[SaidSession]:
    return [
        state.sessions[number].said
        for number in state.pending.get("session", ())
        if number not in rests
    ]


def _hospital(state: HisState) -> Hospital:
    last = {
        stop.schedule_no: stop
        for _, stop in sorted(state.stops.items(), key=lambda item: item[0])
    }
    return Hospital({kind: dict(rows) for kind, rows in state.base.items()}, last)


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
