"""What a registration of HIS's takes here. Pure: facts in, commands out.

A ticket's name is made of the registration's, so it is the same however often it is
tried: ``h-R123``; ``h2-R123`` when it had to be put somewhere a second time.
"""

from __future__ import annotations

import re

import msgspec

from actors.clinic.commands import (
    Command,
    Exchange,
    Finish,
    OpenedElsewhere,
    Refund,
    Register,
)
from actors.clinic.plan import Slot
from actors.his.messages import Placing, SaidRegistration
from actors.his.places import Place, Places
from actors.his.state import KeptRegistration

BY = "his"
LIVE = frozenset({"booked", "taken"})
# a refusal that says: this is so already
ALREADY = frozenset({"ticket_taken"})

_TICKET = re.compile(r"h(\d*)-(.+)\Z")


class Step(msgspec.Struct, frozen=True):
    """One command to one clinic's day. A refusal of one that ``must`` be is trouble;
    the others come too late as a rule, and that is noted."""

    clinic: str
    command: Command
    must: bool = True


class Delivery(msgspec.Struct, frozen=True):
    """Steps in order; then it is delivered, as ``did``, to ``placing``. With a
    ``trouble`` there is nothing to do but to say so."""

    steps: tuple[Step, ...] = ()
    did: str = "nothing"
    placing: Placing | None = None
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
    said, placing = kept.said, kept.placing
    here = placing if placing is not None and kept.did != "refunded" else None
    if not is_live(said, day):
        if here is None:
            return Delivery(
                did="nothing" if placing is None else kept.did, placing=placing
            )
        return Delivery((_refund(here, said.standing),), "refunded", here)
    place = places.place_of(said.department, said.doctor, said.kind)
    if place is None:
        return Delivery(placing=placing, trouble="no_place")
    steps: list[Step] = []
    if here is not None and here.clinic != place.clinic:
        steps.append(_refund(here, "moved"))
        here = None
    if here is None:
        count = 1 if placing is None else placing.count + 1
        now = _placing(said, place, count)
        steps.append(_register(said, now))
        did = "registered"
    else:
        now = _placing(said, place, here.count)
        did = "kept"
        if now != here:
            steps.append(_exchange(said, now))
            did = "exchanged"
    return Delivery((*steps, *_seen(said, now, places)), did, now)


def _placing(said: SaidRegistration, place: Place, count: int) -> Placing:
    ticket = ticket_of(said.register_no, count)
    return Placing(place.clinic, place.queue, ticket, place.doctor, said.slot_no, count)


def _register(said: SaidRegistration, placing: Placing) -> Step:
    return Step(
        placing.clinic,
        Register(
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
        ),
    )


def _exchange(said: SaidRegistration, placing: Placing) -> Step:
    return Step(
        placing.clinic,
        Exchange(
            by=BY,
            ticket=placing.ticket,
            queue=placing.queue,
            doctor=placing.doctor or None,
            slot=_slot(said),
        ),
    )


def _refund(placing: Placing, why: str) -> Step:
    reasons = {"cancelled": "已退号", "refunded": "已退号", "moved": "已换到别的诊区"}
    reason = "HIS：" + reasons.get(why, "已改到别的日子")
    return Step(placing.clinic, Refund(by=BY, ticket=placing.ticket, reason=reason))


def _slot(said: SaidRegistration) -> Slot | None:
    return Slot(said.start, said.end) if said.start else None


def _seen(said: SaidRegistration, placing: Placing, places: Places) -> list[Step]:
    """The doctor opened, or finished, this patient in HIS itself."""
    if said.seen == "no" or not said.room:
        return []
    room = places.room_of(said.room)
    ticket = placing.ticket
    opened = OpenedElsewhere(by=BY, ticket=ticket, room=room)
    steps = [Step(placing.clinic, opened, must=False)]
    if said.seen == "done":
        finished = Finish(by=BY, room=room, ticket=ticket)
        steps.append(Step(placing.clinic, finished, must=False))
    return steps
