"""The schedule's counter: the pool for everybody, the books for staff.

Whoever sells numbers (a kiosk, a phone service, a desk) asks through ``pool`` and says
for whom; staff ask through ``desk``, and HIS or an administrator lays the plan through
``setup``. A lock carries what the person's own record says of them, read here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from actors.booker.actor import KIND as BOOKER
from actors.booker.messages import Standing
from actors.booker.state import BookerState, standing
from actors.kernel.errors import BadRequest, Forbidden, UnknownAsk, UnknownTarget
from actors.kernel.identity import stream_name
from actors.kernel.sealed import Vault
from actors.patients.desk import PatientsDesk
from actors.runtime.system import ActorSystem
from actors.schedule.commands import (
    AddSession,
    AddSessions,
    Answer,
    Book,
    Cancel,
    Change,
    ChangeRules,
    Confirm,
    Excuse,
    Extra,
    Lock,
    Move,
    Open,
    Patient,
    RemoveSessions,
    Replace,
    Resume,
    SeePlan,
    SetCount,
    Stop,
    Take,
)
from realtime.tokens import Principal
from realtime.topics import schedule_bodies as b
from realtime.topics.counter import Errand, Facts, read_body

SELLS: dict[str, frozenset[str]] = {
    "kiosk": frozenset({"kiosk"}),
    "phone": frozenset({"phone", "wechat", "web"}),
}
"""Which channels these roles sell through; staff sell through all."""

STAFF = frozenset({"desk", "nurse", "manager", "his", "admin"})
SETS_UP = frozenset({"admin", "his"})


class ScheduleCounter:
    """See Counter. Names and cards come in as people know them, and go on sealed."""

    kind = "schedule"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._desk: PatientsDesk | None = None
        self._system: ActorSystem | None = None
        self._asks: dict[tuple[str, str], Callable[..., Errand]] = {
            ("pool", "lock"): self._lock,
            ("pool", "confirm"): self._for_the_patient(Confirm, b.ConfirmBody),
            ("pool", "cancel"): self._for_the_patient(Cancel, b.CancelBody),
            ("pool", "change"): self._for_the_patient(Change, b.ChangeBody),
            ("pool", "take"): self._for_the_patient(Take, b.BookingBody),
            ("pool", "answer"): self._for_the_patient(Answer, b.AnswerBody),
            ("desk", "lock"): self._lock,
            ("desk", "book"): self._book,
            ("desk", "confirm"): self._by_staff(Confirm, b.ConfirmBody),
            ("desk", "cancel"): self._by_staff(Cancel, b.CancelBody, staff=True),
            ("desk", "change"): self._by_staff(Change, b.ChangeBody, staff=True),
            ("desk", "take"): self._by_staff(Take, b.BookingBody, staff=True),
            ("desk", "answer"): self._by_staff(Answer, b.AnswerBody),
            ("desk", "excuse"): self._by_staff(Excuse, b.ExcuseBody),
            ("desk", "extra"): self._extra,
            ("desk", "stop"): self._by_staff(Stop, b.StopBody),
            ("desk", "move"): self._by_staff(Move, b.MoveBody),
            ("desk", "replace"): self._by_staff(Replace, b.ReplaceBody),
            ("desk", "resume"): self._by_staff(Resume, b.SessionBody),
            ("desk", "set_count"): self._by_staff(SetCount, b.SetCountBody),
            ("setup", "open"): self._setting_up(Open, b.OpenBody),
            ("setup", "add_session"): self._setting_up(AddSession, b.AddSessionBody),
            ("setup", "see_plan"): self._setting_up(SeePlan, b.Body),
            ("setup", "add_sessions"): self._setting_up(AddSessions, b.AddSessionsBody),
            ("setup", "remove_sessions"): self._setting_up(
                RemoveSessions, b.RemoveSessionsBody
            ),
            ("setup", "change_rules"): self._setting_up(ChangeRules, b.ChangeRulesBody),
        }

    def staff(self, desk: PatientsDesk, system: ActorSystem) -> None:
        """Whom the index knows needs no more than an id from here on."""
        self._desk = desk
        self._system = system

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        match view:
            case "pool":
                return  # what the hospital has to offer, and nothing of anybody
            case "desk":
                _must_be(who, STAFF | {"doctor"}, parts)
            case _:
                raise UnknownTarget

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        ask = self._asks.get((view, name))
        if ask is None:
            raise UnknownAsk
        return ask(who, parts, view, body)

    # -- a number ------------------------------------------------------------------

    def _lock(
        self, who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
    ) -> Errand:
        asked: b.LockBody = read_body(body, b.LockBody)
        if view == "desk":
            _must_be(who, STAFF, parts)
        else:
            _must_sell(who, asked.channel)

        def lock(patient: Patient, said: Standing | None) -> Lock:
            return Lock(
                by=who.name,
                session=asked.session,
                channel=asked.channel,
                patient=patient,
                slot=asked.slot,
                standing=said,
                instead_of=asked.instead_of,
            )

        return self._for(asked, parts, lock)

    def _book(
        self, who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
    ) -> Errand:
        asked: b.BookBody = read_body(body, b.BookBody)
        _must_be(who, SETS_UP if asked.outside else STAFF, parts)

        def book(patient: Patient, said: Standing | None) -> Book:
            return Book(
                by=who.name,
                session=asked.session,
                channel=asked.channel,
                patient=patient,
                slot=asked.slot,
                number=asked.number,
                paid=asked.paid,
                trade=asked.trade,
                take=asked.take,
                outside=asked.outside,
                ref=asked.ref,
                standing=said,
                instead_of=asked.instead_of,
            )

        return self._for(asked, parts, book)

    def _extra(
        self, who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
    ) -> Errand:
        asked: b.ExtraBody = read_body(body, b.ExtraBody)
        _must_be(who, STAFF | {"doctor"}, parts)

        def extra(patient: Patient, said: Standing | None) -> Extra:
            return Extra(
                by=who.name,
                session=asked.session,
                patient=patient,
                reason=asked.reason,
                slot=asked.slot,
                where=asked.where,
                after=asked.after,
            )

        return self._for(asked, parts, extra)

    def _for(
        self,
        asked: b.ForPatientBody,
        parts: tuple[str, ...],
        command: Callable[[Patient, Standing | None], Lock | Book | Extra],
    ) -> Errand:
        """With whom it is for, and what their own record says of them."""
        department, day = _department_and_day(parts)
        if asked.name is None and asked.card is None:
            return Errand(None, gather=self._by_the_index(asked, parts, command))
        if asked.name is None or asked.card is None:
            missing = "name" if asked.name is None else "card"
            raise BadRequest("姓名和卡号要一起给，或者都不给。", field=missing)
        patient = Patient(
            asked.person,
            self._vault.seal(asked.name),
            self._vault.index("card", asked.card),
        )

        def complete(booker: BookerState) -> Lock | Book | Extra:
            return command(patient, standing(booker, day, department))

        return Errand(
            command(patient, None), facts=Facts(BOOKER, (asked.person,), complete)
        )

    def _by_the_index(
        self,
        asked: b.ForPatientBody,
        parts: tuple[str, ...],
        command: Callable[[Patient, Standing | None], Lock | Book | Extra],
    ) -> Callable[[], Awaitable[Lock | Book | Extra]]:
        department, day = _department_and_day(parts)
        desk, system = self._desk, self._system
        if desk is None or system is None:
            raise BadRequest("请给出姓名和卡号。", field="name")

        async def gather() -> Lock | Book | Extra:
            patient = Patient(*await desk.for_a_ticket(asked.person))
            booker = system.ref(stream_name(desk.hospital, BOOKER, patient.person))
            said = await booker.read(lambda state: standing(state, day, department))
            return command(patient, said)

        return gather

    # -- everything else -----------------------------------------------------------

    def _for_the_patient(
        self, command: Any, kind: type[b.BookingBody]
    ) -> Callable[..., Any]:
        """Asked by a machine: it must say whose number it is."""

        def errand(
            who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
        ) -> Errand:
            asked = read_body(body, kind)
            if who.roles.isdisjoint(SELLS):
                raise Forbidden
            if asked.person is None:
                raise Forbidden
            return Errand(command(by=who.name, **_fields(asked)))

        return errand

    def _by_staff(
        self, command: Any, kind: type[b.Body], **more: Any
    ) -> Callable[..., Any]:
        def errand(
            who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
        ) -> Errand:
            asked = read_body(body, kind)
            _must_be(who, STAFF, parts)
            return Errand(command(by=who.name, **_fields(asked), **more))

        return errand

    def _setting_up(self, command: Any, kind: type[b.Body]) -> Callable[..., Any]:
        def errand(
            who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
        ) -> Errand:
            asked = read_body(body, kind)
            _must_be(who, SETS_UP, parts)
            looks = command is SeePlan or getattr(asked, "dry", False)
            return Errand(command(by=who.name, **_fields(asked)), looks=looks)

        return errand


def _fields(asked: b.Body) -> dict[str, Any]:
    return msgspec.structs.asdict(asked)


def _department_and_day(parts: tuple[str, ...]) -> tuple[str, str]:
    if len(parts) != 2:
        raise UnknownTarget
    return parts[0], parts[1]


def _must_be(who: Principal, roles: frozenset[str], parts: tuple[str, ...]) -> None:
    department, _ = _department_and_day(parts)
    if who.roles.isdisjoint(roles) or not who.at(department):
        raise Forbidden


def _must_sell(who: Principal, channel: str) -> None:
    """A machine sells the whole hospital's numbers, through its own channels."""
    if not any(channel in SELLS.get(role, ()) for role in who.roles):
        raise Forbidden
