"""What clients send to a schedule's counter: names and cards as people know them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from actors.schedule.commands import (
    Amount,
    Count,
    Number,
    PersonId,
    Reason,
    Reference,
    Remark,
)
from actors.schedule.plan import (
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Key,
    SessionPlan,
    Settings,
)

Card = Annotated[str, Meta(max_length=128, pattern=r"\S")]
PersonName = Annotated[str, Meta(max_length=60, pattern=r"\S")]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What a client sends; fields we do not know are a later client's."""


class ForPatientBody(Body, frozen=True, kw_only=True):
    """For whom: whoever the patient index has by this id. Of who is in no index name
    and card are said as well."""

    session: str
    person: PersonId
    name: PersonName | None = None
    card: Card | None = None
    slot: str | None = None


class LockBody(ForPatientBody, frozen=True, kw_only=True):
    channel: str
    instead_of: Reference = ""


class BookBody(LockBody, frozen=True, kw_only=True):
    number: Number | None = None
    paid: Amount = 0
    trade: Reference = ""
    take: bool = False
    outside: bool = False
    ref: Reference = ""


class ExtraBody(ForPatientBody, frozen=True, kw_only=True):
    reason: Reason
    where: Literal["half_end", "slot_end", "after"] = "half_end"
    after: str | None = None


class BookingBody(Body, frozen=True, kw_only=True):
    booking: str
    person: PersonId | None = None


class ConfirmBody(BookingBody, frozen=True, kw_only=True):
    paid: Amount = 0
    trade: Reference = ""
    number: Number | None = None
    take: bool = False


class CancelBody(BookingBody, frozen=True, kw_only=True):
    reason: Remark = ""


class ChangeBody(CancelBody, frozen=True, kw_only=True):
    session: str
    slot: str | None = None


class AnswerBody(BookingBody, frozen=True, kw_only=True):
    answer: Literal["doctor", "day", "refund", "stay"]
    session: str | None = None
    slot: str | None = None
    to: Reference = ""


class ExcuseBody(Body, frozen=True, kw_only=True):
    booking: str
    reason: Reason


class SessionBody(Body, frozen=True, kw_only=True):
    session: str
    reason: Reason


class StopBody(SessionBody, frozen=True, kw_only=True):
    slots: tuple[str, ...] = ()


class MoveBody(SessionBody, frozen=True, kw_only=True):
    to: Reference


class ReplaceBody(SessionBody, frozen=True, kw_only=True):
    doctor: Key
    plan: DoctorPlan | None = None


class SetCountBody(SessionBody, frozen=True, kw_only=True):
    slot: str
    count: Count


class OpenBody(Body, frozen=True, kw_only=True):
    department: DepartmentPlan
    doctors: dict[Key, DoctorPlan] = {}
    sessions: dict[Key, SessionPlan] = {}
    channels: dict[Key, ChannelPlan] | None = None
    settings: Settings = Settings()


class AddSessionBody(Body, frozen=True, kw_only=True):
    session: Key
    plan: SessionPlan
    doctor: DoctorPlan | None = None


class AddSessionsBody(Body, frozen=True, kw_only=True):
    sessions: Annotated[dict[Key, SessionPlan], Meta(min_length=1, max_length=500)]
    doctors: dict[Key, DoctorPlan] = {}
    dry: bool = False


class RemoveSessionsBody(Body, frozen=True, kw_only=True):
    sessions: Annotated[tuple[Key, ...], Meta(min_length=1, max_length=500)]


class ChangeRulesBody(Body, frozen=True, kw_only=True):
    settings: Settings
