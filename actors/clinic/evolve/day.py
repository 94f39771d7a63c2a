"""The day: its plan, its rules, its halves and its end."""

from __future__ import annotations

from actors.clinic import standing
from actors.clinic.events import (
    CarriedOver,
    DayClosed,
    HalfEnded,
    Opened,
    RolledOver,
    RulesChanged,
    Settled,
)
from actors.clinic.evolve import places
from actors.clinic.evolve.desk import freeze
from actors.clinic.plan import DoctorPlan
from actors.clinic.state import ClinicState, Doctor, Queue, Room, Stage


def opened(state: ClinicState, event: Opened) -> None:
    """A second time after a provisional opening: who is there stays."""
    state.plan = event.clinic
    state.provisional = event.provisional
    state.settings = event.settings
    state.halves = dict(event.halves)
    state.rolls_over = event.rolls_over
    for key, queue_plan in event.queues.items():
        if key in state.queues:
            state.queues[key].plan = queue_plan
        else:
            state.queues[key] = Queue(key, queue_plan, event.settings)
    for key, doctor_plan in event.doctors.items():
        if key in state.doctors:
            state.doctors[key].plan = doctor_plan
        else:
            state.doctors[key] = Doctor(doctor_plan)
    planned = event.settings.doctors.log_in == "planned"
    for key, plan in event.rooms.items():
        room = state.rooms.setdefault(key, Room(plan))
        room.plan = plan
        doctor = plan.doctor
        if doctor and doctor not in state.doctors:
            state.doctors[doctor] = Doctor(DoctorPlan(doctor, plan.title))
        if planned and room.doctor is None:
            # a room that names nobody calls all the same
            room.doctor = doctor
            room.served = plan.queues
    standing.rooms_of_queues(state)
    _new_rules(state)
    if event.rolls_over is not None:
        state.timers["midnight:"] = event.rolls_over
    _expect_doctors(state, event)


def _expect_doctors(state: ClinicState, event: Opened) -> None:
    """When somebody must look for a doctor who has not come."""
    absent = event.settings.doctors.absent_after_ms
    if not absent:
        return
    begins = min((half.begins for half in event.halves.values()), default=event.at)
    here = {room.doctor for room in state.rooms.values()}
    for key, room in state.rooms.items():
        doctor = room.plan.doctor
        if doctor and doctor not in here:
            starts = state.doctors[doctor].plan.starts or begins
            state.timers[f"absent:{key}"] = starts + absent


def rules_changed(state: ClinicState, event: RulesChanged) -> None:
    state.settings = event.settings
    _new_rules(state)


def _new_rules(state: ClinicState) -> None:
    for queue in state.queues.values():
        queue.rules = state.settings
        queue.touched()
    for name in [n for n in state.timers if n.startswith(("retriage:", "overdue:"))]:
        del state.timers[name]
    for key, ticket in state.tickets.items():
        standing.watch(state, key, ticket)
    freeze(state)


def half_ended(state: ClinicState, event: HalfEnded) -> None:
    if event.doctor is not None:
        doctor = state.doctors[event.doctor]
        doctor.ended = (*doctor.ended, event.half)


def day_closed(state: ClinicState, event: DayClosed) -> None:
    state.closed = True
    state.timers.clear()


_ENDS: dict[str, Stage] = {
    "done": "done",
    "refunded": "refunded",
    "gave_up": "gave_up",
    "missed": "gave_up",
    "no_show": "gave_up",
}


def settled(state: ClinicState, event: Settled) -> None:
    ticket = state.tickets[event.ticket]
    ticket.stood = None
    ticket.end = event.end
    stage = _ENDS.get(event.end, "gave_up")
    places.move(state, event.ticket, ticket, stage, event.at)


def rolled_over(state: ClinicState, event: RolledOver) -> None:
    state.timers.pop("midnight:", None)
    for guest in event.tickets:
        ticket = state.tickets[guest.ticket]
        ticket.stood = None
        places.move(state, guest.ticket, ticket, "left", event.at)
        ticket.gone_to = event.to


def carried_over(state: ClinicState, event: CarriedOver) -> None:
    state.carried_from = (*state.carried_from, event.origin)
