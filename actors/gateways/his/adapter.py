"""The real adapter: the JSON form of the front-end platforms, over HTTP.

Every answer is read into the port's structs, and held against what was asked, before
anybody believes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Self, TypeVar

import httpx

from actors.gateways.his import wire
from actors.gateways.his.breaker import Breaker
from actors.gateways.his.line import Figures, Line, Terms
from actors.gateways.his.port import (
    CallState,
    Campus,
    Department,
    Doctor,
    Locked,
    NewPatient,
    Page,
    Patient,
    PatientKey,
    Price,
    QueueStatus,
    Registration,
    Session,
    StopEvent,
    Trade,
    TradeFound,
)
from actors.kernel.times import Millis

T = TypeVar("T")


class HttpHis:
    """See His. Use as an async context manager: it keeps connections open."""

    def __init__(
        self,
        terms: Terms,
        zone: tzinfo,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._line = Line(terms, transport)
        self._form = wire.Form(zone)

    @property
    def figures(self) -> Figures:
        return self._line.figures

    @property
    def breaker(self) -> Breaker:
        return self._line.breaker

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._line.aclose()

    # -- base data -----------------------------------------------------------------

    async def campuses(self) -> tuple[Campus, ...]:
        return await self._list("base_campuses", {}, wire.campus, lambda c: c.id)

    async def departments(self) -> tuple[Department, ...]:
        return await self._list("base_departments", {}, wire.department, lambda d: d.id)

    async def doctors(self) -> tuple[Doctor, ...]:
        return await self._list("base_doctors", {}, wire.doctor, lambda d: d.id)

    async def prices(self) -> tuple[Price, ...]:
        return await self._list("base_prices", {}, wire.price, lambda p: p.id)

    # -- patients ------------------------------------------------------------------

    async def patient(self, key: PatientKey, value: str) -> Patient | None:
        body = {"key": wire.PATIENT_KEYS[key], "value": value}
        found = await self._list(
            "patient_query", body, wire.patient, lambda p: p.patient_id
        )
        if len(found) > 1:
            raise self._line.not_believed(
                "patient_query", "several patients for one key"
            )
        if found and _of_patient(found[0], key) != value:
            raise self._line.not_believed("patient_query", "another patient's record")
        return found[0] if found else None

    async def create_patient(self, trade_no: str, new: NewPatient) -> Patient:
        body = {
            "patient_name": new.name,
            "id_no": new.id_number,
            "phone": new.phone,
            "sex": new.sex,
            "birth": new.birth,
            "card_no": new.card,
        }

        def read(data: Any) -> Patient:
            made = self._form.one(data, wire.patient)
            if made.id_number != new.id_number:
                raise ValueError("another patient's record")
            return made

        return await self._line.change("patient_create", trade_no, body, read)

    async def update_patient(
        self, trade_no: str, patient_id: str, *, phone: str, card: str
    ) -> Patient:
        body = {"patient_id": patient_id, "phone": phone, "card_no": card}

        def read(data: Any) -> Patient:
            changed = self._form.one(data, wire.patient)
            if changed.patient_id != patient_id:
                raise ValueError("another patient's record")
            return changed

        return await self._line.change("patient_update", trade_no, body, read)

    # -- schedules -----------------------------------------------------------------

    async def sessions(self, day: str) -> tuple[Session, ...]:
        def read(data: Any) -> tuple[Session, ...]:
            rows = self._form.many(data, wire.session, lambda s: s.schedule_no)
            if any(row.day != day for row in rows):
                raise ValueError("a session of another day")
            return tuple(rows)

        return await self._line.question("schedule_list", {"visit_date": day}, read)

    async def stop_events(self, after: int, limit: int = 200) -> Page[StopEvent]:
        return await self._feed(
            "stop_list",
            {"after": after, "limit": limit},
            wire.stop_event,
            lambda e: str(e.event_no),
            lambda e: e.event_no,
        )

    # -- registrations -------------------------------------------------------------

    async def lock(
        self, trade_no: str, schedule_no: str, slot_no: str, patient_id: str
    ) -> Locked:
        body = {
            "schedule_no": schedule_no,
            "slot_no": slot_no,
            "patient_id": patient_id,
        }

        def read(data: Any) -> Locked:
            held = self._form.one(data, wire.locked)
            if (held.schedule_no, held.slot_no) != (schedule_no, slot_no):
                raise ValueError("another slot was locked than asked for")
            return held

        return await self._line.change("register_lock", trade_no, body, read)

    async def unlock(self, trade_no: str, pre_id: str) -> None:
        await self._line.change(
            "register_unlock", trade_no, {"pre_id": pre_id}, _nothing
        )

    async def confirm(self, trade_no: str, pre_id: str, fen: int) -> Registration:
        body = {"pre_id": pre_id, "amount": wire.yuan(fen)}
        return await self._line.change(
            "register_confirm", trade_no, body, self._registered(pre_id=pre_id)
        )

    async def cancel(
        self, trade_no: str, register_no: str, reason: str
    ) -> Registration:
        body = {"register_no": register_no, "reason": reason}
        return await self._line.change(
            "register_cancel", trade_no, body, self._registered(register_no)
        )

    async def take(self, trade_no: str, register_no: str) -> Registration:
        return await self._line.change(
            "register_take",
            trade_no,
            {"register_no": register_no},
            self._registered(register_no),
        )

    async def change(
        self, trade_no: str, register_no: str, schedule_no: str, slot_no: str
    ) -> Registration:
        body = {
            "register_no": register_no,
            "schedule_no": schedule_no,
            "slot_no": slot_no,
        }
        return await self._line.change(
            "register_change", trade_no, body, self._registered(register_no)
        )

    async def registrations(
        self, day: str, after: int, limit: int = 200
    ) -> Page[Registration]:
        page = await self._feed(
            "register_list",
            {"visit_date": day, "after": after, "limit": limit},
            wire.registration,
            lambda r: r.register_no,
            lambda r: r.version,
        )
        if any(row.day != day for row in page.rows):
            raise self._line.not_believed(
                "register_list", "a registration of another day"
            )
        return page

    async def registration(self, register_no: str) -> Registration | None:
        found = await self._list(
            "register_query",
            {"register_no": register_no},
            wire.registration,
            lambda r: r.register_no,
        )
        if any(row.register_no != register_no for row in found):
            raise self._line.not_believed("register_query", "another registration")
        return found[0] if found else None

    def _registered(
        self, register_no: str = "", pre_id: str = ""
    ) -> Callable[[Any], Registration]:
        def read(data: Any) -> Registration:
            row = self._form.one(data, wire.registration)
            if register_no not in ("", row.register_no) or pre_id not in (
                "",
                row.pre_id,
            ):
                raise ValueError("another registration than the one asked about")
            return row

        return read

    # -- check-in and calling ------------------------------------------------------

    async def check_in(self, trade_no: str, register_no: str, at: Millis) -> None:
        body = {"register_no": register_no, "time": self._form.told(at)}
        await self._line.say("check_in", trade_no, body)

    async def undo_check_in(self, trade_no: str, register_no: str, at: Millis) -> None:
        body = {"register_no": register_no, "time": self._form.told(at)}
        await self._line.say("undo_check_in", trade_no, body)

    async def call_status(
        self,
        trade_no: str,
        register_no: str,
        state: CallState,
        room: str,
        at: Millis,
    ) -> None:
        body = {
            "register_no": register_no,
            "state": state,
            "room_no": room,
            "time": self._form.told(at),
        }
        await self._line.say("call_status", trade_no, body)

    async def queue_status(self, day: str) -> tuple[QueueStatus, ...]:
        return await self._list(
            "queue_status",
            {"visit_date": day},
            wire.queue_status,
            lambda q: q.register_no,
        )

    # -- trades --------------------------------------------------------------------

    async def trades(self, day: str) -> tuple[Trade, ...]:
        return await self._list(
            "trade_list", {"trade_date": day}, wire.trade, lambda t: t.trade_no
        )

    async def trade_check(self, trade_no: str) -> TradeFound:
        def read(data: Any) -> TradeFound:
            found = self._form.one(data, wire.trade_found)
            if found.trade_no != trade_no:
                raise ValueError("another trade than the one asked about")
            return found

        return await self._line.question("trade_check", {"trade_no": trade_no}, read)

    # -- asking --------------------------------------------------------------------

    async def _list(
        self,
        method: str,
        body: dict[str, Any],
        row: wire.Reader[T],
        key: Callable[[T], str],
    ) -> tuple[T, ...]:
        return await self._line.question(
            method, body, lambda data: tuple(self._form.many(data, row, key))
        )

    async def _feed(
        self,
        method: str,
        body: dict[str, Any],
        row: wire.Reader[T],
        key: Callable[[T], str],
        place: Callable[[T], int],
    ) -> Page[T]:
        def read(data: Any) -> Page[T]:
            rows, after, more = self._form.feed(data, row, key, place, body["after"])
            return Page(tuple(rows), after, more)

        return await self._line.question(method, body, read)


def _nothing(data: Any) -> None:
    """It said yes, and there is nothing to read."""


def _of_patient(found: Patient, key: PatientKey) -> str:
    return str(getattr(found, key))
