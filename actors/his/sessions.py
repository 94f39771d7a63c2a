"""What a session of HIS's takes in the schedule. Pure.

HIS gives its numbers out itself, so its sessions name no clinic: their numbers go to
the clinics from HIS's own registrations, and the pool only shows what is left.

A stopped session stops its doctor in the clinic too, so that everybody who waits there
is told and asked. That needs a doctor with a place of their own (``[doctors]``): in a
line that several serve, HIS gives the stopped one's numbers back one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from actors.clinic.commands import LiftStop, StopClinic
from actors.his.delivery import BY, Step
from actors.his.messages import SaidBase, SaidSession, SaidStop
from actors.his.places import Places
from actors.schedule.commands import (
    AddSession,
    Move,
    Open,
    Replace,
    Resume,
    SetCount,
    Stop,
)
from actors.schedule.plan import (
    DepartmentPlan,
    DoctorPlan,
    SessionPlan,
    Settings,
    SlotPlan,
)

_REASON = "HIS：停诊"


class Hospital(msgspec.Struct, frozen=True):
    """What HIS said of departments, doctors and campuses, and which sessions it
    stopped last and why."""

    base: Mapping[str, Mapping[str, SaidBase]]
    stops: Mapping[str, SaidStop]

    def of(self, kind: str, key: str) -> SaidBase:
        """What is not known has its number for a name."""
        known = self.base.get(kind, {}).get(key)
        return known if known is not None else SaidBase(kind, key, key)


def session_steps(said: SaidSession, hospital: Hospital, places: Places) -> list[Step]:
    """Every step refuses harmlessly what is so already, so they may be taken again
    from the beginning, whatever was delivered before."""
    stop = hospital.stops.get(said.schedule_no)
    reason = (stop.reason if stop is not None else "") or _REASON
    steps = [_open(said, hospital), _add(said, hospital)]
    if said.state == "stopped":
        return [
            *steps,
            _stopped(said, stop, reason),
            *_in_the_clinic(said, places, reason),
        ]
    resumed = Resume(by=BY, session=said.schedule_no, reason="HIS：恢复出诊")
    steps.append(_to(said, resumed, "not_stopped"))
    steps += _in_the_clinic(said, places, "HIS：恢复出诊")
    if said.doctor:
        replaced = Replace(
            by=BY,
            session=said.schedule_no,
            doctor=said.doctor,
            reason=reason if stop is not None else "HIS：替诊",
            plan=_doctor(said.doctor, hospital),
        )
        steps.append(_to(said, replaced, "same_doctor"))
    for slot in said.slots:
        counted = SetCount(
            by=BY,
            session=said.schedule_no,
            slot=slot.slot_no,
            count=slot.total,
            reason="HIS",
        )
        # fewer than are held: HIS has given more out than it has
        steps.append(_to(said, counted, "places_held"))
    return steps


def _open(said: SaidSession, hospital: Hospital) -> Step:
    department = hospital.of("department", said.department)
    campus = hospital.of("campus", department.of)
    plan = DepartmentPlan(
        department.name, department.name_en, department.of, campus.name
    )
    # who came is HIS's to know: nobody is banned by what is only shown here
    command = Open(by=BY, department=plan, settings=Settings(no_shows=False))
    return _to(said, command, "already_open")


def _add(said: SaidSession, hospital: Hospital) -> Step:
    plan = SessionPlan(
        half=said.half,  # type: ignore[arg-type]
        slots={
            slot.slot_no: SlotPlan(slot.start, slot.end, slot.total)
            for slot in said.slots
        },
        doctor=said.doctor,
        kind="专" if said.kind == "expert" else "普",
        price=said.fen,
    )
    doctor = _doctor(said.doctor, hospital) if said.doctor else None
    command = AddSession(by=BY, session=said.schedule_no, plan=plan, doctor=doctor)
    step = _to(said, command, "session_taken")
    return msgspec.structs.replace(step, enough=said.state == "open")


def _doctor(key: str, hospital: Hospital) -> DoctorPlan:
    doctor = hospital.of("doctor", key)
    return DoctorPlan(doctor.name, doctor.title, doctor.photo)


def _stopped(said: SaidSession, stop: SaidStop | None, reason: str) -> Step:
    if stop is not None and stop.kind == "moved" and stop.to_schedule:
        moved = Move(
            by=BY, session=said.schedule_no, to=stop.to_schedule, reason=reason
        )
        return _to(said, moved, "already_stopped")
    stopped = Stop(by=BY, session=said.schedule_no, reason=reason)
    return _to(said, stopped, "already_stopped")


def _in_the_clinic(said: SaidSession, places: Places, reason: str) -> list[Step]:
    """Of this doctor alone, and of that half; what a nurse has stopped stays so."""
    place = places.doctors.get(said.doctor)
    if place is None or not place.doctor:
        return []
    half: Any = said.half
    if said.state == "stopped":
        stop = StopClinic(by=BY, doctor=place.doctor, half=half, reason=reason)
        over = frozenset({"day_closed"})
        return [Step("clinic", place.clinic, stop, already=over)]
    lift = LiftStop(by=BY, doctor=place.doctor, half=half, reason=reason, whose=BY)
    already = frozenset({"not_stopped", "not_open", "day_closed"})
    return [Step("clinic", place.clinic, lift, already=already)]


def _to(said: SaidSession, command: msgspec.Struct, already: str) -> Step:
    return Step("schedule", said.department, command, already=frozenset({already}))
