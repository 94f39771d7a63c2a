"""Carries what happens in clinics to the areas that hear of it.

It follows the journal: an event of a clinic, then a command to the area. Stopped
between any two steps it hears the event again: what was announced is announced, for the
area knows its source, and what is called back is only what was announced before that.
What it says of a ticket it reads from the clinic as it stands then; a call that was
undone meanwhile is not announced at all.

The wall's own picture waits for none of this. What is said waits for one commit beyond
the clinic's own, and for one more at most where the clinic is in the midst of another:
everything that came together is looked up at once, and posted at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Any

import msgspec
import trio

from actors.clinic.actor import KIND as CLINIC
from actors.clinic.events import (
    BroadcastMade,
    Called,
    CalledAgain,
    CallUndone,
    ClinicStopped,
    Finished,
    GaveUp,
    Held,
    Leaving,
    Missed,
    Refunded,
    RoomChanged,
    SentToRoom,
    Started,
    Transferred,
    WentToExamination,
)
from actors.clinic.state import ClinicState, Room
from actors.journal.records import Recorded
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis
from actors.runtime.followers import BatchFollower
from actors.runtime.shape import names_of
from actors.runtime.system import ActorSystem
from queue_displays.announcements.actor import area_stream
from queue_displays.announcements.carrying import SENDER, Looking, Sending, Sight
from queue_displays.announcements.commands import Announce, LayOut, Withdraw
from queue_displays.announcements.floor import Floor
from queue_displays.announcements.layout import Kind
from queue_displays.announcements.words import Said, words_of
from queue_displays.boards.cards import policy_of

NAME = SENDER
SAY_MS: Millis = 60_000
"""How long what is no call is worth saying."""
STOP_MS: Millis = 300_000

_Spoken = (
    Called | CalledAgain | SentToRoom | ClinicStopped | RoomChanged | BroadcastMade
)
_Over = (
    CallUndone
    | Missed
    | Started
    | Finished
    | Held
    | WentToExamination
    | GaveUp
    | Refunded
    | Transferred
    | Leaving
)
Heard = tuple[str, list[tuple[str, Announce]]]
"""The clinic's name, and what its areas are to announce."""

_read = msgspec.json.Decoder(_Spoken | _Over).decode


_SPOKEN, _OVER = names_of(_Spoken), names_of(_Over)


class Herald:
    """One for the process. ``follower`` goes into the actor system, which is then
    given to ``system``: a follower hears nothing before that runs."""

    def __init__(self, zone: tzinfo, floor: Floor | None = None) -> None:
        self.follower = BatchFollower(NAME, self._heard, names=_SPOKEN | _OVER)
        self.system: ActorSystem
        self.announced = 0
        self.took: Callable[[float], None] = lambda seconds: None
        """Hears how long each took, from the clinic's event to what devices see."""
        self._time_zone = zone
        self._floor = floor or Floor()
        self._known = trio.Event()
        if floor is not None:
            self._known.set()
        self._laid_out: dict[str, str] = {}
        self._sight = Sight()

    @property
    def floor(self) -> Floor:
        return self._floor

    async def plan(self, floor: Floor) -> None:
        """The hospital's plan is known, or has changed: the areas that were told of
        it hear so. Nothing is announced before it is known."""
        self._floor = floor
        self._known.set()
        laid_out, self._laid_out = self._laid_out, {}
        for stream, name in laid_out.items():
            await self.lay_out(stream, name)

    async def lay_out(self, stream: str, name: str = "") -> None:
        """Tells an area what the plan says of it, once while this process lives."""
        await self._known.wait()
        sending = Sending(self.system)
        self._lay_out(sending, stream, name)
        try:
            await sending.sent()
        except BaseException:
            self._forget(sending)
            raise

    def _lay_out(self, sending: Sending, stream: str, name: str) -> None:
        if stream not in self._laid_out:
            area = parts_of(stream)[2][0]
            sending.post(stream, LayOut(layout=self._floor.layout(area, name)))
            self._laid_out[stream] = name
            sending.laid_out.append(stream)

    def _forget(self, sending: Sending) -> None:
        """What was posted may not have been written: areas are not as remembered."""
        self._sight.forget_all()
        for stream in sending.laid_out:
            self._laid_out.pop(stream, None)

    async def _heard(self, records: list[Recorded]) -> None:
        """Looks up everything at once, posts it in order, and waits for all of it to
        be on disk. What was not, is posted again."""
        await self._known.wait()
        sending = Sending(self.system)
        try:
            found = await self._looked_up(records)
            for record in records:
                if (said := found.get(record.position)) is not None:
                    self._announce(sending, record, *said)
                elif record.name in _OVER:
                    self._withdraw(sending, record)
            await sending.sent()
        except BaseException:
            self._forget(sending)
            raise
        now = self.system.clock.now()
        for at in sending.announced:
            self.took((now - at) / 1000)

    async def _looked_up(self, records: list[Recorded]) -> dict[int, Heard]:
        """What is to be said of each, by its position. Areas that have not been met
        yet are asked what is in their sight."""
        looking = Looking(self.system)
        for record in records:
            place = _clinic_of(record)
            if place is None:
                continue
            hospital, clinic, day = place
            if record.name in _SPOKEN:
                event = _read(record.body)

                def look(
                    state: ClinicState, clinic: str = clinic, event: Any = event
                ) -> Heard:
                    name = state.plan.name if state.plan else ""
                    return name, list(self._said(clinic, state, event))

                looking.at(record.stream, look, record.position)
                continue
            for area in self._floor.areas_of(clinic):
                stream = area_stream(hospital, area, day)
                if self._sight.is_strange(stream):
                    looking.at(stream, self._sight.taking(stream))
        return await looking.done()

    # -- what is said --------------------------------------------------------------

    def _announce(
        self,
        sending: Sending,
        record: Recorded,
        name: str,
        found: list[tuple[str, Announce]],
    ) -> None:
        hospital, _, (_, day) = parts_of(record.stream)
        for area, command in found:
            stream = area_stream(hospital, area, day)
            self._lay_out(sending, stream, name)
            if command.ticket:
                self._sight.announced(stream, command.ticket, command.expires)
            command = msgspec.structs.replace(command, position=record.position)
            sending.post(stream, command)
            sending.announced.append(record.at)
            self.announced += 1

    def _said(
        self, clinic: str, state: ClinicState, event: Any
    ) -> Iterable[tuple[str, Announce]]:
        match event:
            case Called() | CalledAgain():
                if _opened_in_his(event) or self._undone(state, event):
                    return
                again = isinstance(event, CalledAgain)
                kind: Kind = "called_again" if again else "called"
                yield from self._ticket(
                    clinic, state, event, kind, event.expires, event.call
                )
            case SentToRoom():
                expires = event.at + SAY_MS
                yield from self._ticket(clinic, state, event, "prepare", expires)
            case RoomChanged():
                said = Said(
                    room=_door(state.rooms[event.to]) or event.to,
                    doctor=_doctor_in(state, event.to),
                )
                expires = event.at + SAY_MS
                yield from self._note(clinic, event.to, event, "moved", said, expires)
            case ClinicStopped():
                said = Said(doctor=_stopped(state, event))
                expires = event.at + STOP_MS
                yield from self._note(clinic, None, event, "stopped", said, expires)
            case BroadcastMade():
                said = Said(text=event.text)
                heard = self._floor.areas_with(clinic, event.zones)
                for area, command in self._note(
                    clinic, None, event, "broadcast", said, event.until
                ):
                    zones = event.zones
                    if area in heard:
                        yield area, msgspec.structs.replace(command, zones=zones)

    def _ticket(
        self,
        clinic: str,
        state: ClinicState,
        event: Called | CalledAgain | SentToRoom,
        kind: Kind,
        expires: Millis,
        call: str = "",
    ) -> Iterable[tuple[str, Announce]]:
        ticket = state.tickets[event.ticket]
        if ticket.extra is not None and ticket.extra.shown is False:
            return  # neither shown nor spoken: the slip says so
        room = state.rooms[event.room]
        said = Said(
            number=ticket.number,
            room=_door(room) or event.room,
            seat=room.plan.seat,
            doctor=_doctor_in(state, event.room),
            queue=state.queues[ticket.queue].plan.name,
            clinic=state.plan.name if state.plan else "",
        )
        queue_kind = state.queues[ticket.queue].plan.kind
        names = policy_of(state, ticket)
        source = call or f"{kind}/{event.ticket}/{event.at}"
        for area in self._floor.areas_of(clinic, event.room):
            words, short = words_of(
                self._floor.templates,
                self._floor.layout(area).languages,
                kind,
                queue_kind,
                said,
            )
            yield (
                area,
                Announce(
                    kind=kind,
                    words=words,
                    short=short,
                    expires=expires,
                    source=f"{clinic}/{source}",
                    zones=(self._floor.zone(area, clinic, event.room, room.plan.zone),),
                    rooms=(f"{clinic}/{event.room}",),
                    repeat=self._floor.times if call else 1,
                    number=ticket.number,
                    name=ticket.name,
                    names=names,
                    ticket=f"{clinic}/{event.ticket}",
                    call=f"{clinic}/{call}" if call else "",
                    gain=self._gain(event.at),
                ),
            )

    def _note(
        self,
        clinic: str,
        room: str | None,
        event: RoomChanged | ClinicStopped | BroadcastMade,
        kind: Kind,
        said: Said,
        expires: Millis,
    ) -> Iterable[tuple[str, Announce]]:
        for area in self._floor.areas_of(clinic, room):
            languages = self._floor.layout(area).languages
            words, _ = words_of(self._floor.templates, languages, kind, "", said)
            yield (
                area,
                Announce(
                    kind=kind,
                    words=words,
                    expires=expires,
                    source=f"{clinic}/{kind}/{_mark(event)}",
                    rooms=(f"{clinic}/{room}",) if room else (),
                    gain=self._gain(event.at),
                    by=event.by,
                ),
            )

    def _gain(self, at: Millis) -> float:
        moment = datetime.fromtimestamp(at / 1000, self._time_zone)
        return self._floor.gain_at(moment.strftime("%H:%M"))

    def _undone(self, state: ClinicState, event: Called | CalledAgain) -> bool:
        """Its expiry takes it away as well, and then it is to be reported."""
        gone = event.call not in state.calls
        return gone and event.expires > self.system.clock.now()

    # -- what is called back -----------------------------------------------------------

    def _withdraw(self, sending: Sending, record: Recorded) -> None:
        """Only where something of this ticket may still be in sight: most patients go
        in when their call has long been said."""
        place = _clinic_of(record)
        if place is None:
            return
        hospital, clinic, day = place
        ticket = ""
        for area in self._floor.areas_of(clinic):
            stream = area_stream(hospital, area, day)
            if self._sight.is_clear(stream):
                continue
            ticket = ticket or f"{clinic}/{_read(record.body).ticket}"
            if self._sight.withdrawn(stream, ticket):
                why = record.name.partition(".")[2]
                command = Withdraw(ticket=ticket, before=record.position, why=why)
                sending.post(stream, command)


def _clinic_of(record: Recorded) -> tuple[str, str, str] | None:
    """Its hospital, name and day."""
    hospital, kind, rest = parts_of(record.stream)
    return (hospital, *rest) if kind == CLINIC and len(rest) == 2 else None


def _opened_in_his(event: Called | CalledAgain) -> bool:
    return isinstance(event, Called) and event.silent


def _door(room: Room) -> str:
    """The physical room that a seat is in."""
    return room.plan.door


def _doctor_in(state: ClinicState, key: str) -> str:
    room = state.rooms[key]
    doctor = state.doctors.get(room.doctor or "")
    return doctor.plan.name if doctor else ""


def _mark(event: RoomChanged | ClinicStopped | BroadcastMade) -> str:
    match event:
        case BroadcastMade():
            return event.broadcast
        case ClinicStopped():
            return event.stop
        case RoomChanged():
            return f"{event.to}/{event.at}"


def _stopped(state: ClinicState, event: ClinicStopped) -> str:
    """The doctor or the queue that has no consultation."""
    if event.doctor is not None:
        doctor = state.doctors.get(event.doctor)
        return f"{doctor.plan.name}医生" if doctor else ""
    queue = state.queues.get(event.queue or "")
    return queue.plan.name if queue else ""
