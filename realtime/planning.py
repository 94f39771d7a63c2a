"""What is asked of the plan that needs more than the plan: the days under way.

Before a change is applied, whoever makes it sees what it does: the difference, what is
wrong, and in today's clinics whose place it moves. Nothing of this changes anything,
and no name is in it: an administrator is nobody's nurse.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import msgspec

from actors.clinic.actor import clinic_stream
from actors.clinic.events import RulesChanged
from actors.clinic.evolve import evolve
from actors.clinic.order.line import place_of
from actors.clinic.order.places import Places
from actors.clinic.order.reason import Reason
from actors.clinic.rows import marks
from actors.clinic.settings import Settings, problems
from actors.clinic.sketch import sketch
from actors.clinic.state import LIVE, ClinicState
from actors.hospital.actor import plan_stream
from actors.hospital.entries import Edit, edited, plan_of
from actors.hospital.files import from_file, to_file
from actors.hospital.messages import (
    Check,
    Difference,
    Replace,
    ThisChange,
    Wanted,
)
from actors.hospital.messages import Places as Within
from actors.hospital.plan import Plan, settings_of
from actors.hospital.problem import Problem
from actors.hospital.state import HospitalState
from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Clock, Millis, day_of
from actors.runtime.system import ActorSystem
from realtime.config import Hospital
from realtime.opening import opening, opens_on
from realtime.sample_morning import sample_morning
from realtime.tokens import Principal
from realtime.topics.hospital_counter import may_change


class Effect(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a change does in a clinic today. ``code``: ``rules``, ``comes`` (what is
    new comes in at once), ``goes`` (what goes, goes at the next opening), ``next``
    (the clinic does not run today). ``here`` are in the clinic now, ``moved`` get
    another place, ``back`` at worst so many places."""

    clinic: str
    code: Literal["rules", "comes", "goes", "next"]
    here: int = 0
    moved: int = 0
    back: int = 0


class Checked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A difference, and what it means for who is here now."""

    revision: int
    edits: tuple[Edit, ...]
    problems: tuple[Problem, ...] = ()
    effects: tuple[Effect, ...] = ()


class Someone(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who waits, and why they would stand where they would."""

    number: str
    marks: tuple[str, ...] = ()
    why: tuple[Reason, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """A queue's order as it is, and as it would be: ids of ``people``."""

    queue: str
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Preview(msgspec.Struct, frozen=True):
    """``sample``: nobody waits there, so these are made up."""

    sample: bool
    people: dict[str, Someone]
    lines: tuple[Line, ...]


class Planning:
    """``system`` is given before anything is asked. Cancelled, nothing has happened:
    all but ``replace`` only look."""

    def __init__(self, hospital: Hospital, clock: Clock) -> None:
        self._hospital = hospital
        self._clock = clock
        self._stream = plan_stream(hospital.id)
        self.system: ActorSystem

    def moment(self, when: Millis | Literal["now", "tomorrow"]) -> Millis | None:
        """Tomorrow begins at midnight, before the clinics open."""
        if when == "now":
            return None
        if when != "tomorrow":
            return when
        morning = datetime.combine(
            self._today() + timedelta(days=1), time(), self._hospital.zone
        )
        return round(morning.timestamp() * 1000)

    # -- before it is applied ---------------------------------------------------------

    async def check(
        self, by: str, within: Within, edits: tuple[Wanted, ...]
    ) -> tuple[bytes, int]:
        ref = self.system.ref(self._stream)
        answer = await ref.ask(Check(by=by, within=within, edits=edits), principal=by)
        found = msgspec.json.decode(answer.raw, type=Difference)
        return msgspec.json.encode(await self._with_effects(found)), answer.seq

    async def _with_effects(self, found: Difference) -> Checked:
        before = await self._plan()
        after = await self.system.ref(self._stream).read(
            lambda state: plan_of(edited(state.entries, found.edits))
        )
        effects = [
            effect
            for clinic in dict.fromkeys((*before.clinics, *after.clinics))
            for effect in await self._effects(before, after, clinic)
        ]
        return Checked(found.revision, found.edits, found.problems, tuple(effects))

    async def _effects(self, before: Plan, after: Plan, clinic: str) -> list[Effect]:
        was, will = before.clinics.get(clinic), after.clinics.get(clinic)
        rules_before = settings_of(before, clinic) if was else None
        rules_after = settings_of(after, clinic) if will else None
        if was == will and rules_before == rules_after:
            return []
        here, open_today = await self._look(clinic, _people_here)
        if not open_today:
            today = will is not None and opens_on(will, self._today())
            return [Effect(clinic, "comes" if today else "next")]
        found = []
        if rules_after is not None and rules_before != rules_after:
            if problems(rules_after):
                return []
            moved = await self._look(clinic, lambda s: _moved(s, rules_after))
            found.append(Effect(clinic, "rules", here, *moved))
        if was != will:
            comes, goes = _comes_and_goes(was, will)
            if comes:
                found.append(Effect(clinic, "comes", here))
            if goes:
                found.append(Effect(clinic, "goes", here))
        return found

    async def preview(
        self, clinic: str, settings: Settings, *, sample: bool = False
    ) -> tuple[bytes, int]:
        """The order of who waits now under these rules; a ``sample`` when that is
        wished, and where nobody does."""
        wrong = problems(settings)
        if wrong:
            raise BadRequest(wrong[0].message, field=f"settings.{wrong[0].field}")
        plan = await self._plan()
        if clinic not in plan.clinics:
            raise Refused("unknown_clinic", "没有这个诊区，请看最新的设置。")
        found = await self._look(clinic, lambda state: _preview(state, settings, False))
        if sample or not found.lines:
            day = opening(plan, clinic, self._today(), self._hospital)
            before = sample_morning(self._day(clinic), day, settings_of(plan, clinic))
            found = _preview(before, settings, True)
        return msgspec.json.encode(found), 0

    # -- files ------------------------------------------------------------------------

    async def export(self, who: Principal) -> str:
        """The whole plan as a file."""
        may_change(who)
        return to_file(await self._plan())

    async def replace(
        self, who: Principal, text: str, *, dry: bool, seen: int | None, key: str
    ) -> Checked | ThisChange:
        """A file instead of the plan; ``dry``: what it would change."""
        command = Replace(
            by=who.name,
            within=may_change(who),
            plan=from_file(text),
            seen=seen,
            dry=dry,
            reason="导入文件",
        )
        ref = self.system.ref(self._stream)
        if not dry:
            answer = await ref.ask(command, principal=who.name, key=key)
            return msgspec.json.decode(answer.raw, type=ThisChange)
        answer = await ref.ask(command, principal=who.name)
        return await self._with_effects(
            msgspec.json.decode(answer.raw, type=Difference)
        )

    # -- looking ----------------------------------------------------------------------

    async def has_plan(self) -> bool:
        return bool((await self._plan()).clinics)

    async def _plan(self) -> Plan:
        found: Plan = await self.system.ref(self._stream).read(_plan_of)
        return found

    async def _look(self, clinic: str, look: Any) -> Any:
        return await self.system.ref(self._day(clinic)).read(look)

    def _day(self, clinic: str) -> str:
        return clinic_stream(self._hospital.id, clinic, self._today().isoformat())

    def _today(self) -> date:
        day = day_of(self._clock.now(), self._hospital.zone)
        return date.fromisoformat(day)


def _plan_of(state: HospitalState) -> Plan:
    return state.plan


def _people_here(state: ClinicState) -> tuple[int, bool]:
    here = sum(ticket.state in LIVE for ticket in state.tickets.values())
    return here, state.plan is not None


def _under(state: ClinicState, settings: Settings) -> ClinicState:
    """The day with other rules: on a copy, by the event that would change them."""
    after = sketch(state)
    evolve(after, RulesChanged(at=0, by="", settings=settings))
    return after


def _moved(state: ClinicState, settings: Settings) -> tuple[int, int]:
    """How many get another place, and how far back the unluckiest goes."""
    after = _under(state, settings)
    moved = back = 0
    for key, queue in state.queues.items():
        places = {ticket: place for place, ticket in enumerate(after.queues[key].order)}
        for place, ticket in enumerate(queue.order):
            later = places.get(ticket, place) - place
            moved += later != 0
            back = max(back, later)
    return moved, back


def _preview(state: ClinicState, settings: Settings, sample: bool) -> Preview:
    after = _under(state, settings)
    lines = tuple(
        Line(key, queue.plan.name, tuple(queue.order), tuple(after.queues[key].order))
        for key, queue in state.queues.items()
        if queue.order
    )
    return Preview(sample, dict(_people(state, after, lines)), lines)


def _people(
    state: ClinicState, after: ClinicState, lines: tuple[Line, ...]
) -> Iterable[tuple[str, Someone]]:
    for line in lines:
        for key in line.before:
            ticket = state.tickets[key]
            found = marks(state, ticket)
            queue = state.queues[ticket.queue]
            if Places(queue.facts, state.settings).late(ticket.facts):
                found.append("late")
            place = place_of(
                after.queues[line.queue].facts, after.settings, ticket.facts
            )
            yield key, Someone(ticket.number, tuple(found), place.reasons)


def _comes_and_goes(was: Any, will: Any) -> tuple[bool, bool]:
    """Whether something of the clinic is new or other, and whether something goes."""
    if was is None or will is None:
        return will is not None, was is not None
    comes = goes = False
    for section in ("queues", "rooms", "doctors"):
        before, after = getattr(was, section), getattr(will, section)
        comes = comes or any(before.get(key) != plan for key, plan in after.items())
        goes = goes or any(key not in after for key in before)
    other = msgspec.structs.replace
    empty: dict[str, Any] = {}
    bare = {"queues": empty, "rooms": empty, "doctors": empty}
    return comes or other(was, **bare) != other(will, **bare), goes
