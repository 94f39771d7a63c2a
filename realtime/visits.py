"""What a person has here: their tickets in all clinics, their numbers of all days.

It reads; it changes nothing. Whose something is follows from the patient index's id,
and for tickets that came without one from the card's blind index.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal, TypeVar

import msgspec

from actors.booker.actor import booker_stream
from actors.booker.state import BookerState
from actors.clinic import rules
from actors.clinic.actor import KIND as CLINIC
from actors.clinic.actor import clinic_stream
from actors.clinic.state import IN_LINE, ClinicState, Ticket
from actors.hospital.actor import plan_stream
from actors.hospital.state import HospitalState
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal
from actors.kernel.identity import parts_of
from actors.kernel.sealed import Sealed
from actors.kernel.times import Millis
from actors.patients import reading
from actors.runtime.system import ActorSystem
from actors.schedule.actor import schedule_stream
from actors.schedule.state import ScheduleState
from actors.session.findings import (
    BookingRow,
    Does,
    Finding,
    Place,
    RoomWay,
    TicketRow,
    Whom,
)

T = TypeVar("T")

OVERDUE_DAYS = 7
"""So long afterwards a kiosk still says of a number that its time has passed."""

_DAY_MS = 86_400_000
_ROWS_MAX = 20
_ALL = "*"

Day = Callable[[Millis], str]


_TICKET = "s."


def ticket_of(department: str, booking: str) -> str:
    """``s.cardio.b12``: the ticket by which a clinic knows this booking."""
    return f"{_TICKET}{department}.{booking}"


def booking_of(ticket: str) -> tuple[str, str] | None:
    """The department and the booking of such a ticket; None for any other."""
    if not ticket.startswith(_TICKET):
        return None
    department, dot, booking = ticket.removeprefix(_TICKET).rpartition(".")
    return (department, booking) if dot and department and booking else None


class Bearer(msgspec.Struct, frozen=True):
    """Whose card it is, as far as a clinic knows."""

    name: Sealed
    person: str


class Visits:
    """One in a house. Methods raise a Refusal where a question cannot be answered;
    cancelled, nothing has happened."""

    def __init__(
        self, hospital: str, day_of: Day, time_of: Day = lambda at: ""
    ) -> None:
        self.system: ActorSystem
        self._time_of = time_of
        self._hospital = hospital
        self._day_of = day_of
        self._opened: dict[str, set[str]] = {}

    def today(self) -> str:
        return self._day_of(self.system.clock.now())

    def heard(self, record: Recorded) -> None:
        """A clinic opens: somebody known by a card only may have a ticket there."""
        hospital, kind, parts = parts_of(record.stream)
        if kind == CLINIC and hospital == self._hospital:
            clinic, day = parts
            self._opened.setdefault(day, set()).add(clinic)
            while len(self._opened) > 3:
                del self._opened[min(self._opened)]

    # -- all of it -------------------------------------------------------------------

    async def of(self, person: str, card: str, places: Collection[str]) -> Finding:
        """``places`` are the kiosk's own clinics."""
        today = self.today()
        tickets: list[TicketRow] = []
        streams = await self._streams(person, card, places, today)
        for stream in streams:
            clinic, day = parts_of(stream)[2]
            own = clinic in places or _ALL in places

            def look(
                state: ClinicState,
                clinic: str = clinic,
                day: str = day,
                own: bool = own,
            ) -> list[TicketRow]:
                mine = _mine(state, person, card)
                return [ticket_row(state, t, clinic, day, own, today) for t in mine]

            tickets += await self._read(stream, look, [])
        bookings = await self._bookings(person, today) if person else []
        tickets = in_their_order(tickets)
        tickets.sort(key=_usefulness)
        return Finding(tuple(tickets[:_ROWS_MAX]), tuple(bookings[:_ROWS_MAX]))

    async def ticket(
        self, clinic: str, day: str, ticket: str, places: Collection[str]
    ) -> TicketRow | None:
        """This one, and nothing else of its holder."""
        own, today = clinic in places or _ALL in places, self.today()

        def look(state: ClinicState) -> TicketRow | None:
            if ticket not in state.tickets:
                return None
            return ticket_row(state, ticket, clinic, day, own, today)

        found: TicketRow | None = await self._read(
            self._stream(clinic, day), look, None
        )
        return found

    async def bearer(self, card: str, places: Collection[str]) -> Bearer | None:
        """Whose card a clinic of today knows; the kiosk's own are asked first."""
        today = self.today()

        def look(state: ClinicState) -> Bearer | None:
            for key in state.cards.get(card, ()):
                ticket = state.tickets[key]
                return Bearer(ticket.name, ticket.person or "")
            return None

        for stream in await self._streams("", card, places, today):
            found: Bearer | None = await self._read(stream, look, None)
            if found is not None:
                return found
        return None

    async def holder(self, clinic: str, day: str, ticket: str) -> Whom | None:
        """Whose ticket it is, for whoever has its slip in hand."""

        def look(state: ClinicState) -> Whom | None:
            found = state.tickets.get(ticket)
            if found is None:
                return None
            return Whom(found.name, person=found.person or "", card=found.card)

        found: Whom | None = await self._read(self._stream(clinic, day), look, None)
        return found

    async def place(self, clinic: str, day: str, ticket: str) -> Place | None:
        def look(state: ClinicState) -> Place | None:
            found = state.tickets.get(ticket)
            if found is None or state.plan is None:
                return None
            return place_of(state, ticket, found, clinic, day)

        found: Place | None = await self._read(self._stream(clinic, day), look, None)
        return found

    # -- where ------------------------------------------------------------------------

    def _stream(self, clinic: str, day: str) -> str:
        return clinic_stream(self._hospital, clinic, day)

    async def _streams(
        self, person: str, card: str, places: Collection[str], today: str
    ) -> list[str]:
        own = [self._stream(c, today) for c in sorted(places) if c != _ALL]
        if person:
            number = int(person[1:])
            more = await self.system.journal.look_beside(
                lambda engine: reading.places_of(engine, self._hospital, number, today)
            )
        else:
            opened = await self._open_today(today)
            more = [self._stream(clinic, today) for clinic in opened]
        return list(dict.fromkeys([*own, *more]))

    async def _open_today(self, today: str) -> list[str]:
        """Those in the hospital's plan, and those that have opened since we started."""

        def planned(state: HospitalState) -> list[str]:
            return list(state.plan.clinics)

        plan = self.system.ref(plan_stream(self._hospital))
        known: list[str] = await plan.read(planned)
        return sorted({*known, *self._opened.get(today, ())})

    async def _read(
        self, stream: str, look: Callable[[ClinicState], T], nothing: T
    ) -> T:
        """A place of a token need not be a clinic."""
        try:
            found: T = await self.system.ref(stream).read(look)
        except Refusal as refusal:
            if refusal.retry:
                raise
            return nothing
        return found

    async def _bookings(self, person: str, today: str) -> list[BookingRow]:
        since = self._day_of(self.system.clock.now() - OVERDUE_DAYS * _DAY_MS)

        def refs(state: BookerState) -> list[str]:
            return [
                ref
                for ref, booking in state.bookings.items()
                if booking.outcome != "over" and booking.day >= since
            ]

        found: list[str] = await self.system.ref(
            booker_stream(self._hospital, person)
        ).read(refs)
        rows: list[BookingRow] = []
        for ref in found:
            department, day, key = ref.split("/")
            row = await self._booking(department, day, key, today)
            if row is not None:
                rows.append(row)
        return sorted(rows, key=lambda row: (row.overdue, row.day, row.slot or (0, 0)))

    async def _booking(
        self, department: str, day: str, key: str, today: str
    ) -> BookingRow | None:
        now = self.system.clock.now()

        def look(state: ScheduleState) -> BookingRow | None:
            return booking_row(state, key, department, day, today, now)

        stream = schedule_stream(self._hospital, department, day)
        row: BookingRow | None = await self.system.ref(stream).read(look)
        if row is None or row.slot is None:
            return row
        start, end = map(self._time_of, row.slot)
        return msgspec.structs.replace(row, time=f"{start}–{end}" if start else "")


# Rows


def _mine(state: ClinicState, person: str, card: str) -> list[str]:
    if state.plan is None:
        return []
    keys = [*state.persons.get(person, ())] if person else []
    return list(dict.fromkeys([*keys, *state.cards.get(card, ())]))


_OVER = frozenset({"done", "gave_up", "refunded", "left"})
_PAST = ("over", "refunded")
_NOTES: dict[str, str] = {
    "called": "called",
    "in": "in_room",
    "held": "held",
    "leaving": "leaving",
    "stopped": "stopped",
}


def ticket_row(
    state: ClinicState, key: str, clinic: str, day: str, own: bool, today: str
) -> TicketRow:
    assert state.plan is not None
    ticket = state.tickets[key]
    here = own or state.settings.check_in.kiosk_for == "all"
    does, note = _does(state, ticket, here)
    if day != today and note not in _PAST:
        does, note = "", "other_day"
    facts = ticket.facts
    queue = state.queues[ticket.queue]
    stands = does == "place"
    return TicketRow(
        ticket=key,
        clinic=clinic,
        day=day,
        number=ticket.number,
        state=ticket.state,
        queue=queue.plan.name,
        queue_en=queue.plan.name_en,
        queue_key=ticket.queue,
        prepare=queue.plan.prepare,
        prepare_en=queue.plan.prepare_en,
        first=queue.plan.first,
        clinic_name=state.plan.name,
        clinic_name_en=state.plan.name_en,
        floor=state.plan.floor,
        doctor=_doctor(state, ticket),
        room=ticket.room or "",
        half="" if ticket.half == "all" else ticket.half,
        slot=(facts.slot_start, facts.slot_end) if facts.slot_start else None,
        does=does,
        note=note,
        own=own,
        ahead=rules.ahead_of(state, key) if stands else None,
        rooms=_rooms(state, ticket) if stands else (),
    )


def in_their_order(rows: list[TicketRow]) -> list[TicketRow]:
    """Who has somewhere else to be first is told where, and not checked in yet."""
    open_rows = {
        f"{row.clinic}/{row.queue_key}": row for row in rows if _still_to_be(row)
    }

    def told(row: TicketRow) -> TicketRow:
        if row.does != "check_in":
            return row
        before = next((open_rows[key] for key in row.first if key in open_rows), None)
        if before is None:
            return row
        floor = f" {before.floor} 楼" if before.floor else ""
        where = f"{floor}{before.clinic_name}做{before.queue}"
        name_en = before.clinic_name_en or before.clinic_name
        where_en = f"{name_en} ({before.queue_en or before.queue})"
        if before.floor:
            where_en += f", floor {before.floor},"
        return msgspec.structs.replace(
            row, does="", note="go_first", go_first=where, go_first_en=where_en
        )

    return [told(row) for row in rows]


def _still_to_be(row: TicketRow) -> bool:
    return row.note not in (*_PAST, "other_day", "stopped", "leaving")


def _does(
    state: ClinicState, ticket: Ticket, here: bool
) -> tuple[Does | Literal[""], str]:
    stage = ticket.state
    if stage == "refunded":
        return "", "refunded"
    if state.closed or stage in _OVER:
        return "", "over"
    if stage in IN_LINE:
        return "place", ""
    if stage in _NOTES:
        return "", _NOTES[stage]
    if not here:
        return "", "other_clinic"
    doctor = ticket.facts.doctor or None
    if rules.stop_over(state, ticket.queue, doctor, ticket.half) is not None:
        return "", "stopped"
    if stage == "missed":
        return ("", "void") if ticket.void else ("rejoin", "")
    if stage == "examination":
        return ("", "reports") if ticket.reports else ("return", "")
    return "check_in", ""


def _doctor(state: ClinicState, ticket: Ticket) -> str:
    key = ticket.facts.doctor or state.queues[ticket.queue].plan.doctor
    doctor = state.doctors.get(key or "")
    return doctor.plan.name if doctor is not None else ""


def _usefulness(row: TicketRow) -> tuple[int, str, Millis, str]:
    order = ("check_in", "rejoin", "return", "place")
    rank = order.index(row.does) if row.does in order else len(order)
    if row.note in _PAST:
        rank += 1
    return rank, row.day, row.slot[0] if row.slot else 0, row.number


def place_of(
    state: ClinicState, key: str, ticket: Ticket, clinic: str, day: str
) -> Place:
    assert state.plan is not None
    queue = state.queues[ticket.queue]
    return Place(
        ticket=key,
        clinic=clinic,
        day=day,
        number=ticket.number,
        queue=queue.plan.name,
        queue_en=queue.plan.name_en,
        clinic_name=state.plan.name,
        clinic_name_en=state.plan.name_en,
        hospital=state.plan.hospital,
        floor=state.plan.floor,
        doctor=_doctor(state, ticket),
        ahead=rules.ahead_of(state, key),
        state=ticket.state,
        rooms=_rooms(state, ticket),
        afterwards=queue.plan.afterwards,
        afterwards_en=queue.plan.afterwards_en,
    )


def _rooms(state: ClinicState, ticket: Ticket) -> tuple[RoomWay, ...]:
    """Where it may be called."""
    rooms = []
    for name in state.queues[ticket.queue].rooms:
        room = state.rooms[name]
        wanted = ticket.facts.doctor
        if wanted and wanted not in (room.doctor, room.plan.doctor):
            continue
        doctor = state.doctors.get(room.doctor or "")
        rooms.append(
            RoomWay(
                room=name,
                doctor=doctor.plan.name if doctor is not None else "",
                way=room.plan.way,
                way_en=room.plan.way_en,
            )
        )
    return tuple(rooms)


_TOLD = frozenset({"confirmed", "taken", "no_show", "stopped"})


def booking_row(
    state: ScheduleState, key: str, department: str, day: str, today: str, now: Millis
) -> BookingRow | None:
    booking = state.bookings.get(key)
    if booking is None or booking.stage not in (
        "confirmed",
        "taken",
        "no_show",
        "stopped",
    ):
        return None
    session = state.sessions[booking.session]
    slot = session.slots[booking.slot].plan
    settings = state.settings
    confirmed = booking.stage == "confirmed"
    late = now >= slot.end + settings.take_late_ms
    overdue = booking.stage == "no_show" or (confirmed and late)
    does: list[str] = []
    early = settings.take_from_ms
    may_take = early is None or now >= slot.start - early
    if confirmed and day == today and may_take and not overdue:
        does.append("take")
    if confirmed and now < slot.start - settings.cancel_ms:
        does.append("cancel")
    doctor = state.doctors.get(session.doctor)
    note = "stopped" if booking.stage == "stopped" else ""
    if not note and day > today:
        note = "other_day"
    return BookingRow(
        booking=key,
        department=department,
        day=day,
        stage=booking.stage,
        department_name=state.department.name if state.department else "",
        department_name_en=state.department.name_en if state.department else "",
        session=booking.session,
        half=session.plan.half,
        slot=(slot.start, slot.end),
        doctor=doctor.name if doctor else "",
        title=doctor.title if doctor else "",
        number=booking.number,
        price=booking.price,
        does=tuple(does),
        note=note,
        overdue=overdue,
        ticket=ticket_of(department, key),
    )
