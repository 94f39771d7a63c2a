"""Where what HIS said and what is here differ. Pure, registration by registration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from actors.clinic.state import ClinicState
from actors.his.delivery import is_live, register_no_of
from actors.his.messages import SaidRegistration
from actors.his.places import Places
from actors.his.state import HisState, KeptRegistration


class Difference(msgspec.Struct, frozen=True):
    """``kind``: missing_here, missing_there, standing, number, queue, doctor,
    undelivered, untold of a registration; of a session (or its slot, ``S1/01``)
    session_missing_here, session_missing_there, session_state, session_doctor,
    slot_missing, slot_count, slot_left. ``his`` and ``ours`` say what each has; never
    a name."""

    register_no: str
    kind: str
    his: str
    ours: str
    clinic: str = ""
    why: str = ""
    session: str = ""


def differences(
    his: HisState,
    clinics: Mapping[str, ClinicState],
    places: Places,
    *,
    said_now: Mapping[str, SaidRegistration] | None = None,
) -> Iterator[Difference]:
    """``said_now`` is what HIS says when it is asked this moment; without it what it
    said last counts."""
    known = dict(his.registrations)
    if said_now is not None:
        for number in his.registrations.keys() - said_now.keys():
            if is_live(his.registrations[number].said, his.day):
                yield Difference(
                    number, "missing_there", "nothing", _where(known[number])
                )
            del known[number]
    for number in sorted(known.keys() | (said_now or {}).keys()):
        kept = known.get(number)
        said = said_now[number] if said_now is not None else known[number].said
        yield from _of_one(number, said, kept, his.day, clinics, places)
    for name, clinic in sorted(clinics.items()):
        for key in clinic.tickets:
            ours = register_no_of(key)
            if ours is None or ours in known or ours in (said_now or {}):
                continue
            if ours not in his.registrations:
                state = clinic.tickets[key].state
                yield Difference(ours, "missing_there", "nothing", state, name)


def _of_one(
    number: str,
    said: SaidRegistration,
    kept: KeptRegistration | None,
    day: str,
    clinics: Mapping[str, ClinicState],
    places: Places,
) -> Iterator[Difference]:
    placing = kept.placing if kept is not None else None
    clinic = clinics.get(placing.clinic) if placing is not None else None
    ticket = clinic.tickets.get(placing.ticket) if clinic and placing else None
    where = placing.clinic if placing is not None else ""
    live = is_live(said, day)
    if ticket is None or placing is None:
        if live:
            place = places.place_of(said.department, said.doctor, said.kind)
            yield Difference(
                number,
                "missing_here",
                f"{said.standing} {said.see_no} ({said.department})",
                "nothing",
                place.clinic if place is not None else "",
                (kept.trouble if kept is not None else "") or "on its way",
            )
        return
    gone = str(ticket.state) == "refunded"
    if live == gone:
        yield Difference(
            number, "standing", said.standing, ticket.state, where, _why(kept, said)
        )
        return
    if not live:
        return
    if ticket.number != said.see_no:
        yield Difference(number, "number", said.see_no, ticket.number, where)
    place = places.place_of(said.department, said.doctor, said.kind)
    # whoever was transferred here, or seen, is where the clinic says
    if place is not None and ticket.state == "booked":
        if (place.clinic, place.queue) != (where, ticket.queue):
            yield Difference(
                number,
                "queue",
                f"{place.clinic}/{place.queue}",
                f"{where}/{ticket.queue}",
                where,
                _why(kept, said),
            )
        doctor = _doctor(ticket)
        if place.doctor and doctor is not None and doctor != place.doctor:
            yield Difference(number, "doctor", place.doctor, doctor, where)
    if kept is not None and kept.trouble:
        yield Difference(
            number, "undelivered", said.standing, ticket.state, where, kept.trouble
        )
    if kept is not None and kept.not_told:
        yield Difference(number, "untold", f"refused {kept.not_told}", kept.told, where)


def _doctor(ticket: object) -> str | None:
    """The doctor a ticket is for; None while a clinic keeps none."""
    facts = getattr(ticket, "facts", None)
    doctor: str | None = getattr(facts, "doctor", None)
    return doctor if facts is not None else None


def _why(kept: KeptRegistration | None, said: SaidRegistration) -> str:
    if kept is None or kept.delivered < said.version:
        return (kept.trouble if kept is not None else "") or "on its way"
    return ""


def _where(kept: KeptRegistration) -> str:
    return f"{kept.said.standing} {kept.said.see_no}"
