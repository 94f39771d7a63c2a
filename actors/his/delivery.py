"""What a registration of HIS's takes here. Pure: facts in, commands out.

It waits in a clinic, and it takes a place in its department's pool. A ticket's name is
made of the registration's, so it is the same however often it is tried: ``h-R123``;
``h2-R123`` when it had to be put somewhere a second time.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from actors.clinic.commands import (
    Exchange,
    Finish,
    OpenedElsewhere,
    Refund,
    Register,
)
from actors.clinic.plan import Slot
from actors.his.messages import Booking, Placing, SaidRegistration
from actors.his.places import Place, Places
from actors.his.state import KeptRegistration
from actors.schedule.commands import Book, Cancel, Patient, Take

BY = "his"
LIVE = frozenset({"booked", "taken"})
CHANNEL = "window"
# refusals that say: this is so already
_REGISTERED = frozenset({"ticket_taken"})
_CANCELLED = frozenset({"not_held"})

_TICKET = re.compile(r"h(\d*)-(.+)\Z")


class Step(msgspec.Struct, frozen=True):
    """One command, to the clinic or the department ``place`` of that day.

    A refusal of one that ``must`` be is trouble, but for the codes in ``already``;
    the others come too late as a rule, and that is noted. Once it is done, that is
    where the registration stands; a booking gets its id from the reply. With one that
    is ``enough`` the rest is needed only if the session was there already.
    """

    kind: str
    place: str
    command: Any
    must: bool = True
    already: frozenset[str] = frozenset()
    placing: Placing | None = None
    booking: Booking | None = None
    enough: bool = False


class Delivery(msgspec.Struct, frozen=True):
    """Steps in order; then it is delivered. With a ``trouble`` there is nothing to do
    but to say so."""

    steps: tuple[Step, ...] = ()
    did: str = "nothing"
    trouble: str = ""


def ticket_of(register_no: str, count: int = 1) -> str:
    return f"h{count if count > 1 else ''}-{register_no}"


def register_no_of(ticket: str) -> str | None:
    """Whose ticket this is in HIS; None when it is none of HIS's."""
    found = _TICKET.match(ticket)
    return found[2] if found else None


def is_live(said: SaidRegistration, day: str) -> bool:
    """Somebody may come with it on this day."""
    return said.standing in LIVE and said.day == day


def delivery_of(kept: KeptRegistration, day: str, places: Places) -> Delivery:
    said, placing, booking = kept.said, kept.placing, kept.booking
    here = placing if placing is not None and not placing.gone else None
    held = booking if booking is not None and not booking.gone else None
    if not is_live(said, day):
        steps = [_refund(here, said.standing)] if here is not None else []
        if held is not None:
            steps.append(_cancel(held))
        return Delivery(tuple(steps), "refunded" if here is not None else "nothing")
    place = places.place_of(said.department, said.doctor, said.kind)
    if place is None:
        return Delivery(trouble="no_place")
    steps, did = [], "kept"
    if here is not None and here.clinic != place.clinic:
        steps.append(_refund(here, "moved"))
        here = None
    if here is None:
        now = _placing(said, place, 1 if placing is None else placing.count + 1)
        steps.append(_register(said, now))
        did = "registered"
    else:
        now = msgspec.structs.replace(_placing(said, place, here.count), seen=here.seen)
        if now != here:
            steps.append(_exchange(said, now))
            did = "exchanged"
    return Delivery((*steps, *_seen(said, now, places), *_pool(said, booking)), did)


# In the clinic


def _placing(said: SaidRegistration, place: Place, count: int) -> Placing:
    ticket = ticket_of(said.register_no, count)
    return Placing(place.clinic, place.queue, ticket, place.doctor, said.slot_no, count)


def _register(said: SaidRegistration, placing: Placing) -> Step:
    command = Register(
        by=BY,
        queue=placing.queue,
        name=said.name,
        card=said.card,
        ticket=placing.ticket,
        number=said.see_no,
        slot=_slot(said),
        half=said.half,  # type: ignore[arg-type]
        booked=said.booked,
        doctor=placing.doctor or None,
        person=said.person or None,
    )
    return Step("clinic", placing.clinic, command, already=_REGISTERED, placing=placing)


def _exchange(said: SaidRegistration, placing: Placing) -> Step:
    command = Exchange(
        by=BY,
        ticket=placing.ticket,
        queue=placing.queue,
        doctor=placing.doctor or None,
        slot=_slot(said),
    )
    return Step("clinic", placing.clinic, command, placing=placing)


def _refund(placing: Placing, why: str) -> Step:
    reasons = {"cancelled": "已退号", "refunded": "已退号", "moved": "已换到别的诊区"}
    reason = "HIS：" + reasons.get(why, "已改到别的日子")
    command = Refund(by=BY, ticket=placing.ticket, reason=reason)
    gone = msgspec.structs.replace(placing, gone=True)
    return Step("clinic", placing.clinic, command, placing=gone)


def _slot(said: SaidRegistration) -> Slot | None:
    return Slot(said.start, said.end) if said.start else None


def _seen(said: SaidRegistration, placing: Placing, places: Places) -> list[Step]:
    """The doctor opened, or finished, this patient in HIS itself: passed on once, as
    what has happened here since is newer."""
    if said.seen == placing.seen or said.seen == "no" or not said.room:
        return []
    room, ticket, clinic = places.room_of(said.room), placing.ticket, placing.clinic
    now = msgspec.structs.replace(placing, seen=said.seen)
    commands: list[Any] = []
    if placing.seen == "no":
        commands.append(OpenedElsewhere(by=BY, ticket=ticket, room=room))
    if said.seen == "done":
        commands.append(Finish(by=BY, room=room, ticket=ticket))
    return [
        Step("clinic", clinic, command, must=False, placing=now) for command in commands
    ]


# In the pool


def _pool(said: SaidRegistration, booking: Booking | None) -> list[Step]:
    """The place it takes among its department's numbers."""
    held = booking if booking is not None and not booking.gone else None
    where = (said.department, said.schedule_no, said.slot_no)
    steps: list[Step] = []
    if held is not None and (held.department, held.session, held.slot_no) != where:
        steps.append(_cancel(held))
        held = None
    if held is None:
        steps.append(_book(said, 1 if booking is None else booking.count + 1))
    elif said.standing == "taken" and not held.taken:
        taken = msgspec.structs.replace(held, taken=True)
        command = Take(by=BY, booking=held.booking, staff=True)
        steps.append(
            Step(
                "schedule", held.department, command, already=_CANCELLED, booking=taken
            )
        )
    return steps


def _book(said: SaidRegistration, count: int) -> Step:
    command = Book(
        by=BY,
        session=said.schedule_no,
        channel=CHANNEL,
        patient=Patient(said.person or f"his-{said.patient_id}", said.name, said.card),
        slot=said.slot_no or None,
        # a number once given out stays with its place; the pool draws another
        number=said.see_no if count == 1 else None,
        take=said.standing == "taken",
        outside=True,
        ref=f"{said.register_no}.{count}",
    )
    booking = Booking(
        said.department,
        said.schedule_no,
        said.slot_no,
        "",
        count,
        taken=said.standing == "taken",
    )
    return Step("schedule", said.department, command, booking=booking)


def _cancel(booking: Booking) -> Step:
    command = Cancel(by=BY, booking=booking.booking, reason="HIS：已退号", staff=True)
    gone = msgspec.structs.replace(booking, gone=True)
    return Step(
        "schedule", booking.department, command, already=_CANCELLED, booking=gone
    )
