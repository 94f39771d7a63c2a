"""The schedule's counter: the pool for everybody, the books for staff.

Whoever sells numbers (a kiosk, a phone service, a desk) asks through ``pool`` and says
for whom; staff ask through ``desk``, and HIS or an administrator lays the plan through
``setup``. A lock carries what the person's own record says of them, read here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from actors.booker.actor import KIND as BOOKER
from actors.booker.messages import Close, Reopen
from actors.booker.state import BookerState, standing
from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.schedule.commands import (
    AddSession,
    AddSessions,
    Amount,
    Answer,
    Book,
    Cancel,
    Change,
    ChangeRules,
    Confirm,
    Count,
    Excuse,
    Extra,
    Lock,
    Move,
    Number,
    Open,
    Patient,
    PersonId,
    Reason,
    Reference,
    Remark,
    RemoveSessions,
    Replace,
    Resume,
    SeePlan,
    SetCount,
    Stop,
    Take,
)
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Key,
    SessionPlan,
    Settings,
)
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Facts, read_body

SELLS: dict[str, frozenset[str]] = {
    "kiosk": frozenset({"kiosk"}),
    "phone": frozenset({"phone", "wechat", "web"}),
}
"""Which channels these roles sell through; staff sell through all."""

STAFF = frozenset({"desk", "nurse", "manager", "his", "admin"})
SETS_UP = frozenset({"admin", "his"})

Card = Annotated[str, Meta(max_length=128, pattern=r"\S")]
PersonName = Annotated[str, Meta(max_length=60, pattern=r"\S")]


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sends; fields we do not know are a later client's."""


class _ForPatient(_Body, frozen=True, kw_only=True):
    session: str
    person: PersonId
    name: PersonName
    card: Card
    slot: str | None = None


class _Lock(_ForPatient, frozen=True, kw_only=True):
    channel: str
    instead_of: Reference = ""


class _Book(_Lock, frozen=True, kw_only=True):
    number: Number | None = None
    paid: Amount = 0
    trade: Reference = ""
    take: bool = False
    outside: bool = False
    ref: Reference = ""


class _Extra(_ForPatient, frozen=True, kw_only=True):
    reason: Reason
    where: Literal["half_end", "slot_end", "after"] = "half_end"
    after: str | None = None


class _Booking(_Body, frozen=True, kw_only=True):
    booking: str
    person: PersonId | None = None


class _Confirm(_Booking, frozen=True, kw_only=True):
    paid: Amount = 0
    trade: Reference = ""
    number: Number | None = None
    take: bool = False


class _Cancel(_Booking, frozen=True, kw_only=True):
    reason: Remark = ""


class _Change(_Cancel, frozen=True, kw_only=True):
    session: str
    slot: str | None = None


class _Answer(_Booking, frozen=True, kw_only=True):
    answer: Literal["doctor", "day", "refund", "stay"]
    session: str | None = None
    slot: str | None = None
    to: Reference = ""


class _Excuse(_Body, frozen=True, kw_only=True):
    booking: str
    reason: Reason


class _Session(_Body, frozen=True, kw_only=True):
    session: str
    reason: Reason


class _Stop(_Session, frozen=True, kw_only=True):
    slots: tuple[str, ...] = ()


class _Move(_Session, frozen=True, kw_only=True):
    to: Reference


class _Replace(_Session, frozen=True, kw_only=True):
    doctor: Key
    plan: DoctorPlan | None = None


class _SetCount(_Session, frozen=True, kw_only=True):
    slot: str
    count: Count


class _Open(_Body, frozen=True, kw_only=True):
    department: DepartmentPlan
    doctors: dict[Key, DoctorPlan] = {}
    sessions: dict[Key, SessionPlan] = {}
    channels: dict[Key, ChannelPlan] | None = None
    settings: Settings = Settings()


class _AddSession(_Body, frozen=True, kw_only=True):
    session: Key
    plan: SessionPlan
    doctor: DoctorPlan | None = None


class _AddSessions(_Body, frozen=True, kw_only=True):
    sessions: Annotated[dict[Key, SessionPlan], Meta(min_length=1, max_length=500)]
    doctors: dict[Key, DoctorPlan] = {}
    dry: bool = False


class _RemoveSessions(_Body, frozen=True, kw_only=True):
    sessions: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=500)]


class _ChangeRules(_Body, frozen=True, kw_only=True):
    settings: Settings


class ScheduleCounter:
    """See Counter. Names and cards come in as people know them, and go on sealed."""

    kind = "schedule"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._asks: dict[tuple[str, str], Callable[..., Errand]] = {
            ("pool", "lock"): self._lock,
            ("pool", "confirm"): self._for_the_patient(Confirm, _Confirm),
            ("pool", "cancel"): self._for_the_patient(Cancel, _Cancel),
            ("pool", "change"): self._for_the_patient(Change, _Change),
            ("pool", "take"): self._for_the_patient(Take, _Booking),
            ("pool", "answer"): self._for_the_patient(Answer, _Answer),
            ("desk", "lock"): self._lock,
            ("desk", "book"): self._book,
            ("desk", "confirm"): self._by_staff(Confirm, _Confirm),
            ("desk", "cancel"): self._by_staff(Cancel, _Cancel, staff=True),
            ("desk", "change"): self._by_staff(Change, _Change, staff=True),
            ("desk", "take"): self._by_staff(Take, _Booking, staff=True),
            ("desk", "answer"): self._by_staff(Answer, _Answer),
            ("desk", "excuse"): self._by_staff(Excuse, _Excuse),
            ("desk", "extra"): self._extra,
            ("desk", "stop"): self._by_staff(Stop, _Stop),
            ("desk", "move"): self._by_staff(Move, _Move),
            ("desk", "replace"): self._by_staff(Replace, _Replace),
            ("desk", "resume"): self._by_staff(Resume, _Session),
            ("desk", "set_count"): self._by_staff(SetCount, _SetCount),
            ("setup", "open"): self._setting_up(Open, _Open),
            ("setup", "add_session"): self._setting_up(AddSession, _AddSession),
            ("setup", "see_plan"): self._setting_up(SeePlan, _Body),
            ("setup", "add_sessions"): self._setting_up(AddSessions, _AddSessions),
            ("setup", "remove_sessions"): self._setting_up(
                RemoveSessions, _RemoveSessions
            ),
            ("setup", "change_rules"): self._setting_up(ChangeRules, _ChangeRules),
        }

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
        asked: _Lock = read_body(body, _Lock)
        if view == "desk":
            _must_be(who, STAFF, parts)
        else:
            _must_sell(who, asked.channel)
        lock = Lock(
            by=who.name,
            session=asked.session,
            channel=asked.channel,
            patient=self._patient(asked),
            slot=asked.slot,
            instead_of=asked.instead_of,
        )
        return Errand(lock, facts=self._standing(asked.person, parts, lock))

    def _book(
        self, who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
    ) -> Errand:
        asked: _Book = read_body(body, _Book)
        _must_be(who, SETS_UP if asked.outside else STAFF, parts)
        book = Book(
            by=who.name,
            session=asked.session,
            channel=asked.channel,
            patient=self._patient(asked),
            slot=asked.slot,
            number=asked.number,
            paid=asked.paid,
            trade=asked.trade,
            take=asked.take,
            outside=asked.outside,
            ref=asked.ref,
            instead_of=asked.instead_of,
        )
        return Errand(book, facts=self._standing(asked.person, parts, book))

    def _extra(
        self, who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
    ) -> Errand:
        asked: _Extra = read_body(body, _Extra)
        _must_be(who, STAFF | {"doctor"}, parts)
        return Errand(
            Extra(
                by=who.name,
                session=asked.session,
                patient=self._patient(asked),
                reason=asked.reason,
                slot=asked.slot,
                where=asked.where,
                after=asked.after,
            )
        )

    def _patient(self, asked: _ForPatient) -> Patient:
        return Patient(
            asked.person,
            self._vault.seal(asked.name),
            self._vault.index("card", asked.card),
        )

    def _standing(
        self, person: str, parts: tuple[str, ...], command: Lock | Book
    ) -> Facts:
        department, day = _department_and_day(parts)

        def complete(booker: BookerState) -> Lock | Book:
            said = standing(booker, day, department)
            return msgspec.structs.replace(command, standing=said)

        return Facts(BOOKER, (person,), complete)

    # -- everything else -----------------------------------------------------------

    def _for_the_patient(
        self, command: Any, kind: type[_Booking]
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
        self, command: Any, kind: type[_Body], **more: Any
    ) -> Callable[..., Any]:
        def errand(
            who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
        ) -> Errand:
            asked = read_body(body, kind)
            _must_be(who, STAFF, parts)
            return Errand(command(by=who.name, **_fields(asked), **more))

        return errand

    def _setting_up(self, command: Any, kind: type[_Body]) -> Callable[..., Any]:
        def errand(
            who: Principal, parts: tuple[str, ...], view: str, body: msgspec.Raw
        ) -> Errand:
            asked = read_body(body, kind)
            _must_be(who, SETS_UP, parts)
            looks = command is SeePlan or getattr(asked, "dry", False)
            return Errand(command(by=who.name, **_fields(asked)), looks=looks)

        return errand


class _Close(_Body, frozen=True, kw_only=True):
    until: Millis
    reason: Reason


class _Reopen(_Body, frozen=True, kw_only=True):
    reason: Reason


class BookerCounter:
    """A person's own record, for the desks that explain it and lift a ban."""

    kind = "booker"

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "mine":
            raise UnknownTarget
        if who.roles.isdisjoint(STAFF | {"phone", "kiosk"}):
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        if view != "mine" or name not in ("close", "reopen"):
            raise UnknownAsk
        if who.roles.isdisjoint(STAFF):
            raise Forbidden
        if name == "close":
            closing = read_body(body, _Close)
            return Errand(
                Close(by=who.name, until=closing.until, reason=closing.reason)
            )
        return Errand(Reopen(by=who.name, reason=read_body(body, _Reopen).reason))


def _fields(asked: _Body) -> dict[str, Any]:
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
