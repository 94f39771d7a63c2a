"""The JSON form of the front-end platforms, and what its fields mean in ours.

Every answer is ``{code, message, data}``. Values come as text; times are the
hospital's wall clock, money is yuan. Whatever cannot be read, or cannot be true, is
a ValueError that says which field and shows nothing of its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from actors.gateways.his.port import (
    CallState,
    Campus,
    Department,
    Doctor,
    Half,
    Locked,
    Outcome,
    Patient,
    Price,
    QueueStatus,
    Registration,
    Seen,
    Session,
    SessionKind,
    SessionState,
    Slot,
    Standing,
    StopEvent,
    StopKind,
    Trade,
    TradeFound,
)
from actors.kernel.times import Millis

T = TypeVar("T")
Row = dict[str, Any]

_HALVES: dict[str, Half] = {"0": "all", "1": "am", "2": "pm", "3": "night"}
_STANDINGS: dict[str, Standing] = {
    "0": "locked",
    "1": "booked",
    "2": "taken",
    "3": "cancelled",
    "4": "refunded",
}
_SEEN: dict[str, Seen] = {"0": "no", "1": "opened", "2": "done"}
_KINDS: dict[str, SessionKind] = {"1": "ordinary", "2": "expert"}
_STATES: dict[str, SessionState] = {"0": "stopped", "1": "open"}
_STOPS: dict[str, StopKind] = {
    "1": "stopped",
    "2": "reopened",
    "3": "moved",
    "4": "replaced",
}
_OUTCOMES: dict[str, Outcome] = {
    "0": "absent",
    "1": "done",
    "2": "pending",
    "3": "refused",
}
_CALLS: dict[str, CallState | None] = {"": None} | {
    state: state
    for state in ("waiting", "called", "in", "missed", "examination", "done")
}
_FLAGS = {"0": False, "1": True}

_ID = re.compile(r"[0-9A-Za-z_.\-]{1,64}\Z")
_SEE_NO = re.compile(r"[0-9A-Za-z\-]{1,12}\Z")
_MOST_TEXT = 200


class Envelope(msgspec.Struct, frozen=True):
    """``code`` comes as a number or as text."""

    code: int | str
    message: str | None = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Fields:
    """A row that says which of its fields cannot be."""

    def __init__(self, row: Any, zone: tzinfo) -> None:
        if not isinstance(row, dict):
            raise ValueError("a row is not an object")
        self._row: Row = row
        self._zone = zone

    def text(self, name: str, *, least: int = 0) -> str:
        value = self._row.get(name)
        if value is None:
            value = ""
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError(f"{name} is not text")
        text = str(value).strip()
        if not least <= len(text) <= _MOST_TEXT:
            raise ValueError(f"{name} has {len(text)} characters")
        return text

    def id(self, name: str, *, may_miss: bool = False) -> str:
        text = self.text(name)
        if may_miss and not text:
            return ""
        if not _ID.match(text):
            raise ValueError(f"{name} is not an identifier")
        return text

    def short_id(self, name: str) -> str:
        """A name of ours is made of it, so it leaves room for that."""
        text = self.id(name)
        if len(text) > 48:
            raise ValueError(f"{name} is longer than 48 characters")
        return text

    def see_no(self, name: str) -> str:
        text = self.text(name)
        if not _SEE_NO.match(text):
            raise ValueError(f"{name} is not a number a ticket can have")
        return text

    def count(self, name: str, *, least: int = 0, most: int = 2**62) -> int:
        try:
            number = int(self.text(name, least=1))
        except ValueError:
            raise ValueError(f"{name} is not a whole number") from None
        if not least <= number <= most:
            raise ValueError(f"{name} cannot be {number}")
        return number

    def fen(self, name: str) -> int:
        try:
            fen = Decimal(self.text(name, least=1)) * 100
        except InvalidOperation:
            raise ValueError(f"{name} is not an amount") from None
        if not fen.is_finite() or fen != int(fen) or not 0 <= fen < 10**11:
            raise ValueError(f"{name} is not an amount")
        return int(fen)

    def one_of(self, name: str, meanings: dict[str, T]) -> T:
        text = self.text(name)
        if text not in meanings:
            raise ValueError(f"{name} is none of the codes known")
        return meanings[text]

    def day(self, name: str) -> str:
        text = self.text(name)
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            raise ValueError(f"{name} is not a day") from None

    def time(self, name: str, *, may_miss: bool = False) -> Millis:
        text = self.text(name)
        if may_miss and not text:
            return 0
        try:
            # strptime takes forty times as long, and a day of slots has thousands
            at = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{name} is not a time") from None
        if len(text) != 19 or text[10] not in " T":
            raise ValueError(f"{name} is not a time")
        return round(at.replace(tzinfo=self._zone).timestamp() * 1000)

    def rows(self, name: str) -> list[Any]:
        value = self._row.get(name)
        if not isinstance(value, list):
            raise ValueError(f"{name} is not a list")
        return value


Reader = Callable[[_Fields], T]


class Form:
    """Rows in the hospital's time zone."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def told(self, at: Millis) -> str:
        """A time as HIS writes it."""
        return f"{datetime.fromtimestamp(at / 1000, self._zone):%Y-%m-%d %H:%M:%S}"

    def one(self, data: Any, read: Reader[T]) -> T:
        return read(_Fields(data, self._zone))

    def many(self, data: Any, read: Reader[T], key: Callable[[T], str]) -> list[T]:
        """Every row once. The same row twice is a stutter and passes; two different
        rows for one key cannot both be true."""
        if not isinstance(data, list):
            raise ValueError("data is not a list")
        found: dict[str, T] = {}
        for row in data:
            one = self.one(row, read)
            if found.setdefault(key(one), one) != one:
                raise ValueError("two different rows for the same thing")
        return list(found.values())

    def feed(
        self,
        data: Any,
        read: Reader[T],
        key: Callable[[T], str],
        place: Callable[[T], int],
        after: int,
    ) -> tuple[list[T], int, bool]:
        """A part of a feed: its rows by place, where the next begins, and whether
        there is more. Rows from before ``after`` are an answer to another question.
        """
        part = _Fields(data, self._zone)
        raw = part.rows("list")
        if part.count("total") != len(raw):
            raise ValueError(f"total is not the number of rows, {len(raw)}")
        rows = sorted(self.many(raw, read, key), key=place)
        if rows and place(rows[0]) <= after:
            raise ValueError("rows from before what was asked for")
        following = part.count("next")
        if following != (place(rows[-1]) if rows else after):
            raise ValueError("next is not where the rows end")
        more = part.one_of("more", _FLAGS)
        if more and not rows:
            raise ValueError("more is said to follow nothing")
        return rows, following, more


def campus(row: _Fields) -> Campus:
    return Campus(row.id("campus_code"), row.text("campus_name", least=1))


def department(row: _Fields) -> Department:
    return Department(
        row.id("dept_code"),
        row.text("dept_name", least=1),
        row.id("campus_code", may_miss=True),
        row.text("name_en"),
    )


def doctor(row: _Fields) -> Doctor:
    return Doctor(
        row.id("doctor_code"),
        row.text("doctor_name", least=1),
        row.text("title"),
        row.id("dept_code"),
        row.text("photo_url"),
    )


def price(row: _Fields) -> Price:
    return Price(row.id("item_code"), row.text("item_name"), row.fen("amount"))


def session(row: _Fields) -> Session:
    total = row.count("total", most=10_000)
    raw = row.rows("slots")
    slots = tuple(slot(_Fields(one, row._zone)) for one in raw)
    if len({one.slot_no for one in slots}) != len(slots):
        raise ValueError("slots has the same slot twice")
    if slots and sum(one.total for one in slots) != total:
        raise ValueError("total is not the sum of the slots")
    return Session(
        schedule_no=row.short_id("schedule_no"),
        department=row.id("dept_code"),
        doctor=row.id("doctor_code", may_miss=True),
        day=row.day("visit_date"),
        half=row.one_of("time_flag", _HALVES),
        kind=row.one_of("reg_type", _KINDS),
        state=row.one_of("state", _STATES),
        total=total,
        left=row.count("left", least=-total, most=total),
        fen=row.fen("amount"),
        version=row.count("change_no", least=1),
        slots=slots,
    )


def slot(row: _Fields) -> Slot:
    total = row.count("total", most=10_000)
    start, end = row.time("begin_time"), row.time("end_time")
    if end <= start:
        raise ValueError("end_time is not after begin_time")
    # an extra number (加号) may have made it less than none
    left = row.count("left", least=-total, most=total)
    return Slot(row.id("slot_no"), start, end, total, left)


def stop_event(row: _Fields) -> StopEvent:
    return StopEvent(
        event_no=row.count("event_no", least=1),
        schedule_no=row.short_id("schedule_no"),
        day=row.day("visit_date"),
        kind=row.one_of("kind", _STOPS),
        reason=row.text("reason"),
        at=row.time("at"),
        doctor=row.id("doctor_code", may_miss=True),
        to_schedule=row.id("to_schedule_no", may_miss=True),
    )


def patient(row: _Fields) -> Patient:
    return Patient(
        patient_id=row.short_id("patient_id"),
        name=row.text("patient_name", least=1),
        id_number=row.text("id_no"),
        phone=row.text("phone"),
        sex=row.text("sex"),
        birth=row.text("birth"),
        card=row.text("card_no"),
    )


def registration(row: _Fields) -> Registration:
    return Registration(
        register_no=row.short_id("register_no"),
        version=row.count("change_no", least=1),
        standing=row.one_of("state", _STANDINGS),
        schedule_no=row.short_id("schedule_no"),
        department=row.id("dept_code"),
        doctor=row.id("doctor_code", may_miss=True),
        day=row.day("visit_date"),
        half=row.one_of("time_flag", _HALVES),
        see_no=row.see_no("see_no"),
        patient_id=row.short_id("patient_id"),
        name=row.text("patient_name", least=1),
        card=row.text("card_no"),
        slot_no=row.id("slot_no", may_miss=True),
        start=row.time("begin_time", may_miss=True),
        end=row.time("end_time", may_miss=True),
        kind=row.one_of("reg_type", _KINDS),
        booked=row.one_of("order_flag", _FLAGS),
        seen=row.one_of("see_flag", _SEEN),
        room=row.text("room_no"),
        channel=row.text("channel_id"),
        trade_no=row.text("trade_no"),
        pre_id=row.text("pre_id"),
    )


def locked(row: _Fields) -> Locked:
    return Locked(
        row.id("pre_id"),
        row.see_no("see_no"),
        row.id("schedule_no"),
        row.id("slot_no"),
        row.time("expire_time"),
    )


def queue_status(row: _Fields) -> QueueStatus:
    return QueueStatus(
        row.id("register_no"),
        row.one_of("checked_in", _FLAGS),
        row.one_of("call_state", _CALLS),
        row.text("call_room"),
    )


def trade(row: _Fields) -> Trade:
    return Trade(
        row.text("trade_no", least=1),
        row.text("trade_type"),
        row.one_of("state", _OUTCOMES),
        row.fen("amount"),
        row.time("trade_time"),
        row.id("register_no", may_miss=True),
    )


def trade_found(row: _Fields) -> TradeFound:
    return TradeFound(
        row.text("trade_no", least=1),
        row.one_of("state", _OUTCOMES),
        row.text("trade_type"),
        row.id("pre_id", may_miss=True),
        row.id("register_no", may_miss=True),
    )


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


PATIENT_KEYS: dict[str, str] = {
    "patient_id": "patient_id",
    "id_number": "id_no",
    "card": "card_no",
    "phone": "phone",
}
