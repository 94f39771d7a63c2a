"""The keys of a room as a hospital's own client presses them.

Through the clinic's counter like any ask of a socket: the same rights, the same
commands, the same refusals. What a client without a screen of ours cannot know, who is
in the room now, is looked up for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import trio
from msgspec import UNSET

from actors.clinic.actor import clinic_stream
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal, UnknownTarget
from actors.kernel.sealed import Vault
from actors.kernel.times import Clock, Millis, day_of
from actors.runtime.mail import Answer, Mail, Outcome
from actors.runtime.system import ActorSystem
from realtime.config import Hospital
from realtime.http.rooms import Pressed, RoomKey, Seen
from realtime.tokens import Principal
from realtime.topics.clinic_counter import ClinicCounter
from realtime.topics.counter import Errand

ASKS: dict[RoomKey, str] = {
    "next": "call_next",
    "again": "call_again",
    "missed": "missed",
    "start": "start",
    "finish": "finish",
}
WHERE = "his"
DEADLINE_S = 6.0
SEEN_AFTER_MS = 3_000
"""A "next" that does not say after whom, and comes sooner than this after a call, was
pressed before anybody could have seen that call: it is the same press, bounced."""

_NOBODY = "-"


class _InRoom(NamedTuple):
    ticket: str | None = None
    called_at: Millis = 0


class RoomKeys:
    """See RoomsDoor."""

    def __init__(
        self,
        hospital: Hospital,
        system: ActorSystem,
        counter: ClinicCounter,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._counter = counter
        self._vault = vault
        self._clock = clock

    async def press(
        self,
        who: Principal,
        clinic: str,
        room: str,
        what: RoomKey,
        seen: Seen,
        key: str,
    ) -> Pressed:
        today = day_of(self._clock.now(), self._hospital.zone)
        errand = self._errand(who, clinic, today, room, what)
        try:
            stream = clinic_stream(self._hospital.id, clinic, today)
        except ValueError:
            raise UnknownTarget from None
        ref = self._system.ref(stream)
        there: _InRoom = await ref.read(lambda state: _in_room(state, room))
        given = self._seen(what, seen, there)
        command = msgspec.structs.replace(errand.command, where=WHERE, **given)
        # the key stands for what was pressed, not for whom we found in the room
        pressed = "\0".join(("http", what, room, _as_sent(seen)))
        answer = await self._asked(
            stream, command, who.name, key, self._vault.fingerprint(pressed.encode())
        )
        told: dict[str, Any] = msgspec.json.decode(answer.raw)
        ticket = told["ticket"]
        number: str = await ref.read(lambda state: state.tickets[ticket].number)
        return Pressed(room, ticket, number, told.get("call", ""))

    def _errand(
        self, who: Principal, clinic: str, today: str, room: str, what: RoomKey
    ) -> Errand:
        body: dict[str, str] = {"room": room}
        if what != "next":
            body["ticket"] = _NOBODY
        raw = msgspec.Raw(msgspec.json.encode(body))
        return self._counter.errand(who, (clinic, today), "desk", ASKS[what], raw)

    def _seen(self, what: RoomKey, seen: Seen, there: _InRoom) -> dict[str, str | None]:
        if what != "next":
            if seen.ticket is not UNSET:
                return {"ticket": seen.ticket}
            return {"ticket": there.ticket or _NOBODY}
        if seen.after is not UNSET:
            return {"after": seen.after}
        if self._clock.now() - there.called_at < SEEN_AFTER_MS:
            return {"after": None}
        return {"after": there.ticket}

    async def _asked(
        self, stream: str, command: Any, by: str, key: str, fingerprint: bytes
    ) -> Answer:
        """The reply, once it is on disk. Cancelling gives up waiting for it."""
        settled = trio.Event()
        outcomes: list[Outcome] = []

        def done(outcome: Outcome) -> None:
            outcomes.append(outcome)
            settled.set()

        mail = Mail(command, by, done, key=key, fingerprint=fingerprint)
        self._system.post(stream, mail, DEADLINE_S)
        await settled.wait()
        outcome = outcomes[0]
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome


def _in_room(state: ClinicState, key: str) -> _InRoom:
    room = state.rooms.get(key)
    if room is None or room.current is None:
        return _InRoom()
    return _InRoom(room.current, state.tickets[room.current].called_at or 0)


def _as_sent(seen: Seen) -> str:
    return msgspec.json.encode(seen).decode()
