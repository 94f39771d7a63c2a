"""What goes sideways from the schedules: an event there, an idempotent command here.

- A number that is confirmed appears in its clinic's day as ``booked``, under a ticket
  whose name says which booking it is; one that is given back is refunded there. A
  clinic that opens gets everybody who has a number for it by then.
- Who checks in at the clinic has come, says the schedule.
- A person's own record (actors/booker) hears how each of their numbers stands, and from
  it follows whether booking closes to them.
- A number taken instead of a stopped one answers for that one.
- The directory hears which days a department has numbers for.

Whatever is told is how things stand now, not what an event once said. So hearing an
event again, after a crash between any two steps, tells nobody anything new.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from actors.booker.actor import booker_stream
from actors.booker.messages import NoShowRule, Note, Outcome
from actors.booker.state import BookerState
from actors.clinic.actor import clinic_stream
from actors.clinic.commands import Refund, Register
from actors.clinic.plan import Extra
from actors.clinic.plan import Slot as Time
from actors.directory.actor import directory_stream
from actors.directory.messages import NoteDay
from actors.journal.journal import Journal
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal, UnknownTarget
from actors.kernel.identity import parts_of
from actors.kernel.times import Millis
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem
from actors.schedule.actor import KIND as SCHEDULE
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import Answer, Came, ChangePerson, NotDelivered
from actors.schedule.state import Booking, ScheduleState, Stage
from realtime.visits import booking_of, ticket_of

log = logging.getLogger("houzhen.appointments")

NAME = "schedule"

_OUTCOMES: dict[Stage, Outcome] = {
    "confirmed": "held",
    "taken": "held",
    "stopped": "held",
    "no_show": "no_show",
    "cancelled": "over",
    "changed": "over",
}


class _About(msgspec.Struct):
    """What the events we hear say of bookings: one, or several."""

    booking: str = ""
    no_shows: tuple[str, ...] = ()
    back: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        one = (self.booking,) if self.booking else ()
        return (*one, *self.no_shows, *self.back)


class _Ticket(msgspec.Struct):
    ticket: str


_HEARD = frozenset(
    f"schedule.{name}"
    for name in (
        "confirmed",
        "taken",
        "cancelled",
        "changed",
        "answered",
        "excused",
        "resumed",
        "session_ended",
    )
)
_NAMES = _HEARD | {"schedule.opened", "clinic.checked_in", "clinic.opened"}
_about = msgspec.json.Decoder(_About).decode
_checked_in = msgspec.json.Decoder(_Ticket).decode


class Standing(msgspec.Struct, frozen=True):
    """A booking as it is now, with what its clinic and its booker want to know."""

    key: str
    booking: Booking
    clinic: str
    queue: str
    half: str
    start: Millis
    end: Millis
    doctor: str
    walk_in: bool
    rule: NoShowRule


class Appointments:
    """One follower over schedules and clinics. ``system`` is set before it runs."""

    def __init__(self, hospital: str, journal: Journal) -> None:
        self.system: ActorSystem
        self._hospital = hospital
        self._journal = journal
        self.follower = Follower("appointments", self.hear, names=_NAMES)

    async def hear(self, record: Recorded) -> None:
        """Raises what a busy or failing house says; then it is heard again."""
        if record.name in _HEARD:
            hospital, _, (department, day) = parts_of(record.stream)
            if hospital == self._hospital:
                for key in _about(record.body).all:
                    await self._tell(department, day, key)
        elif record.name == "schedule.opened":
            await self._note_day(record.stream)
        elif record.name == "clinic.checked_in":
            await self._came(record)
        elif record.name == "clinic.opened":
            await self._welcome(record.stream)

    # -- from the schedule ---------------------------------------------------------

    async def _tell(self, department: str, day: str, key: str) -> None:
        found = await self._look(department, day, key)
        await self._tell_clinic(department, day, found)
        await self._tell_booker(department, day, found)
        booking = found.booking
        if booking.instead_of and booking.stage in ("confirmed", "taken"):
            await self._answer_for(booking.instead_of, f"{department}/{day}/{key}")

    async def _look(self, department: str, day: str, key: str) -> Standing:
        stream = schedule_stream(self._hospital, department, day)

        def look(state: ScheduleState) -> Standing:
            return _standing(state, key)

        found: Standing = await self.system.ref(stream).read(look)
        return found

    async def _tell_clinic(self, department: str, day: str, found: Standing) -> None:
        if not found.clinic:
            return
        ticket = ticket_of(department, found.key)
        stream = clinic_stream(self._hospital, found.clinic, day)
        match found.booking.stage:
            case "confirmed" | "taken":
                code = await self._register(stream, ticket, found)
            case "cancelled" | "changed" if found.booking.number:
                code = await self._refund(stream, ticket, found)
            case _:
                return
        if code == "not_open":
            return  # when it opens it gets everybody
        if code != found.booking.trouble:
            if code:
                log.warning("%s would not have %s: %s", stream, ticket, code)
            told = NotDelivered(by=NAME, booking=found.key, code=code)
            await self._ask(schedule_stream(self._hospital, department, day), told)

    async def _register(self, stream: str, ticket: str, found: Standing) -> str:
        """ "" when the clinic has it; else the code of its refusal."""
        booking = found.booking
        extra = booking.extra
        register = Register(
            by=NAME,
            queue=found.queue,
            name=booking.name,
            card=booking.card,
            person=booking.person,
            ticket=ticket,
            number=booking.number,
            slot=Time(found.start, found.end),
            half=found.half,  # type: ignore[arg-type]
            booked=not found.walk_in,
            doctor=found.doctor or None,
            extra=None
            if extra is None
            else Extra(reason=extra.reason, where=extra.where, after=extra.after),  # type: ignore[arg-type]
        )
        code = await self._ask(stream, register)
        if code == "unknown_doctor":
            # the clinic knows its doctors by other keys: the queue is the doctor's
            anybody = msgspec.structs.replace(register, doctor=None)
            code = await self._ask(stream, anybody)
        return "" if code == "ticket_taken" else code

    async def _refund(self, stream: str, ticket: str, found: Standing) -> str:
        reason = found.booking.reason
        code = await self._ask(stream, Refund(by=NAME, ticket=ticket, reason=reason))
        return "" if code == "unknown_ticket" else code

    async def _tell_booker(self, department: str, day: str, found: Standing) -> None:
        booking = found.booking
        outcome = _OUTCOMES.get(booking.stage)
        if outcome is None:
            return
        note = Note(
            by=NAME,
            ref=f"{department}/{day}/{found.key}",
            day=day,
            outcome=outcome,
            since=booking.since,
            rule=found.rule,
        )
        booker = booker_stream(self._hospital, booking.person)
        if await self._ask(booker, note) == "joined":
            # the patient is another's now: so is the number
            into: str = await self.system.ref(booker).read(_joined)
            change = ChangePerson(by=NAME, bookings=(found.key,), person=into)
            await self._ask(schedule_stream(self._hospital, department, day), change)
            now = await self._look(department, day, found.key)
            await self._tell_booker(department, day, now)

    async def _answer_for(self, old: str, new: str) -> None:
        department, day, key = old.split("/")
        answer = Answer(by=NAME, booking=key, answer="day", to=new)
        code = await self._ask(schedule_stream(self._hospital, department, day), answer)
        if code:
            log.warning("%s cannot answer for %s: %s", new, old, code)

    async def _note_day(self, stream: str) -> None:
        hospital, _, (department, day) = parts_of(stream)
        if hospital == self._hospital:
            note = NoteDay(by=NAME, department=department, day=day)
            await self._ask(directory_stream(hospital), note)

    # -- from the clinic -----------------------------------------------------------

    async def _came(self, record: Recorded) -> None:
        known = booking_of(_checked_in(record.body).ticket)
        if known is None:
            return
        hospital, _, (_, day) = parts_of(record.stream)
        department, booking = known
        if hospital == self._hospital:
            stream = schedule_stream(hospital, department, day)
            await self._ask(stream, Came(by=NAME, booking=booking))

    async def _welcome(self, stream: str) -> None:
        """A clinic has opened: everybody who has a number for it. A schedule whose
        sessions are not all over has a wake-up, and so is found by it."""
        hospital, _, (clinic, day) = parts_of(stream)
        if hospital != self._hospital:
            return

        def look(state: ScheduleState) -> list[Standing]:
            return [
                _standing(state, key)
                for session in state.sessions.values()
                if session.plan.clinic == clinic
                for key in session.bookings
                if state.bookings[key].stage in ("confirmed", "taken")
            ]

        for name, _ in await self._journal.wakeups():
            owner, kind, parts = parts_of(name)
            if (owner, kind, parts[1:]) != (hospital, SCHEDULE, (day,)):
                continue
            for found in await self.system.ref(name).read(look):
                await self._tell_clinic(parts[0], day, found)

    async def _ask(self, stream: str, command: Any) -> str:
        """ "" when it was done; else why it never will be. Raises what may pass."""
        try:
            await self.system.ref(stream).ask(command, principal=NAME)
        except UnknownTarget as refusal:
            return refusal.code
        except Refusal as refusal:
            if refusal.retry:
                raise
            return refusal.code
        return ""


def _joined(state: BookerState) -> str:
    return state.joined


def _standing(state: ScheduleState, key: str) -> Standing:
    """A copy: what is told is how it stood at one moment."""
    booking = state.bookings[key]
    session = state.sessions[booking.session]
    slot = session.slots[booking.slot].plan
    channel = state.channels.get(booking.channel)
    return Standing(
        key=key,
        booking=msgspec.structs.replace(booking),
        clinic=session.plan.clinic,
        queue=session.plan.queue,
        half=session.plan.half,
        start=slot.start,
        end=slot.end,
        doctor=session.doctor,
        walk_in=channel.walk_in if channel else False,
        rule=state.settings.no_show,
    )
