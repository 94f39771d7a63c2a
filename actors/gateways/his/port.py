"""What the house asks of HIS, whichever HIS a hospital has.

Plain structs in our own terms: times in milliseconds, money in fen, halves am, pm,
night and all. An adapter turns one hospital's form into these and lets nothing pass
that cannot be true. Every change carries a ``trade_no`` of ours: HIS does the same
trade once, and ``trade_check`` tells whether it did.

Structs that hold personal data show nothing of it in their ``repr``.
"""

from __future__ import annotations

from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

import msgspec

from actors.kernel.times import Millis

T = TypeVar("T")

Half: TypeAlias = Literal["am", "pm", "night", "all"]
SessionState: TypeAlias = Literal["open", "stopped"]
SessionKind: TypeAlias = Literal["ordinary", "expert"]
StopKind: TypeAlias = Literal["stopped", "reopened", "moved", "replaced"]
Standing: TypeAlias = Literal["locked", "booked", "taken", "cancelled", "refunded"]
"""Where a registration stands: held for a moment, paid for, its slip taken at the
hospital, given up before or after that."""
Seen: TypeAlias = Literal["no", "opened", "done"]
"""What the doctor did with the patient in HIS itself."""
CallState: TypeAlias = Literal[
    "waiting", "called", "in", "missed", "examination", "done"
]
Outcome: TypeAlias = Literal["done", "absent", "pending", "refused"]
PatientKey: TypeAlias = Literal["patient_id", "id_number", "card", "phone"]

LIVE_STANDINGS: frozenset[Standing] = frozenset({"booked", "taken"})


class _Row(msgspec.Struct, frozen=True, gc=False):
    pass


# Base data


class Campus(_Row, frozen=True):
    id: str
    name: str


class Department(_Row, frozen=True):
    id: str
    name: str
    campus: str
    name_en: str = ""


class Doctor(_Row, frozen=True):
    id: str
    name: str
    title: str
    department: str
    photo: str = ""


class Price(_Row, frozen=True):
    id: str
    name: str
    fen: int


# Schedules


class Slot(_Row, frozen=True):
    slot_no: str
    start: Millis
    end: Millis
    total: int
    left: int


class Session(_Row, frozen=True):
    """One doctor's (or, without a doctor, one department's) half-day."""

    schedule_no: str
    department: str
    doctor: str
    day: str
    half: Half
    kind: SessionKind
    state: SessionState
    total: int
    left: int
    fen: int
    version: int
    slots: tuple[Slot, ...] = ()


class StopEvent(_Row, frozen=True):
    """A session was stopped, opened again, moved to another one or taken over by
    another doctor. ``event_no`` only grows."""

    event_no: int
    schedule_no: str
    day: str
    kind: StopKind
    reason: str
    at: Millis
    doctor: str = ""
    to_schedule: str = ""


# Patients


class Patient(_Row, frozen=True):
    patient_id: str
    name: str
    id_number: str
    phone: str
    sex: str
    birth: str
    card: str

    def __repr__(self) -> str:
        return f"Patient({self.patient_id!r}, …)"


class NewPatient(_Row, frozen=True):
    name: str
    id_number: str
    phone: str
    sex: str
    birth: str
    card: str = ""

    def __repr__(self) -> str:
        return "NewPatient(…)"


# Registrations


class Locked(_Row, frozen=True):
    """A number is held until ``expires``; confirm it by its ``pre_id``."""

    pre_id: str
    see_no: str
    schedule_no: str
    slot_no: str
    expires: Millis


class Registration(_Row, frozen=True):
    """One registration as HIS has it now. ``version`` grows with each change of any
    registration, so it is a place in the feed as well."""

    register_no: str
    version: int
    standing: Standing
    schedule_no: str
    department: str
    doctor: str
    day: str
    half: Half
    see_no: str
    patient_id: str
    name: str
    card: str
    slot_no: str = ""
    start: Millis = 0
    end: Millis = 0
    kind: SessionKind = "ordinary"
    booked: bool = False
    seen: Seen = "no"
    room: str = ""
    channel: str = ""
    trade_no: str = ""
    pre_id: str = ""

    def __repr__(self) -> str:
        told = f"{self.register_no!r}, {self.version}, {self.standing!r}"
        return f"Registration({told}, {self.see_no!r}, …)"


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a feed. ``after`` is where the next part begins."""

    rows: tuple[T, ...]
    after: int
    more: bool


# Check-in and calling


class QueueStatus(_Row, frozen=True):
    """What HIS knows of what we told it."""

    register_no: str
    checked_in: bool
    state: CallState | None = None
    room: str = ""


# Trades


class Trade(_Row, frozen=True):
    trade_no: str
    kind: str
    outcome: Outcome
    fen: int
    at: Millis
    register_no: str = ""


class TradeFound(_Row, frozen=True):
    """``absent`` means that HIS has not heard of it, which is final only when
    nothing can still be on its way."""

    trade_no: str
    outcome: Outcome
    kind: str = ""
    pre_id: str = ""
    register_no: str = ""


class His(Protocol):
    """A hospital's HIS. Every method raises HisError (see faults.py); those that
    change something (they take a ``trade_no``) may raise OutcomeUnknown.

    Cancelling one that changes something leaves its outcome unknown: it may have
    happened, and ``trade_check`` will tell.
    """

    async def campuses(self) -> tuple[Campus, ...]: ...
    async def departments(self) -> tuple[Department, ...]: ...
    async def doctors(self) -> tuple[Doctor, ...]: ...
    async def prices(self) -> tuple[Price, ...]: ...

    async def patient(self, key: PatientKey, value: str) -> Patient | None: ...
    async def create_patient(self, trade_no: str, new: NewPatient) -> Patient:
        """The same identity number gives the patient there is."""

    async def update_patient(
        self, trade_no: str, patient_id: str, *, phone: str, card: str
    ) -> Patient: ...

    async def sessions(self, day: str) -> tuple[Session, ...]: ...
    async def stop_events(self, after: int, limit: int = 200) -> Page[StopEvent]: ...

    async def lock(
        self, trade_no: str, schedule_no: str, slot_no: str, patient_id: str
    ) -> Locked: ...
    async def unlock(self, trade_no: str, pre_id: str) -> None: ...
    async def confirm(self, trade_no: str, pre_id: str, fen: int) -> Registration: ...
    async def cancel(
        self, trade_no: str, register_no: str, reason: str
    ) -> Registration:
        """Give it up: ``cancelled`` before the slip was taken, ``refunded`` after."""

    async def take(self, trade_no: str, register_no: str) -> Registration: ...
    async def change(
        self, trade_no: str, register_no: str, schedule_no: str, slot_no: str
    ) -> Registration:
        """换号: another session, the same registration."""

    async def registrations(
        self, day: str, after: int, limit: int = 200
    ) -> Page[Registration]:
        """What has changed among those of ``day`` since ``after``, oldest first."""

    async def registration(self, register_no: str) -> Registration | None: ...

    async def check_in(self, trade_no: str, register_no: str, at: Millis) -> None: ...
    async def undo_check_in(
        self, trade_no: str, register_no: str, at: Millis
    ) -> None: ...
    async def call_status(
        self,
        trade_no: str,
        register_no: str,
        state: CallState,
        room: str,
        at: Millis,
    ) -> None: ...
    async def queue_status(self, day: str) -> tuple[QueueStatus, ...]: ...

    async def trades(self, day: str) -> tuple[Trade, ...]: ...
    async def trade_check(self, trade_no: str) -> TradeFound: ...
