"""Opens the clinics' days from the hospital's plan, and carries its changes to them.

At the start and at each midnight every clinic that the plan opens that day is opened;
a change is heard as an event of the plan and goes to the day that is under way: new
queues, rooms and doctors come in, other rules hold from now on. What goes, goes at the
next opening. All of it may happen twice: an open day is not opened, and a command that
follows from a change carries its place in the journal as its key.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta

import msgspec
import trio

from actors.clinic import plan as day_plan
from actors.clinic.actor import clinic_stream
from actors.clinic.commands import ChangeRules, Open
from actors.clinic.state import ClinicState
from actors.hospital.actor import plan_stream
from actors.hospital.messages import Changed
from actors.hospital.plan import HOSPITAL_RULES, ClinicPlan, Plan, settings_of
from actors.hospital.state import HospitalState
from actors.journal.records import Recorded
from actors.kernel.errors import BadRequest, KeyReused, Refusal, Refused
from actors.kernel.times import Millis, day_of
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem
from realtime.config import Hospital

log = logging.getLogger("houzhen.opening")

NAME = "plan.opening"
BY = "plan"
_CHANGED = str(Changed.__struct_config__.tag)
_LOOK_S = 20.0
"""How long after midnight, or after a failure, a clinic may still be closed."""

NO_PLAN = (
    "This hospital has no plan yet, so no clinic opens: log in to /setup as an "
    "administrator and enter it there, or import a file (docs/operations.md)"
)


class Openings:
    """``follower`` goes into the actor system, which becomes ``system``; then ``run``
    in a nursery."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self._stream = plan_stream(hospital.id)
        self._told: set[tuple[str, str]] = set()
        self.notice = ""
        """What whoever starts the server should know of the plan."""
        self.follower = Follower(NAME, self._hear, names=(_CHANGED,))
        self.system: ActorSystem

    async def run(self) -> None:
        """Until cancelled. What could not be opened is tried again and again."""
        while True:
            await trio.sleep(_LOOK_S)
            try:
                await self.open_today()
            except Refusal as why:
                log.warning("clinics cannot be opened now: %s", why.code)

    async def open_today(self) -> None:
        """Every clinic of today that is not open. Raises a Refusal when the plan
        cannot be read; a clinic that will not open keeps no other closed."""
        plan = await self._plan()
        self.notice = "" if plan.clinics else NO_PLAN
        today = self._today()
        for clinic in plan.clinics:
            if opens_on(plan.clinics[clinic], today):
                await self._open(plan, clinic, today)

    async def _open(self, plan: Plan, clinic: str, today: date) -> None:
        stream = clinic_stream(self._hospital.id, clinic, today.isoformat())
        ref = self.system.ref(stream)
        command = opening(plan, clinic, today, self._hospital)
        try:
            if not await ref.read(_begun):
                await ref.ask(command, principal=BY)
                log.info("%s is open", stream)
        except Refused as why:
            if why.code != "already_open":
                self._once(stream, why.code, f"{stream} was not opened: {why.code}")
        except BadRequest as why:
            wrong = f"{stream} cannot be opened: {why.details.get('field')} is wrong"
            self._once(stream, wrong, wrong)

    # -- what changes while the day runs --------------------------------------------

    async def _hear(self, record: Recorded) -> None:
        """Raises what may pass, so that it is heard again."""
        if record.stream != self._stream:
            return
        changed = msgspec.json.decode(record.body, type=Changed)
        plan, today = await self._plan(), self._today()
        for clinic in plan.clinics:
            if opens_on(plan.clinics[clinic], today):
                await self._carry(plan, clinic, today, changed, record.position)

    async def _carry(
        self, plan: Plan, clinic: str, today: date, changed: Changed, position: int
    ) -> None:
        stream = clinic_stream(self._hospital.id, clinic, today.isoformat())
        ref = self.system.ref(stream)
        key = f"plan-{position:08d}"
        command = opening(plan, clinic, today, self._hospital, by=changed.by)
        try:
            if not await ref.read(_begun):
                # the look at the start may be faster: it opens by the same plan
                await self._open(plan, clinic, today)
                return
            if any(edit.name.clinic == clinic for edit in changed.edits):
                more = msgspec.structs.replace(command, again=True)
                await ref.ask(more, principal=BY, key=f"{key}-open")
            if clinic in rules_changed_for(plan, changed):
                rules = ChangeRules(
                    by=changed.by,
                    settings=command.settings,
                    reason=changed.reason,
                )
                await ref.ask(rules, principal=BY, key=f"{key}-rules")
        except KeyReused:
            pass  # heard again after the plan has gone on: the first time counts
        except (Refused, BadRequest) as why:
            log.warning("%s did not take a change of the plan: %s", stream, why.code)

    # -- looking ----------------------------------------------------------------------

    async def _plan(self) -> Plan:
        found: Plan = await self.system.ref(self._stream).read(_plan_of)
        return found

    def _today(self) -> date:
        now = self.system.clock.now()
        return date.fromisoformat(day_of(now, self._hospital.zone))

    def _once(self, about: str, what: str, said: str) -> None:
        if (about, what) not in self._told:
            self._told.add((about, what))
            log.warning("%s", said)


def _plan_of(state: HospitalState) -> Plan:
    return state.plan


def _begun(state: ClinicState) -> bool:
    return state.plan is not None and not state.provisional


def opens_on(clinic: ClinicPlan, day: date) -> bool:
    """A clinic without a queue or a room is still being written down."""
    return day.isoweekday() in clinic.days and bool(clinic.queues and clinic.rooms)


def rules_changed_for(plan: Plan, changed: Changed) -> set[str]:
    """The clinics whose rules this change is about. Others may run by rules that
    their nurse has changed for today, and keep them."""
    sets = {edit.key for edit in changed.edits if edit.kind == "rules"}
    touched = {
        edit.key
        for edit in changed.edits
        if edit.kind == "clinic" and _rules(edit.before) != _rules(edit.after)
    }
    return {
        key
        for key, clinic in plan.clinics.items()
        if key in touched
        or (clinic.rules or HOSPITAL_RULES) in sets
        # its table of classes is every clinic's
        or HOSPITAL_RULES in sets
    }


def _rules(told: dict[str, object] | None) -> object:
    return (told or {}).get("rules", "")


def opening(
    plan: Plan, clinic: str, day: date, hospital: Hospital, *, by: str = BY
) -> Open:
    """How this clinic's day begins."""
    planned = plan.clinics[clinic]

    def at(moment: str) -> Millis:
        return _at(day, moment, hospital)

    return Open(
        by=by,
        clinic=day_plan.ClinicPlan(
            name=planned.name,
            hospital=hospital.name,
            name_en=planned.name_en,
            floor=planned.floor,
            names=planned.names,
            usual_names=plan.speech.names,
        ),
        queues={
            key: day_plan.QueuePlan(**msgspec.structs.asdict(queue))
            for key, queue in planned.queues.items()
        },
        rooms={
            key: day_plan.RoomPlan(**msgspec.structs.asdict(room))
            for key, room in planned.rooms.items()
        },
        doctors={
            key: day_plan.DoctorPlan(
                doctor.name,
                doctor.title,
                doctor.photo,
                at(doctor.starts) if doctor.starts else None,
            )
            for key, doctor in planned.doctors.items()
        },
        halves={
            half: day_plan.HalfPlan(at(times.begins), at(times.ends))
            for half, times in planned.halves.items()
        },
        settings=settings_of(plan, clinic),
        rolls_over=(
            _at(day + timedelta(days=1), "00:00", hospital)
            if planned.rolls_over
            else None
        ),
    )


def _at(day: date, moment: str, hospital: Hospital) -> Millis:
    local = datetime.combine(day, time.fromisoformat(moment), hospital.zone)
    return round(local.timestamp() * 1000)
