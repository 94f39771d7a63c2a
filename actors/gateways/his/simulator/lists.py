"""What the simulated HIS can be asked without anything changing."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

Asked = dict[str, Any]
Rows = list[dict[str, Any]]

_SESSION = (
    "select s.*, (select coalesce(sum(total), 0) from slot t"
    " where t.schedule_no = s.schedule_no) as total,"
    " (select count(*) from register r where r.schedule_no = s.schedule_no"
    " and (r.state in ('1', '2') or (r.state = '0' and r.expires > :now))) as used"
    " from schedule s where s.visit_date = :day order by s.schedule_no"
)
_SLOTS = (
    "select t.*, (select count(*) from register r where r.schedule_no = t.schedule_no"
    " and r.slot_no = t.slot_no"
    " and (r.state in ('1', '2') or (r.state = '0' and r.expires > :now))) as used"
    " from slot t join schedule s on s.schedule_no = t.schedule_no"
    " where s.visit_date = :day order by t.schedule_no, t.slot_no"
)
REGISTRATION = (
    "select r.*, s.dept_code, s.doctor_code, s.time_flag, s.reg_type,"
    " t.begin_time, t.end_time,"
    " p.patient_name, p.card_no from register r"
    " join schedule s on s.schedule_no = r.schedule_no"
    " left join slot t on t.schedule_no = r.schedule_no and t.slot_no = r.slot_no"
    " join patient p on p.patient_id = r.patient_id "
)


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"


def registration_row(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "register_no": row["register_no"] or "",
        "change_no": row["change_no"],
        "state": row["state"],
        "schedule_no": row["schedule_no"],
        "dept_code": row["dept_code"],
        "doctor_code": row["doctor_code"],
        "visit_date": row["visit_date"],
        "time_flag": row["time_flag"],
        "reg_type": row["reg_type"],
        "see_no": row["see_no"],
        "patient_id": row["patient_id"],
        "patient_name": row["patient_name"],
        "card_no": row["card_no"],
        "slot_no": row["slot_no"],
        "begin_time": row["begin_time"] or "",
        "end_time": row["end_time"] or "",
        "order_flag": row["order_flag"],
        "see_flag": row["see_flag"],
        "room_no": row["room_no"],
        "channel_id": row["channel_id"],
        "trade_no": row["trade_no"],
        "pre_id": row["pre_id"],
    }


def patient_row(row: sqlite3.Row) -> dict[str, Any]:
    return dict(row)


class Lists:
    """Every method that only answers, by its name."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def base_campuses(self, asked: Asked, now: datetime) -> Any:
        return self._all("select * from campus order by campus_code")

    def base_departments(self, asked: Asked, now: datetime) -> Any:
        return self._all(
            "select dept_code, dept_name, name_en, campus_code from dept"
            " order by dept_code"
        )

    def base_doctors(self, asked: Asked, now: datetime) -> Any:
        return self._all("select * from doctor order by doctor_code")

    def base_prices(self, asked: Asked, now: datetime) -> Any:
        rows = self._all("select * from price order by item_code")
        return [
            {k: v for k, v in row.items() if k != "fen"} | {"amount": yuan(row["fen"])}
            for row in rows
        ]

    def patient_query(self, asked: Asked, now: datetime) -> Any:
        column = {
            "patient_id": "patient_id",
            "id_no": "id_no",
            "card_no": "card_no",
            "phone": "phone",
        }[str(asked["key"])]
        return self._all(
            f"select * from patient where {column} = ? order by patient_id",
            str(asked["value"]),
        )

    def schedule_list(self, asked: Asked, now: datetime) -> Any:
        given = {"day": asked["visit_date"], "now": now.timestamp()}
        slots: dict[str, Rows] = {}
        for slot in self._database.execute(_SLOTS, given):
            slots.setdefault(slot["schedule_no"], []).append(
                {
                    "slot_no": slot["slot_no"],
                    "begin_time": slot["begin_time"],
                    "end_time": slot["end_time"],
                    "total": str(slot["total"]),
                    "left": str(slot["total"] - slot["used"]),
                }
            )
        return [
            {
                "schedule_no": row["schedule_no"],
                "dept_code": row["dept_code"],
                "doctor_code": row["doctor_code"],
                "visit_date": row["visit_date"],
                "time_flag": row["time_flag"],
                "reg_type": row["reg_type"],
                "state": row["state"],
                "amount": yuan(row["fen"]),
                "change_no": row["change_no"],
                "total": str(row["total"]),
                "left": str(row["total"] - row["used"]),
                "slots": slots.get(row["schedule_no"], []),
            }
            for row in self._database.execute(_SESSION, given)
        ]

    def stop_list(self, asked: Asked, now: datetime) -> Any:
        return self._part(
            "select * from stop where event_no > ? order by event_no limit ?",
            (int(asked["after"]), *_limit(asked)),
            "event_no",
            asked,
        )

    def register_list(self, asked: Asked, now: datetime) -> Any:
        rows = self._database.execute(
            REGISTRATION + "where r.visit_date = ? and r.change_no > ?"
            " and r.state != '0' and r.register_no is not null"
            " order by r.change_no limit ?",
            (asked["visit_date"], int(asked["after"]), *_limit(asked)),
        ).fetchall()
        return _feed([registration_row(row) for row in rows], "change_no", asked)

    def register_query(self, asked: Asked, now: datetime) -> Any:
        rows = self._database.execute(
            REGISTRATION + "where r.register_no = ?", (asked["register_no"],)
        )
        return [registration_row(row) for row in rows]

    def queue_status(self, asked: Asked, now: datetime) -> Any:
        return self._all(
            "select register_no, checked_in, coalesce(call_state, '') as call_state,"
            " call_room from register where visit_date = ? and register_no is not null"
            " and (checked_in = 1 or call_state is not null) order by register_no",
            asked["visit_date"],
        )

    def trade_list(self, asked: Asked, now: datetime) -> Any:
        rows = self._database.execute(
            "select * from trade where substr(at, 1, 10) = ? order by at, trade_no",
            (asked["trade_date"],),
        )
        return [
            {
                "trade_no": row["trade_no"],
                "trade_type": row["method"],
                "state": "1",
                "amount": yuan(row["fen"]),
                "trade_time": row["at"],
                "register_no": row["register_no"] or "",
            }
            for row in rows
        ]

    def trade_check(self, asked: Asked, now: datetime) -> Any:
        row = self._database.execute(
            "select * from trade where trade_no = ?", (asked["trade_no"],)
        ).fetchone()
        if row is None:
            return {"trade_no": asked["trade_no"], "state": "0"}
        return {
            "trade_no": row["trade_no"],
            "state": "1",
            "trade_type": row["method"],
            "register_no": row["register_no"] or "",
            "pre_id": row["pre_id"] or "",
        }

    def _all(self, statement: str, *values: Any) -> Rows:
        return [dict(row) for row in self._database.execute(statement, values)]

    def _part(
        self, statement: str, values: tuple[Any, ...], place: str, asked: Asked
    ) -> dict[str, Any]:
        rows = [dict(row) for row in self._database.execute(statement, values)]
        return _feed(rows, place, asked)


def _limit(asked: Asked) -> tuple[int]:
    return (max(1, min(500, int(asked.get("limit", 200)))),)


def _feed(rows: Rows, place: str, asked: Asked) -> dict[str, Any]:
    (most,) = _limit(asked)
    return {
        "list": rows,
        "total": len(rows),
        "next": rows[-1][place] if rows else int(asked["after"]),
        "more": "1" if len(rows) == most else "0",
    }
